package org.unroll.keras;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystems;
import java.nio.file.Path;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import org.unroll.Model;
import org.unroll.ModelFiles;
import org.unroll.OutputLoss;
import org.unroll.WeightLoading;
import org.unroll.callbacks.ProgressHints;
import org.unroll.data.Shape;
import org.unroll.internal.AtomicFile;
import org.unroll.internal.Failures;
import org.unroll.internal.UniqueNames;
import org.unroll.keras.files.KerasArchive;
import org.unroll.keras.files.PythonFile;
import org.unroll.keras.hdf5.Hdf5Array;
import org.unroll.keras.hdf5.Hdf5Tree;
import org.unroll.network.Cell;
import org.unroll.network.Layer;
import org.unroll.network.Weight;
import org.unroll.optimizers.Optimizer;

/**
 * Reads and writes model files in Keras's formats, for {@link Model#load} and {@link Model#save}.
 * It is public because {@link java.util.ServiceLoader} requires this.
 *
 * @hidden
 */
public final class KerasFiles implements ModelFiles {
  /** The version of Keras whose format is written. */
  private static final String KERAS_VERSION = "3.15.1";

  /** The backend that files name, of which Keras only requires that there is one. */
  private static final String BACKEND = "tensorflow";

  private static final ObjectMapper JSON = new ObjectMapper();

  /** Called by the service loader. */
  public KerasFiles() {}

  @Override
  public Model load(Path path, boolean compile) {
    return read(path, file -> read(file, compile));
  }

  @Override
  public List<String> loadWeights(Model model, Path path, Set<WeightLoading> options) {
    return read(
        path,
        file -> {
          List<Layer> layers = model.layers();
          boolean byName = options.contains(WeightLoading.BY_NAME);
          SavedWeights weights = byName ? file.weightsByName(layers) : file.weights(layers);
          if (!byName) {
            weights.requireCount(layers);
          }
          return weights.copyTo(layers, options.contains(WeightLoading.SKIP_MISMATCH));
        });
  }

  /** Reads something from an open file. */
  private interface Reader<T> {
    T read(SavedFile file) throws IOException;
  }

  private static <T> T read(Path path, Reader<T> reader) {
    String source = path.toString();
    try {
      if (path.getFileSystem() != FileSystems.getDefault()) {
        throw new IOException(
            "it must be in the default file system. Copy it there with Files.copy");
      }
      SavedFile file = SavedFile.open(path.toFile());
      if (file.version() != null) {
        source += " (Keras " + file.version().text() + ")";
      }
      return reader.read(file);
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(source + ": " + e.getMessage(), e);
    } catch (IOException e) {
      throw unreadable(source, e);
    } catch (UncheckedIOException e) {
      throw unreadable(source, e.getCause());
    } catch (RuntimeException | StackOverflowError e) {
      // A damaged file can cause any exception in the libraries that read it.
      throw unreadable(source, new IOException("it is damaged (" + e + ")", e));
    }
  }

  private static UncheckedIOException unreadable(String source, IOException cause) {
    return new UncheckedIOException(
        "The model file " + source + " cannot be read: " + Failures.reason(cause), cause);
  }

  private static Model read(SavedFile file, boolean compile) throws IOException {
    ModelConfigs.Stack stack = ModelConfigs.read(file.requireConfig());
    SavedWeights weights = file.weights(stack.layers());
    Model model = stack.model(weights);
    weights.finish();
    boolean hasConfig = compile && file.version().isKeras3();
    CompileConfig config = hasConfig ? file.compileConfig(model.network().outputNames()) : null;
    if (config != null) {
      // The state may be that of an optimizer that is not in the configuration.
      boolean fits = config.isOptimizerKnown() || file.hasStateOf(config.optimizer().name());
      compile(model, config, fits ? file.optimizerState() : List.of());
    } else if (hasConfig && file.isCompiledWithoutLoss()) {
      ProgressHints.say(
          "The model '"
              + model.name()
              + "' was compiled without a loss when Keras saved it, so it is not compiled, and its"
              + " optimizer and metrics are left out. Call compile(optimizer, loss) before you train"
              + " it.");
    }
    return model;
  }

  private static void compile(Model model, CompileConfig config, List<Hdf5Array> state)
      throws IOException {
    model.compile(config.optimizer(), config.outputs().toArray(new OutputLoss[0]));
    if (!state.isEmpty()) {
      SavedOptimizer.restore(model, state);
    }
  }

  @Override
  public void save(Model model, Path path) {
    String name = path.toString();
    boolean isH5 = name.endsWith(".h5") && !name.endsWith(".weights.h5");
    if (!isH5 && !name.endsWith(".keras")) {
      throw new IllegalArgumentException(
          "The name of a model file must end in .keras or .h5, so that Keras can open it, but was "
              + path
              + ".");
    }
    write(
        path,
        target -> {
          if (isH5) {
            byte[] all = bytes(h5(model), target);
            AtomicFile.write(target, out -> out.write(all));
            return;
          }
          byte[] config = JSON.writeValueAsBytes(ModelConfigs.write(model));
          byte[] weights = bytes(weights(model, true), target);
          AtomicFile.write(target, new KerasArchive(metadata(), config, weights)::write);
        });
  }

  @Override
  public void requireSavable(Model model) {
    ModelConfigs.write(model);
    for (Layer layer : model.layers()) {
      LayerFormats.of(layer).groups(layer, "", (owner, path) -> {});
    }
  }

  @Override
  public void savePython(Model model, Path path) {
    if (!path.toString().endsWith(".py")) {
      throw new IllegalArgumentException(
          "The name of a Python file must end in .py, but was " + path + ".");
    }
    write(
        path,
        target -> {
          var file = new PythonFile();
          Map<String, Layer> layers = new LinkedHashMap<>();
          for (Layer layer : model.layers()) {
            LayerFormats.of(layer)
                .groups(
                    layer,
                    "",
                    (owner, group) ->
                        layers.putIfAbsent(
                            LayerFormats.of(owner).config().registeredName(), owner));
          }
          addClasses(ModelConfigs.write(model), layers, file);
          if (file.isEmpty()) {
            throw new IllegalArgumentException(
                "Only a model with classes that Keras does not have needs a Python file, but Keras"
                    + " has all classes of this model.");
          }
          AtomicFile.write(
              target, out -> out.write(file.toString().getBytes(StandardCharsets.UTF_8)));
        });
  }

  /** Adds the registered classes in a configuration, those of inner objects first. */
  private static void addClasses(JsonNode node, Map<String, Layer> layers, PythonFile file)
      throws IOException {
    for (JsonNode child : node) {
      addClasses(child, layers, file);
    }
    String name = node.isObject() ? Format.registeredName(node) : null;
    if (name == null) {
      return;
    }
    if (name.startsWith(CustomObjects.OWN_PACKAGE + ">")) {
      file.add(node.path("class_name").asText());
      return;
    }
    Class<?> type = CustomObjects.type(name);
    Layer layer = layers.get(name);
    List<Integer> states = List.of();
    if (layer instanceof Cell cell) {
      states = cell.stateShapes().values().stream().map(Shape::last).toList();
    }
    List<Weight> weights = layer == null ? List.of() : LayerFormats.ownWeights(layer);
    file.add(name, type, node.path("config"), OptimizerFormats.common(type), states, weights);
  }

  @Override
  public void saveWeights(Model model, Path path) {
    if (!path.toString().endsWith(".weights.h5")) {
      throw new IllegalArgumentException(
          "The name of a file of weights must end in .weights.h5, so that Keras can open it, but was "
              + path
              + ".");
    }
    write(
        path,
        target -> {
          byte[] weights = bytes(weights(model, false), target);
          AtomicFile.write(target, out -> out.write(weights));
        });
  }

  /** Writes to the target of a path. */
  private interface Writer {
    void write(Path target) throws IOException;
  }

  private static void write(Path path, Writer writer) {
    try {
      writer.write(AtomicFile.target(path));
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(path + ": " + e.getMessage(), e);
    } catch (IOException e) {
      throw new UncheckedIOException(
          "The model cannot be saved to " + path + ": " + Failures.reason(e), e);
    }
  }

  /** Returns the bytes of an HDF5 file, which jhdf can write to a file only. */
  private static byte[] bytes(Hdf5Tree tree, Path target) throws IOException {
    File scratch = AtomicFile.temporaryFor(target);
    try {
      return tree.toBytes(scratch);
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

  private static Hdf5Tree weights(Model model, boolean withOptimizer) {
    var tree = new Hdf5Tree();
    Set<Layer> written = new HashSet<>();
    var names = new UniqueNames();
    for (Layer layer : model.layers()) {
      LayerFormats.of(layer)
          .groups(
              layer,
              "layers/" + SavedWeights.name(layer, names),
              (owner, group) -> {
                if (!written.add(owner)) { // shared with an inner model
                  return;
                }
                String path = group + "/vars";
                tree.attribute(path, "name", owner.name());
                List<Weight> weights = LayerFormats.ownWeights(owner);
                for (int i = 0; i < weights.size(); i++) {
                  Weight weight = weights.get(i);
                  tree.array(path + "/" + i, weight.shape(), weight.values());
                }
              });
    }
    if (withOptimizer && model.optimizer() != null) {
      optimizer(tree, "optimizer/vars", model);
      tree.attribute("optimizer/vars", "name", model.optimizer().name());
    }
    return tree;
  }

  /** Returns a model in the layout of {@code .h5} files. */
  private static Hdf5Tree h5(Model model) throws IOException {
    var tree = new Hdf5Tree();
    ObjectNode config = ModelConfigs.write(model);
    ObjectNode training = (ObjectNode) config.remove("compile_config");
    config.retain("class_name", "config");
    tree.attribute("", "keras_version", KERAS_VERSION);
    tree.attribute("", "backend", BACKEND);
    tree.attribute("", "model_config", JSON.writeValueAsString(config));
    List<String> layers = new ArrayList<>();
    Set<Layer> seen = new HashSet<>();
    for (Layer layer : model.layers()) {
      List<Weight> weights = h5Weights(layer, seen);
      if (!weights.isEmpty()) {
        layers.add(layer.name());
        String path = "model_weights/" + layer.name();
        List<String> names = weights.stream().map(w -> layer.name() + "/" + w.name()).toList();
        tree.attribute(path, "weight_names", names);
        for (int i = 0; i < names.size(); i++) {
          tree.array(path + "/" + names.get(i), weights.get(i).shape(), weights.get(i).values());
        }
      }
    }
    if (!layers.isEmpty()) {
      tree.attribute("model_weights", "keras_version", KERAS_VERSION);
      tree.attribute("model_weights", "backend", BACKEND);
      tree.attribute("model_weights", "layer_names", layers);
    }
    if (training != null) {
      training.set(
          "optimizer_config",
          ((ObjectNode) training.remove("optimizer")).retain("class_name", "config"));
      tree.attribute("", "training_config", JSON.writeValueAsString(training));
      String path = "optimizer_weights";
      int count = optimizer(tree, path, model);
      tree.attribute(
          path, "weight_names", IntStream.range(0, count).mapToObj(Integer::toString).toList());
    }
    return tree;
  }

  /**
   * Returns the weights of a layer as {@code .h5} files list them: those that are trained first.
   */
  private static List<Weight> h5Weights(Layer layer, Set<Layer> seen) {
    LayerFormats.of(layer)
        .groups(
            layer,
            "",
            (owner, path) -> {
              if (!seen.add(owner)) {
                throw new IllegalArgumentException(
                    owner.describe()
                        + " must not belong to a model and also to a model inside it to be saved to an"
                        + " .h5 file, which would contain its weights twice. Save the model to a .keras"
                        + " file.");
              }
              int own = LayerFormats.ownWeights(owner).size();
              if (own > 0 && own < owner.weights().size()) {
                throw new IllegalArgumentException(
                    owner.describe()
                        + " must not have own weights in addition to those of inner layers to be"
                        + " saved to an .h5 file, whose order of weights has no names. Save the model"
                        + " to a .keras file.");
              }
            });
    List<Weight> weights = new ArrayList<>(layer.weights());
    weights.sort(Comparator.comparing(weight -> !weight.trainable()));
    return weights;
  }

  /** Writes the variables of the optimizer, and returns their number. */
  private static int optimizer(Hdf5Tree tree, String path, Model model) {
    Optimizer optimizer = model.optimizer();
    List<Optimizer.Slot> slots = SavedOptimizer.slots(model);
    int next = 0;
    tree.whole(path + "/" + next++, optimizer.iterations());
    if (optimizer.schedule() == null) {
      float[] rate = {(float) optimizer.learningRate()};
      tree.array(path + "/" + next++, Shape.of(), rate);
    }
    for (Optimizer.Slot slot : slots) {
      tree.array(path + "/" + next++, slot.shape(), slot.values());
    }
    return next;
  }
}
