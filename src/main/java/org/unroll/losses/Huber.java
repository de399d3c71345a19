package org.unroll.losses;

/**
 * The Huber loss: {@code e²/2} where {@code |e| ≤ delta}, else {@code delta·|e| − delta²/2}, with
 * {@code e = p − t} (Huber 1964, "Robust estimation of a location parameter").
 *
 * @param delta where the square turns into a line, at least 0; 1 by default
 */
public record Huber(double delta) implements ElementwiseLoss {
  /** Checks delta. */
  public Huber {
    if (!(delta >= 0) || Double.isInfinite(delta)) {
      throw new IllegalArgumentException(
          "The delta of the Huber loss is finite and at least 0. Received: " + delta);
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
