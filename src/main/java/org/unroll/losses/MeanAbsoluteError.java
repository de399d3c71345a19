package org.unroll.losses;

/**
 * Computes the mean absolute error, {@code mean(|p − t|)}, of predictions p for targets t. The
 * derivative is 0 if {@code p = t}.
 *
 * <p>Source: Keras's {@code MeanAbsoluteError}.
 */
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
