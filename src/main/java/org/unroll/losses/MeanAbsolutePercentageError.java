package org.unroll.losses;

/**
 * Mean absolute percentage error, {@code 100 · mean(|t − p| / max(|t|, 1e-7))}. A target of 0 makes
 * it huge: the error is then divided by 1e-7.
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
