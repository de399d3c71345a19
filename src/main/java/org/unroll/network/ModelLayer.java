package org.unroll.network;

import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.function.Predicate;
import org.unroll.data.Shape;

/**
 * A model that is a layer of another model, as in Keras. {@code Model.on} and {@code
 * Model.asLayer()} create it. Its layers and weights are those of the model, so training one of
 * them trains the other, and a model that is applied several times has one set of weights.
 *
 * <p>A model that contains such a layer runs the inner layers directly. Masks, states, dropout,
 * batch normalization, penalties and frozen layers therefore work as if the inner layers had been
 * applied one by one.
 *
 * <p>A layer such as {@code TimeDistributed} can apply the model, too. Its layers must then not be
 * stateful and have no activity regularizer, and batch normalization must be frozen.
 *
 * <p>Inputs and outputs: those of the inner model.
 *
 * <p>Source: Keras 3, {@code keras.Model}, called on the outputs of layers.
 */
public final class ModelLayer extends GraphLayer {
  /** Keras's class name of a chain. */
  private static final String CHAIN = "Sequential";

  private final Graph graph;
  private final Graph.Flat flat;
  private Network network; // null until it is needed if the model was read from a file

  private ModelLayer(String type, Graph graph) {
    super(type);
    this.graph = graph;
    flat = graph.flat();
  }

  /** Returns a network as a layer. */
  static ModelLayer of(Network network, Graph graph) {
    ModelLayer layer =
        network.isChain() ? chain(network.stack()) : new ModelLayer("Functional", graph);
    layer.network = network;
    return layer;
  }

  /**
   * Returns a graph of layers as one layer, before its weights are created.
   *
   * @param order the layers in the order of their weights
   * @throws IllegalArgumentException as {@link Network} does
   * @hidden
   */
  public static ModelLayer of(List<Input> inputs, List<Node> outputs, List<Layer> order) {
    return new ModelLayer("Functional", Graph.between(inputs, outputs, order));
  }

  /**
   * Returns a chain as one layer, before its weights are created. If its last layer returns its
   * states, they are further outputs.
   *
   * @param stack an {@link Input} and at least one layer
   * @throws IllegalArgumentException as {@link Network} does
   * @hidden
   */
  public static ModelLayer chain(List<Layer> stack) {
    Graph chain = Graph.chain(stack);
    Node last = chain.inputs().get(0);
    for (Layer layer : chain.layers()) {
      last = layer.on(last);
    }
    return new ModelLayer(CHAIN, Graph.between(chain.inputs(), last.outputs(), chain.layers()));
  }

  /** Returns whether the model is a chain of layers. */
  public boolean isChain() {
    return type().equals(CHAIN);
  }

  /** Returns the layers of the model without its inputs, in the order of their weights. */
  public List<Layer> layers() {
    return graph.layers();
  }

  /**
   * Returns the network of the model, whose layers are the same.
   *
   * @throws IllegalStateException if the layer does not belong to a model yet
   * @hidden
   */
  public Network network() {
    if (network == null) {
      outputShape(); // must be built
      network = newNetwork(WeightSource.seeded(0));
    }
    return network;
  }

  private Network newNetwork(WeightSource source) {
    List<Layer> stack = new ArrayList<>(graph.inputs());
    stack.addAll(graph.layers());
    return new Network(isChain() ? Graph.chain(stack) : graph, isChain(), source);
  }

  /**
   * Builds the model inside a layer that is not a model. Its layers are built, too, unless they
   * are.
   */
  void buildInside(Shape input, Layer owner, int position, WeightSource source) {
    if (network == null) {
      network = newNetwork(source);
    }
    if (!isBuilt()) {
      build(input, owner, position, source);
    }
  }

  Graph graph() {
    return graph;
  }

  Graph.Flat flat() {
    return flat;
  }

  /** Sets the name, which must be unique in the model. */
  public ModelLayer name(String name) {
    setName(name);
    return this;
  }

  @Override
  protected List<Layer> innerLayers() {
    return graph.layers();
  }

  @Override
  public String moreOutputs() {
    int count = graph.outputs().size();
    return count == 1 ? null : count + " outputs";
  }

  @Override
  public List<Shape> checkInputs(List<Shape> inputs, List<Layer> previous) {
    requireInputs(inputs, previous);
    Shape[] shapes = flat.shapes(inputs, displayName());
    return flat.graph().outputs().stream().map(value -> shapes[value]).toList();
  }

  /**
   * Checks the number and the shapes of the inputs.
   *
   * @throws IllegalArgumentException if they are not those of the model
   */
  void requireInputs(List<Shape> inputs, List<Layer> previous) {
    boolean accepts = inputs.size() == graph.inputs().size();
    for (int i = 0; accepts && i < inputs.size(); i++) {
      accepts = graph.inputs().get(i).shape().accepts(inputs.get(i));
    }
    if (!accepts) {
      List<String> shapes = graph.inputs().stream().map(input -> describe(input.shape())).toList();
      throw wrongInputs(
          (shapes.size() == 1 ? "one input " : shapes.size() + " inputs ")
              + String.join(" and ", shapes),
          inputs,
          previous,
          "Apply the model to one node for each of its inputs, with the shape of this input.");
    }
  }

  /** Checks that the model can be a layer of a chain. */
  void requireOneInputAndOutput() {
    if (graph.inputs().size() != 1 || graph.outputs().size() != 1) {
      throw new IllegalArgumentException(
          "A model in a Sequential must have one input and one output, but "
              + describe()
              + " has "
              + graph.inputs().size()
              + " and "
              + graph.outputs().size()
              + ". Apply it with on(...) and build a Model.");
    }
  }

  @Override
  protected void createWeights(List<Shape> inputs, WeightFactory factory) {
    for (Layer layer : graph.layers()) {
      factory.share(layer);
    }
  }

  @Override
  public boolean stateful() {
    return anyLayer(Layer::stateful);
  }

  /** Returns whether a layer that is not frozen uses statistics of the whole batch. */
  @Override
  public boolean needsWholeBatch() {
    return anyLayer(Layer::usesBatchStatistics);
  }

  @Override
  boolean penalizesOutput() {
    return anyLayer(Layer::penalizesOutput);
  }

  private boolean anyLayer(Predicate<Layer> predicate) {
    return graph.layers().stream().anyMatch(predicate);
  }

  /** Returns a pass for a layer that applies the model. A model runs the inner layers instead. */
  @Override
  public GraphPass newPass() {
    return new ModelPass();
  }

  private final class ModelPass extends GraphPass {
    private final NetworkPass pass = network().newPass();
    private final ForwardContext inside = new ForwardContext();
    private final int[] indices; // of the network's weights among those of this layer
    private final Gradient[] gradients; // of the network's weights
    private final Tensor[] outputs = new Tensor[graph.outputs().size()];
    private final Tensor[] inputGradients = new Tensor[graph.inputs().size()];
    private final boolean[] fromLogits = new boolean[outputs.length];

    ModelPass() {
      IdentityHashMap<float[], Integer> own = new IdentityHashMap<>();
      weights().forEach(weight -> own.put(weight.values(), own.size()));
      indices = network.weights().stream().mapToInt(weight -> own.get(weight.values())).toArray();
      gradients = new Gradient[indices.length];
    }

    @Override
    public Tensor[] forward(Tensor[] inputs, ForwardContext context) {
      pass.forward(inputs, null, 0, inside.inside(context, position()));
      for (int i = 0; i < outputs.length; i++) {
        outputs[i] = pass.output(i);
      }
      return outputs;
    }

    @Override
    public Tensor[] backward(Tensor[] gradient, Gradient[] weightGradients, boolean[] needed) {
      for (int i = 0; i < indices.length; i++) {
        gradients[i] = weightGradients[indices[i]];
      }
      boolean toInputs = false;
      for (boolean each : needed) {
        toInputs |= each;
      }
      if (toInputs) {
        pass.backwardToInputs(gradient, fromLogits, gradients);
      } else {
        pass.backward(gradient, fromLogits, gradients);
      }
      for (int i = 0; i < inputGradients.length; i++) {
        inputGradients[i] = needed[i] ? pass.inputGradient(i) : null;
      }
      return inputGradients;
    }
  }
}
