package org.unroll.layers;

import org.unroll.compute.Activation;
import org.unroll.compute.Compute;
import org.unroll.compute.Kernels;
import org.unroll.data.Shape;

/**
 * A fully connected layer, Keras's {@code Dense}, on the last axis of its input.
 *
 * <pre>
 * y = act(x·W + b)
 * </pre>
 *
 * <p>Weights: {@code kernel} W (inputs, units), {@code bias} b (units). Input (batch, …, inputs),
 * output (batch, …, units); on a sequence every time step goes through the same weights, as in
 * {@link TimeDistributed}.
 *
 * <p>Backwards, with g = d loss / d y ⊙ act′: dW = xᵀ·g, db = Σ g, dx = g·Wᵀ.
 *
 * <p>Source: Keras 3, {@code keras.layers.Dense}.
 */
public final class Dense extends Layer {
  private final int units;
  private Activation activation = Activation.LINEAR;
  private boolean useBias = true;
  private Initializer kernelInitializer = Initializers.glorotUniform();
  private Initializer biasInitializer = Initializers.zeros();
  private Regularizer kernelRegularizer;
  private Regularizer biasRegularizer;
  private float[] kernelTransposed;

  Dense(int units) {
    super("Dense");
    this.units = requireUnits(units);
  }

  /** The number of outputs. */
  public int units() {
    return units;
  }

  /** The activation; {@code linear} by default. */
  public Dense activation(Activation newActivation) {
    requireNotBuilt("activation");
    activation = newActivation;
    return this;
  }

  /** The activation by its Keras name. */
  public Dense activation(String name) {
    return activation(Activation.of(name));
  }

  /** The activation. */
  public Activation activation() {
    return activation;
  }

  /** Whether b is added; true by default. */
  public Dense useBias(boolean use) {
    requireNotBuilt("useBias");
    useBias = use;
    return this;
  }

  /** Whether b is added. */
  public boolean useBias() {
    return useBias;
  }

  /** The first values of W; Glorot uniform by default. */
  public Dense kernelInitializer(Initializer initializer) {
    requireNotBuilt("kernelInitializer");
    kernelInitializer = initializer;
    return this;
  }

  /** The first values of W. */
  public Initializer kernelInitializer() {
    return kernelInitializer;
  }

  /** The first values of b; zeros by default. */
  public Dense biasInitializer(Initializer initializer) {
    requireNotBuilt("biasInitializer");
    biasInitializer = initializer;
    return this;
  }

  /** The first values of b. */
  public Initializer biasInitializer() {
    return biasInitializer;
  }

  /** A penalty on W; none by default. */
  public Dense kernelRegularizer(Regularizer regularizer) {
    requireNotBuilt("kernelRegularizer");
    kernelRegularizer = regularizer;
    return this;
  }

  /** The penalty on W, or null. */
  public Regularizer kernelRegularizer() {
    return kernelRegularizer;
  }

  /** A penalty on b; none by default. */
  public Dense biasRegularizer(Regularizer regularizer) {
    requireNotBuilt("biasRegularizer");
    biasRegularizer = regularizer;
    return this;
  }

  /** The penalty on b, or null. */
  public Regularizer biasRegularizer() {
    return biasRegularizer;
  }

  /** Sets the name. */
  public Dense name(String name) {
    setName(name);
    return this;
  }

  @Override
  protected Shape checkInput(Shape input, Layer previous) {
    if (input.rank() < 1 || input.last() == Shape.ANY) {
      throw wrongInput("(batch, …, features) with a fixed number of features", input, previous);
    }
    return input.withLast(units);
  }

  @Override
  protected void createWeights(Shape input, WeightFactory factory) {
    factory.create("kernel", Shape.of(input.last(), units), kernelInitializer, kernelRegularizer);
    if (useBias) {
      factory.create("bias", Shape.of(units), biasInitializer, biasRegularizer);
    }
    kernelTransposed = new float[input.last() * units];
  }

  @Override
  protected void prepareBackward() {
    Compute.kernels()
        .transpose(inputShape().last(), units, weights().get(0).values(), 0, kernelTransposed, 0);
  }

  @Override
  public Activation outputActivation() {
    return makesProbabilities(activation) ? activation : null;
  }

  @Override
  protected boolean worksStepByStep() {
    return true;
  }

  @Override
  public Pass newPass() {
    return new DensePass();
  }

  private final class DensePass extends Pass {
    private final Kernels kernels = Compute.kernels();
    private final Tensor output = new Tensor();
    private final Tensor logits = new Tensor();
    private final Tensor inputGradient = new Tensor();
    private float[] y = {};
    private float[] preActivation = {};
    private float[] dx = {};
    private Tensor x;

    @Override
    public Tensor forward(Tensor input, float[][] state, Call call) {
      x = input;
      int inputs = input.shape().last();
      int positions = input.size() / inputs;
      y = atLeast(y, positions * units);
      float[] z = y;
      if (activation.derivativeNeedsInput() || makesProbabilities(activation)) {
        preActivation = atLeast(preActivation, positions * units);
        z = preActivation;
      }
      if (useBias) {
        kernels.fillRows(positions, units, weights().get(1).values(), 0, z, 0, units);
      }
      kernels.multiply(
          positions,
          units,
          inputs,
          input.values(),
          input.offset(),
          inputs,
          weights().get(0).values(),
          0,
          units,
          z,
          0,
          units,
          useBias);
      kernels.activate(activation, positions, units, z, 0, units, y, 0, units);
      return output.set(y, 0, input.rows(), input.shape().withLast(units), input.mask());
    }

    @Override
    Tensor logits() {
      return logits.set(preActivation, 0, output.rows(), output.shape(), output.mask());
    }

    @Override
    public Tensor backward(Tensor gradient, Gradient[] weightGradients, boolean needed) {
      kernels.activateBackward(
          activation,
          gradient.size() / units,
          units,
          preActivation,
          0,
          units,
          y,
          0,
          units,
          gradient.values(),
          gradient.offset(),
          units);
      return backwardFromLogits(gradient, weightGradients, needed);
    }

    @Override
    Tensor backwardFromLogits(Tensor gradient, Gradient[] weightGradients, boolean needed) {
      int inputs = x.shape().last();
      int positions = x.size() / inputs;
      float[] g = gradient.values();
      int at = gradient.offset();
      kernels.multiplyTransposed(
          positions,
          units,
          inputs,
          x.values(),
          x.offset(),
          inputs,
          g,
          at,
          units,
          weightGradients[0].values(),
          0,
          units,
          false);
      if (useBias) {
        kernels.sumRows(positions, units, g, at, units, weightGradients[1].values(), 0, false);
      }
      if (!needed) {
        return null;
      }
      dx = atLeast(dx, x.size());
      kernels.multiply(
          positions,
          inputs,
          units,
          g,
          at,
          units,
          kernelTransposed,
          0,
          inputs,
          dx,
          0,
          inputs,
          false);
      return inputGradient.set(dx, 0, x.rows(), x.shape(), null);
    }
  }
}
