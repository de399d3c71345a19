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
 * A stack of built layers, each fed by the one before it, with their weights in Keras's order.
 * Training and prediction run it slice by slice through {@link NetworkPass passes}.
 */
public final class Network {
  /** The positions a layer and the layers inside it take up. */
  private static final int POSITIONS_PER_LAYER = 4;

  private final Input input;
  private final List<Layer> layers;
  private final List<Weight> weights;
  private final List<String> paths;
  private final NetworkState keptState; // of the stateful layers, null where there is none

  /**
   * Builds a stack of layers: names them, checks that each takes what the one before it returns,
   * creates the weights.
   *
   * @param stack an {@link Input} and at least one layer
   * @param seed the seed of the initial weights
   * @throws IllegalArgumentException if the layers do not fit together
   */
  public Network(List<Layer> stack, long seed) {
    this(stack, WeightSource.seeded(seed));
  }

  /**
   * Builds a stack of layers whose weights take their values from a source, such as a file.
   *
   * @param stack an {@link Input} and at least one layer
   * @param source gives the weights their first values
   * @throws IllegalArgumentException if the layers do not fit together
   */
  public Network(List<Layer> stack, WeightSource source) {
    if (stack.size() < 2 || !(stack.get(0) instanceof Input first)) {
      throw new IllegalArgumentException(
          "A model begins with input(...) and has at least one layer behind it. Received: "
              + stack.stream().map(Layer::type).toList());
    }
    for (Layer layer : stack.subList(1, stack.size())) {
      if (layer instanceof Input) {
        throw new IllegalArgumentException(
            "input(...) stands at the beginning of a model only. Received: "
                + stack.stream().map(Layer::type).toList());
      }
      if (layer instanceof Cell cell) {
        throw new IllegalArgumentException(cell.isOneStep());
      }
    }
    input = first;
    layers = List.copyOf(stack.subList(1, stack.size()));
    requireUnused(stack);
    giveNames(stack);
    // Before one of them is built, so that after an error they can still be changed.
    outputShape(input.shape());
    requireOneOutput();
    boolean stateful = requireBatchSize();
    build(source);
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
              + (layer.isBuilt() ? " already belongs to a model." : " stands in this model twice.")
              + " Create a new layer for each place in a model.");
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
            "The name of a layer is unique in its model. Received twice: '" + layer.name() + "'");
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

  /** Keras's counting: lstm, lstm_1, lstm_2, … */
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
                + ", and "
                + layers.get(i + 1).describe()
                + " takes one input. Let the last layer of a model alone return them; a model's"
                + " stepper() has the states of all layers.");
      }
    }
  }

  /** Whether there are stateful layers; then the batch size must be known. */
  private boolean requireBatchSize() {
    for (Layer layer : layers) {
      if (layer.stateful() && input.batchSize() == 0) {
        throw new IllegalArgumentException(
            layer.describe()
                + " is stateful and keeps a state for each row of a batch, so the batch size must"
                + " be fixed. Give it with the input: input(…).batchSize(rows).");
      }
    }
    return layers.stream().anyMatch(Layer::stateful);
  }

  private void build(WeightSource source) {
    Shape shape = input.shape();
    input.build(shape, input, 0, source);
    Layer previous = input;
    int position = POSITIONS_PER_LAYER;
    for (Layer layer : layers) {
      layer.build(shape, previous, position, source);
      shape = layer.outputShape();
      previous = layer;
      position += POSITIONS_PER_LAYER;
    }
  }

  /** The input. */
  public Input input() {
    return input;
  }

  /** The layers behind the input. */
  public List<Layer> layers() {
    return layers;
  }

  /** The shape of one input sample. */
  public Shape inputShape() {
    return input.shape();
  }

  /** The shape of one output sample. */
  public Shape outputShape() {
    return layers.get(layers.size() - 1).outputShape();
  }

  /**
   * The shape of one output sample for input samples of this shape.
   *
   * @param samples the shape of one input sample, its axes known where the network's are open
   * @throws IllegalArgumentException if a layer cannot work on such samples
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

  /** The {@link Layer#outputActivation()} of the last layer. */
  public Activation outputActivation() {
    return layers.get(layers.size() - 1).outputActivation();
  }

  /**
   * Checks that the network can be run one time step at a time.
   *
   * @throws IllegalArgumentException if it cannot, with the layer that needs the whole sequence
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
          "No layer of this model has a state to hand from step to step: "
              + layers.stream().map(Layer::describe).toList()
              + ". Call predict.");
    }
    if (!input.shape().dropFirst().isKnown()) {
      throw new IllegalArgumentException(
          "A time step has a fixed number of values. Received: input" + input.shape());
    }
  }

  /** Whether a batch goes on where the batch before it ended, in some of the layers. */
  public boolean isStateful() {
    return keptState != null;
  }

  /**
   * What the stateful layers remember from batch to batch, one row for each row of a batch; null
   * where there are none.
   */
  public NetworkState keptState() {
    return keptState;
  }

  /** States of zeros for all layers that have some. */
  public NetworkState newState(int rows) {
    return new NetworkState(layers, layer -> true, rows);
  }

  /** States of zeros for the last layer where it returns its states; null where it does not. */
  public NetworkState newReturnedState(int rows) {
    Layer last = layers.get(layers.size() - 1);
    return last.returnState() ? new NetworkState(layers, last::equals, rows) : null;
  }

  /**
   * The layer that returns more than one output, described with what it returns, for errors; null
   * where the network has one output.
   */
  public String moreOutputs() {
    Layer last = layers.get(layers.size() - 1);
    return last.moreOutputs() == null ? null : last.describe() + " returns " + last.moreOutputs();
  }

  /** All weights, in Keras's order. */
  public List<Weight> weights() {
    return weights;
  }

  /** Those of {@link #weights()} that an optimizer changes. */
  public List<Weight> trainableWeights() {
    return weights.stream().filter(Weight::trainable).toList();
  }

  /** The names of {@link #weights()}, each {@code layer/weight}. */
  public List<String> weightPaths() {
    return paths;
  }

  /**
   * Brings up to date what backward passes derive from the weights; called after every change of
   * the weights, by one thread.
   */
  public void prepareBackward() {
    for (Layer layer : layers) {
      layer.prepareBackward();
    }
  }

  /**
   * Where the parts begin that training is cut into by layers that look at a whole batch, each but
   * the first with such a layer; behind them the number of layers.
   */
  int[] partStarts() {
    var starts = IntStream.builder().add(0);
    for (int i = 0; i < layers.size(); i++) {
      if (layers.get(i).meetsBatch()) {
        starts.add(i);
      }
    }
    return starts.add(layers.size()).build().toArray();
  }

  /** A new pass over all layers, with buffers of its own. */
  public NetworkPass newPass() {
    return new NetworkPass(this);
  }

  /** A gradient for each weight, as sums over slices use them. */
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
