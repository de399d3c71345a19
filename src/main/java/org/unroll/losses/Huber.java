package org.unroll.losses;

/**
 * Computes the mean of the Huber loss: {@code e²/2} if {@code |e| ≤ delta}, otherwise {@code
 * delta·|e| − delta²/2}, with the error {@code e = p − t} of a prediction p for a target t.
 *
 * <p>Source: Keras's {@code Huber}; Huber 1964, "Robust estimation of a location parameter".
 *
 * @param delta the error beyond which the loss grows linearly, finite and at least 0; 1 by default
 */
public record Huber(double delta) implements ElementwiseLoss {
  /**
   * Creates the loss.
   *
   * @throws IllegalArgumentException if {@code delta} is negative, infinite or NaN
   */
  public Huber {
    if (!(delta >= 0) || Double.isInfinite(delta)) {
      throw new IllegalArgumentException(
          "delta of the Huber loss must be finite and at least 0, but was " + delta + ".");
    }
  }

  @Override
  public String name() {
    return "huber";
  }

  @Override
  public double loss(double prediction, double target) {
    double error = prediction - target;
    double size = Math.abs(error);
    return size <= delta ? 0.5 * error * error : delta * size - 0.5 * delta * delta;
  }

  @Override
  public double slope(double prediction, double target) {
    double error = prediction - target;
    return Math.abs(error) <= delta ? error : delta * Math.signum(error);
  }
}
