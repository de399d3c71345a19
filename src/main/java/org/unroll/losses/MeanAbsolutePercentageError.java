package org.unroll.losses;

/**
 * Computes the mean absolute percentage error, {@code 100 · mean(|t − p| / max(|t|, 1e-7))}, of
 * predictions p for targets t. A target of 0 makes it very large because the error is then divided
 * by 1e-7.
 *
 * <p>Source: Keras's {@code MeanAbsolutePercentageError}.
 */
public record MeanAbsolutePercentageError() implements ElementwiseLoss {
  @Override
  public String name() {
    return "mean_absolute_percentage_error";
  }

  @Override
  public double loss(double prediction, double target) {
    return 100 * Math.abs(prediction - target) / Math.max(Math.abs(target), Losses.EPSILON);
  }

  @Override
  public double slope(double prediction, double target) {
    return 100 * Math.signum(prediction - target) / Math.max(Math.abs(target), Losses.EPSILON);
  }
}
