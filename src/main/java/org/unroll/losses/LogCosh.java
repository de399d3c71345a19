package org.unroll.losses;

/**
 * Computes the log-cosh loss, {@code mean(log(cosh(p − t)))}, of predictions p for targets t. It is
 * close to {@code (p − t)²/2} for small errors and to {@code |p − t| − log 2} for large ones.
 *
 * <p>Source: Keras's {@code LogCosh}.
 */
public record LogCosh() implements ElementwiseLoss {
  @Override
  public String name() {
    return "log_cosh";
  }

  @Override
  public double loss(double prediction, double target) {
    // cosh would overflow for errors of 710 and more.
    double size = Math.abs(prediction - target);
    return size + Math.log1p(Math.exp(-2 * size)) - Math.log(2);
  }

  @Override
  public double slope(double prediction, double target) {
    return Math.tanh(prediction - target);
  }
}
