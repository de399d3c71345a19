package org.unroll.losses;

/**
 * The hinge loss, {@code mean(max(1 − t·p, 0))}, for targets −1 and 1. A target of 0 counts as −1,
 * so that binary targets work too; Keras does the same where all targets of a batch are 0 or 1.
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

  private static double sign(double target) {
    return target == 0 ? -1 : target;
  }
}
