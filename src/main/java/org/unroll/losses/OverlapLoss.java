package org.unroll.losses;

/**
 * A loss that measures how little predictions p and targets t overlap, {@code 1 − n·I / (a·I + b·Σt
 * + c·Σp + 1e-7)} with the overlap {@code I = Σ t·p}. The sums are over a whole batch.
 */
sealed interface OverlapLoss extends BatchLoss permits Dice, Tversky {
  /** Returns n, the factor of the overlap in the numerator. */
  double numerator();

  /** Returns a, the factor of the overlap in the denominator. */
  double overlap();

  /** Returns b, the factor of the sum of the targets. */
  double targets();

  /** Returns c, the factor of the sum of the predictions. */
  double predictions();

  /** {@inheritDoc} The overlap, the sum of the targets, and the sum of the predictions. */
  @Override
  default int sums() {
    return 3;
  }

  @Override
  default void add(
      int positions,
      int outputs,
      float[] predictions,
      int predictionsOffset,
      float[] targets,
      double[] sums) {
    for (int i = 0; i < positions * outputs; i++) {
      double p = predictions[predictionsOffset + i];
      sums[0] += targets[i] * p;
      sums[1] += targets[i];
      sums[2] += p;
    }
  }

  private double denominator(double[] sums) {
    return overlap() * sums[0] + targets() * sums[1] + predictions() * sums[2] + Losses.EPSILON;
  }

  @Override
  default double value(double[] sums) {
    return 1 - numerator() * sums[0] / denominator(sums);
  }

  @Override
  default void differentiate(
      double[] sums, double scale, int count, float[] targets, float[] gradient) {
    double denominator = denominator(sums);
    double share = numerator() * sums[0] / denominator;
    for (int i = 0; i < count; i++) {
      double t = targets[i];
      double slope = (numerator() * t - share * (overlap() * t + predictions())) / denominator;
      gradient[i] = (float) (-scale * slope);
    }
  }
}
