package org.unroll.optimizers;

/**
 * Factory methods for the learning rate schedules of Keras. Import them statically: {@code
 * adam().learningRate(cosineDecay(0.01, 5000))}.
 */
public final class Schedules {
  private Schedules() {}

  /**
   * Returns an {@link ExponentialDecay} without a staircase.
   *
   * @throws IllegalArgumentException if {@code decaySteps} is less than 1
   */
  public static ExponentialDecay exponentialDecay(
      double initial, long decaySteps, double decayRate) {
    return new ExponentialDecay(initial, decaySteps, decayRate, false);
  }

  /**
   * Returns an {@link InverseTimeDecay} without a staircase.
   *
   * @throws IllegalArgumentException if {@code decaySteps} is less than 1
   */
  public static InverseTimeDecay inverseTimeDecay(
      double initial, long decaySteps, double decayRate) {
    return new InverseTimeDecay(initial, decaySteps, decayRate, false);
  }

  /**
   * Returns a {@link PiecewiseConstantDecay}.
   *
   * @param boundaries the last step of each value but the last, increasing
   * @param values the learning rates, one more than boundaries
   * @throws IllegalArgumentException if there is not one value more than boundaries, or if the
   *     boundaries do not increase
   */
  public static PiecewiseConstantDecay piecewiseConstantDecay(long[] boundaries, double[] values) {
    return new PiecewiseConstantDecay(boundaries, values);
  }

  /**
   * Returns a linear {@link PolynomialDecay} to 0.0001 without cycles.
   *
   * @throws IllegalArgumentException if {@code decaySteps} is less than 1
   */
  public static PolynomialDecay polynomialDecay(double initial, long decaySteps) {
    return new PolynomialDecay(initial, decaySteps, 0.0001, 1, false);
  }

  /**
   * Returns a {@link CosineDecay} to 0 without a warm-up.
   *
   * @throws IllegalArgumentException if {@code decaySteps} is less than 1
   */
  public static CosineDecay cosineDecay(double initial, long decaySteps) {
    return new CosineDecay(initial, decaySteps, 0, null, 0);
  }

  /**
   * Returns {@link CosineDecayRestarts} to 0. Every period is twice as long as the one before and
   * starts at the same rate.
   *
   * @throws IllegalArgumentException if {@code firstDecaySteps} is less than 1
   */
  public static CosineDecayRestarts cosineDecayRestarts(double initial, long firstDecaySteps) {
    return new CosineDecayRestarts(initial, firstDecaySteps, 2, 1, 0);
  }

  static void checkSteps(String option, long steps) {
    if (steps < 1) {
      throw new IllegalArgumentException(
          option + " of a schedule must be at least 1, but was " + steps + ".");
    }
  }
}
