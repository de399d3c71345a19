package org.unroll.losses;

/**
 * Computes the categorical focal cross-entropy, {@code −Σ alpha·(1 − pᵢ)^gamma·tᵢ·log pᵢ} over the
 * classes of a position, of probabilities p for targets t that are distributions, usually one-hot.
 * Classes that are already predicted count less.
 *
 * <p>The probabilities of a position are divided by their sum and then clipped to [1e-7, 1 − 1e-7]
 * in float32; the derivative of a clipped probability is 0. Logits are turned into probabilities
 * first. Source: Keras's {@code CategoricalFocalCrossentropy}, whose {@code alpha} is one number
 * here; Lin et al. 2017, "Focal loss for dense object detection".
 *
 * @param alpha the factor of the loss, finite; 0.25 by default
 * @param gamma the exponent, finite and at least 0; 2 by default
 * @param fromLogits whether the predictions are logits instead of probabilities; false by default
 * @param labelSmoothing s between 0 and 1; the targets become {@code t·(1 − s) + s/classes}; 0 by
 *     default
 */
public record CategoricalFocalCrossentropy(
    double alpha, double gamma, boolean fromLogits, double labelSmoothing) implements PositionLoss {
  /**
   * Creates the loss.
   *
   * @throws IllegalArgumentException if gamma is negative, infinite or NaN, alpha not finite, or
   *     the label smoothing not between 0 and 1
   */
  public CategoricalFocalCrossentropy {
    Losses.checkFactor("gamma", gamma);
    if (!Double.isFinite(alpha)) {
      throw new IllegalArgumentException("alpha must be finite, but was " + alpha + ".");
    }
    Losses.checkLabelSmoothing(labelSmoothing);
  }

  /**
   * Returns this loss with another factor.
   *
   * @throws IllegalArgumentException if the factor is not finite
   */
  public CategoricalFocalCrossentropy alpha(double factor) {
    return new CategoricalFocalCrossentropy(factor, gamma, fromLogits, labelSmoothing);
  }

  /**
   * Returns this loss with another exponent.
   *
   * @throws IllegalArgumentException if the exponent is negative, infinite or NaN
   */
  public CategoricalFocalCrossentropy gamma(double exponent) {
    return new CategoricalFocalCrossentropy(alpha, exponent, fromLogits, labelSmoothing);
  }

  /** Returns this loss for predictions that are logits, or not. */
  public CategoricalFocalCrossentropy fromLogits(boolean logits) {
    return new CategoricalFocalCrossentropy(alpha, gamma, logits, labelSmoothing);
  }

  /**
   * Returns this loss with another label smoothing.
   *
   * @throws IllegalArgumentException if the label smoothing is not between 0 and 1
   */
  public CategoricalFocalCrossentropy labelSmoothing(double smoothing) {
    return new CategoricalFocalCrossentropy(alpha, gamma, fromLogits, smoothing);
  }

  @Override
  public String name() {
    return "categorical_focal_crossentropy";
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
    float[] given = new float[outputs];
    if (fromLogits) {
      Losses.softmax(outputs, predictions, predictionsOffset, given, 0);
    } else {
      System.arraycopy(predictions, predictionsOffset, given, 0, outputs);
    }
    double sum = 0;
    for (float p : given) {
      sum += p;
    }
    double loss = 0;
    double mean = 0; // Σ slopeᵢ·qᵢ, the part of the gradient that dividing by the sum removes
    double[] slopes = new double[outputs];
    for (int i = 0; i < outputs; i++) {
      float q = (float) (given[i] / sum);
      double p = Losses.clippedProbability(q);
      double t = targets[targetsOffset + i] * (1 - labelSmoothing) + labelSmoothing / outputs;
      double focus = Math.pow(1 - p, gamma);
      loss -= alpha * focus * t * Math.log(p);
      if (!Losses.isClipped(q)) {
        double turn = gamma == 0 ? 0 : gamma * Math.pow(1 - p, gamma - 1) * Math.log(p);
        slopes[i] = alpha * t * (turn - focus / p);
        mean += slopes[i] * q;
      }
    }
    if (gradient != null) {
      for (int i = 0; i < outputs; i++) {
        // With logits, the derivative of softmax: p·(s − Σ s·p), which the division leaves as is.
        double scale = fromLogits ? given[i] / sum : 1 / sum;
        gradient[gradientOffset + i] = (float) (weight * scale * (slopes[i] - mean));
      }
    }
    return loss;
  }
}
