package org.unroll.losses;

import org.unroll.compute.Activation;

/**
 * Categorical cross-entropy, {@code −Σ tᵢ·log pᵢ} over the classes of a position, for targets that
 * are distributions (one-hot as a rule) and predictions that are probabilities.
 *
 * <p>The probabilities of a position are first divided by their sum, then clipped to [1e-7, 1 −
 * 1e-7] in float32; the derivative of a clipped one is 0. From logits z it is {@code Σ tᵢ·(log Σⱼ
 * e^{zⱼ} − zᵢ)}.
 *
 * @param fromLogits whether the predictions are logits instead of probabilities; false by default
 * @param labelSmoothing s in [0, 1]: targets become {@code t·(1 − s) + s/classes}; 0 by default
 */
public record CategoricalCrossentropy(boolean fromLogits, double labelSmoothing)
    implements PositionLoss {
  /** Checks the smoothing. */
  public CategoricalCrossentropy {
    Losses.checkLabelSmoothing(labelSmoothing);
  }

  /** This loss, from logits or not. */
  public CategoricalCrossentropy fromLogits(boolean logits) {
    return new CategoricalCrossentropy(logits, labelSmoothing);
  }

  /** This loss with another label smoothing. */
  public CategoricalCrossentropy labelSmoothing(double smoothing) {
    return new CategoricalCrossentropy(fromLogits, smoothing);
  }

  @Override
  public String name() {
    return "categorical_crossentropy";
  }

  @Override
  public int targetWidth(int outputs) {
    return outputs;
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
      if (t != 0) { // a class that is impossible (logit −∞) and not asked for costs nothing
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
    double unclipped = 0; // the targets whose probability was not clipped: −Σ (d loss / d qᵢ)·qᵢ
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
        double own = Losses.isClipped(q) ? 0 : t / q;
        gradient[gradientOffset + i] = (float) (weight * (unclipped - own) / predictionSum);
      }
    }
    return loss;
  }

  private double smoothed(double target, int classes) {
    return target * (1 - labelSmoothing) + labelSmoothing / classes;
  }
}
