package org.unroll.losses;

/**
 * Computes the mean squared error, {@code mean((p − t)²)}, of predictions p for targets t.
 *
 * <p>Source: Keras's {@code MeanSquaredError}.
 */
public record MeanSquaredError() implements ElementwiseLoss {
  @Override
  public String name() {
    return "mean_squared_error";
  }

  @Override
  public double loss(double prediction, double target) {
    double error = prediction - target;
    return error * error;
  }

  @Override
  public double slope(double prediction, double target) {
    return 2 * (prediction - target);
  }
}
