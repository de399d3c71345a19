package org.unroll.network;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.unroll.compute.Activation;
import org.unroll.data.Shape;
import org.unroll.internal.SplitMix64;

/**
 * The base class of all layers: the arguments of a layer, its weights after it is built, and a
 * factory of {@linkplain Pass passes} that compute its output and its gradients.
 *
 * <p>A layer is configured with fluent setters and then built once, by the model that it is added
 * to. The arguments of a built layer can no longer be changed.
 *
 * <p>A custom layer extends this class and implements three methods: {@link #checkInput} checks the
 * input's shape and returns the output's shape, {@link #createWeights} creates the weights, and
 * {@link #newPass} returns the equations, forward and backward. A layer that applies another layer
 * also implements {@link #innerLayers}. To save a model with a custom layer, register its class
 * with {@code org.unroll.keras.CustomObjects}.
 *
 * <p>The following residual block applies an inner layer f to its centered input and adds the
 * result to the input. In training, dropout multiplies the result by a random mask m. The scale γ
 * is a trainable weight. The center μ is a non-trainable weight, which can be set to the mean of
 * the training data. A wrong input throws an exception that names both layers.
 *
 * <pre>
 * h = f(x − μ)      y = x + γ ⊙ m ⊙ h
 * </pre>
 *
 * <p>The backward pass receives g = d loss / d y. The gradients are
 *
 * <pre>
 * dγ = Σ g ⊙ m ⊙ h      dh = g ⊙ γ ⊙ m      dx = g + (∂f/∂x)ᵀ·dh
 * </pre>
 *
 * <p>The code of both passes is
 *
 * <pre>{@code
 * import java.util.Arrays;
 * import java.util.List;
 * import org.unroll.data.Shape;
 * import org.unroll.network.ForwardContext;
 * import org.unroll.network.Gradient;
 * import org.unroll.network.Initializers;
 * import org.unroll.network.Layer;
 * import org.unroll.network.Pass;
 * import org.unroll.network.Tensor;
 *
 * class ResidualBlock extends Layer {
 *   private final Layer inner;
 *   private final double rate;
 *
 *   ResidualBlock(Layer inner, double rate) {
 *     super("ResidualBlock");
 *     this.inner = inner;
 *     this.rate = requireRate("rate", rate);
 *   }
 *
 *   @Override
 *   protected List<Layer> innerLayers() {
 *     return List.of(inner);
 *   }
 *
 *   @Override
 *   public Shape checkInput(Shape input, Layer previous) {
 *     requireSequence(input, previous);
 *     Shape output = checkInner(inner, input);
 *     if (!output.equals(input)) {
 *       String needed = "with " + output.last() + " features, as " + inner.describe() + " returns";
 *       throw wrongInput(needed, input, previous);
 *     }
 *     return output;
 *   }
 *
 *   @Override
 *   protected void createWeights(Shape input, WeightFactory factory) {
 *     Shape features = Shape.of(input.last());
 *     factory.inner(inner, input);
 *     factory.create("gamma", features, Initializers.constant(0.1), null);
 *     factory.createNonTrainable("center", features, Initializers.zeros());
 *   }
 *
 *   @Override
 *   public Pass newPass() {
 *     return new ResidualPass();
 *   }
 *
 *   private class ResidualPass extends Pass {
 *     private final Pass innerPass = inner.newPass();
 *     private final Gradient[] innerGradients = new Gradient[inner.weights().size()];
 *     private final float[] gamma = weight("gamma").values();
 *     private final float[] center = weight("center").values();
 *     private final Tensor centered = new Tensor();
 *     private final Tensor output = new Tensor();
 *     private final Tensor innerGradient = new Tensor();
 *     private float[] c = {};
 *     private float[] m = {};
 *     private float[] y = {};
 *     private float[] dh = {};
 *     private Tensor h;
 *
 *     @Override
 *     public Tensor forward(Tensor x, float[][] state, ForwardContext context) {
 *       int size = x.size();
 *       c = atLeast(c, size);
 *       for (int i = 0; i < size; i++) {
 *         c[i] = x.values()[x.offset() + i] - center[i % center.length];
 *       }
 *       h = innerPass.forward(centered.set(c, 0, x.rows(), x.shape(), x.mask()), null, context);
 *       m = atLeast(m, size);
 *       context.fillDropoutMask(ResidualBlock.this, 0, rate, x, m);
 *       y = atLeast(y, size);
 *       for (int i = 0; i < size; i++) {
 *         float change = gamma[i % gamma.length] * m[i] * h.values()[h.offset() + i];
 *         y[i] = x.values()[x.offset() + i] + change;
 *       }
 *       return output.set(y, 0, x.rows(), x.shape(), x.mask());
 *     }
 *
 *     @Override
 *     public Tensor backward(Tensor g, Gradient[] gradients, boolean inputGradientNeeded) {
 *       System.arraycopy(gradients, 0, innerGradients, 0, innerGradients.length);
 *       float[] gammaGradient = gradients[innerGradients.length].values();
 *       Arrays.fill(gammaGradient, 0);
 *       int size = g.size();
 *       dh = atLeast(dh, size);
 *       for (int i = 0; i < size; i++) {
 *         float kept = g.values()[g.offset() + i] * m[i];
 *         gammaGradient[i % gamma.length] += kept * h.values()[h.offset() + i];
 *         dh[i] = kept * gamma[i % gamma.length];
 *       }
 *       innerGradient.set(dh, 0, g.rows(), g.shape(), null);
 *       Tensor dx = innerPass.backward(innerGradient, innerGradients, inputGradientNeeded);
 *       for (int i = 0; inputGradientNeeded && i < size; i++) {
 *         dx.values()[dx.offset() + i] += g.values()[g.offset() + i];
 *       }
 *       return dx;
 *     }
 *   }
 * }
 *
 * var residual =
 *     Sequential.of(
 *         input(240, 14), new ResidualBlock(dense(14, "tanh"), 0.2), gru(32), dense(1));
 * }</pre>
 */
public abstract class Layer {
  /** The required input of a recurrent layer, for {@link #wrongInput}. */
  protected static final String BATCH_TIME_FEATURES = "(batch, time, features)";

  private static final String STATES = "its states (returnState)";
  private static final int FIRST_INNER_POSITION = 1 << 26;

  private final String type;
  private String name;
  private Shape inputShape;
  private Shape outputShape;
  private List<Weight> weights = List.of();
  private long firstApplication; // its number, or 0
  private Layer[] builtLayers = {}; // the inner layers, without a new list for each batch
  private int position;
  private boolean trainable = true;
  private Regularizer activityRegularizer;

  /**
   * Creates a layer that is not built yet.
   *
   * @param type the class name, as in Keras if Keras has such a layer, for example {@code
   *     SimpleRNN}. The default name of the layer is derived from it.
   */
  protected Layer(String type) {
    this.type = type;
  }

  /** Returns the class name, as in Keras, for example {@code SimpleRNN}. */
  public final String type() {
    return type;
  }

  /**
   * Returns the name. The name is null until it is set by the user or by the model, which assigns
   * {@code lstm}, {@code lstm_1} and so on.
   */
  public final String name() {
    return name;
  }

  /**
   * Sets the name, which must be unique in the model. The fluent {@code name} of a subclass calls
   * this method.
   *
   * @throws IllegalArgumentException if the name is null or blank, or contains a slash
   * @throws IllegalStateException if the layer is built
   */
  public final void setName(String newName) {
    requireNotBuilt("name");
    assignName(newName);
  }

  /** Sets the name, also after the layer was applied, as a model does that names its layers. */
  final void assignName(String newName) {
    if (newName == null || newName.isBlank() || newName.indexOf('/') >= 0) {
      throw new IllegalArgumentException(
          "The name of a layer must not be blank and must not contain '/', but was '"
              + newName
              + "'.");
    }
    name = newName;
  }

  /** Returns the name, or the default name if it is not set yet. */
  protected final String displayName() {
    return name == null ? defaultName() : name;
  }

  /** Returns the default name: the type {@code SimpleRNN} becomes {@code simple_rnn}. */
  final String defaultName() {
    return type.replaceAll("(.)([A-Z][a-z]+)", "$1_$2")
        .replaceAll("([a-z])([A-Z])", "$1_$2")
        .toLowerCase(Locale.ROOT);
  }

  /** Returns whether the layer was applied to nodes of a graph. */
  final boolean isApplied() {
    return firstApplication > 0;
  }

  /** Returns a number that is larger than those of layers that were applied before; 0 if never. */
  final long firstApplication() {
    return firstApplication;
  }

  /** Returns whether the layer is built, which means that it has shapes and weights. */
  public final boolean isBuilt() {
    return outputShape != null;
  }

  /**
   * Returns the shape of one input sample, without the batch axis.
   *
   * @throws IllegalStateException if the layer is not built
   */
  public final Shape inputShape() {
    requireBuilt();
    return inputShape;
  }

  /**
   * Returns the shape of one output sample, without the batch axis.
   *
   * @throws IllegalStateException if the layer is not built
   */
  public final Shape outputShape() {
    requireBuilt();
    return outputShape;
  }

  /** Returns the weights in Keras's order. The list is empty if the layer has no weights. */
  public final List<Weight> weights() {
    return weights;
  }

  /**
   * Returns the weight with this name, for example {@code recurrent_kernel}.
   *
   * @throws IllegalArgumentException if the layer has no weight with this name
   */
  public final Weight weight(String weightName) {
    for (Weight weight : weights) {
      if (weight.name().equals(weightName)) {
        return weight;
      }
    }
    throw new IllegalArgumentException(
        describe()
            + " has no weight '"
            + weightName
            + "'. Its weights are "
            + weights.stream().map(Weight::name).toList()
            + ".");
  }

  /** Returns whether training changes the weights of the layer. */
  public final boolean trainable() {
    return trainable;
  }

  /**
   * Freezes or unfreezes the layer and its inner layers, as Keras's {@code trainable}. Training
   * does not change the weights of a frozen layer. The default is true.
   *
   * <p>The setting can be changed at any time, for example with {@code
   * model.layer("gru").trainable(false)}. It takes effect with the next {@code compile}, which must
   * be called with a new optimizer.
   *
   * @return this layer. The return type is {@code Layer}, so call this method last in a chain.
   */
  public final Layer trainable(boolean train) {
    trainable = train;
    innerLayers().forEach(layer -> layer.trainable(train));
    return this;
  }

  /**
   * Sets a penalty on the output: the regularizer of all its values, masked ones included, divided
   * by the number of rows. The default is null. The fluent setter of a subclass calls this method.
   */
  public final void setActivityRegularizer(Regularizer regularizer) {
    requireNotBuilt("activityRegularizer");
    activityRegularizer = regularizer;
  }

  /** Returns the penalty on the output, which may be null. */
  public final Regularizer activityRegularizer() {
    return activityRegularizer;
  }

  /** Returns the number of weight values, trainable or not. */
  public final int parameters() {
    return weights.stream().mapToInt(Weight::size).sum();
  }

  /**
   * Applies the layer to one or more nodes of a graph, as calling a layer in Keras does. A layer
   * that is applied several times has one set of weights. A recurrent layer takes its initial
   * states after the sequence.
   *
   * @param inputs the inputs; most layers take one
   * @return the output of the layer, from which further outputs and states are available
   * @throws IllegalArgumentException if the layer does not accept the inputs. The message names the
   *     layers, the shapes and the path from the input
   */
  public final Node on(Node... inputs) {
    return on(List.of(inputs));
  }

  /**
   * Applies a recurrent layer with initial states, such as the {@link Node#states()} of an encoder.
   * As in Keras, the layer then also reads masked time steps, and its output keeps the mask.
   *
   * @throws IllegalArgumentException as {@link #on(Node...)} does
   */
  public final Node on(Node input, List<Node> states) {
    List<Node> all = new ArrayList<>(List.of(input));
    all.addAll(states);
    return on(all);
  }

  /**
   * Applies the layer to a list of nodes.
   *
   * @throws IllegalArgumentException as {@link #on(Node...)} does
   */
  public final Node on(List<? extends Node> inputs) {
    if (inputs.isEmpty()) {
      throw new IllegalArgumentException(
          describe() + " must be applied to at least one input, but was applied to none.");
    }
    var application = new Application(this, List.copyOf(inputs));
    firstApplication = isApplied() ? firstApplication : application.number();
    return application.outputs().get(0);
  }

  /**
   * Checks that the weights fit other inputs than those that the layer was built for: only the
   * length of sequences may differ.
   */
  final void requireFittingWeights(List<Shape> inputs) {
    Shape other = inputs.get(0);
    if (!weights.isEmpty() && !fitsWeights(other)) {
      throw new IllegalArgumentException(
          describe()
              + " has one set of weights for all its inputs, which must have the same number of"
              + " features, but it was applied to "
              + describe(inputShape)
              + " and to "
              + describe(other)
              + ". Use another layer for one of them.");
    }
  }

  /** Returns whether the weights, created for {@link #inputShape}, fit another input. */
  protected boolean fitsWeights(Shape other) {
    return other.rank() == inputShape.rank()
        && (other.rank() == 0 || other.last() == inputShape.last());
  }

  /**
   * Builds the layer: checks the input and creates the weights.
   *
   * @param inputs the shape of one sample of each input
   * @param previous the layers that return these inputs
   * @param newPosition the position of the layer in the network, which is part of the key of its
   *     random streams
   * @param source provides the initial values of the weights
   */
  final void build(List<Shape> inputs, List<Layer> previous, int newPosition, WeightSource source) {
    if (name == null) {
      name = defaultName();
    }
    position = newPosition;
    // In a chain, a layer has one output.
    Shape output =
        isApplied()
            ? checkInputs(inputs, previous).get(0)
            : checkInput(inputs.get(0), previous.get(0));
    var created = new ArrayList<Weight>();
    createWeights(inputs, new WeightFactory(this, source, created));
    weights = Collections.unmodifiableList(created);
    builtLayers = innerLayers().toArray(Layer[]::new);
    inputShape = inputs.get(0);
    outputShape = output;
  }

  /** Builds the layer for one input. */
  final void build(Shape input, Layer previous, int newPosition, WeightSource source) {
    build(List.of(input), List.of(previous), newPosition, source);
  }

  /**
   * Checks the shape of the input and returns the shape of the output, both of one sample without
   * the batch axis. An axis of unknown length is {@link Shape#ANY}.
   *
   * <p>The method is called before the layer is built, and again for the shapes of the actual data.
   *
   * @param input the shape of one input sample
   * @param previous the layer that returns this input, for the message of an exception
   * @return the shape of one output sample
   * @throws IllegalArgumentException if the layer does not accept such an input; throw {@link
   *     #wrongInput}, whose message names both layers and a fix
   */
  public abstract Shape checkInput(Shape input, Layer previous);

  /**
   * Checks the shapes of one or more inputs and returns those of the outputs. A layer that takes
   * several inputs extends {@link GraphLayer}; all others accept one.
   *
   * @hidden
   */
  public List<Shape> checkInputs(List<Shape> inputs, List<Layer> previous) {
    Shape output = checkInput(inputs.get(0), previous.get(0));
    if (inputs.size() == 1 && !returnState()) {
      return List.of(output);
    }
    List<Shape> states = List.copyOf(stateShapes().values());
    if (inputs.size() > 1 && !inputs.subList(1, inputs.size()).equals(states)) {
      throw new IllegalArgumentException(
          states.isEmpty()
              ? describe()
                  + " takes one input, but was applied to "
                  + inputs.size()
                  + ". Join them first, for example with concatenate()."
              : describe()
                  + " needs initial states of shapes "
                  + states
                  + ", but was given "
                  + inputs.subList(1, inputs.size())
                  + ". Use the states of a layer of the same kind with the same units.");
    }
    List<Shape> outputs = new ArrayList<>(List.of(output));
    if (returnState()) {
      outputs.addAll(states);
    }
    return outputs;
  }

  /**
   * Creates the weights for one or more inputs.
   *
   * @hidden
   */
  protected void createWeights(List<Shape> inputs, WeightFactory factory) {
    createWeights(inputs.get(0), factory);
  }

  /**
   * Creates the weights in Keras's order. A layer without weights does not override this method.
   *
   * @param input the shape of one input sample, as accepted by {@link #checkInput}
   * @param factory creates the weights and builds the inner layers
   */
  protected void createWeights(Shape input, WeightFactory factory) {}

  /** Returns a new pass, which computes this layer for one slice of a batch at a time. */
  public abstract Pass newPass();

  /**
   * Updates everything that backward passes derive from the weights, such as transposed kernels.
   * The method is called once for each batch, after the weights have changed and before any pass
   * runs. By default it prepares the {@linkplain #innerLayers inner layers}.
   */
  public void prepareBackward() {
    for (Layer inner : builtLayers) {
      inner.prepareBackward();
    }
  }

  /**
   * Returns the sigmoid or softmax that the layer applies last, or null if its output is not a
   * probability. Cross-entropy is computed from the {@linkplain Pass#logits input of this
   * activation} because that is more accurate.
   */
  public Activation outputActivation() {
    return null;
  }

  /** Returns whether an activation returns probabilities, for {@link #outputActivation}. */
  protected static boolean makesProbabilities(Activation activation) {
    return activation == Activation.SIGMOID || activation == Activation.SOFTMAX;
  }

  /**
   * Returns the name and the shape of each state that the layer passes from one time step to the
   * next, for one row and in Keras's order. The map is empty if the layer has no state.
   */
  public Map<String, Shape> stateShapes() {
    return Map.of();
  }

  /** Returns whether a batch starts with the states that the previous batch ended with. */
  public boolean stateful() {
    return false;
  }

  /** Returns whether the layer returns its last states in addition to its output. */
  public boolean returnState() {
    return false;
  }

  /**
   * Returns the names and widths of several outputs that the layer returns concatenated along the
   * last axis. The map is empty if the layer has one output.
   *
   * @hidden
   */
  public Map<String, Integer> outputWidths() {
    return Map.of();
  }

  /**
   * Returns a description of what the layer returns in addition to its output, for the message of
   * an exception. Returns null if the layer has one output.
   *
   * @hidden
   */
  public String moreOutputs() {
    return returnState() ? STATES : null;
  }

  /**
   * Returns whether the output is masked where the input has a certain value, whether the input is
   * masked or not.
   */
  protected boolean createsMask() {
    return false;
  }

  /**
   * Returns whether the output at a time step depends only on the input at this step and on the
   * states, so that a {@code Stepper} can run the layer step by step. The default is false.
   */
  protected boolean worksStepByStep() {
    return false;
  }

  /**
   * Returns whether a {@code Stepper} can run the layer step by step if only some inputs are given
   * step by step and the others as a whole. By default, the others must have no time axis.
   *
   * @param inputs the shape of one sample of each input
   * @param stepped which inputs are given step by step
   * @hidden
   */
  protected boolean worksStepByStep(List<Shape> inputs, boolean[] stepped) {
    boolean works = worksStepByStep();
    for (int i = 0; i < stepped.length; i++) {
      Shape shape = inputs.get(i);
      works &= stepped[i] || shape.rank() < 2 || shape.axis(0) == 1;
    }
    return works;
  }

  /**
   * Returns a new gradient for one of the weights of this layer. By default it is dense, and for a
   * weight of an inner layer it is what the inner layer returns.
   */
  public Gradient newGradient(Weight weight) {
    for (Layer inner : builtLayers) {
      for (Weight own : inner.weights()) {
        if (own.values() == weight.values()) {
          return inner.newGradient(own);
        }
      }
    }
    return Gradient.dense(weight.size());
  }

  /**
   * Describes an output of this layer in the message of an exception: {@code (batch, 240, 14)}.
   *
   * @hidden
   */
  public String describeOutput(Shape output) {
    return describe(output);
  }

  /** Returns type and name for the message of an exception: {@code LSTM 'lstm_1'}. */
  public final String describe() {
    return type + " '" + displayName() + "'";
  }

  /**
   * Returns whether the output depends on all rows of a batch in training. If so, {@link #newPass}
   * must return a {@link BatchPass}. The default is false.
   */
  public boolean needsWholeBatch() {
    return false;
  }

  /**
   * Returns whether the layer uses statistics of the whole batch in training. A layer that {@link
   * #needsWholeBatch} does so unless it is frozen.
   */
  protected final boolean usesBatchStatistics() {
    return needsWholeBatch() && trainable;
  }

  /**
   * Returns the layers that this layer applies, in the order in which {@link #createWeights} builds
   * them. The model names them, freezes them with this layer, and prepares their backward passes.
   */
  protected List<Layer> innerLayers() {
    return List.of();
  }

  /**
   * Returns the inner layers, for the file formats.
   *
   * @hidden
   */
  public final List<Layer> appliedLayers() {
    return innerLayers();
  }

  /** The position in the network, which is part of the key of the random streams. */
  final int position() {
    return position;
  }

  /**
   * Checks that an inner layer can be applied to an input, for {@link #checkInput}.
   *
   * @param inner one of the {@link #innerLayers}
   * @param input the shape of one input sample of the inner layer
   * @return the shape of one output sample of the inner layer
   * @throws IllegalArgumentException if the inner layer does not accept the input, or if it is
   *     stateful, returns more than one output, or needs statistics of the whole batch
   */
  protected final Shape checkInner(Layer inner, Shape input) {
    return checkInner(inner, input, this);
  }

  /**
   * Like {@link #checkInner(Layer, Shape)}, for an inner layer whose input another layer returns.
   *
   * @hidden
   */
  protected final Shape checkInner(Layer inner, Shape input, Layer previous) {
    requireIndependentRows(inner);
    return inner.checkInput(input, previous);
  }

  private void requireIndependentRows(Layer inner) {
    String reason =
        inner.stateful()
            ? "is stateful"
            : inner.moreOutputs() != null
                ? "returns " + inner.moreOutputs()
                : inner.needsWholeBatch()
                    ? "computes statistics of the whole batch"
                        + (inner instanceof ModelLayer ? " unless it is frozen" : "")
                    : null;
    refuse(inner, reason);
    requireNoPenalty(inner);
  }

  private void requireNoPenalty(Layer inner) {
    refuse(inner, inner.penalizesOutput() ? "has an activityRegularizer" : null);
  }

  /** Returns whether the layer, or a layer of this model, has an activity regularizer. */
  boolean penalizesOutput() {
    return activityRegularizer != null;
  }

  private void refuse(Layer inner, String reason) {
    if (reason != null) {
      throw new IllegalArgumentException(
          describe()
              + " cannot apply "
              + inner.describe()
              + " because '"
              + inner.displayName()
              + "' "
              + reason
              + ". Put it before or after '"
              + displayName()
              + "'.");
    }
  }

  /**
   * Returns an exception that reports an input that this layer does not accept, for {@link
   * #checkInput}. The message names this layer, the previous layer and a fix.
   *
   * @param needed the required input, for example {@code (batch, time, features)}; the message
   *     continues "needs input" with this text
   * @param input the shape of one input sample that was received
   * @param previous the layer that returns this input
   */
  protected final IllegalArgumentException wrongInput(String needed, Shape input, Layer previous) {
    return new IllegalArgumentException(
        describe()
            + " needs input "
            + needed
            + ", but '"
            + previous.displayName()
            + "' returns "
            + previous.describeOutput(input)
            + ". "
            + previous.fixFor(input, needed));
  }

  /**
   * Checks that the input is a sequence of vectors with a fixed number of features.
   *
   * @throws IllegalArgumentException if it is not
   */
  protected final void requireSequence(Shape input, Layer previous) {
    if (input.rank() != 2 || input.last() == Shape.ANY) {
      throw wrongInput(BATCH_TIME_FEATURES, input, previous);
    }
  }

  /**
   * Returns the last sentence of the message of {@link #wrongInput}: how to change this layer so
   * that the next one accepts its output.
   *
   * @param output the shape of one output sample of this layer
   * @param needed the input that the next layer needs
   */
  protected String fixFor(Shape output, String needed) {
    if (needed.equals(BATCH_TIME_FEATURES) && output.rank() == 1) {
      return "Put a layer between them that returns a sequence (an Embedding for token ids, a"
          + " RepeatVector for a vector), or give each sample a time axis.";
    }
    return "Change '" + displayName() + "' or put a layer between them that changes the shape.";
  }

  /** Describes a shape of one sample as {@code (batch, 240, 14)}. */
  protected static String describe(Shape shape) {
    String axes = shape.toString();
    return "(batch" + (shape.rank() == 0 ? ")" : ", " + axes.substring(1).replace(",)", ")"));
  }

  /**
   * Checks that the layer is not built. Setters call this method first.
   *
   * @param argument the name of the argument to set
   * @throws IllegalStateException if the layer is built
   */
  protected final void requireNotBuilt(String argument) {
    if (isBuilt() || isApplied()) {
      throw new IllegalStateException(
          describe()
              + " belongs to a model, so '"
              + argument
              + "' can no longer be set."
              + " Create a new layer instead.");
    }
  }

  private void requireBuilt() {
    if (!isBuilt()) {
      throw new IllegalStateException(
          describe()
              + " must be part of a model to have shapes. Add it to a model first, for example with"
              + " Sequential.of(...).");
    }
  }

  /**
   * Checks that an argument, such as a number of filters, is at least 1.
   *
   * @return the argument
   * @throws IllegalArgumentException if it is less than 1
   */
  protected static int requirePositive(String argument, int number) {
    if (number < 1) {
      throw new IllegalArgumentException(argument + " must be at least 1, but was " + number + ".");
    }
    return number;
  }

  /**
   * Checks a dropout rate. Keras clamps some rates that are out of range; this library does not.
   *
   * @return the rate
   * @throws IllegalArgumentException if the rate is not in [0, 1)
   */
  protected static double requireRate(String argument, double rate) {
    if (!(rate >= 0 && rate < 1)) {
      throw new IllegalArgumentException(
          argument + " must be at least 0 and less than 1, but was " + rate + ".");
    }
    return rate;
  }

  /** Creates the weights of a layer that is being built. */
  protected static final class WeightFactory {
    private final Layer owner;
    private final WeightSource source;
    private final List<Weight> created;
    private int innerLayers;

    private WeightFactory(Layer owner, WeightSource source, List<Weight> created) {
      this.owner = owner;
      this.source = source;
      this.created = created;
    }

    /**
     * Creates a weight that is trained.
     *
     * @param name the name, as in Keras, for example {@code kernel}
     * @param shape the shape of the weight
     * @param initializer the initial values, unless the weight is loaded from a file
     * @param regularizer the penalty on the weight, may be null
     */
    public void create(String name, Shape shape, Initializer initializer, Regularizer regularizer) {
      create(name, shape, initializer, regularizer, null);
    }

    /**
     * Creates a weight that is trained.
     *
     * @param name the name, as in Keras, for example {@code kernel}
     * @param shape the shape of the weight
     * @param initializer the initial values, unless the weight is loaded from a file
     * @param regularizer the penalty on the weight, may be null
     * @param constraint the projection of the weight after each step, may be null
     * @throws IllegalArgumentException if the constraint cannot be applied to the shape
     */
    public void create(
        String name,
        Shape shape,
        Initializer initializer,
        Regularizer regularizer,
        Constraint constraint) {
      if (constraint != null) {
        try {
          constraint.check(shape);
        } catch (IllegalArgumentException e) {
          throw new IllegalArgumentException(
              owner.describe()
                  + " has a constraint on its weight '"
                  + name
                  + "' that cannot be applied: "
                  + e.getMessage(),
              e);
        }
      }
      create(name, shape, initializer, regularizer, constraint, true);
    }

    /**
     * Creates a weight that no optimizer changes, such as a moving average. It is saved with the
     * model.
     *
     * @param name the name, as in Keras, for example {@code moving_mean}
     * @param shape the shape of the weight
     * @param initializer the initial values, unless the weight is loaded from a file
     */
    public void createNonTrainable(String name, Shape shape, Initializer initializer) {
      create(name, shape, initializer, null, null, false);
    }

    private void create(
        String name,
        Shape shape,
        Initializer initializer,
        Regularizer regularizer,
        Constraint constraint,
        boolean trainable) {
      float[] values = source.values(owner, created.size(), name, shape, initializer, trainable);
      created.add(
          new Weight(
              name,
              shape,
              values,
              regularizer,
              constraint,
              trainable,
              () -> trainable && owner.trainable));
    }

    /**
     * Builds the cell of a recurrent layer. Its weights become weights of the layer under the same
     * names.
     *
     * @hidden
     */
    public void cell(Cell cell, Shape input) {
      owner.requireNoPenalty(cell);
      cell.build(input, owner, owner.position, source);
      adopt(cell, "");
    }

    /**
     * Builds an inner layer. Its weights become weights of the owner, named {@code inner/kernel}.
     * Call this method once for each of the {@link Layer#innerLayers}, in their order.
     *
     * @param inner the layer that the owner applies
     * @param input the shape of one input sample of the inner layer
     * @throws IllegalArgumentException as {@link Layer#checkInner}
     */
    public void inner(Layer inner, Shape input) {
      owner.requireIndependentRows(inner);
      innerLayers++;
      // Mixed, so that the weights and random streams of nested layers are independent.
      long mixed = SplitMix64.mix(((long) owner.position << 32) + innerLayers);
      build(inner, input, FIRST_INNER_POSITION | (int) (mixed >>> 38));
    }

    /**
     * Builds an inner layer at a fixed distance from the position of the owner.
     *
     * @param distance the distance, which the weights and random streams of the inner layer depend
     *     on
     * @hidden
     */
    public void inner(Layer inner, Shape input, int distance) {
      owner.requireNoPenalty(inner);
      build(inner, input, owner.position + distance);
    }

    private void build(Layer inner, Shape input, int position) {
      if (inner instanceof ModelLayer model) {
        model.buildInside(input, owner, position, source);
      } else {
        inner.build(input, owner, position, source);
      }
      adopt(inner, inner.name() + "/");
    }

    /** Adds the weights of a layer that the owner neither builds nor freezes. */
    void share(Layer layer) {
      for (Weight weight : layer.weights()) {
        boolean isNew = created.stream().noneMatch(other -> other.values() == weight.values());
        if (isNew) {
          created.add(
              new Weight(
                  layer.name() + "/" + weight.name(),
                  weight.shape(),
                  weight.values(),
                  weight.regularizer(),
                  weight.constraint(),
                  weight.isVariable(),
                  weight::trainable));
        }
      }
    }

    /** Adds the weights of an inner layer to those of the owner, which can also freeze them. */
    private void adopt(Layer inner, String prefix) {
      for (Weight weight : inner.weights()) {
        created.add(
            new Weight(
                prefix + weight.name(),
                weight.shape(),
                weight.values(),
                weight.regularizer(),
                weight.constraint(),
                weight.isVariable(),
                () -> weight.trainable() && owner.trainable));
      }
    }
  }
}
