package org.unroll.losses;

import org.unroll.compute.Activation;

/**
 * Computes the binary cross-entropy, {@code mean(−t·log p − (1 − t)·log(1 − p))}, of probabilities
 * p for independent binary targets t.
 *
 * <p>Probabilities are clipped to [1e-7, 1 − 1e-7] in float32; the derivative of a clipped
 * probability is 0. For logits z the loss is {@code max(z, 0) − z·t + log(1 + e^{−|z|})}, which
 * needs no clipping. Targets are usually 0 or 1. As in Keras, targets outside [0, 1] are accepted,
 * but the loss then has no lower bound.
 *
 * <p>Source: Keras's {@code BinaryCrossentropy}.
 *
 * @param fromLogits whether the predictions are logits instead of probabilities; false by default
 * @param labelSmoothing s between 0 and 1; the targets become {@code t·(1 − s) + s/2}; 0 by default
 */
public record BinaryCrossentropy(boolean fromLogits, double labelSmoothing)
    implements ElementwiseLoss {
  /**
   * Creates the loss.
   *
   * @throws IllegalArgumentException if the label smoothing is not between 0 and 1
   */
  public BinaryCrossentropy {
    Losses.checkLabelSmoothing(labelSmoothing);
  }

  /** Returns this loss for predictions that are logits, or not. */
  public BinaryCrossentropy fromLogits(boolean logits) {
    return new BinaryCrossentropy(logits, labelSmoothing);
  }

  /**
   * Returns this loss with another label smoothing.
   *
   * @throws IllegalArgumentException if the label smoothing is not between 0 and 1
   */
  public BinaryCrossentropy labelSmoothing(double smoothing) {
    return new BinaryCrossentropy(fromLogits, smoothing);
  }

  @Override
  public String name() {
    return "binary_crossentropy";
  }

  @Override
  public Loss onLogits(Activation activation) {
    return activation == Activation.SIGMOID && !fromLogits ? fromLogits(true) : null;
  }

  @Override
  public double loss(double prediction, double target) {
    double t = smoothed(target);
    if (fromLogits) {
      return Math.max(prediction, 0) - prediction * t + Math.log1p(Math.exp(-Math.abs(prediction)));
    }
    float p = Losses.clippedProbability((float) prediction);
    return -(t * Math.log(p) + (1 - t) * Math.log(1f - p));
  }

  @Override
  public double slope(double prediction, double target) {
    double t = smoothed(target);
    if (fromLogits) {
      return 1 / (1 + Math.exp(-prediction)) - t;
    }
    if (Losses.isClipped((float) prediction)) {
      return 0;
    }
    float p = (float) prediction;
    return (1 - t) / (1f - p) - t / p;
  }

  private double smoothed(double target) {
    return target * (1 - labelSmoothing) + 0.5 * labelSmoothing;
  }
}
