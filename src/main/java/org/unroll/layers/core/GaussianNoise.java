package org.unroll.layers.core;

import org.unroll.data.Shape;
import org.unroll.internal.SplitMix64;
import org.unroll.network.ForwardContext;
import org.unroll.network.Gradient;
import org.unroll.network.Layer;
import org.unroll.network.Pass;
import org.unroll.network.Tensor;

/**
 * Adds noise in training, Keras's {@code GaussianNoise}: y = x + n, each n drawn by itself from a
 * normal distribution with mean 0 and the given deviation. Outside of training it changes nothing.
 * The mask is passed on.
 *
 * <p>Source: Keras 3, {@code keras.layers.GaussianNoise}.
 */
public final class GaussianNoise extends Layer {
  private final double stddev;

  public GaussianNoise(double stddev) {
    super("GaussianNoise");
    if (!(stddev >= 0 && stddev <= 1)) {
      throw new IllegalArgumentException(
          "stddev is at least 0 and at most 1. Received: stddev=" + stddev);
    }
    this.stddev = stddev;
  }

  /** The standard deviation of the noise. */
  public double stddev() {
    return stddev;
  }

  /** Sets the name. */
  public GaussianNoise name(String name) {
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
    return new NoisePass();
  }

  private final class NoisePass extends Pass {
    private final Tensor output = new Tensor();
    private final ForwardContext eachStep = new ForwardContext();
    private final SplitMix64 random = new SplitMix64(0);
    private float[] y = {};

    @Override
    public Tensor forward(Tensor input, float[][] state, ForwardContext call) {
      if (!call.isTraining() || stddev == 0) {
        return input;
      }
      y = atLeast(y, input.size());
      int width = input.width();
      eachStep.eachStep(call, input.rows(), input.timesteps());
      for (int at = 0; at < input.size(); at += width) {
        random.restart(eachStep.randomKey(position(), 0, at / width));
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
