package org.unroll.network;

import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.IntStream;
import org.unroll.compute.Activation;
import org.unroll.data.Shape;
import org.unroll.internal.UniqueNames;

/**
 * A graph of built layers with their weights in Keras's order. The simplest graph is a chain.
 * Training and prediction run the network slice by slice with {@linkplain NetworkPass passes}.
 *
 * @hidden
 */
public final class Network {
  /** The number of positions reserved for a layer and its inner layers. */
  private static final int POSITIONS_PER_LAYER = 4;

  private final Graph.Flat flat;
  private final Graph top; // in which inner models are layers
  private final Graph graph; // in which their layers are layers
  private final Map<Layer, String> layerPaths;
  private final boolean chain;
  private final int[] readers; // of each value
  private final Layer[] sources; // the layer that returns each value
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
    this(Graph.chain(stack), true, 0, source);
  }

  /**
   * Builds a layer on top of the layers of a chain, which keep their weights.
   *
   * @param seed the seed of the initial weights
   * @throws IllegalArgumentException if the layer does not fit
   */
  public Network(Network before, Layer next, long seed) {
    this(
        Graph.chain(before.stackWith(next)),
        true,
        before.top.layers().size() + 1,
        WeightSource.seeded(seed));
  }

  private List<Layer> stackWith(Layer next) {
    List<Layer> stack = stack();
    stack.add(next);
    return stack;
  }

  /** Returns the input of a chain and its layers. */
  List<Layer> stack() {
    List<Layer> stack = new ArrayList<>(top.layers());
    stack.add(0, input());
    return stack;
  }

  /**
   * Builds the graph between inputs and outputs: names the layers that have no name, and creates
   * the weights of those that no other network has built.
   *
   * @param inputs the inputs, in the order in which data is given
   * @param outputs the outputs, in the order in which they are returned
   * @param source provides the initial values of the weights
   * @throws IllegalArgumentException if an output depends on an input that is not given, or two
   *     layers have the same name
   */
  public Network(List<Input> inputs, List<Node> outputs, WeightSource source) {
    this(inputs, outputs, null, source);
  }

  /**
   * Builds the graph between inputs and outputs with the layers of a file.
   *
   * @param order the layers in the order of their weights; null for Keras's order. In a file of
   *     Keras, it also depends on the operations that compute masks
   * @throws IllegalArgumentException as the other constructors do
   */
  public Network(List<Input> inputs, List<Node> outputs, List<Layer> order, WeightSource source) {
    this(Graph.between(inputs, outputs, order), false, 0, source);
  }

  /** Creates the network of an inner model, whose layers are built or belong to no other model. */
  Network(Graph graph, boolean chain, WeightSource source) {
    this(graph, chain, graph.layers().size() + 1, source);
  }

  /**
   * Builds a graph.
   *
   * @param built the number of layers at the beginning of a chain, with the input, that are built
   */
  private Network(Graph top, boolean chain, int built, WeightSource source) {
    this.top = top;
    this.chain = chain;
    flat = top.flat();
    graph = flat.graph();
    layers = graph.layers();
    readers = graph.readers();
    sources = graph.sources();
    List<Layer> all = new ArrayList<>(top.inputs());
    // In the order of their first use, in which the names are numbered.
    top.layers().stream().sorted(Comparator.comparing(Layer::firstApplication)).forEach(all::add);
    requireUnused(all.subList(built, all.size()));
    requireOneOwner();
    giveNames(all);
    layerPaths = flat.paths();
    // All shapes are checked first, so that after an exception the layers can still be changed.
    Shape[] shapes = shapes(inputShapes());
    if (chain) {
      requireOneOutput();
    }
    boolean stateful = requireBatchSize();
    build(source, shapes);
    buildModels(source, shapes);
    penalizesOutputs = layers.stream().anyMatch(layer -> layer.activityRegularizer() != null);
    keptState = stateful ? newState(Layer::stateful, input().batchSize()) : null;
    var allWeights = new ArrayList<Weight>();
    var allPaths = new ArrayList<String>();
    for (Layer layer : layers) {
      for (Weight weight : layer.weights()) {
        allWeights.add(weight);
        allPaths.add(path(layer) + "/" + weight.name());
      }
    }
    weights = List.copyOf(allWeights);
    paths = List.copyOf(allPaths);
  }

  private void requireUnused(List<Layer> all) {
    Set<Layer> seen = Collections.newSetFromMap(new IdentityHashMap<>());
    for (Layer layer : all) {
      // A graph may share layers with another one, a chain must not. Both may share models.
      if (chain || !layer.isBuilt()) {
        requireUnused(layer, seen);
      }
    }
  }

  private void requireUnused(Layer layer, Set<Layer> seen) {
    if (layer instanceof ModelLayer) {
      return;
    }
    boolean isTaken = layer.isBuilt() || (chain && layer.isApplied());
    if (isTaken || !seen.add(layer)) {
      throw new IllegalArgumentException(
          layer.describe()
              + (isTaken ? " already belongs to a model." : " is used twice in this model.")
              + " Each position in a model must have its own layer. Create a new layer.");
    }
    for (Layer inner : layer.innerLayers()) {
      requireUnused(inner, seen);
    }
  }

  /** Checks that each layer inside another one has one place, where its weights are trained. */
  private void requireOneOwner() {
    IdentityHashMap<Layer, Layer> owners = new IdentityHashMap<>();
    layers.forEach(layer -> owners.put(layer, layer));
    layers.forEach(layer -> addOwner(layer, layer, owners));
  }

  private static void addOwner(Layer outer, Layer owner, IdentityHashMap<Layer, Layer> owners) {
    List<Layer> inside =
        outer instanceof ModelLayer model ? model.flat().graph().layers() : outer.innerLayers();
    for (Layer layer : inside) {
      Layer other = layer instanceof ModelLayer ? null : owners.put(layer, owner);
      if (other != null) {
        throw new IllegalArgumentException(
            layer.describe()
                + " must be in one place of a model, but is inside "
                + owner.describe()
                + (other == layer
                    ? " and also applied directly."
                    : " and " + other.describe() + ".")
                + " Apply "
                + owner.describe()
                + " several times to share its weights.");
      }
      addOwner(layer, owner, owners);
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
    layer.assignName(name);
  }

  private void requireOneOutput() {
    List<Layer> stack = top.layers();
    for (int i = 0; i < stack.size() - 1; i++) {
      Layer layer = stack.get(i);
      if (layer.moreOutputs() != null) {
        throw new IllegalArgumentException(
            layer.describe()
                + " returns "
                + layer.moreOutputs()
                + ", but "
                + stack.get(i + 1).describe()
                + " accepts only one input. Only the last layer of a Sequential can return them. Build a"
                + " Model, whose layers can read states, or use the stepper() of the model.");
      }
    }
  }

  /** Returns whether there are stateful layers, which require a fixed batch size. */
  private boolean requireBatchSize() {
    for (Layer layer : layers) {
      if (layer.stateful() && input().batchSize() == 0) {
        throw new IllegalArgumentException(
            layer.describe()
                + " is stateful and keeps a state for each row of a batch, so the batch size must"
                + " be fixed. Set it with input(...).batchSize(rows).");
      }
    }
    return layers.stream().anyMatch(Layer::stateful);
  }

  private void build(WeightSource source, Shape[] shapes) {
    for (Input input : graph.inputs()) {
      if (!input.isBuilt()) {
        input.build(input.shape(), input, 0, source);
      }
    }
    Step[] first = new Step[layers.size()];
    for (Step step : graph.steps()) {
      first[step.layerIndex()] = step.application() == 0 ? step : first[step.layerIndex()];
    }
    for (Step step : first) { // in the order in which a file contains the weights
      if (!step.layer().isBuilt()) {
        List<Layer> previous = Graph.each(step.inputs(), sources);
        int position = (step.layerIndex() + 1) * POSITIONS_PER_LAYER;
        step.layer().build(Graph.each(step.inputs(), shapes), previous, position, source);
      }
    }
    for (Step step : graph.steps()) {
      step.layer().requireFittingWeights(Graph.each(step.inputs(), shapes));
    }
  }

  /** Builds the inner models, whose layers are built. */
  private void buildModels(WeightSource source, Shape[] shapes) {
    for (Step step : top.steps()) {
      if (step.layer() instanceof ModelLayer model && !model.isBuilt()) {
        model.graph().buildModels(source);
        List<Integer> inputs = step.inputs().stream().map(flat.values()::get).toList();
        model.build(Graph.each(inputs, shapes), Graph.each(inputs, sources), 0, source);
      }
    }
  }

  private Shape[] shapes(List<Shape> samples) {
    return flat.shapes(samples, null);
  }

  /** Returns whether each layer reads the output of the one before, as in a {@code Sequential}. */
  public boolean isChain() {
    return chain;
  }

  /** Returns the first input, which is the only one of a chain. */
  public Input input() {
    return graph.inputs().get(0);
  }

  /** Returns the inputs. */
  public List<Input> inputs() {
    return graph.inputs();
  }

  /** Returns the applications of the layers, in an order in which they can be computed. */
  public List<Step> steps() {
    return graph.steps();
  }

  /** Returns the numbers of the values that are outputs, see {@link Step}. */
  public List<Integer> outputs() {
    return graph.outputs();
  }

  /**
   * Returns the layers after the input, in which an inner model is one layer, a {@link ModelLayer}.
   */
  public List<Layer> topLayers() {
    return top.layers();
  }

  /** Returns the applications of the {@link #topLayers}, with their own numbers of values. */
  public List<Step> topSteps() {
    return top.steps();
  }

  /** Returns the numbers of the values in the {@link #topSteps} that are outputs. */
  public List<Integer> topOutputs() {
    return top.outputs();
  }

  /** Returns the network as a layer of another one, which has the same layers. */
  public ModelLayer asLayer() {
    return ModelLayer.of(this, top);
  }

  /**
   * Returns the name of a layer, for a layer of an inner model with the names of the models around
   * it, such as {@code encoder/lstm}.
   */
  public String path(Layer layer) {
    return layerPaths.getOrDefault(layer, layer.name());
  }

  /**
   * Returns the names of the outputs, which are those of their layers or inner models. Further
   * outputs of the same layer are numbered, such as {@code lstm}, {@code lstm_1}. (In Keras they
   * have the same name.)
   */
  public List<String> outputNames() {
    Layer[] topSources = top.sources();
    List<String> layerNames =
        top.outputs().stream().map(value -> topSources[value].name()).toList();
    Set<String> taken = new HashSet<>(layerNames);
    List<String> names = new ArrayList<>();
    for (String name : layerNames) {
      String unique = name;
      for (int number = 1; names.contains(name) && !taken.add(unique); number++) {
        unique = name + "_" + number;
      }
      names.add(unique);
    }
    return List.copyOf(names);
  }

  /** Returns how many steps and outputs read each value, see {@link Step}. */
  int[] readers() {
    return readers.clone();
  }

  /** Returns the layers after the input, in which those of inner models are layers. */
  public List<Layer> layers() {
    return layers;
  }

  /** Returns the shape of one sample of the first input. */
  public Shape inputShape() {
    return input().shape();
  }

  /** Returns the shape of one sample of each input. */
  public List<Shape> inputShapes() {
    return graph.inputs().stream().map(Input::shape).toList();
  }

  /** Returns the shape of one sample of the first output. */
  public Shape outputShape() {
    return chain ? last().outputShape() : outputShapes(inputShapes()).get(0);
  }

  /**
   * Returns the shape of one output sample for the given shape of one input sample.
   *
   * @param samples the shape of one input sample, in which all axes are known
   * @throws IllegalArgumentException if a layer does not accept such samples
   */
  public Shape outputShape(Shape samples) {
    return outputShapes(List.of(samples)).get(0);
  }

  /**
   * Returns the shape of one sample of each output.
   *
   * @param samples the shape of one sample of each input
   * @throws IllegalArgumentException if a layer does not accept such samples
   */
  public List<Shape> outputShapes(List<Shape> samples) {
    Shape[] shapes = shapes(samples);
    return graph.outputs().stream().map(value -> shapes[value]).toList();
  }

  /** Returns the shape of one sample of each value in the {@link #topSteps}. */
  public List<Shape> topShapes() {
    Shape[] shapes = shapes(inputShapes());
    return flat.values().stream().map(value -> shapes[value]).toList();
  }

  /** Returns the shape of one sample of each value in the {@link #steps}. */
  List<Shape> valueShapes() {
    return List.of(shapes(inputShapes()));
  }

  /** Returns how Keras computes the masks of the {@link #topSteps}. */
  public KerasMasks topMasks() {
    return new KerasMasks(top.steps(), ranks(topShapes()));
  }

  /** Returns how Keras computes the masks of the {@link #steps}. */
  KerasMasks kerasMasks() {
    return new KerasMasks(graph.steps(), ranks(valueShapes()));
  }

  private static int[] ranks(List<Shape> shapes) {
    return shapes.stream().mapToInt(Shape::rank).toArray();
  }

  /**
   * Returns the layer that returns an output.
   *
   * @param output the index of the output
   */
  public Layer outputLayer(int output) {
    return sources[graph.outputs().get(output)];
  }

  /** Returns the output activation of the first output, see {@link #outputActivation(int)}. */
  public Activation outputActivation() {
    return outputActivation(0);
  }

  /**
   * Returns the {@link Layer#outputActivation()} of the layer that returns an output. Returns null
   * if other layers read the output, too, or if the layer has an activity regularizer: then the
   * gradient must be with respect to the output.
   */
  public Activation outputActivation(int output) {
    Layer last = outputLayer(output);
    boolean only = readers[graph.outputs().get(output)] == 1;
    return only && last.activityRegularizer() == null ? last.outputActivation() : null;
  }

  /** Returns whether a layer has an activity regularizer. */
  public boolean penalizesOutputs() {
    return penalizesOutputs;
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
    Set<Layer> given = new HashSet<>();
    graph.steps().stream().filter(Step::hasInitialStates).map(Step::layer).forEach(given::add);
    return newState(layer -> !given.contains(layer), rows);
  }

  private NetworkState newState(Predicate<Layer> chosen, int rows) {
    return new NetworkState(layers, this::path, chosen, rows);
  }

  private Layer last() {
    return top.layers().get(top.layers().size() - 1);
  }

  /** Returns states of zeros for the last layer if it returns its states, or else null. */
  public NetworkState newReturnedState(int rows) {
    Layer last = last();
    return chain && last.returnState() ? newState(last::equals, rows) : null;
  }

  /**
   * Returns a description of the additional outputs of the last layer for the message of an
   * exception. Returns null if the network has one output.
   */
  public String moreOutputs() {
    Layer last = last();
    return !chain || last.moreOutputs() == null
        ? null
        : last.describe() + " returns " + last.moreOutputs();
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
   * Returns the index of the first step of each part, followed by the number of steps. Each part
   * but the first begins with a layer that needs the whole batch in training.
   */
  int[] partStarts() {
    var starts = IntStream.builder().add(0);
    for (int i = 0; i < graph.steps().size(); i++) {
      if (graph.steps().get(i).layer().usesBatchStatistics()) {
        starts.add(i);
      }
    }
    return starts.add(graph.steps().size()).build().toArray();
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
