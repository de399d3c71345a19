package org.unroll.losses;

/**
 * Computes the Poisson loss, {@code mean(p − t · log(p + 1e-7))}: the negative log-likelihood of
 * counts t with predicted rates p, up to a constant.
 *
 * <p>The loss of a negative rate is NaN, so the last activation must not return negative values.
 * Softplus is a good choice. Source: Keras's {@code Poisson}.
 */
public record Poisson() implements ElementwiseLoss {
  @Override
  public String name() {
    return "poisson";
  }

  @Override
  public double loss(double prediction, double target) {
    return prediction - target * Math.log(prediction + Losses.EPSILON);
  }

  @Override
  public double slope(double prediction, double target) {
    return 1 - target / (prediction + Losses.EPSILON);
  }
}
