package org.unroll.network;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import org.unroll.compute.Activation;
import org.unroll.data.Shape;
import org.unroll.internal.UniqueNames;

/**
 * A stack of built layers with their weights in Keras's order. The output of each layer is the
 * input of the next one. Training and prediction run the network slice by slice with {@linkplain
 * NetworkPass passes}.
 *
 * @hidden
 */
public final class Network {
  /** The number of positions reserved for a layer and its inner layers. */
  private static final int POSITIONS_PER_LAYER = 4;

  private final Input input;
  private final List<Layer> layers;
  private final List<Weight> weights;
  private final List<String> paths;
  private final NetworkState keptState; // of the stateful layers, or null
  private final ModelUse use = new ModelUse();
  private final boolean penalizesOutputs;

  /**
   * Builds a stack of layers: names them, checks that each accepts the output of the previous one,
   * and creates the weights.
   *
   * @param stack an {@link Input} and at least one layer
   * @param seed the seed of the initial weights
   * @throws IllegalArgumentException if the layers do not fit together
   */
  public Network(List<Layer> stack, long seed) {
    this(stack, WeightSource.seeded(seed));
  }

  /**
   * Builds a stack of layers with weights from a source, such as a file.
   *
   * @param stack an {@link Input} and at least one layer
   * @param source provides the initial values of the weights
   * @throws IllegalArgumentException if the layers do not fit together
   */
  public Network(List<Layer> stack, WeightSource source) {
    this(stack, 0, source);
  }

  /**
   * Builds a layer on top of the layers of another network, which keep their weights.
   *
   * @param seed the seed of the initial weights
   * @throws IllegalArgumentException if the layer does not fit
   */
  public Network(Network before, Layer next, long seed) {
    this(before.stackWith(next), before.layers.size() + 1, WeightSource.seeded(seed));
  }

  /** Builds a stack whose first layers are built already. */
  private Network(List<Layer> stack, int built, WeightSource source) {
    if (stack.size() < 2 || !(stack.get(0) instanceof Input first)) {
      throw new IllegalArgumentException(
          "A model must consist of input(...) followed by at least one layer, but was "
              + types(stack));
    }
    for (Layer layer : stack.subList(1, stack.size())) {
      if (layer instanceof Input) {
        throw new IllegalArgumentException(
            "A model must have only one input(...), before all other layers, but was "
                + types(stack));
      }
      if (layer instanceof Cell cell) {
        throw new IllegalArgumentException(cell.isOneStep());
      }
    }
    input = first;
    layers = List.copyOf(stack.subList(1, stack.size()));
    requireUnused(stack.subList(built, stack.size()));
    giveNames(stack);
    // All shapes are checked first, so that after an exception the layers can still be changed.
    outputShape(input.shape());
    requireOneOutput();
    boolean stateful = requireBatchSize();
    build(source);
    penalizesOutputs = layers.stream().anyMatch(layer -> layer.activityRegularizer() != null);
    keptState = stateful ? new NetworkState(layers, Layer::stateful, input.batchSize()) : null;
    var allWeights = new ArrayList<Weight>();
    var allPaths = new ArrayList<String>();
    for (Layer layer : layers) {
      for (Weight weight : layer.weights()) {
        allWeights.add(weight);
        allPaths.add(layer.name() + "/" + weight.name());
      }
    }
    weights = List.copyOf(allWeights);
    paths = List.copyOf(allPaths);
  }

  private List<Layer> stackWith(Layer next) {
    List<Layer> stack = new ArrayList<>(layers);
    stack.add(0, input);
    stack.add(next);
    return stack;
  }

  private static String types(List<Layer> stack) {
    return stack.stream().map(Layer::type).toList() + ".";
  }

  private static void requireUnused(List<Layer> stack) {
    Set<Layer> seen = Collections.newSetFromMap(new IdentityHashMap<>());
    for (Layer layer : stack) {
      requireUnused(layer, seen);
    }
  }

  private static void requireUnused(Layer layer, Set<Layer> seen) {
    if (layer.isBuilt() || !seen.add(layer)) {
      throw new IllegalArgumentException(
          layer.describe()
              + (layer.isBuilt() ? " already belongs to a model." : " is used twice in this model.")
              + " Each position in a model must have its own layer. Create a new layer.");
    }
    for (Layer inner : layer.innerLayers()) {
      requireUnused(inner, seen);
    }
  }

  private static void giveNames(List<Layer> stack) {
    Set<String> taken = new HashSet<>();
    for (Layer layer : stack) {
      if (layer.name() != null && !taken.add(layer.name())) {
        throw new IllegalArgumentException(
            "The names of the layers in a model must be unique, but two layers are named '"
                + layer.name()
                + "'.");
      }
    }
    var names = new UniqueNames();
    for (Layer layer : stack) {
      giveNames(layer, taken, names);
    }
  }

  private static void giveNames(Layer layer, Set<String> taken, UniqueNames names) {
    giveName(layer, taken, names);
    for (Layer inner : layer.innerLayers()) {
      giveNames(inner, taken, names);
    }
  }

  /** Counts as Keras does: lstm, lstm_1, lstm_2, … */
  private static void giveName(Layer layer, Set<String> taken, UniqueNames names) {
    if (layer.name() != null) {
      return;
    }
    String name;
    do {
      name = names.next(layer.defaultName());
    } while (!taken.add(name));
    layer.setName(name);
  }

  private void requireOneOutput() {
    for (int i = 0; i < layers.size() - 1; i++) {
      Layer layer = layers.get(i);
      if (layer.moreOutputs() != null) {
        throw new IllegalArgumentException(
            layer.describe()
                + " returns "
                + layer.moreOutputs()
                + ", but "
                + layers.get(i + 1).describe()
                + " accepts only one input. Only the last layer of a model can return them. Use the"
                + " stepper() of the model to get the states of all layers.");
      }
    }
  }

  /** Returns whether there are stateful layers, which require a fixed batch size. */
  private boolean requireBatchSize() {
    for (Layer layer : layers) {
      if (layer.stateful() && input.batchSize() == 0) {
        throw new IllegalArgumentException(
            layer.describe()
                + " is stateful and keeps a state for each row of a batch, so the batch size must"
                + " be fixed. Set it with input(...).batchSize(rows).");
      }
    }
    return layers.stream().anyMatch(Layer::stateful);
  }

  private void build(WeightSource source) {
    Shape shape = input.shape();
    if (!input.isBuilt()) {
      input.build(shape, input, 0, source);
    }
    Layer previous = input;
    int position = POSITIONS_PER_LAYER;
    for (Layer layer : layers) {
      if (!layer.isBuilt()) {
        layer.build(shape, previous, position, source);
      }
      shape = layer.outputShape();
      previous = layer;
      position += POSITIONS_PER_LAYER;
    }
  }

  /** Returns the input. */
  public Input input() {
    return input;
  }

  /** Returns the layers after the input. */
  public List<Layer> layers() {
    return layers;
  }

  /** Returns the shape of one input sample. */
  public Shape inputShape() {
    return input.shape();
  }

  /** Returns the shape of one output sample. */
  public Shape outputShape() {
    return layers.get(layers.size() - 1).outputShape();
  }

  /**
   * Returns the shape of one output sample for the given shape of one input sample.
   *
   * @param samples the shape of one input sample, in which all axes are known
   * @throws IllegalArgumentException if a layer does not accept such samples
   */
  public Shape outputShape(Shape samples) {
    Shape shape = samples;
    Layer previous = input;
    for (Layer layer : layers) {
      shape = layer.checkInput(shape, previous);
      previous = layer;
    }
    return shape;
  }

  /**
   * Returns the {@link Layer#outputActivation()} of the last layer. Returns null if the layer has
   * an activity regularizer, whose gradient is with respect to the output.
   */
  public Activation outputActivation() {
    Layer last = layers.get(layers.size() - 1);
    return last.activityRegularizer() == null ? last.outputActivation() : null;
  }

  /** Returns whether a layer has an activity regularizer. */
  public boolean penalizesOutputs() {
    return penalizesOutputs;
  }

  /**
   * Checks that the network can be run one time step at a time.
   *
   * @throws IllegalArgumentException if it cannot; names the layer that needs the whole sequence
   */
  public void requireStepByStep() {
    for (Layer layer : layers) {
      if (!layer.worksStepByStep()) {
        throw new IllegalArgumentException(
            layer.describe()
                + " needs the whole sequence, so this model cannot be run step by step. Call"
                + " predict, or build a model without it.");
      }
    }
    if (layers.stream().allMatch(layer -> layer.stateShapes().isEmpty())) {
      throw new IllegalArgumentException(
          "A model must have a recurrent layer to be run step by step, but its layers are "
              + layers.stream().map(Layer::describe).toList()
              + ". Call predict instead.");
    }
    if (!input.shape().dropFirst().isKnown()) {
      throw new IllegalArgumentException(
          "The number of values in a time step must be fixed to run a model step by step, but the"
              + " shape of the input is "
              + input.shape()
              + ".");
    }
  }

  /** Returns which calls use this network. */
  public ModelUse use() {
    return use;
  }

  /** Returns what a forward pass of whole batches does to this network. */
  public ModelUse.Effect forwardEffect() {
    return isStateful() ? ModelUse.Effect.CHANGES_STATES : ModelUse.Effect.READS;
  }

  /** Returns whether the network has stateful layers, which continue from the previous batch. */
  public boolean isStateful() {
    return keptState != null;
  }

  /**
   * Returns the states that the stateful layers keep from batch to batch, one row for each row of a
   * batch. Returns null if there are no stateful layers.
   */
  public NetworkState keptState() {
    return keptState;
  }

  /** Returns states of zeros for all layers that have states. */
  public NetworkState newState(int rows) {
    return new NetworkState(layers, layer -> true, rows);
  }

  /** Returns states of zeros for the last layer if it returns its states, or else null. */
  public NetworkState newReturnedState(int rows) {
    Layer last = layers.get(layers.size() - 1);
    return last.returnState() ? new NetworkState(layers, last::equals, rows) : null;
  }

  /**
   * Returns a description of the additional outputs of the last layer for the message of an
   * exception. Returns null if the network has one output.
   */
  public String moreOutputs() {
    Layer last = layers.get(layers.size() - 1);
    return last.moreOutputs() == null ? null : last.describe() + " returns " + last.moreOutputs();
  }

  /** Returns all weights in Keras's order. */
  public List<Weight> weights() {
    return weights;
  }

  /** Returns those of the {@link #weights()} that an optimizer changes. */
  public List<Weight> trainableWeights() {
    return weights.stream().filter(Weight::trainable).toList();
  }

  /** Returns the names of the {@link #weights()}, each as {@code layer/weight}. */
  public List<String> weightPaths() {
    return paths;
  }

  /**
   * Updates everything that backward passes derive from the weights. Must be called by one thread
   * after every change of the weights.
   */
  public void prepareBackward() {
    for (Layer layer : layers) {
      layer.prepareBackward();
    }
  }

  /**
   * Returns the index of the first layer of each part, followed by the number of layers. Each part
   * but the first begins with a layer that needs the whole batch in training.
   */
  int[] partStarts() {
    var starts = IntStream.builder().add(0);
    for (int i = 0; i < layers.size(); i++) {
      if (layers.get(i).usesBatchStatistics()) {
        starts.add(i);
      }
    }
    return starts.add(layers.size()).build().toArray();
  }

  /** Returns a new pass over all layers. */
  public NetworkPass newPass() {
    return new NetworkPass(this);
  }

  /** Returns a new gradient for each weight. */
  public Gradient[] newGradients() {
    var gradients = new ArrayList<Gradient>();
    for (Layer layer : layers) {
      for (Weight weight : layer.weights()) {
        gradients.add(layer.newGradient(weight));
      }
    }
    return gradients.toArray(new Gradient[0]);
  }
}
