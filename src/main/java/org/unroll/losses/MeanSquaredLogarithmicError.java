package org.unroll.losses;

/**
 * Mean squared logarithmic error, {@code mean((log(max(p, 1e-7) + 1) − log(max(t, 1e-7) + 1))²)}. A
 * prediction below 1e-7 counts as 1e-7, and its derivative is 0.
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

  /** In float32, as Keras adds: 1 + 1e-7 is 1 + 2⁻²³ there. */
  private static double shifted(double value) {
    return Math.max((float) value, Losses.EPSILON) + 1f;
  }
}
