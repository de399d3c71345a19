package org.unroll.losses;

/**
 * Computes the squared hinge loss, {@code mean(max(1 − t·p, 0)²)}, of predictions p for targets t
 * of −1 and 1. A target of 0 counts as −1, as for {@link Hinge}.
 *
 * <p>Source: Keras's {@code SquaredHinge}.
 */
public record SquaredHinge() implements ElementwiseLoss {
  @Override
  public String name() {
    return "squared_hinge";
  }

  @Override
  public double loss(double prediction, double target) {
    double distance = Math.max(1 - Hinge.sign(target) * prediction, 0);
    return distance * distance;
  }

  @Override
  public double slope(double prediction, double target) {
    double sign = Hinge.sign(target);
    return -2 * sign * Math.max(1 - sign * prediction, 0);
  }
}
