package org.unroll.layers.core;

import org.unroll.compute.Compute;
import org.unroll.compute.Kernels;
import org.unroll.compute.Matrix;
import org.unroll.data.Shape;
import org.unroll.network.ForwardContext;
import org.unroll.network.Gradient;
import org.unroll.network.Layer;
import org.unroll.network.Pass;
import org.unroll.network.Tensor;

/**
 * Sets whole features to 0 at random in training, as Keras's {@code SpatialDropout1D}.
 *
 * <pre>
 * y[t] = m ⊙ x[t]      m = 0 with probability rate, else 1 / (1 − rate)
 * </pre>
 *
 * <p>A factor m is drawn for each row and feature and is used at all time steps. Outside of
 * training y = x.
 *
 * <p>Input and output: (batch, time, features). The mask is passed on.
 *
 * <p>Backward pass: dx[t] = m ⊙ d loss / d y[t].
 *
 * <p>Source: Tompson et al. 2015, "Efficient object localization using convolutional networks";
 * Keras 3, {@code keras.layers.SpatialDropout1D}.
 */
public final class SpatialDropout1D extends SameShapeLayer {
  private final double rate;

  /**
   * Creates the layer. See {@code Layers.spatialDropout1D}.
   *
   * @param rate the probability that a feature is dropped
   * @throws IllegalArgumentException if {@code rate} is not in [0, 1)
   */
  public SpatialDropout1D(double rate) {
    super("SpatialDropout1D");
    this.rate = requireRate("rate", rate);
  }

  /** Returns the probability that a feature is dropped. */
  public double rate() {
    return rate;
  }

  /** Sets the name, which must be unique in the model. */
  public SpatialDropout1D name(String name) {
    setName(name);
    return this;
  }

  @Override
  public Shape checkInput(Shape input, Layer previous) {
    requireSequence(input, previous);
    return input;
  }

  @Override
  public Pass newPass() {
    return new SpatialDropoutPass();
  }

  private final class SpatialDropoutPass extends Pass {
    private final Kernels kernels = Compute.kernels();
    private final Tensor output = new Tensor();
    private final Matrix values = new Matrix();
    private final Matrix factors = new Matrix();
    private final Matrix result = new Matrix();
    private float[] dropMask = {}; // rows × features
    private float[] y = {};
    private boolean drops;

    @Override
    public Tensor forward(Tensor input, float[][] state, ForwardContext context) {
      drops = context.isTraining() && rate > 0;
      if (!drops) {
        return input;
      }
      int width = input.width();
      dropMask = atLeast(dropMask, input.rows() * width);
      context.fillDropoutMask(SpatialDropout1D.this, 0, rate, input.rows(), width, dropMask);
      y = atLeast(y, input.size());
      multiply(input, y, 0);
      return output.set(y, 0, input.rows(), input.shape(), input.mask());
    }

    private void multiply(Tensor from, float[] to, int offset) {
      int block = from.rows() * from.width();
      factors.set(dropMask, 0, 1, block);
      for (int t = 0; t < from.timesteps(); t++) {
        int at = t * block;
        values.set(from.values(), from.offset() + at, 1, block);
        kernels.multiplyElements(values, factors, result.set(to, offset + at, 1, block), false);
      }
    }

    @Override
    public Tensor backward(Tensor gradient, Gradient[] weightGradients, boolean needed) {
      if (drops && needed) {
        multiply(gradient, gradient.values(), gradient.offset());
      }
      return gradient;
    }
  }
}
