package org.unroll.losses;

/**
 * The log-cosh loss, {@code mean(log(cosh(p − t)))}: a parabola near 0, {@code |p − t| − log 2} far
 * away.
 */
public record LogCosh() implements ElementwiseLoss {
  @Override
  public String name() {
    return "log_cosh";
  }

  @Override
  public double loss(double prediction, double target) {
    // cosh itself would overflow from 710 on.
    double size = Math.abs(prediction - target);
    return size + Math.log1p(Math.exp(-2 * size)) - Math.log(2);
  }

  @Override
  public double slope(double prediction, double target) {
    return Math.tanh(prediction - target);
  }
}
