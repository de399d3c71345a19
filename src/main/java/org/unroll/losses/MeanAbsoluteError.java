package org.unroll.losses;

/** Mean absolute error, {@code mean(|p − t|)}; the derivative at {@code p = t} is 0. */
public record MeanAbsoluteError() implements ElementwiseLoss {
  @Override
  public String name() {
    return "mean_absolute_error";
  }

  @Override
  public double loss(double prediction, double target) {
    return Math.abs(prediction - target);
  }

  @Override
  public double slope(double prediction, double target) {
    return Math.signum(prediction - target);
  }
}
