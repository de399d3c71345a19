package org.unroll.keras;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.unroll.data.Shape;
import org.unroll.network.Initializer;
import org.unroll.network.Layer;
import org.unroll.network.WeightSource;

/**
 * The weights of a model in an HDF5 file, handed out while the model is being built: a weight gets
 * memory only once an array of its shape was found.
 */
final class SavedWeights implements WeightSource {
  /** The weights of one layer that are left. */
  private interface Source {
    Hdf5File.Array next() throws IOException;

    /** Complains if there are more weights than the layer has asked for. */
    void finish() throws IOException;
  }

  private final Map<Layer, Source> sources = new HashMap<>();
  private final List<Source> inOrder = new ArrayList<>();

  private SavedWeights() {}

  private void add(Layer layer, Source source) {
    sources.put(layer, source);
    inOrder.add(source);
  }

  /**
   * The weights in Keras 3's own layout: {@code layers/lstm_1/cell/vars/0}. A layer is found by its
   * class and its place among the layers of this class.
   */
  static SavedWeights ofKeras3(Hdf5File.Group root, List<Layer> layers) throws IOException {
    // The older name is Keras 2.12's.
    String container = root.has("layers") ? "layers" : "_layer_checkpoint_dependencies";
    boolean isThere = root.has(container); // else no layer has weights, or the file is damaged
    Hdf5File.Group group = isThere ? root.group(container) : root;
    var weights = new SavedWeights();
    List<String> expected = new ArrayList<>();
    Map<String, Integer> counts = new HashMap<>();
    for (Layer layer : layers) {
      String name = uniqueName(layer, counts);
      expected.add(name);
      LayerFormats.of(layer)
          .groups(layer, name, (owner, path) -> weights.add(owner, new Group(group, path)));
    }
    for (String name : isThere ? group.names() : List.<String>of()) {
      if (!expected.contains(name) && !name.startsWith("input_layer")) {
        throw new IOException("it has weights in '" + group.path() + "/" + name + "' of no layer");
      }
    }
    return weights;
  }

  /** The name of a layer in Keras 3's layout: its class in snake case, then counted. */
  static String uniqueName(Layer layer, Map<String, Integer> counts) {
    String base = Config.snakeCase(layer.type());
    int count = counts.merge(base, 1, Integer::sum) - 1;
    return count == 0 ? base : base + "_" + count;
  }

  /** The numbered arrays of one group. */
  private static final class Group implements Source {
    private final Hdf5File.Group container;
    private final String path;
    private Hdf5File.Group group;
    private int taken;

    Group(Hdf5File.Group container, String path) {
      this.container = container;
      this.path = path;
    }

    @Override
    public Hdf5File.Array next() throws IOException {
      if (group == null) {
        group = container.group(path);
      }
      return group.array(Integer.toString(taken++));
    }

    @Override
    public void finish() throws IOException {
      if (group != null && group.names().size() != taken) {
        throw new IOException(
            "'"
                + group.path()
                + "' has "
                + group.names().size()
                + " weights where the layer has "
                + taken);
      }
    }
  }

  /**
   * The weights in the layout of {@code .h5} files: lists by layer. As in Keras, the layers of the
   * file that have weights belong to those of the model that have some, in their order.
   */
  static SavedWeights ofH5(Hdf5File.Group group, List<Layer> layers) throws IOException {
    Deque<Listed> saved = new ArrayDeque<>();
    for (String name : names(group, "layer_names")) {
      Hdf5File.Group layer = group.group(name);
      List<String> weights = names(layer, "weight_names");
      if (!weights.isEmpty()) {
        saved.add(new Listed(layer, new ArrayDeque<>(weights)));
      }
    }
    var weights = new SavedWeights();
    for (Layer layer : layers) {
      List<Part> parts = new ArrayList<>();
      addParts(layer, List.of(), layer.trainable(), parts);
      var source = new InOrder(saved, parts);
      LayerFormats.of(layer).groups(layer, "", (owner, path) -> weights.add(owner, source));
    }
    weights.inOrder.add(
        new Source() {
          @Override
          public Hdf5File.Array next() {
            throw new IllegalStateException();
          }

          @Override
          public void finish() throws IOException {
            if (!saved.isEmpty()) {
              throw new IOException(
                  "it has weights in '" + saved.element().group.path() + "' of no layer");
            }
          }
        });
    return weights;
  }

  /**
   * Weights that are trained or frozen together.
   *
   * @param names the layers inside the layer of the model that tell them from the others
   * @param trainable whether they are trained
   */
  private record Part(List<String> names, boolean trainable) {
    boolean has(String weight) {
      return List.of(weight.split("/")).containsAll(names);
    }
  }

  /** Adds the parts of a layer in the order in which they ask for weights. */
  private static void addParts(
      Layer layer, List<String> names, boolean trainable, List<Part> parts) {
    List<Layer> children = LayerFormats.of(layer).children(layer);
    if (children.isEmpty()) {
      parts.add(new Part(names, trainable));
    }
    for (Layer child : children) {
      List<String> longer = new ArrayList<>(names);
      if (children.size() > 1) {
        longer.add(child.name());
      }
      addParts(child, longer, trainable && child.trainable(), parts);
    }
  }

  /** A list of names; Keras cuts a long one into several attributes. */
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

  /** A layer of the file. */
  private record Listed(Hdf5File.Group group, Deque<String> weights) {}

  /** The next layer of the file, taken when the first weight is asked for. */
  private static final class InOrder implements Source {
    private final Deque<Listed> saved;
    private final List<Part> parts;
    private Listed mine;

    InOrder(Deque<Listed> saved, List<Part> parts) {
      this.saved = saved;
      this.parts = parts;
    }

    /**
     * The next layer's weights. Keras lists those that are trained before those that are not, which
     * is another order where only some of the layers inside a layer are frozen; then the weights
     * are found by these layers' names.
     */
    private Listed take() {
      Listed next = saved.poll();
      if (next == null || parts.stream().map(Part::trainable).distinct().count() < 2) {
        return next;
      }
      Deque<String> sorted = new ArrayDeque<>();
      for (Part part : parts) {
        next.weights.stream().filter(part::has).forEach(sorted::add);
      }
      return new Listed(next.group, sorted);
    }

    @Override
    public Hdf5File.Array next() throws IOException {
      if (mine == null) {
        mine = take();
      }
      if (mine == null || mine.weights.isEmpty()) {
        throw new IOException(
            "it has too few weights"
                + (mine == null ? " for the layers" : " in '" + mine.group.path() + "'"));
      }
      return mine.group.array(mine.weights.remove());
    }

    @Override
    public void finish() throws IOException {
      if (mine != null && !mine.weights.isEmpty()) {
        throw new IOException(
            "it has weights "
                + mine.weights
                + " in '"
                + mine.group.path()
                + "' that the layer has not");
      }
    }
  }

  @Override
  public float[] values(Layer owner, int index, String name, Shape shape, Initializer initializer) {
    try {
      Hdf5File.Array array = sources.get(owner).next();
      requireShape(array, shape, "'" + name + "' of " + owner.describe());
      return array.floats();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Complains if an array has not the shape of what it is for. */
  static void requireShape(Hdf5File.Array array, Shape shape, String use) throws IOException {
    long[] dimensions = array.dimensions();
    boolean same = dimensions.length == shape.rank();
    for (int i = 0; same && i < dimensions.length; i++) {
      same = dimensions[i] == shape.axis(i);
    }
    if (!same) {
      throw new IOException(
          "'"
              + array.path()
              + "' has the shape "
              + Arrays.toString(dimensions)
              + " where "
              + use
              + " has "
              + shape);
    }
  }

  /** Complains if the file has weights that no layer has asked for. */
  void finish() throws IOException {
    for (Source source : inOrder) {
      source.finish();
    }
  }
}
