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
import org.unroll.internal.UniqueNames;
import org.unroll.network.Initializer;
import org.unroll.network.Layer;
import org.unroll.network.WeightSource;

/**
 * The weights of a model in an HDF5 file, which are read while the model is built. Memory for a
 * weight is allocated only after an array of its shape was found.
 */
final class SavedWeights implements WeightSource {
  /** The remaining weights of one layer. */
  private interface Source {
    Hdf5File.Array next() throws IOException;

    /** Throws an exception if there are more weights than the layer has. */
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
   * Finds the weights in the layout of Keras 3, such as {@code layers/lstm_1/cell/vars/0}. A layer
   * is identified by its class and its index among the layers of this class.
   */
  static SavedWeights ofKeras3(Hdf5File.Group root, List<Layer> layers) throws IOException {
    // Keras 2.12 uses the second name.
    String container = root.has("layers") ? "layers" : "_layer_checkpoint_dependencies";
    boolean exists = root.has(container); // else no layer has weights, or the file is damaged
    Hdf5File.Group group = exists ? root.group(container) : root;
    var weights = new SavedWeights();
    List<String> expected = new ArrayList<>();
    var names = new UniqueNames();
    for (Layer layer : layers) {
      String name = name(layer, names);
      expected.add(name);
      LayerFormats.of(layer)
          .groups(layer, name, (owner, path) -> weights.add(owner, new Group(group, path)));
    }
    for (String name : exists ? group.names() : List.<String>of()) {
      if (!expected.contains(name) && !name.startsWith("input_layer")) {
        throw new IOException(
            "it has weights in '"
                + group.path()
                + "/"
                + name
                + "', but the model has no such layer");
      }
    }
    return weights;
  }

  /** Returns the name of the next layer in the layout of Keras 3: its class in snake case. */
  static String name(Layer layer, UniqueNames names) {
    return names.next(Config.snakeCase(layer.type()));
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
                  "it has weights in '"
                      + saved.element().group.path()
                      + "', but the model has no such layer");
            }
          }
        });
    return weights;
  }

  /**
   * Weights that are trained or frozen together.
   *
   * @param names the names of the inner layers that identify them
   * @param trainable whether they are trained
   */
  private record Part(List<String> names, boolean trainable) {
    boolean has(String weight) {
      return List.of(weight.split("/")).containsAll(names);
    }
  }

  /** Adds the parts of a layer in the order in which they request weights. */
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
  private record Listed(Hdf5File.Group group, Deque<String> weights) {}

  /** The weights of the next layer of the file, which is chosen when the first one is requested. */
  private static final class InOrder implements Source {
    private final Deque<Listed> saved;
    private final List<Part> parts;
    private Listed current;

    InOrder(Deque<Listed> saved, List<Part> parts) {
      this.saved = saved;
      this.parts = parts;
    }

    /**
     * Returns the weights of the next layer. Keras lists trainable weights before frozen ones. If
     * only some of the inner layers are frozen, the weights are therefore found by the names of the
     * inner layers.
     */
    private Listed nextLayer() {
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
      if (current == null) {
        current = nextLayer();
      }
      if (current == null || current.weights.isEmpty()) {
        throw new IOException(
            "it must have as many weights as the model, but has too few"
                + (current == null ? "" : " in '" + current.group.path() + "'"));
      }
      return current.group.array(current.weights.remove());
    }

    @Override
    public void finish() throws IOException {
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
  public float[] values(Layer owner, int index, String name, Shape shape, Initializer initializer) {
    try {
      Hdf5File.Array array = sources.get(owner).next();
      requireShape(array, shape, "'" + name + "' of " + owner.describe());
      return array.floats();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Throws an exception unless an array has this shape. */
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
              + "' must have the shape "
              + shape
              + " of "
              + use
              + ", but has "
              + Arrays.toString(dimensions));
    }
  }

  /** Throws an exception if the file has weights that no layer has requested. */
  void finish() throws IOException {
    for (Source source : inOrder) {
      source.finish();
    }
  }
}
