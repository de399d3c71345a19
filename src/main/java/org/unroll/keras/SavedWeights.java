package org.unroll.keras;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import org.unroll.data.Shape;
import org.unroll.internal.UniqueNames;
import org.unroll.keras.hdf5.Hdf5Array;
import org.unroll.keras.hdf5.Hdf5File;
import org.unroll.network.Initializer;
import org.unroll.network.Layer;
import org.unroll.network.ModelLayer;
import org.unroll.network.Weight;
import org.unroll.network.WeightSource;

/**
 * The weights of a model in an HDF5 file, which are read while the model is built. Memory for a
 * weight is allocated only after an array of its shape was found.
 */
final class SavedWeights implements WeightSource {
  /** The remaining weights of one layer. */
  private interface Source {
    Hdf5Array next() throws IOException;

    /**
     * Returns the values of a weight.
     *
     * @param trained whether it is trained
     * @param use a description of the weight
     */
    default float[] values(Shape shape, boolean trained, String use) throws IOException {
      Hdf5Array array = next();
      requireShape(array, shape, use);
      return array.floats();
    }

    /** Throws an exception if there are more weights than the layer has. */
    void finish() throws IOException;
  }

  private final Map<Layer, Source> sources = new LinkedHashMap<>();

  /** The layers of the file that have no counterpart in the model. */
  private final List<String> unmatched = new ArrayList<>();

  /** What has no counterpart of the same name, as sentences. */
  private final List<String> unnamed = new ArrayList<>();

  /** The layers of an {@code .h5} file that are not used yet. */
  private final Deque<Listed> left = new ArrayDeque<>();

  /** The layers that are not trained, inner ones with the layers around them. */
  private final Set<Layer> frozen = Collections.newSetFromMap(new IdentityHashMap<>());

  /** The names of layers of a model that are also layers of a model before them. */
  private final Set<String> shared = new HashSet<>();

  /** The layer of an {@code .h5} file with the name of each layer, until it is used. */
  private final List<Deque<Listed>> named = new ArrayList<>();

  private SavedWeights() {}

  /**
   * Finds the weights in the layout of {@code .keras} files, such as {@code
   * layers/lstm_1/cell/vars/0}. A layer is identified by its class and its index among the layers
   * of this class.
   */
  static SavedWeights ofArchive(Hdf5File.Group root, List<Layer> layers) throws IOException {
    var container = Container.of(root);
    List<String> left = new ArrayList<>(container.layers());
    var weights = new SavedWeights();
    var names = new UniqueNames();
    for (Layer layer : layers) {
      String name =
          container.isOfKeras2() ? first(left, Config.snakeCase(layer.type())) : name(layer, names);
      left.remove(name);
      LayerFormats.of(layer)
          .groups(
              layer,
              name,
              (owner, path) -> weights.sources.putIfAbsent(owner, new Group(container, path)));
    }
    left.removeIf(name -> name.startsWith("input_layer"));
    left.forEach(name -> weights.unmatched.add(container.path(name)));
    return weights;
  }

  /** Returns whether a file has the layout of {@code .keras} files. */
  static boolean isArchive(Hdf5File.Group root) {
    return root.names().stream()
        .map(SavedWeights::firstPart)
        .anyMatch(name -> name.equals("layers") || name.equals(Container.KERAS_2));
  }

  /**
   * Returns a name up to the first backslash, with which older versions on Windows joined names.
   */
  private static String firstPart(String name) {
    return name.split("\\\\", -1)[0];
  }

  /** Returns the layer of a class with the smallest number, or the class if there is none. */
  private static String first(List<String> layers, String type) {
    Pattern numbered = Pattern.compile(Pattern.quote(type) + "(_\\d+)?");
    return layers.stream()
        .filter(name -> numbered.matcher(name).matches())
        .min(Comparator.comparingInt(String::length).thenComparing(Comparator.naturalOrder()))
        .orElse(type);
  }

  /** Returns the name of the next layer in the layout of Keras 3: its class in snake case. */
  static String name(Layer layer, UniqueNames names) {
    return names.next(Config.snakeCase(LayerFormats.of(layer).config().className()));
  }

  /**
   * The group of all layers of a {@code .keras} file.
   *
   * <ul>
   *   <li>Keras 2.12 to 2.14 named it {@code _layer_checkpoint_dependencies}. Every layer has a
   *       group there. 2.12 and 2.13 counted layers with weights twice: {@code dense}, {@code
   *       dense_2}, {@code dense_4}.
   *   <li>On Windows, older versions wrote {@code layers\lstm\cell} as the name of one group.
   * </ul>
   */
  private record Container(Hdf5File.Group root, String name) {
    private static final String KERAS_2 = "_layer_checkpoint_dependencies";

    static Container of(Hdf5File.Group root) {
      boolean isOfKeras2 =
          root.names().stream().map(SavedWeights::firstPart).anyMatch(KERAS_2::equals);
      return new Container(root, isOfKeras2 ? KERAS_2 : "layers");
    }

    boolean isOfKeras2() {
      return name.equals(KERAS_2);
    }

    /** Returns the names of the layers, which may be none if no layer has weights. */
    List<String> layers() throws IOException {
      return children(name);
    }

    private boolean isOfWindows() {
      return root.names().stream().anyMatch(path -> path.contains("\\"));
    }

    private List<String> children(String path) throws IOException {
      if (!isOfWindows()) {
        return path.equals(name) && !root.has(name) ? List.of() : root.group(path).names();
      }
      String prefix = windows(path) + "\\";
      return root.names().stream()
          .filter(group -> group.startsWith(prefix))
          .map(group -> firstPart(group.substring(prefix.length())))
          .distinct()
          .toList();
    }

    private static String windows(String path) {
      return path.replace('/', '\\');
    }

    String path(String layer) {
      return name + "/" + layer;
    }

    /** Returns the variables of a layer or of an inner layer, such as {@code lstm_1/cell}. */
    Hdf5File.Group variables(String layer) throws IOException {
      String path = name;
      for (String part : layer.split("/", -1)) {
        if (isOfKeras2() && path.endsWith("/" + KERAS_2)) { // a layer of an inner model
          path += "/" + counted(children(path), part);
        } else {
          path += "/" + (isOfKeras2() && part.equals("layers") ? KERAS_2 : part);
        }
      }
      return root.group(isOfWindows() ? windows(path) : path).group("vars");
    }

    /**
     * Returns the group with the same class and position as a layer in the numbering of Keras 3.
     */
    private static String counted(List<String> layers, String layer) {
      String type = layer.replaceAll("_\\d+$", "");
      int index = layer.equals(type) ? 0 : Integer.parseInt(layer.substring(type.length() + 1));
      List<String> left = new ArrayList<>(layers);
      for (int i = 0; i < index; i++) {
        left.remove(first(left, type));
      }
      return first(left, type);
    }
  }

  /** The numbered arrays of one group. */
  private static final class Group implements Source {
    private final Container container;
    private final String path;
    private Hdf5File.Group group;
    private int taken;

    Group(Container container, String path) {
      this.container = container;
      this.path = path;
    }

    @Override
    public Hdf5Array next() throws IOException {
      if (group == null) {
        group = container.variables(path);
      }
      return group.array(Integer.toString(taken++));
    }

    @Override
    public void finish() throws IOException {
      if (group != null && group.names().size() != taken) {
        throw new IOException(
            "'"
                + group.path()
                + "' must have "
                + taken
                + " weights, but has "
                + group.names().size());
      }
    }
  }

  /**
   * Finds the weights in the layout of {@code .h5} files, which has a list for each layer. As in
   * Keras, the layers of the file that have weights correspond to those of the model, in order.
   * While a model is read from the file, the layers are built in another order if it branches, but
   * have the names of the file.
   */
  static SavedWeights ofH5(Hdf5File.Group group, List<Layer> layers) throws IOException {
    var weights = new SavedWeights();
    List<Listed> listed = listed(group);
    List<String> names = layers.stream().map(Layer::name).toList();
    if (layers.stream().anyMatch(Layer::isBuilt)
        || !names.containsAll(listed.stream().map(Listed::name).toList())) {
      weights.left.addAll(listed);
      layers.forEach(layer -> weights.addInOrder(layer, weights.left));
      return weights;
    }
    for (Layer layer : layers) {
      Deque<Listed> own = new ArrayDeque<>();
      listed.stream().filter(saved -> saved.name.equals(layer.name())).forEach(own::add);
      weights.named.add(own);
      weights.addInOrder(layer, own);
    }
    return weights;
  }

  /** Finds the weights of the layers that have the same names in an {@code .h5} file. */
  static SavedWeights byName(Hdf5File.Group group, List<Layer> layers) throws IOException {
    var weights = new SavedWeights();
    Map<String, Listed> named = new LinkedHashMap<>();
    for (Listed layer : listed(group)) {
      named.put(layer.name, layer);
    }
    for (Layer layer : layers) {
      Listed found = named.remove(layer.name());
      if (found != null) {
        weights.addInOrder(layer, new ArrayDeque<>(List.of(found)));
      } else if (hasWeights(layer)) {
        weights.unnamed.add(layer.describe() + ": the file has no layer of this name");
      }
    }
    for (Listed layer : named.values()) {
      weights.unnamed.add("'" + layer.name + "' of the file: the model has no layer of this name");
    }
    return weights;
  }

  private void addInOrder(Layer layer, Deque<Listed> saved) {
    addFrozen(layer, layer instanceof ModelLayer || layer.trainable());
    var source = new InOrder(saved, shared);
    int before = sources.size();
    LayerFormats.of(layer)
        .groups(
            layer,
            "",
            (owner, path) -> {
              if (sources.putIfAbsent(owner, source) != null) {
                shared.add(owner.name());
              }
            });
    if (sources.size() == before) {
      shared.add(layer.name());
    }
  }

  private void addFrozen(Layer layer, boolean trainable) {
    if (!trainable) {
      frozen.add(layer);
    }
    boolean isModel = layer instanceof ModelLayer;
    for (Layer child : LayerFormats.of(layer).children(layer)) {
      addFrozen(child, (isModel || trainable) && child.trainable());
    }
  }

  /** Returns the layers of a file that have weights. */
  private static List<Listed> listed(Hdf5File.Group group) throws IOException {
    List<Listed> saved = new ArrayList<>();
    for (String name : names(group, "layer_names")) {
      Hdf5File.Group layer = group.group(name);
      List<String> weights = names(layer, "weight_names");
      if (!weights.isEmpty()) {
        saved.add(new Listed(name, layer, new ArrayDeque<>(weights)));
      }
    }
    return saved;
  }

  private static boolean hasWeights(Layer layer) {
    var found = new ArrayList<Weight>();
    LayerFormats.of(layer)
        .groups(layer, "", (owner, path) -> found.addAll(LayerFormats.ownWeights(owner)));
    return !found.isEmpty();
  }

  /**
   * Throws an exception if the file and a model have different numbers of layers with weights, so
   * that it is not clear which correspond to each other.
   */
  void requireCount(List<Layer> layers) {
    long count = layers.stream().filter(SavedWeights::hasWeights).count();
    if (!left.isEmpty() && left.size() != count) {
      throw new IllegalArgumentException(
          "The model must have as many layers with weights as the file, which has "
              + left.stream().map(Listed::name).toList()
              + ", but has "
              + count
              + ". Load layers of the same name with WeightLoading.BY_NAME.");
    }
  }

  /** Reads a list of names, which Keras splits into several attributes if it is long. */
  static List<String> names(Hdf5File.Group group, String attribute) throws IOException {
    List<String> names = group.texts(attribute);
    if (names != null) {
      return names;
    }
    List<String> all = new ArrayList<>();
    int part = 0;
    for (names = group.texts(attribute + part); names != null; ) {
      all.addAll(names);
      part++;
      names = group.texts(attribute + part);
    }
    return all;
  }

  /** A layer of the file and the names of its remaining weights. */
  private record Listed(String name, Hdf5File.Group group, Deque<String> weights) {}

  /**
   * The weights of the next layer of the file, which is chosen when the first one is requested.
   * Keras lists trained weights before all others. The others are therefore read at the end.
   */
  private static final class InOrder implements Source {
    private final Deque<Listed> saved;
    private final Set<String> shared;
    private final List<Late> late = new ArrayList<>();
    private Listed current;

    /** A weight that is read at the end. */
    private record Late(Shape shape, float[] values, String use) {}

    InOrder(Deque<Listed> saved, Set<String> shared) {
      this.saved = saved;
      this.shared = shared;
    }

    @Override
    public float[] values(Shape shape, boolean trained, String use) throws IOException {
      if (trained) {
        return Source.super.values(shape, true, use);
      }
      choose();
      boolean found = false;
      for (String name : current == null ? List.<String>of() : current.weights) {
        found = found || hasShape(current.group.array(name), shape);
      }
      if (!found) {
        return Source.super.values(shape, false, use); // throws an exception
      }
      late.add(new Late(shape, new float[shape.size()], use));
      return late.get(late.size() - 1).values;
    }

    private void choose() {
      while (current == null && !saved.isEmpty()) {
        Listed next = saved.poll();
        current = shared.contains(next.name) ? null : next;
      }
    }

    @Override
    public Hdf5Array next() throws IOException {
      choose();
      if (current == null || current.weights.isEmpty()) {
        throw new IOException(
            "it must have as many weights as the model, but has too few"
                + (current == null ? "" : " in '" + current.group.path() + "'"));
      }
      return current.group.array(current.weights.remove());
    }

    @Override
    public void finish() throws IOException {
      for (Late weight : late) {
        float[] values = Source.super.values(weight.shape, false, weight.use);
        System.arraycopy(values, 0, weight.values, 0, values.length);
      }
      late.clear();
      if (current != null && !current.weights.isEmpty()) {
        throw new IOException(
            "it has the weights "
                + current.weights
                + " in '"
                + current.group.path()
                + "', but the layer has no such weights");
      }
    }
  }

  @Override
  public float[] values(
      Layer owner, int index, String name, Shape shape, Initializer initializer, boolean trained) {
    try {
      return sources
          .get(owner)
          .values(
              shape, trained && !frozen.contains(owner), "'" + name + "' of " + owner.describe());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Throws an exception unless an array has this shape. */
  static void requireShape(Hdf5Array array, Shape shape, String use) throws IOException {
    if (!hasShape(array, shape)) {
      throw new IOException(
          "'"
              + array.path()
              + "' must have the shape "
              + shape
              + " of "
              + use
              + ", but has "
              + Arrays.toString(array.dimensions()));
    }
  }

  private static boolean hasShape(Hdf5Array array, Shape shape) {
    long[] dimensions = array.dimensions();
    boolean same = dimensions.length == shape.rank();
    for (int i = 0; same && i < dimensions.length; i++) {
      same = dimensions[i] == shape.axis(i);
    }
    return same;
  }

  /** Throws an exception if the file has weights that no layer has requested. */
  void finish() throws IOException {
    for (Source source : sources.values()) {
      source.finish();
    }
    List<String> unused = unmatched();
    if (!unused.isEmpty()) {
      throw new IOException(
          "it has weights in '" + unused.get(0) + "', but the model has no such layer");
    }
  }

  private List<String> unmatched() {
    List<String> all = new ArrayList<>(unmatched);
    left.forEach(layer -> all.add(layer.group.path()));
    named.forEach(own -> own.forEach(layer -> all.add(layer.group.path())));
    return all;
  }

  /**
   * Copies the weights into the layers of a model. A layer whose weights do not fit is not changed.
   *
   * @param skip whether to leave out such layers, else nothing is changed
   * @return what was left out
   */
  List<String> copyTo(List<Layer> layers, boolean skip) {
    List<String> mismatches = new ArrayList<>();
    Map<Weight, float[]> values = new LinkedHashMap<>();
    Set<Layer> done = Collections.newSetFromMap(new IdentityHashMap<>());
    for (Layer layer : layers) {
      try {
        values.putAll(valuesOf(layer, done));
      } catch (IOException e) {
        mismatches.add(layer.describe() + ": " + e.getMessage());
      }
    }
    for (String name : unmatched()) {
      mismatches.add("'" + name + "' of the file: the model has no such layer");
    }
    if (!skip && !mismatches.isEmpty()) {
      throw new IllegalArgumentException(
          "The weights must fit the model, but these do not:\n  "
              + String.join("\n  ", mismatches)
              + "\nLeave them out with WeightLoading.SKIP_MISMATCH.");
    }
    mismatches.addAll(unnamed);
    if (values.isEmpty()) {
      throw new IllegalArgumentException(
          "The weights of at least one layer must fit the model, but none does:\n  "
              + String.join("\n  ", mismatches));
    }
    values.forEach((weight, array) -> System.arraycopy(array, 0, weight.values(), 0, array.length));
    return mismatches;
  }

  /**
   * Reads the weights of a layer.
   *
   * @param done the layers before, which an inner model may contain, too
   */
  private Map<Weight, float[]> valuesOf(Layer layer, Set<Layer> done) throws IOException {
    Map<Weight, float[]> values = new LinkedHashMap<>();
    List<Layer> owners = new ArrayList<>();
    LayerFormats.of(layer)
        .groups(
            layer,
            "",
            (owner, path) -> {
              if (sources.containsKey(owner) && done.add(owner)) {
                owners.add(owner);
              }
            });
    for (boolean trained : new boolean[] {true, false}) {
      for (Layer owner : owners) {
        for (Weight weight : LayerFormats.ownWeights(owner)) {
          if (trained == (weight.trainable() && !frozen.contains(owner))) {
            Hdf5Array array = sources.get(owner).next();
            requireShape(array, weight.shape(), "'" + weight.name() + "'");
            values.put(weight, array.floats());
          }
        }
      }
    }
    for (Layer owner : owners) {
      sources.get(owner).finish();
    }
    return values;
  }
}
