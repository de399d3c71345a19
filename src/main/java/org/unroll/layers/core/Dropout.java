package org.unroll.layers.core;

import org.unroll.compute.Compute;
import org.unroll.compute.Matrix;
import org.unroll.network.ForwardContext;
import org.unroll.network.Gradient;
import org.unroll.network.Pass;
import org.unroll.network.Tensor;

/**
 * Sets values to 0 at random in training, as Keras's {@code Dropout}.
 *
 * <pre>
 * y = m ⊙ x      m = 0 with probability rate, else 1 / (1 − rate)
 * </pre>
 *
 * <p>A factor m is drawn for each value independently. Outside of training y = x.
 *
 * <p>Input and output: samples of any shape. The mask is passed on.
 *
 * <p>Backward pass: dx = m ⊙ d loss / d y.
 *
 * <p>Source: Srivastava et al. 2014, "Dropout: a simple way to prevent neural networks from
 * overfitting"; Keras 3, {@code keras.layers.Dropout}.
 */
public final class Dropout extends SameShapeLayer {
  private final double rate;

  /**
   * Creates the layer. See {@code Layers.dropout}.
   *
   * @param rate the probability that a value is dropped
   * @throws IllegalArgumentException if {@code rate} is not in [0, 1)
   */
  public Dropout(double rate) {
    super("Dropout");
    this.rate = requireRate("rate", rate);
  }

  /** Returns the probability that a value is dropped. */
  public double rate() {
    return rate;
  }

  /** Sets the name, which must be unique in the model. */
  public Dropout name(String name) {
    setName(name);
    return this;
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
    private float[] mask = {};
    private float[] y = {};
    private boolean drops;

    @Override
    public Tensor forward(Tensor input, float[][] state, ForwardContext context) {
      drops = context.isTraining() && rate > 0;
      if (!drops) {
        return input;
      }
      int size = input.size();
      mask = atLeast(mask, size);
      y = atLeast(y, size);
      context.fillDropoutMask(Dropout.this, 0, rate, input, mask);
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
