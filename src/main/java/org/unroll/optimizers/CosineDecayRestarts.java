package org.unroll.optimizers;

/**
 * A learning rate that decays along half a cosine, from {@code initial} to {@code alpha · initial},
 * and then restarts. Every period is {@code tMul} times as long as the one before, and starts at a
 * rate {@code mMul} times as high.
 *
 * <p>Source: Keras's {@code CosineDecayRestarts}; Loshchilov and Hutter 2016, "SGDR: Stochastic
 * gradient descent with warm restarts".
 *
 * @param initial the learning rate of the first step
 * @param firstDecaySteps the number of steps of the first period, at least 1
 * @param tMul the factor by which periods grow, finite and at least 1; 2 by default
 * @param mMul the factor by which the rate at the start of a period grows; 1 by default
 * @param alpha the fraction of {@code initial} that remains at the end of a period; 0 by default
 */
public record CosineDecayRestarts(
    double initial, long firstDecaySteps, double tMul, double mMul, double alpha)
    implements LearningRateSchedule {
  /**
   * Creates the schedule.
   *
   * @throws IllegalArgumentException if {@code firstDecaySteps} is less than 1, or {@code tMul} is
   *     infinite or less than 1
   */
  public CosineDecayRestarts {
    Schedules.checkSteps("firstDecaySteps", firstDecaySteps);
    if (!(tMul >= 1) || Double.isInfinite(tMul)) {
      throw new IllegalArgumentException(
          "tMul of a schedule must be finite and at least 1, but was " + tMul + ".");
    }
  }

  /**
   * Returns this schedule with another factor by which periods grow.
   *
   * @throws IllegalArgumentException if {@code factor} is infinite or less than 1
   */
  public CosineDecayRestarts tMul(double factor) {
    return new CosineDecayRestarts(initial, firstDecaySteps, factor, mMul, alpha);
  }

  /** Returns this schedule with another factor by which the rate at the start of a period grows. */
  public CosineDecayRestarts mMul(double factor) {
    return new CosineDecayRestarts(initial, firstDecaySteps, tMul, factor, alpha);
  }

  /** Returns this schedule with another fraction that remains at the end of a period. */
  public CosineDecayRestarts alpha(double fraction) {
    return new CosineDecayRestarts(initial, firstDecaySteps, tMul, mMul, fraction);
  }

  @Override
  public double at(long step) {
    // Keras computes the period with a logarithm, whose rounding may put a restart into the period
    // before. Counting periods is exact.
    double into = step;
    double period = firstDecaySteps;
    double height = 1;
    if (tMul == 1) {
      double periods = Math.floor(into / period);
      into -= periods * period;
      height = Math.pow(mMul, periods);
    } else {
      while (into >= period) {
        into -= period;
        period *= tMul;
        height *= mMul;
      }
    }
    double cosine = 0.5 * height * (1 + Math.cos(Math.PI * into / period));
    return initial * ((1 - alpha) * cosine + alpha);
  }
}
