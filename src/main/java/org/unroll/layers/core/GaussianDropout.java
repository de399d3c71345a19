package org.unroll.layers.core;

import java.util.random.RandomGenerator;
import org.unroll.network.ForwardContext;
import org.unroll.network.Pass;
import org.unroll.network.Tensor;

/**
 * Multiplies its input by noise in training, as Keras's {@code GaussianDropout}.
 *
 * <pre>
 * y = x ⊙ n      n ~ N(1, rate / (1 − rate))
 * </pre>
 *
 * <p>The noise n is drawn for each value independently. Outside of training y = x. Mean and
 * variance of the factors equal those of {@link Dropout}.
 *
 * <p>Input and output: samples of any shape. The mask is passed on.
 *
 * <p>Backward pass: dx = n ⊙ d loss / d y.
 *
 * <p>Source: Keras 3, {@code keras.layers.GaussianDropout}; Srivastava et al. 2014, "Dropout".
 */
public final class GaussianDropout extends SameShapeLayer {
  private final double rate;

  /**
   * Creates the layer. See {@code Layers.gaussianDropout}.
   *
   * @param rate the variance of the noise is rate / (1 − rate)
   * @throws IllegalArgumentException if {@code rate} is not in [0, 1)
   */
  public GaussianDropout(double rate) {
    super("GaussianDropout");
    this.rate = requireRate("rate", rate);
  }

  /** Returns the rate. */
  public double rate() {
    return rate;
  }

  /** Sets the name, which must be unique in the model. */
  public GaussianDropout name(String name) {
    setName(name);
    return this;
  }

  @Override
  public Pass newPass() {
    return new NoisePass(rate > 0) {
      @Override
      void draw(Tensor input, ForwardContext context, float[] factors, float[] y) {
        double stddev = Math.sqrt(rate / (1 - rate));
        int width = input.width();
        for (int at = 0; at < input.size(); at += width) {
          RandomGenerator random = context.random(GaussianDropout.this, 0, input, at / width);
          for (int j = at; j < at + width; j++) {
            factors[j] = (float) (1 + stddev * random.nextGaussian());
            y[j] = input.values()[input.offset() + j] * factors[j];
          }
        }
      }
    };
  }
}
