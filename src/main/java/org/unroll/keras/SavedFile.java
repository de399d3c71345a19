package org.unroll.keras;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.File;
import java.io.FileInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.TreeSet;
import org.unroll.keras.files.KerasArchive;
import org.unroll.keras.files.KerasVersion;
import org.unroll.keras.hdf5.Hdf5Array;
import org.unroll.keras.hdf5.Hdf5File;
import org.unroll.network.Layer;

/**
 * A file of a model or of its weights, opened for reading.
 *
 * @param version the version of Keras that wrote it; null if it contains only weights in the layout
 *     of {@code .keras} files
 * @param config the configuration of the model, in the terms of Keras 3; null for weights alone
 * @param root the HDF5 file that contains the weights
 * @param isArchive whether it has the layout of {@code .keras} files; else it has that of {@code
 *     .h5} files
 */
record SavedFile(KerasVersion version, JsonNode config, Hdf5File.Group root, boolean isArchive) {
  /**
   * The maximum nesting of a configuration. Keras has about ten levels and three for each model.
   */
  private static final int DEEPEST_JSON = 1000;

  private static final ObjectMapper JSON =
      new ObjectMapper(
          JsonFactory.builder()
              .streamReadConstraints(
                  StreamReadConstraints.builder().maxNestingDepth(DEEPEST_JSON).build())
              .build());

  /** Opens a file. The format is detected from the content. */
  static SavedFile open(File file) throws IOException {
    byte[] head;
    try (var in = new FileInputStream(file)) {
      head = in.readNBytes(8);
    }
    if (KerasArchive.isZip(head)) {
      return ofArchive(KerasArchive.read(file));
    }
    if (!Hdf5File.isHdf5(head)) {
      throw new IOException("it must be a .keras file (zip) or an .h5 file (HDF5)");
    }
    if (file.length() > KerasArchive.LARGEST_WEIGHTS) {
      throw new IOException(
          "it must have at most "
              + KerasArchive.LARGEST_WEIGHTS
              + " bytes, but has "
              + file.length());
    }
    try (var in = new FileInputStream(file)) {
      return ofH5(new Hdf5File(in.readNBytes(KerasArchive.LARGEST_WEIGHTS)).root());
    }
  }

  private static SavedFile ofArchive(KerasArchive archive) throws IOException {
    JsonNode metadata = parse("metadata.json", archive.metadata());
    JsonNode config = parse("config.json", archive.config());
    if (!metadata.path("keras_version").isTextual()) {
      throw new IOException("its metadata.json must contain the keras_version, but does not");
    }
    var version = KerasVersion.of(metadata.get("keras_version").asText(), config);
    version.modernize(config);
    return new SavedFile(version, config, new Hdf5File(archive.weights()).root(), true);
  }

  private static SavedFile ofH5(Hdf5File.Group root) throws IOException {
    String json = root.text("model_config");
    if (json == null) {
      return ofWeights(root);
    }
    JsonNode config = parse("model_config", json.getBytes(StandardCharsets.UTF_8));
    var version = KerasVersion.of(root.text("keras_version"), config);
    version.modernize(config);
    return new SavedFile(version, config, root, false);
  }

  private static SavedFile ofWeights(Hdf5File.Group root) throws IOException {
    if (SavedWeights.names(root, "layer_names").isEmpty()) {
      if (!SavedWeights.isArchive(root)) {
        throw new IOException("it must contain a model or weights of Keras, but has neither");
      }
      return new SavedFile(null, null, root, true);
    }
    return new SavedFile(KerasVersion.of(root.text("keras_version"), null), null, root, false);
  }

  private static JsonNode parse(String part, byte[] json) throws IOException {
    try {
      JsonNode node = JSON.readTree(json);
      if (!node.isObject()) {
        throw new IOException("its " + part + " must be a JSON object");
      }
      return node;
    } catch (JsonProcessingException e) {
      throw new IOException("its " + part + " must be JSON: " + e.getOriginalMessage(), e);
    }
  }

  /** Returns the configuration of the model, which must exist. */
  JsonNode requireConfig() throws IOException {
    if (config == null) {
      throw new IOException(
          "it must contain a model, but contains only weights. Create the model and call"
              + " loadWeights(file)");
    }
    return config;
  }

  /** Finds the weights of these layers, which exclude the input. */
  SavedWeights weights(List<Layer> layers) throws IOException {
    return isArchive ? SavedWeights.ofArchive(root, layers) : SavedWeights.ofH5(group(), layers);
  }

  /** Finds the weights of the layers that have the same names. */
  SavedWeights weightsByName(List<Layer> layers) throws IOException {
    if (isArchive) {
      throw new IllegalArgumentException(
          "The file must contain the names of its layers for WeightLoading.BY_NAME, but identifies"
              + " them by their class and order. Load it without this option.");
    }
    return SavedWeights.byName(group(), layers);
  }

  private Hdf5File.Group group() throws IOException {
    return config == null ? root : root.group("model_weights");
  }

  /**
   * Returns the arguments of compile, or null if the model was not compiled.
   *
   * @param layers the names of the layers that return the outputs, by which losses are given unless
   *     the outputs of the model form a dictionary
   */
  CompileConfig compileConfig(List<String> layers) throws IOException {
    List<String> outputs = layers;
    if (config.path("config").path("output_layers") instanceof ObjectNode named) {
      var keys = new TreeSet<String>(); // Keras sorts the keys
      named.fieldNames().forEachRemaining(keys::add);
      outputs = List.copyOf(keys);
    }
    JsonNode node = trainingConfig();
    return isArchive ? CompileConfig.read(node, outputs) : CompileConfig.readH5(node, outputs);
  }

  /** Returns whether Keras compiled the model with an optimizer or metrics, but without a loss. */
  boolean isCompiledWithoutLoss() throws IOException {
    JsonNode node = trainingConfig();
    return node != null && !node.isEmpty() && !node.hasNonNull("loss");
  }

  /** Returns the arguments of compile; null if there are none. */
  private JsonNode trainingConfig() throws IOException {
    if (isArchive) {
      return config.get("compile_config");
    }
    String training = root.text("training_config");
    return training == null
        ? null
        : parse("training_config", training.getBytes(StandardCharsets.UTF_8));
  }

  /** Returns the variables of the optimizer, or an empty list if there are none. */
  List<Hdf5Array> optimizerState() throws IOException {
    return isArchive ? SavedOptimizer.ofKeras3(root) : SavedOptimizer.ofH5(root);
  }

  /**
   * Returns whether the file contains the state of an optimizer with this name. Keras derives the
   * name in the file from the class: {@code rm_sprop}, {@code rm_sprop_1}, ….
   */
  boolean hasStateOf(String optimizer) throws IOException {
    if (!isArchive || !root.has("optimizer") || !root.group("optimizer").has("vars")) {
      return false;
    }
    String name = root.group("optimizer/vars").text("name");
    return name != null && name.replaceAll("_\\d+$", "").replace("_", "").equals(optimizer);
  }
}
