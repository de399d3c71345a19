package org.unroll.losses;

import org.unroll.compute.Activation;

/**
 * Binary cross-entropy, {@code mean(−t·log p − (1 − t)·log(1 − p))}, for probabilities p of
 * independent yes-or-no questions.
 *
 * <p>Probabilities are clipped to [1e-7, 1 − 1e-7] in float32, and the derivative is 0 where they
 * were. From logits z it is {@code max(z, 0) − z·t + log(1 + e^{−|z|})}, which needs no clipping.
 * Targets are probabilities too, 0 or 1 as a rule; as in Keras others are not refused, but the loss
 * then has no lower bound.
 *
 * @param fromLogits whether the predictions are logits instead of probabilities; false by default
 * @param labelSmoothing s in [0, 1]: targets become {@code t·(1 − s) + s/2}; 0 by default
 */
public record BinaryCrossentropy(boolean fromLogits, double labelSmoothing)
    implements ElementwiseLoss {
  /** Checks the smoothing. */
  public BinaryCrossentropy {
    Losses.checkLabelSmoothing(labelSmoothing);
  }

  /** This loss, from logits or not. */
  public BinaryCrossentropy fromLogits(boolean logits) {
    return new BinaryCrossentropy(logits, labelSmoothing);
  }

  /** This loss with another label smoothing. */
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
