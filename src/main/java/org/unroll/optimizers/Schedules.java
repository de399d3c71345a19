package org.unroll.optimizers;

/**
 * Keras's learning rate schedules, to be imported statically: {@code
 * adam().learningRate(cosineDecay(0.01, 5000))}.
 */
public final class Schedules {
  private Schedules() {}

  /** {@link ExponentialDecay} without stairs. */
  public static ExponentialDecay exponentialDecay(
      double initial, long decaySteps, double decayRate) {
    return new ExponentialDecay(initial, decaySteps, decayRate, false);
  }

  /** {@link InverseTimeDecay} without stairs. */
  public static InverseTimeDecay inverseTimeDecay(
      double initial, long decaySteps, double decayRate) {
    return new InverseTimeDecay(initial, decaySteps, decayRate, false);
  }

  /** {@link PiecewiseConstantDecay}. */
  public static PiecewiseConstantDecay piecewiseConstantDecay(long[] boundaries, double[] values) {
    return new PiecewiseConstantDecay(boundaries, values);
  }

  /** {@link PolynomialDecay} in a straight line (power 1) to 0.0001, without cycles. */
  public static PolynomialDecay polynomialDecay(double initial, long decaySteps) {
    return new PolynomialDecay(initial, decaySteps, 0.0001, 1, false);
  }

  /** {@link CosineDecay} to 0, without warm-up. */
  public static CosineDecay cosineDecay(double initial, long decaySteps) {
    return new CosineDecay(initial, decaySteps, 0, null, 0);
  }

  /**
   * {@link CosineDecayRestarts}, every period twice as long as the one before ({@code tMul} 2), all
   * of the same height, down to 0.
   */
  public static CosineDecayRestarts cosineDecayRestarts(double initial, long firstDecaySteps) {
    return new CosineDecayRestarts(initial, firstDecaySteps, 2, 1, 0);
  }

  static void checkSteps(String option, long steps) {
    if (steps < 1) {
      throw new IllegalArgumentException(
          "'" + option + "' of a schedule is at least 1. Received: " + steps);
    }
  }
}
