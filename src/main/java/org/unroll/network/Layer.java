package org.unroll.network;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.unroll.compute.Activation;
import org.unroll.data.Shape;

/**
 * One layer of a network: its configuration, its weights once it is built, and a factory of {@link
 * Pass passes} that do the work.
 *
 * <p>A layer is configured fluently, then built once by the network it belongs to; after that its
 * configuration is fixed.
 */
public abstract class Layer {
  private final String type;
  private String name;
  private Shape inputShape;
  private Shape outputShape;
  private List<Weight> weights = List.of();
  private int position;
  private boolean trainable = true;

  /**
   * A layer that is not built yet.
   *
   * @param type Keras's class name, for example {@code SimpleRNN}
   */
  protected Layer(String type) {
    this.type = type;
  }

  /** Keras's class name, for example {@code SimpleRNN}. */
  public final String type() {
    return type;
  }

  /**
   * The name; null until it is given or the network gives one ({@code lstm}, {@code lstm_1}, …).
   */
  public final String name() {
    return name;
  }

  /** Sets the name; typed twins in the subclasses call this. */
  public final void setName(String newName) {
    requireNotBuilt("name");
    if (newName == null || newName.isBlank() || newName.indexOf('/') >= 0) {
      throw new IllegalArgumentException(
          "A layer's name is not blank and has no '/'. Received: '" + newName + "'");
    }
    name = newName;
  }

  /**
   * The name a layer of this type gets by itself, {@code SimpleRNN} becoming {@code simple_rnn}.
   */
  final String defaultName() {
    return type.replaceAll("(.)([A-Z][a-z]+)", "$1_$2")
        .replaceAll("([a-z])([A-Z])", "$1_$2")
        .toLowerCase(Locale.ROOT);
  }

  /** Whether the layer has its weights. */
  public final boolean isBuilt() {
    return outputShape != null;
  }

  /** The shape of one input sample. */
  public final Shape inputShape() {
    requireBuilt();
    return inputShape;
  }

  /** The shape of one output sample. */
  public final Shape outputShape() {
    requireBuilt();
    return outputShape;
  }

  /** The weights, in Keras's order; none where the layer has none. */
  public final List<Weight> weights() {
    return weights;
  }

  /**
   * The weight with this name, for example {@code recurrent_kernel}.
   *
   * @throws IllegalArgumentException if there is none, with the names that exist
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
            + "'. It has: "
            + weights.stream().map(Weight::name).toList());
  }

  /** Whether training changes the layer's weights. */
  public final boolean trainable() {
    return trainable;
  }

  /**
   * Freezes the layer, or releases it: the weights of a frozen layer, and of the layers inside it,
   * stay as they are in training. Keras's {@code trainable}; true by default. It can be set at any
   * time, {@code model.layer("gru").trainable(false)}, and takes effect with the next {@code
   * compile}, which then needs a new optimizer.
   *
   * @return this layer; the last setting in a chain, for it has the type {@code Layer}
   */
  public final Layer trainable(boolean train) {
    trainable = train;
    innerLayers().forEach(layer -> layer.trainable(train));
    return this;
  }

  /** The number of weight values. */
  public final int parameters() {
    return weights.stream().mapToInt(Weight::size).sum();
  }

  /**
   * Builds the layer: checks the input, creates the weights.
   *
   * @param input the shape of one input sample
   * @param previous the layer whose output this is
   * @param newPosition the layer's place in the network, from 0; part of the key of its random
   *     streams
   * @param source gives the weights their first values
   */
  final void build(Shape input, Layer previous, int newPosition, WeightSource source) {
    requireNotBuilt("build");
    if (name == null) {
      name = defaultName();
    }
    position = newPosition;
    Shape output = checkInput(input, previous);
    var created = new ArrayList<Weight>();
    createWeights(input, new WeightFactory(this, source, created));
    weights = Collections.unmodifiableList(created);
    inputShape = input;
    outputShape = output;
  }

  /**
   * Checks the input and computes the output's shape.
   *
   * @param input the shape of one input sample
   * @param previous the layer whose output this is, for the error's text
   * @throws IllegalArgumentException if the layer does not take such an input; names both layers
   *     and the fix
   */
  public abstract Shape checkInput(Shape input, Layer previous);

  /** Creates the weights, in Keras's order; a layer without weights does nothing. */
  protected void createWeights(Shape input, WeightFactory factory) {}

  /** A new pass over this layer, with buffers of its own. */
  public abstract Pass newPass();

  /**
   * Brings up to date what a backward pass derives from the weights, such as transposed kernels;
   * called once for each batch, after the weights have changed and before any slice runs.
   */
  public void prepareBackward() {}

  /**
   * The sigmoid or softmax that makes probabilities of the layer's output, or null where there is
   * none. Some losses are more exact on what comes before it.
   */
  public Activation outputActivation() {
    return null;
  }

  /** Whether an activation makes probabilities. */
  protected static boolean makesProbabilities(Activation activation) {
    return activation == Activation.SIGMOID || activation == Activation.SOFTMAX;
  }

  /**
   * The states that the layer hands from one time step to the next, in Keras's order: the name and
   * the shape of each for one row. None where the layer keeps nothing between time steps.
   */
  public Map<String, Shape> stateShapes() {
    return Map.of();
  }

  /** Whether the states at the end of a batch are those the next batch begins with. */
  public boolean stateful() {
    return false;
  }

  /** Whether the layer returns its last states beside its output. */
  public boolean returnState() {
    return false;
  }

  /**
   * The outputs that stand side by side in the last axis of what the layer returns, each with its
   * width, where they are meant as outputs of their own; none where the layer has one output.
   */
  public Map<String, Integer> outputWidths() {
    return Map.of();
  }

  /** What the layer returns beside its one output, for errors; null where that is nothing. */
  public String moreOutputs() {
    return returnState() ? "its states (returnState)" : null;
  }

  /**
   * Whether the output at a time step follows from the input at this step and the states alone, so
   * that the layer can be run step by step. Not unless a layer says so.
   */
  protected boolean worksStepByStep() {
    return false;
  }

  /** A gradient that fits one of the layer's weights. */
  public Gradient newGradient(Weight weight) {
    return Gradient.dense(weight.size());
  }

  /** How an output of this layer reads in an error: {@code (batch, 240, 14)}. */
  public String describeOutput(Shape output) {
    return describe(output);
  }

  /** Type and name, for errors: {@code LSTM 'lstm_1'}. */
  public final String describe() {
    return type + " '" + (name == null ? defaultName() : name) + "'";
  }

  /**
   * Whether the output depends on all rows of a batch in training; the layer's passes are then
   * {@link BatchPass}es.
   */
  public boolean needsWholeBatch() {
    return false;
  }

  /** Whether it does so now: a frozen layer works in training as it does outside of it. */
  protected final boolean meetsBatch() {
    return needsWholeBatch() && trainable;
  }

  /** The layers inside this one, such as the one a TimeDistributed applies. */
  protected List<Layer> innerLayers() {
    return List.of();
  }

  /** The layer's place in its network; an inner layer's follows its owner's. */
  protected final int position() {
    return position;
  }

  /** The error for an input this layer cannot take. */
  protected final IllegalArgumentException wrongInput(String needed, Shape input, Layer previous) {
    return new IllegalArgumentException(
        describe()
            + " needs "
            + needed
            + "; '"
            + previous.name()
            + "' returns "
            + previous.describeOutput(input)
            + ". "
            + previous.fixFor(input, needed));
  }

  /** Checks that the input is a sequence of vectors of one length. */
  protected final void requireSequence(Shape input, Layer previous) {
    if (input.rank() != 2 || input.last() == Shape.ANY) {
      throw wrongInput(BATCH_TIME_FEATURES, input, previous);
    }
  }

  /**
   * The shape with a time step for each window that slides over the sequence.
   *
   * @param window the number of time steps from the first to the last in a window
   */
  protected final Shape windows(
      Shape input, Layer previous, Padding padding, int window, int stride) {
    int timesteps = input.axis(0);
    if (timesteps == Shape.ANY) {
      return input;
    }
    int windows = padding.windows(timesteps, window, stride);
    if (windows < 1) {
      throw new IllegalArgumentException(
          describe()
              + " with padding=valid looks at "
              + window
              + " time steps at once; '"
              + previous.name()
              + "' returns "
              + previous.describeOutput(input)
              + ". Make the window smaller, the sequence longer, or use padding(\"same\")");
    }
    return input.withFirst(windows);
  }

  /** What to change about this layer so that the next one can take its output. */
  protected String fixFor(Shape output, String needed) {
    if (needed.equals(BATCH_TIME_FEATURES) && output.rank() == 1) {
      return "Put a layer between them that returns a sequence (an Embedding for token ids, a"
          + " RepeatVector for a vector), or give each sample a time axis";
    }
    return "Change '" + name + "' or put a layer between them that changes the shape";
  }

  /** What recurrent layers and their relatives take. */
  protected static final String BATCH_TIME_FEATURES = "(batch, time, features)";

  /** {@code (batch, 240, 14)} for a sample shape of {@code (240, 14)}. */
  protected static String describe(Shape shape) {
    String axes = shape.toString();
    return "(batch" + (shape.rank() == 0 ? ")" : ", " + axes.substring(1).replace(",)", ")"));
  }

  /** Guards a setter: a built layer is fixed. */
  protected final void requireNotBuilt(String what) {
    if (isBuilt()) {
      throw new IllegalStateException(
          describe()
              + " is built and belongs to a model; '"
              + what
              + "' can no longer be set."
              + " Create a new layer instead.");
    }
  }

  private void requireBuilt() {
    if (!isBuilt()) {
      throw new IllegalStateException(
          describe()
              + " is not built yet: it gets its shapes and weights when it is put into a"
              + " model.");
    }
  }

  /** Checks the number of units of a layer. */
  protected static int requireUnits(int units) {
    return requirePositive("units", units);
  }

  /** Checks a number of steps, filters and the like. */
  protected static int requirePositive(String argument, int number) {
    if (number < 1) {
      throw new IllegalArgumentException(
          argument + " is at least 1. Received: " + argument + "=" + number);
    }
    return number;
  }

  /**
   * Checks a dropout rate; unlike Keras, which clamps some of them, anything outside [0, 1) is an
   * error.
   */
  protected static double requireRate(String argument, double rate) {
    if (!(rate >= 0 && rate < 1)) {
      throw new IllegalArgumentException(
          argument + " is at least 0 and less than 1. Received: " + argument + "=" + rate);
    }
    return rate;
  }

  /** Makes the weights of a layer that is being built. */
  protected static final class WeightFactory {
    private final Layer owner;
    private final WeightSource source;
    private final List<Weight> created;

    private WeightFactory(Layer owner, WeightSource source, List<Weight> created) {
      this.owner = owner;
      this.source = source;
      this.created = created;
    }

    /**
     * Creates one weight.
     *
     * @param name Keras's name, for example {@code kernel}
     * @param shape its shape
     * @param initializer the first values of a new weight; one that is loaded has others
     * @param regularizer its penalty, or null
     */
    public void create(String name, Shape shape, Initializer initializer, Regularizer regularizer) {
      create(name, shape, initializer, regularizer, true);
    }

    /** Creates a weight that no optimizer changes, such as a moving average. */
    public void createNotTrainable(String name, Shape shape, Initializer initializer) {
      create(name, shape, initializer, null, false);
    }

    private void create(
        String name,
        Shape shape,
        Initializer initializer,
        Regularizer regularizer,
        boolean trainable) {
      float[] values = source.values(owner, created.size(), name, shape, initializer);
      created.add(new Weight(name, shape, values, regularizer, () -> trainable && owner.trainable));
    }

    /**
     * Builds the cell of a recurrent layer, whose weights are the layer's under their own names.
     */
    public void cell(Cell cell, Shape input) {
      cell.build(input, owner, owner.position, source);
      adopt(cell, "");
    }

    /**
     * Builds a layer inside the owner, whose weights become the owner's, under the inner layer's
     * name.
     *
     * @param index which of the owner's inner layers this is, from 1
     */
    public void inner(Layer inner, Shape input, int index) {
      inner.build(input, owner, owner.position + index, source);
      adopt(inner, inner.name() + "/");
    }

    /** Makes the weights of a layer inside the owner the owner's, who can freeze them, too. */
    private void adopt(Layer inner, String prefix) {
      for (Weight weight : inner.weights()) {
        created.add(
            new Weight(
                prefix + weight.name(),
                weight.shape(),
                weight.values(),
                weight.regularizer(),
                () -> weight.trainable() && owner.trainable));
      }
    }
  }
}
