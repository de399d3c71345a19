package org.unroll.losses;

import org.unroll.compute.Activation;

/**
 * Computes the binary focal cross-entropy, {@code mean(a·(1 − q)^gamma·b)}, of probabilities p for
 * independent binary targets t. Here b is the {@link BinaryCrossentropy} and {@code q = t·p + (1 −
 * t)·(1 − p)} the probability of the right answer, so answers that are already right count less.
 * The factor a is 1, or {@code t·alpha + (1 − t)·(1 − alpha)} with class balancing.
 *
 * <p>Source: Keras's {@code BinaryFocalCrossentropy}; Lin et al. 2017, "Focal loss for dense object
 * detection".
 *
 * @param applyClassBalancing whether classes are weighted by alpha; false by default
 * @param alpha the weight of the class 1, the class 0 having 1 − alpha; 0.25 by default
 * @param gamma the exponent, finite and at least 0; 2 by default
 * @param fromLogits whether the predictions are logits instead of probabilities; false by default
 * @param labelSmoothing s between 0 and 1; the targets become {@code t·(1 − s) + s/2}; 0 by default
 */
public record BinaryFocalCrossentropy(
    boolean applyClassBalancing,
    double alpha,
    double gamma,
    boolean fromLogits,
    double labelSmoothing)
    implements ElementwiseLoss {
  private static final BinaryCrossentropy PROBABILITIES = Losses.binaryCrossentropy();
  private static final BinaryCrossentropy LOGITS = PROBABILITIES.fromLogits(true);

  /**
   * Creates the loss.
   *
   * @throws IllegalArgumentException if gamma is negative, infinite or NaN, alpha not finite, or
   *     the label smoothing not between 0 and 1
   */
  public BinaryFocalCrossentropy {
    Losses.checkFactor("gamma", gamma);
    if (!Double.isFinite(alpha)) {
      throw new IllegalArgumentException("alpha must be finite, but was " + alpha + ".");
    }
    Losses.checkLabelSmoothing(labelSmoothing);
  }

  /** Returns this loss with or without class balancing. */
  public BinaryFocalCrossentropy applyClassBalancing(boolean balanced) {
    return new BinaryFocalCrossentropy(balanced, alpha, gamma, fromLogits, labelSmoothing);
  }

  /**
   * Returns this loss with another weight of the class 1, which is used with class balancing.
   *
   * @throws IllegalArgumentException if the weight is not finite
   */
  public BinaryFocalCrossentropy alpha(double weight) {
    return new BinaryFocalCrossentropy(
        applyClassBalancing, weight, gamma, fromLogits, labelSmoothing);
  }

  /**
   * Returns this loss with another exponent.
   *
   * @throws IllegalArgumentException if the exponent is negative, infinite or NaN
   */
  public BinaryFocalCrossentropy gamma(double exponent) {
    return new BinaryFocalCrossentropy(
        applyClassBalancing, alpha, exponent, fromLogits, labelSmoothing);
  }

  /** Returns this loss for predictions that are logits, or not. */
  public BinaryFocalCrossentropy fromLogits(boolean logits) {
    return new BinaryFocalCrossentropy(applyClassBalancing, alpha, gamma, logits, labelSmoothing);
  }

  /**
   * Returns this loss with another label smoothing.
   *
   * @throws IllegalArgumentException if the label smoothing is not between 0 and 1
   */
  public BinaryFocalCrossentropy labelSmoothing(double smoothing) {
    return new BinaryFocalCrossentropy(applyClassBalancing, alpha, gamma, fromLogits, smoothing);
  }

  @Override
  public String name() {
    return "binary_focal_crossentropy";
  }

  @Override
  public Loss onLogits(Activation activation) {
    return activation == Activation.SIGMOID && !fromLogits ? fromLogits(true) : null;
  }

  @Override
  public double loss(double prediction, double target) {
    double t = smoothed(target);
    double wrong = wrong(probability(prediction), t);
    return balance(t) * Math.pow(wrong, gamma) * crossentropy().loss(prediction, t);
  }

  @Override
  public double slope(double prediction, double target) {
    double t = smoothed(target);
    double p = probability(prediction);
    double wrong = wrong(p, t);
    double inner = fromLogits ? p * (1 - p) : 1; // d p / d prediction
    double focus =
        gamma == 0
            ? 0
            : gamma
                * Math.pow(wrong, gamma - 1)
                * (1 - 2 * t)
                * inner
                * crossentropy().loss(prediction, t);
    return balance(t) * (focus + Math.pow(wrong, gamma) * crossentropy().slope(prediction, t));
  }

  private BinaryCrossentropy crossentropy() {
    return fromLogits ? LOGITS : PROBABILITIES;
  }

  private double probability(double prediction) {
    return fromLogits ? 1 / (1 + Math.exp(-prediction)) : prediction;
  }

  /** Returns 1 − q, the probability of the wrong answer. */
  private static double wrong(double p, double t) {
    return t * (1 - p) + (1 - t) * p;
  }

  private double balance(double t) {
    return applyClassBalancing ? t * alpha + (1 - t) * (1 - alpha) : 1;
  }

  private double smoothed(double target) {
    return target * (1 - labelSmoothing) + 0.5 * labelSmoothing;
  }
}
