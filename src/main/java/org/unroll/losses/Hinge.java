package org.unroll.losses;

/**
 * Computes the hinge loss, {@code mean(max(1 − t·p, 0))}, of predictions p for targets t of −1 and
 * 1.
 *
 * <p>A target of 0 counts as −1. Keras does the same if all targets of a batch are 0 or 1. Source:
 * Keras's {@code Hinge}.
 */
public record Hinge() implements ElementwiseLoss {
  @Override
  public String name() {
    return "hinge";
  }

  @Override
  public double loss(double prediction, double target) {
    return Math.max(1 - sign(target) * prediction, 0);
  }

  @Override
  public double slope(double prediction, double target) {
    double sign = sign(target);
    return 1 - sign * prediction < 0 ? 0 : -sign;
  }

  static double sign(double target) {
    return target == 0 ? -1 : target;
  }
}
