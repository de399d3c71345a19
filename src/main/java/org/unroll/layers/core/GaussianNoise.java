package org.unroll.layers.core;

import java.util.random.RandomGenerator;
import org.unroll.network.ForwardContext;
import org.unroll.network.Gradient;
import org.unroll.network.Pass;
import org.unroll.network.Tensor;

/**
 * Adds noise in training, as Keras's {@code GaussianNoise}.
 *
 * <pre>
 * y = x + n      n ~ N(0, stddev²)
 * </pre>
 *
 * <p>The noise n is drawn for each value independently. Outside of training y = x.
 *
 * <p>Input and output: samples of any shape. The mask is passed on.
 *
 * <p>Backward pass: dx = d loss / d y.
 *
 * <p>Source: Keras 3, {@code keras.layers.GaussianNoise}.
 */
public final class GaussianNoise extends SameShapeLayer {
  private final double stddev;

  /**
   * Creates the layer. See {@code Layers.gaussianNoise}.
   *
   * @param stddev the standard deviation of the noise
   * @throws IllegalArgumentException if {@code stddev} is not in [0, 1]
   */
  public GaussianNoise(double stddev) {
    super("GaussianNoise");
    if (!(stddev >= 0 && stddev <= 1)) {
      throw new IllegalArgumentException(
          "stddev must be at least 0 and at most 1, but was " + stddev + ".");
    }
    this.stddev = stddev;
  }

  /** Returns the standard deviation of the noise. */
  public double stddev() {
    return stddev;
  }

  /** Sets the name, which must be unique in the model. */
  public GaussianNoise name(String name) {
    setName(name);
    return this;
  }

  @Override
  public Pass newPass() {
    return new NoisePass();
  }

  private final class NoisePass extends Pass {
    private final Tensor output = new Tensor();
    private float[] y = {};

    @Override
    public Tensor forward(Tensor input, float[][] state, ForwardContext context) {
      if (!context.isTraining() || stddev == 0) {
        return input;
      }
      y = atLeast(y, input.size());
      int width = input.width();
      for (int at = 0; at < input.size(); at += width) {
        RandomGenerator random = context.random(GaussianNoise.this, 0, input, at / width);
        for (int j = at; j < at + width; j++) {
          y[j] = (float) (input.values()[input.offset() + j] + stddev * random.nextGaussian());
        }
      }
      return output.set(y, 0, input.rows(), input.shape(), input.mask());
    }

    @Override
    public Tensor backward(Tensor gradient, Gradient[] weightGradients, boolean needed) {
      return gradient;
    }
  }
}
