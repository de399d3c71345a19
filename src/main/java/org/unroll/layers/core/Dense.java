package org.unroll.layers.core;

import org.unroll.compute.Compute;
import org.unroll.data.Shape;
import org.unroll.network.Gradient;
import org.unroll.network.Layer;
import org.unroll.network.Pass;
import org.unroll.network.Tensor;

/**
 * A fully connected layer on the last axis of its input, as Keras's {@code Dense}.
 *
 * <pre>
 * y = act(x·W + b)
 * </pre>
 *
 * <p>Input: (batch, …, features). Output: (batch, …, units). If the input is a sequence, the same
 * weights are applied to each time step. The mask is passed on.
 *
 * <p>Weights: {@code kernel} W (features, units), {@code bias} b (units).
 *
 * <p>Backward pass, with g = d loss / d y ⊙ act′:
 *
 * <pre>
 * dW = xᵀ·g      db = Σ g      dx = g·Wᵀ
 * </pre>
 *
 * <p>Source: Keras 3, {@code keras.layers.Dense}.
 */
public final class Dense extends KernelLayer<Dense> {
  private final int units;
  private float[] kernelTransposed;

  /**
   * Creates the layer. See {@code Layers.dense}.
   *
   * @param units the number of outputs
   * @throws IllegalArgumentException if {@code units} is less than 1
   */
  public Dense(int units) {
    super("Dense");
    this.units = requirePositive("units", units);
  }

  @Override
  protected Dense self() {
    return this;
  }

  /** Returns the number of outputs. */
  public int units() {
    return units;
  }

  @Override
  protected int outputs(Shape input) {
    return units;
  }

  @Override
  public Shape checkInput(Shape input, Layer previous) {
    if (input.rank() < 1 || input.last() == Shape.ANY) {
      throw wrongInput("(batch, …, features) with a fixed number of features", input, previous);
    }
    return input.withLast(activated(units));
  }

  @Override
  protected void createWeights(Shape input, WeightFactory factory) {
    createKernel("kernel", Shape.of(input.last(), units), units, factory);
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

  /** Only the number of features counts: a vector and a sequence can share the weights. */
  @Override
  protected boolean fitsWeights(Shape other) {
    return other.last() == inputShape().last();
  }

  @Override
  public Pass newPass() {
    return new DensePass();
  }

  private final class DensePass extends KernelPass {
    @Override
    protected Shape outputFor(Shape input) {
      return input.withLast(activated(units));
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
    protected void kernelGradient(Tensor input, float[] g, int at, Gradient[] gradients) {
      input.matrix(left);
      right.set(g, at, left.rows(), units);
      result.set(gradients[0].values(), 0, left.columns(), units);
      kernels.multiplyTransposed(left, right, result, false);
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
