package org.unroll.keras;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.File;
import java.io.FileInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.List;
import org.unroll.ModelFiles;
import org.unroll.Sequential;
import org.unroll.data.Shape;
import org.unroll.internal.AtomicFile;
import org.unroll.internal.UniqueNames;
import org.unroll.metrics.Metric;
import org.unroll.network.Layer;
import org.unroll.network.Network;
import org.unroll.network.Weight;
import org.unroll.optimizers.Optimizer;

/**
 * Reads and writes model files in Keras's formats, for {@link Sequential#load} and {@link
 * Sequential#save}. It is public because {@link java.util.ServiceLoader} requires this.
 *
 * @hidden
 */
public final class KerasFiles implements ModelFiles {
  /** The version of Keras whose format is written. */
  private static final String KERAS_VERSION = "3.15.1";

  /** The maximum nesting of a configuration; those that Keras writes have about ten levels. */
  private static final int DEEPEST_JSON = 100;

  private static final ObjectMapper JSON =
      new ObjectMapper(
          JsonFactory.builder()
              .streamReadConstraints(
                  StreamReadConstraints.builder().maxNestingDepth(DEEPEST_JSON).build())
              .build());

  /** Called by the service loader. */
  public KerasFiles() {}

  @Override
  public Sequential load(Path path, boolean compile) {
    try {
      return read(path.toFile(), compile);
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(path + ": " + e.getMessage(), e);
    } catch (IOException e) {
      throw unreadable(path, e);
    } catch (UncheckedIOException e) {
      throw unreadable(path, e.getCause());
    } catch (RuntimeException | StackOverflowError e) {
      // A damaged file can cause any exception in the libraries that read it.
      throw unreadable(path, new IOException("it is damaged (" + e + ")", e));
    }
  }

  private static UncheckedIOException unreadable(Path path, IOException cause) {
    return new UncheckedIOException(
        "The model file " + path + " cannot be read: " + cause.getMessage(), cause);
  }

  private static Sequential read(File file, boolean compile) throws IOException {
    byte[] head;
    try (var in = new FileInputStream(file)) {
      head = in.readNBytes(8);
    }
    if (KerasArchive.isZip(head)) {
      return readKeras(KerasArchive.read(file), compile);
    }
    if (Hdf5File.isHdf5(head)) {
      if (file.length() > KerasArchive.LARGEST_WEIGHTS) {
        throw new IOException(
            "it must have at most "
                + KerasArchive.LARGEST_WEIGHTS
                + " bytes, but has "
                + file.length());
      }
      try (var in = new FileInputStream(file)) {
        return readH5(new Hdf5File(in.readNBytes(KerasArchive.LARGEST_WEIGHTS)).root(), compile);
      }
    }
    throw new IOException("it must be a .keras file (zip) or an .h5 file (HDF5)");
  }

  private static Sequential readKeras(KerasArchive archive, boolean compile) throws IOException {
    JsonNode metadata = parse("metadata.json", archive.metadata());
    JsonNode config = parse("config.json", archive.config());
    boolean isKeras3 = isKeras3(metadata.path("keras_version").asText(""), config);
    ModelConfigs.Stack stack = ModelConfigs.read(config);
    Hdf5File.Group root = new Hdf5File(archive.weights()).root();
    List<Layer> layers = stack.layers().subList(1, stack.layers().size());
    Sequential model = build(stack, SavedWeights.ofKeras3(root, layers));
    if (isKeras3 && compile) {
      compile(
          model, CompileConfig.read(config.get("compile_config")), SavedOptimizer.ofKeras3(root));
    }
    return model;
  }

  private static Sequential readH5(Hdf5File.Group root, boolean compile) throws IOException {
    String json = root.text("model_config");
    if (json == null) {
      throw new IOException(
          "it must contain a model, but has no 'model_config'; it may be a file of weights only");
    }
    JsonNode config = parse("model_config", json.getBytes(StandardCharsets.UTF_8));
    String version = root.text("keras_version");
    boolean isKeras3 = isKeras3(version == null ? "" : version, config);
    ModelConfigs.Stack stack = ModelConfigs.read(config);
    List<Layer> layers = stack.layers().subList(1, stack.layers().size());
    Sequential model = build(stack, SavedWeights.ofH5(root.group("model_weights"), layers));
    String training = root.text("training_config");
    if (isKeras3 && compile && training != null) {
      JsonNode settings = parse("training_config", training.getBytes(StandardCharsets.UTF_8));
      compile(model, CompileConfig.readH5(settings), SavedOptimizer.ofH5(root));
    }
    return model;
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

  /**
   * Returns whether Keras 3 wrote the file. Rejects options whose meaning changed since Keras 2.
   */
  private static boolean isKeras3(String version, JsonNode config) throws IOException {
    if (version.startsWith("3.")) {
      return true;
    }
    if (!version.matches("[12]\\..*")) {
      throw new IOException(
          "it must have been written by Keras 1, 2 or 3, but its version is '" + version + "'");
    }
    JsonNode layers = config.path("config");
    for (JsonNode layer : layers.isArray() ? layers : layers.path("layers")) {
      for (String option : List.of("activation", "recurrent_activation")) {
        if (layer.findValuesAsText(option).contains("hard_sigmoid")) {
          throw new IllegalArgumentException(
              layer.path("class_name").asText()
                  + " '"
                  + layer.path("config").path("name").asText()
                  + "' has "
                  + option
                  + "=hard_sigmoid, which is not supported in a file of Keras "
                  + version
                  + ": it was a different function there, 0.2·x + 0.5.");
        }
      }
    }
    return false;
  }

  private static Sequential build(ModelConfigs.Stack stack, SavedWeights weights)
      throws IOException {
    var network = new Network(stack.layers(), weights);
    weights.finish();
    Sequential model = Sequential.of(network);
    return stack.name() == null ? model : model.name(stack.name());
  }

  private static void compile(Sequential model, CompileConfig compile, List<Hdf5File.Array> state)
      throws IOException {
    if (compile == null) {
      return;
    }
    model.compile(compile.optimizer(), compile.loss(), compile.metrics().toArray(new Metric[0]));
    if (!state.isEmpty()) {
      SavedOptimizer.restore(compile.optimizer(), model.network().trainableWeights(), state);
    }
  }

  @Override
  public void save(Sequential model, Path path) {
    if (!path.toString().endsWith(".keras")) {
      throw new IllegalArgumentException(
          "The name of a model file must end in .keras, or Keras will not open it. Received: "
              + path);
    }
    File scratch = AtomicFile.temporaryFor(path);
    try {
      byte[] config = JSON.writeValueAsBytes(ModelConfigs.write(model));
      byte[] weights = weights(model).toBytes(scratch);
      AtomicFile.write(path, new KerasArchive(metadata(), config, weights)::write);
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(path + ": " + e.getMessage(), e);
    } catch (IOException e) {
      throw new UncheckedIOException(
          "The model cannot be saved to " + path + ": " + e.getMessage(), e);
    } finally {
      AtomicFile.delete(scratch);
    }
  }

  private static byte[] metadata() throws IOException {
    ObjectNode metadata = JsonNodeFactory.instance.objectNode();
    metadata.put("keras_version", KERAS_VERSION);
    metadata.put(
        "date_saved",
        DateTimeFormatter.ofPattern("yyyy-MM-dd@HH:mm:ss")
            .format(LocalDateTime.now(ZoneOffset.UTC)));
    return JSON.writeValueAsBytes(metadata);
  }

  private static Hdf5Tree weights(Sequential model) {
    var tree = new Hdf5Tree();
    var names = new UniqueNames();
    for (Layer layer : model.layers()) {
      LayerFormats.of(layer)
          .groups(
              layer,
              "layers/" + SavedWeights.name(layer, names),
              (owner, path) -> {
                tree.name(path, owner.name());
                List<Weight> weights = owner.weights();
                for (int i = 0; i < weights.size(); i++) {
                  Weight weight = weights.get(i);
                  tree.array(path + "/" + i, weight.shape(), weight.values());
                }
              });
    }
    if (model.optimizer() != null) {
      optimizer(tree, model.optimizer(), model.network().trainableWeights());
    }
    return tree;
  }

  private static void optimizer(Hdf5Tree tree, Optimizer optimizer, List<Weight> weights) {
    optimizer.build(weights);
    tree.name("optimizer/vars", optimizer.name());
    int next = 0;
    tree.whole("optimizer/vars/" + next++, optimizer.iterations());
    if (optimizer.schedule() == null) {
      float[] rate = {(float) optimizer.learningRate()};
      tree.array("optimizer/vars/" + next++, Shape.of(), rate);
    }
    for (Optimizer.Slot slot : optimizer.slots()) {
      tree.array("optimizer/vars/" + next++, slot.shape(), slot.values());
    }
  }
}
