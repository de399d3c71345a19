package org.unroll.losses;

/**
 * The Poisson loss, {@code mean(p − t · log(p + 1e-7))}: the negative log-likelihood of counts t
 * with the rates p, up to a constant. It is NaN for a negative rate: end the model with an
 * activation that has none, such as softplus.
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
