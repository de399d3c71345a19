package org.unroll.losses;

/**
 * Computes the Tversky loss, {@code 1 − I / (I + alpha·Σ(1 − p)·t + beta·Σp·(1 − t) + 1e-7)} with
 * {@code I = Σ t·p}, of predictions p for targets t. The sums are over all outputs of all positions
 * of a batch, as for {@link Dice}, which it equals for alpha = beta = 0.5.
 *
 * <p>Source: Keras's {@code Tversky} with its default {@code axis=None}. There alpha is the weight
 * of missed targets, although Keras's documentation calls it the weight of false positives.
 *
 * @param alpha the weight of targets that are not predicted, finite and at least 0; 0.5 by default
 * @param beta the weight of predictions that are no targets, finite and at least 0; 0.5 by default
 */
public record Tversky(double alpha, double beta) implements OverlapLoss {
  /**
   * Creates the loss.
   *
   * @throws IllegalArgumentException if a weight is negative, infinite or NaN
   */
  public Tversky {
    Losses.checkFactor("alpha", alpha);
    Losses.checkFactor("beta", beta);
  }

  /**
   * Returns this loss with another weight of targets that are not predicted.
   *
   * @throws IllegalArgumentException if the weight is negative, infinite or NaN
   */
  public Tversky alpha(double weight) {
    return new Tversky(weight, beta);
  }

  /**
   * Returns this loss with another weight of predictions that are no targets.
   *
   * @throws IllegalArgumentException if the weight is negative, infinite or NaN
   */
  public Tversky beta(double weight) {
    return new Tversky(alpha, weight);
  }

  @Override
  public String name() {
    return "tversky";
  }

  @Override
  public double numerator() {
    return 1;
  }

  @Override
  public double overlap() {
    return 1 - alpha - beta;
  }

  @Override
  public double targets() {
    return alpha;
  }

  @Override
  public double predictions() {
    return beta;
  }
}
