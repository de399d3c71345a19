package org.unroll.losses;

import java.util.Arrays;

/**
 * Computes the generalized cross-entropy, {@code (1 − p_t^q) / q}, of probabilities p for targets t
 * that are class numbers, one for each position. It is less sensitive to wrong labels than the
 * cross-entropy, to which it tends for q → 0; for q = 1 it is the mean absolute error.
 *
 * <p>Source: Keras's {@code CategoricalGeneralizedCrossEntropy}; Zhang and Sabuncu 2018,
 * "Generalized cross entropy loss for training deep neural networks with noisy labels".
 *
 * @param q greater than 0 and less than 1; 0.5 by default
 */
public record CategoricalGeneralizedCrossentropy(double q) implements PositionLoss {
  /**
   * Creates the loss.
   *
   * @throws IllegalArgumentException if q is not between 0 and 1
   */
  public CategoricalGeneralizedCrossentropy {
    if (!(q > 0 && q < 1)) {
      throw new IllegalArgumentException(
          "q must be greater than 0 and less than 1, but was " + q + ".");
    }
  }

  @Override
  public String name() {
    return "categorical_generalized_cross_entropy";
  }

  @Override
  public int targetWidth(int outputs) {
    return 1;
  }

  /**
   * {@inheritDoc}
   *
   * @throws IllegalArgumentException if the target is not a whole number between 0 and {@code
   *     outputs} − 1
   */
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
    int expected = Losses.classNumber(this, outputs, targets, targetsOffset);
    double p = predictions[predictionsOffset + expected];
    if (gradient != null) {
      Arrays.fill(gradient, gradientOffset, gradientOffset + outputs, 0f);
      gradient[gradientOffset + expected] = (float) (-weight * Math.pow(p, q - 1));
    }
    return (1 - Math.pow(p, q)) / q;
  }
}
