package org.unroll.layers;

import org.unroll.compute.Activation;
import org.unroll.compute.Compute;
import org.unroll.data.Shape;

/**
 * What {@link SimpleRnn}, {@link Lstm} and {@link Gru} have in common: the arguments, the weights,
 * and the walk through the time steps (in {@link RecurrentPass}). The layers themselves hold the
 * equations of one step.
 *
 * <p>Input (batch, time, features); output (batch, units), the last step's, or (batch, time, units)
 * with {@link #returnSequences}. Weights, gates side by side in the columns: {@code kernel} W
 * (features, gates·units), {@code recurrent_kernel} U (units, gates·units), {@code bias} b.
 *
 * <p>Dropout is Keras 3's: a mask drawn once for a sequence holds for all its time steps, what is
 * kept is divided by 1 − rate, and nothing is dropped outside of training. With {@code
 * recurrentDropout} above 0, {@link Lstm} and {@link Gru} draw a mask of its own for each gate, for
 * inputs and states alike; without it, one mask of the inputs serves all gates.
 *
 * @param <S> the layer itself, so that the fluent setters keep its type
 */
public abstract class RecurrentLayer<S extends RecurrentLayer<S>> extends Layer {
  private final int units;
  private final int gates;
  private Activation activation = Activation.TANH;
  private boolean useBias = true;
  private Initializer kernelInitializer = Initializers.glorotUniform();
  private Initializer recurrentInitializer = Initializers.orthogonal();
  private Initializer biasInitializer = Initializers.zeros();
  private Regularizer kernelRegularizer;
  private Regularizer recurrentRegularizer;
  private Regularizer biasRegularizer;
  private double dropout;
  private double recurrentDropout;
  private boolean returnSequences;
  private boolean goBackwards;
  private boolean zeroOutputForMask;
  private float[] kernelTransposed;
  private float[] recurrentKernelTransposed;

  RecurrentLayer(String type, int units, int gates) {
    super(type);
    this.units = requireUnits(units);
    this.gates = gates;
  }

  abstract S self();

  /** A new layer of the same type and units, with defaults else. */
  abstract S fresh();

  /** A new layer with the same configuration, without name and weights. */
  S copy() {
    RecurrentLayer<S> copy = fresh();
    copy.activation = activation;
    copy.useBias = useBias;
    copy.kernelInitializer = kernelInitializer;
    copy.recurrentInitializer = recurrentInitializer;
    copy.biasInitializer = biasInitializer;
    copy.kernelRegularizer = kernelRegularizer;
    copy.recurrentRegularizer = recurrentRegularizer;
    copy.biasRegularizer = biasRegularizer;
    copy.dropout = dropout;
    copy.recurrentDropout = recurrentDropout;
    copy.returnSequences = returnSequences;
    copy.goBackwards = goBackwards;
    copy.zeroOutputForMask = zeroOutputForMask;
    return copy.self();
  }

  /** The number of units: the width of the state and of the output. */
  public final int units() {
    return units;
  }

  /** The number of gates (with the candidate), 1 for SimpleRNN, 4 for LSTM, 3 for GRU. */
  final int gates() {
    return gates;
  }

  /** The activation of the candidate and the output; {@code tanh} by default. */
  public S activation(Activation newActivation) {
    requireNotBuilt("activation");
    activation = newActivation;
    return self();
  }

  /** The activation by its Keras name. */
  public S activation(String name) {
    return activation(Activation.of(name));
  }

  /** The activation of the candidate and the output. */
  public final Activation activation() {
    return activation;
  }

  /** Whether b is added; true by default. */
  public S useBias(boolean use) {
    requireNotBuilt("useBias");
    useBias = use;
    return self();
  }

  /** Whether b is added. */
  public final boolean useBias() {
    return useBias;
  }

  /** The first values of W; Glorot uniform by default. */
  public S kernelInitializer(Initializer initializer) {
    requireNotBuilt("kernelInitializer");
    kernelInitializer = initializer;
    return self();
  }

  /** The first values of W. */
  public final Initializer kernelInitializer() {
    return kernelInitializer;
  }

  /** The first values of U; orthogonal by default. */
  public S recurrentInitializer(Initializer initializer) {
    requireNotBuilt("recurrentInitializer");
    recurrentInitializer = initializer;
    return self();
  }

  /** The first values of U. */
  public final Initializer recurrentInitializer() {
    return recurrentInitializer;
  }

  /** The first values of b; zeros by default. */
  public S biasInitializer(Initializer initializer) {
    requireNotBuilt("biasInitializer");
    biasInitializer = initializer;
    return self();
  }

  /** The first values of b, as configured. */
  public final Initializer biasInitializer() {
    return biasInitializer;
  }

  /** A penalty on W; none by default. */
  public S kernelRegularizer(Regularizer regularizer) {
    requireNotBuilt("kernelRegularizer");
    kernelRegularizer = regularizer;
    return self();
  }

  /** The penalty on W, or null. */
  public final Regularizer kernelRegularizer() {
    return kernelRegularizer;
  }

  /** A penalty on U; none by default. */
  public S recurrentRegularizer(Regularizer regularizer) {
    requireNotBuilt("recurrentRegularizer");
    recurrentRegularizer = regularizer;
    return self();
  }

  /** The penalty on U, or null. */
  public final Regularizer recurrentRegularizer() {
    return recurrentRegularizer;
  }

  /** A penalty on b; none by default. */
  public S biasRegularizer(Regularizer regularizer) {
    requireNotBuilt("biasRegularizer");
    biasRegularizer = regularizer;
    return self();
  }

  /** The penalty on b, or null. */
  public final Regularizer biasRegularizer() {
    return biasRegularizer;
  }

  /** The share of the inputs dropped in training, at least 0 and less than 1; 0 by default. */
  public S dropout(double rate) {
    requireNotBuilt("dropout");
    dropout = requireRate("dropout", rate);
    return self();
  }

  /** The share of the inputs dropped in training. */
  public final double dropout() {
    return dropout;
  }

  /**
   * The share of the state dropped on its way into the gates in training, at least 0 and less than
   * 1; 0 by default.
   */
  public S recurrentDropout(double rate) {
    requireNotBuilt("recurrentDropout");
    recurrentDropout = requireRate("recurrentDropout", rate);
    return self();
  }

  /** The share of the state dropped on its way into the gates in training. */
  public final double recurrentDropout() {
    return recurrentDropout;
  }

  /** Whether the output has all time steps instead of the last one; false by default. */
  public S returnSequences(boolean all) {
    requireNotBuilt("returnSequences");
    returnSequences = all;
    return self();
  }

  /** Whether the output has all time steps. */
  public final boolean returnSequences() {
    return returnSequences;
  }

  /**
   * Whether the sequence is read from its end; false by default. With {@link #returnSequences} the
   * output is in the order of reading, so its first step belongs to the last input, as in Keras.
   */
  public S goBackwards(boolean backwards) {
    requireNotBuilt("goBackwards");
    goBackwards = backwards;
    return self();
  }

  /** Whether the sequence is read from its end. */
  public final boolean goBackwards() {
    return goBackwards;
  }

  /** Whether a masked time step returns zeros instead of the output before it; false by default. */
  public S zeroOutputForMask(boolean zero) {
    requireNotBuilt("zeroOutputForMask");
    zeroOutputForMask = zero;
    return self();
  }

  /** Whether a masked time step returns zeros. */
  public final boolean zeroOutputForMask() {
    return zeroOutputForMask;
  }

  /** Sets the name. */
  public S name(String name) {
    setName(name);
    return self();
  }

  /** How many masks dropout draws for a sequence: one for each gate, or one for all. */
  int dropoutMasks() {
    return recurrentDropout > 0 ? gates : 1;
  }

  /**
   * The number of bias rows: 2 where the state's projection has a bias of its own (GRU, reset
   * after).
   */
  int biasRows() {
    return 1;
  }

  @Override
  protected Shape checkInput(Shape input, Layer previous) {
    if (input.rank() != 2 || input.axis(1) == Shape.ANY) {
      throw wrongInput(BATCH_TIME_FEATURES, input, previous);
    }
    return returnSequences ? Shape.of(input.axis(0), units) : Shape.of(units);
  }

  @Override
  protected String describeOutput(Shape output) {
    return returnSequences ? super.describeOutput(output) : "(batch, units)";
  }

  @Override
  String fixFor(Shape output, String needed) {
    if (needed.equals(BATCH_TIME_FEATURES) && !returnSequences) {
      return "Set returnSequences on '" + name() + "'";
    }
    return super.fixFor(output, needed);
  }

  @Override
  protected void createWeights(Shape input, WeightFactory factory) {
    int features = input.axis(1);
    int columns = gates * units;
    factory.create("kernel", Shape.of(features, columns), kernelInitializer, kernelRegularizer);
    factory.create(
        "recurrent_kernel", Shape.of(units, columns), recurrentInitializer, recurrentRegularizer);
    if (useBias) {
      Shape shape = biasRows() == 1 ? Shape.of(columns) : Shape.of(biasRows(), columns);
      factory.create("bias", shape, initialBias(), biasRegularizer);
    }
    kernelTransposed = new float[features * columns];
    recurrentKernelTransposed = new float[units * columns];
  }

  /** The first values of b, as the layer wants them. */
  Initializer initialBias() {
    return biasInitializer;
  }

  @Override
  protected void prepareBackward() {
    var kernels = Compute.kernels();
    int columns = gates * units;
    kernels.transpose(
        inputShape().axis(1), columns, weights().get(0).values(), 0, kernelTransposed, 0);
    kernels.transpose(units, columns, weights().get(1).values(), 0, recurrentKernelTransposed, 0);
  }

  final float[] kernelTransposed() {
    return kernelTransposed;
  }

  final float[] recurrentKernelTransposed() {
    return recurrentKernelTransposed;
  }
}
