package org.unroll.layers.core;

import org.unroll.network.ForwardContext;
import org.unroll.network.Gradient;
import org.unroll.network.Pass;
import org.unroll.network.Tensor;

/** The pass of a layer that changes its input by random factors in training. */
abstract class NoisePass extends Pass {
  private final boolean isNeeded;
  private final Tensor output = new Tensor();
  private float[] factors = {};
  private float[] y = {};
  private boolean active;

  /**
   * Creates a pass.
   *
   * @param isNeeded whether the layer changes its input at all
   */
  NoisePass(boolean isNeeded) {
    this.isNeeded = isNeeded;
  }

  /** Draws the factors, which are the derivatives of the output, and computes the output. */
  abstract void draw(Tensor input, ForwardContext context, float[] factors, float[] y);

  @Override
  public final Tensor forward(Tensor input, float[][] state, ForwardContext context) {
    active = context.isTraining() && isNeeded;
    if (!active) {
      return input;
    }
    y = atLeast(y, input.size());
    factors = atLeast(factors, input.size());
    draw(input, context, factors, y);
    return output.set(y, 0, input.rows(), input.shape(), input.mask());
  }

  @Override
  public final Tensor backward(Tensor gradient, Gradient[] weightGradients, boolean needed) {
    for (int i = 0; active && needed && i < gradient.size(); i++) {
      gradient.values()[gradient.offset() + i] *= factors[i];
    }
    return gradient;
  }
}
