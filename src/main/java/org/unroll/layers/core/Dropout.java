package org.unroll.layers.core;

import org.unroll.compute.Compute;
import org.unroll.compute.Matrix;
import org.unroll.data.Shape;
import org.unroll.internal.CounterRandom;
import org.unroll.network.ForwardContext;
import org.unroll.network.Gradient;
import org.unroll.network.Layer;
import org.unroll.network.Pass;
import org.unroll.network.Tensor;

/**
 * Drops values at random in training, Keras's {@code Dropout} (Srivastava et al. 2014): each value
 * is set to 0 with probability rate, the others are divided by 1 − rate. Outside of training it
 * changes nothing.
 *
 * <p>Source: Keras 3, {@code keras.layers.Dropout}.
 */
public final class Dropout extends Layer {
  private final double rate;

  public Dropout(double rate) {
    super("Dropout");
    this.rate = requireRate("rate", rate);
  }

  /** The share of the values that is dropped. */
  public double rate() {
    return rate;
  }

  /** Sets the name. */
  public Dropout name(String name) {
    setName(name);
    return this;
  }

  @Override
  public Shape checkInput(Shape input, Layer previous) {
    return input;
  }

  @Override
  protected boolean worksStepByStep() {
    return true;
  }

  @Override
  public Pass newPass() {
    return new DropoutPass();
  }

  private final class DropoutPass extends Pass {
    private final Tensor output = new Tensor();
    private final Matrix values = new Matrix();
    private final Matrix factors = new Matrix();
    private final Matrix result = new Matrix();
    private final ForwardContext eachStep = new ForwardContext();
    private float[] mask = {};
    private float[] y = {};
    private boolean drops;

    @Override
    public Tensor forward(Tensor input, float[][] state, ForwardContext call) {
      drops = call.isTraining() && rate > 0;
      if (!drops) {
        return input;
      }
      int size = input.size();
      mask = atLeast(mask, size);
      y = atLeast(y, size);
      int width = input.width();
      int rows = input.rows();
      int timesteps = input.timesteps();
      eachStep.eachStep(call, rows, timesteps);
      for (int position = 0; position < rows * timesteps; position++) {
        long key = eachStep.randomKey(position(), 0, position);
        CounterRandom.fillDropoutMask(key, rate, width, mask, position * width);
      }
      values.set(input.values(), input.offset(), 1, size);
      factors.set(mask, 0, 1, size);
      Compute.kernels().multiplyElements(values, factors, result.set(y, 0, 1, size), false);
      return output.set(y, 0, input.rows(), input.shape(), input.mask());
    }

    @Override
    public Tensor backward(Tensor gradient, Gradient[] weightGradients, boolean needed) {
      if (drops && needed) {
        int size = gradient.size();
        values.set(gradient.values(), gradient.offset(), 1, size);
        Compute.kernels().multiplyElements(values, factors.set(mask, 0, 1, size), values, false);
      }
      return gradient;
    }
  }
}
