package org.unroll.layers.core;

import org.unroll.compute.Compute;
import org.unroll.data.Shape;
import org.unroll.network.Layer;
import org.unroll.network.Pass;
import org.unroll.network.Tensor;

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
public final class Dense extends KernelLayer<Dense> {
  private final int units;
  private float[] kernelTransposed;

  public Dense(int units) {
    super("Dense", requireUnits(units));
    this.units = units;
  }

  @Override
  protected Dense self() {
    return this;
  }

  /** The number of outputs. */
  public int units() {
    return units;
  }

  @Override
  public Shape checkInput(Shape input, Layer previous) {
    if (input.rank() < 1 || input.last() == Shape.ANY) {
      throw wrongInput("(batch, …, features) with a fixed number of features", input, previous);
    }
    return input.withLast(units);
  }

  @Override
  protected void createWeights(Shape input, WeightFactory factory) {
    createKernel(Shape.of(input.last(), units), factory);
    kernelTransposed = new float[input.last() * units];
  }

  @Override
  public void prepareBackward() {
    Compute.kernels()
        .transpose(inputShape().last(), units, weights().get(0).values(), 0, kernelTransposed, 0);
  }

  @Override
  protected boolean worksStepByStep() {
    return true;
  }

  @Override
  public Pass newPass() {
    return new DensePass();
  }

  private final class DensePass extends KernelPass {
    @Override
    protected Shape outputFor(Shape input) {
      return input.withLast(units);
    }

    @Override
    protected boolean[] maskFor(Tensor input) {
      return input.mask();
    }

    @Override
    protected void multiply(Tensor input, float[] z, boolean accumulate) {
      input.matrix(left);
      right.set(weights().get(0).values(), 0, left.columns(), units);
      kernels.multiply(left, right, result.set(z, 0, left.rows(), units), accumulate);
    }

    @Override
    protected void kernelGradient(Tensor input, float[] g, int at, float[] gradient) {
      input.matrix(left);
      right.set(g, at, left.rows(), units);
      kernels.multiplyTransposed(
          left, right, result.set(gradient, 0, left.columns(), units), false);
    }

    @Override
    protected void inputGradient(Tensor input, float[] g, int at, float[] gradient) {
      int inputs = input.shape().last();
      int positions = input.size() / inputs;
      left.set(g, at, positions, units);
      right.set(kernelTransposed, 0, units, inputs);
      kernels.multiply(left, right, result.set(gradient, 0, positions, inputs), false);
    }
  }
}
