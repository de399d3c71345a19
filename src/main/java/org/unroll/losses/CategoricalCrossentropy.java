package org.unroll.losses;

import org.unroll.compute.Activation;

/**
 * Computes the categorical cross-entropy, {@code −Σ tᵢ·log pᵢ} over the classes of a position, of
 * probabilities p for targets t that are distributions, usually one-hot.
 *
 * <p>The probabilities of a position are divided by their sum and then clipped to [1e-7, 1 − 1e-7]
 * in float32; the derivative of a clipped probability is 0. For logits z the loss is {@code Σ
 * tᵢ·(log Σⱼ e^{zⱼ} − zᵢ)}.
 *
 * <p>Source: Keras's {@code CategoricalCrossentropy}.
 *
 * @param fromLogits whether the predictions are logits instead of probabilities; false by default
 * @param labelSmoothing s between 0 and 1; the targets become {@code t·(1 − s) + s/classes}; 0 by
 *     default
 */
public record CategoricalCrossentropy(boolean fromLogits, double labelSmoothing)
    implements PositionLoss {
  /**
   * Creates the loss.
   *
   * @throws IllegalArgumentException if the label smoothing is not between 0 and 1
   */
  public CategoricalCrossentropy {
    Losses.checkLabelSmoothing(labelSmoothing);
  }

  /** Returns this loss for predictions that are logits, or not. */
  public CategoricalCrossentropy fromLogits(boolean logits) {
    return new CategoricalCrossentropy(logits, labelSmoothing);
  }

  /**
   * Returns this loss with another label smoothing.
   *
   * @throws IllegalArgumentException if the label smoothing is not between 0 and 1
   */
  public CategoricalCrossentropy labelSmoothing(double smoothing) {
    return new CategoricalCrossentropy(fromLogits, smoothing);
  }

  @Override
  public String name() {
    return "categorical_crossentropy";
  }

  @Override
  public Loss onLogits(Activation activation) {
    return activation == Activation.SOFTMAX && !fromLogits ? fromLogits(true) : null;
  }

  @Override
  public double at(
      int outputs,
      float[] predictions,
      int predictionsOffset,
      float[] targets,
      int targetsOffset,
      double weight,
      float[] gradient,
      int gradientOffset) {
    return fromLogits
        ? atLogits(
            outputs,
            predictions,
            predictionsOffset,
            targets,
            targetsOffset,
            weight,
            gradient,
            gradientOffset)
        : atProbabilities(
            outputs,
            predictions,
            predictionsOffset,
            targets,
            targetsOffset,
            weight,
            gradient,
            gradientOffset);
  }

  private double atLogits(
      int outputs,
      float[] logits,
      int logitsOffset,
      float[] targets,
      int targetsOffset,
      double weight,
      float[] gradient,
      int gradientOffset) {
    double logSum = Losses.logSumExp(outputs, logits, logitsOffset);
    double loss = 0;
    double targetSum = 0;
    for (int i = 0; i < outputs; i++) {
      double t = smoothed(targets[targetsOffset + i], outputs);
      targetSum += t;
      if (t != 0) { // a class with the logit −∞ and the target 0 adds nothing
        loss += t * (logSum - logits[logitsOffset + i]);
      }
    }
    if (gradient != null) {
      Losses.softmax(outputs, logits, logitsOffset, gradient, gradientOffset);
      for (int i = 0; i < outputs; i++) {
        double p = gradient[gradientOffset + i];
        double t = smoothed(targets[targetsOffset + i], outputs);
        gradient[gradientOffset + i] = (float) (weight * (targetSum * p - t));
      }
    }
    return loss;
  }

  private double atProbabilities(
      int outputs,
      float[] predictions,
      int predictionsOffset,
      float[] targets,
      int targetsOffset,
      double weight,
      float[] gradient,
      int gradientOffset) {
    double predictionSum = 0;
    for (int i = 0; i < outputs; i++) {
      predictionSum += predictions[predictionsOffset + i];
    }
    double loss = 0;
    double unclipped = 0; // the sum of targets with an unclipped probability: −Σ (d loss / d qᵢ)·qᵢ
    for (int i = 0; i < outputs; i++) {
      float q = (float) (predictions[predictionsOffset + i] / predictionSum);
      double t = smoothed(targets[targetsOffset + i], outputs);
      loss -= t * Math.log(Losses.clippedProbability(q));
      if (!Losses.isClipped(q)) {
        unclipped += t;
      }
    }
    if (gradient != null) {
      for (int i = 0; i < outputs; i++) {
        float q = (float) (predictions[predictionsOffset + i] / predictionSum);
        double t = smoothed(targets[targetsOffset + i], outputs);
        double slope = Losses.isClipped(q) ? 0 : t / q;
        gradient[gradientOffset + i] = (float) (weight * (unclipped - slope) / predictionSum);
      }
    }
    return loss;
  }

  private double smoothed(double target, int classes) {
    return target * (1 - labelSmoothing) + labelSmoothing / classes;
  }
}
