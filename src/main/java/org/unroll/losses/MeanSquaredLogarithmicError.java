package org.unroll.losses;

/**
 * Computes the mean squared logarithmic error, {@code mean((log(max(p, 1e-7) + 1) − log(max(t,
 * 1e-7) + 1))²)}, of predictions p for targets t. The derivative is 0 for a prediction below 1e-7.
 *
 * <p>Source: Keras's {@code MeanSquaredLogarithmicError}.
 */
public record MeanSquaredLogarithmicError() implements ElementwiseLoss {
  @Override
  public String name() {
    return "mean_squared_logarithmic_error";
  }

  @Override
  public double loss(double prediction, double target) {
    double error = Math.log(shifted(prediction)) - Math.log(shifted(target));
    return error * error;
  }

  @Override
  public double slope(double prediction, double target) {
    if (prediction < Losses.EPSILON) {
      return 0;
    }
    double shifted = shifted(prediction);
    return 2 * (Math.log(shifted) - Math.log(shifted(target))) / shifted;
  }

  /** Adds 1 in float32 as Keras does, where 1 + 1e-7 is 1 + 2⁻²³. */
  private static double shifted(double value) {
    return Math.max((float) value, Losses.EPSILON) + 1f;
  }
}
