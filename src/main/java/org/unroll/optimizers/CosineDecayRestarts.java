package org.unroll.optimizers;

/**
 * Half a cosine from the initial learning rate down to {@code alpha} times it, again and again
 * (Loshchilov and Hutter 2016, "SGDR"): every period is {@code tMul} times as long as the one
 * before and starts {@code mMul} times as high.
 *
 * @param initial the first learning rate
 * @param firstDecaySteps the steps of the first period, at least 1
 * @param tMul growth of the periods, at least 1; 2 by default
 * @param mMul growth of the starting rate; 1 by default
 * @param alpha the fraction of {@code initial} that is left at the end of a period; 0 by default
 */
public record CosineDecayRestarts(
    double initial, long firstDecaySteps, double tMul, double mMul, double alpha)
    implements LearningRateSchedule {
  /** Checks the steps. */
  public CosineDecayRestarts {
    Schedules.checkSteps("firstDecaySteps", firstDecaySteps);
    if (!(tMul >= 1) || Double.isInfinite(tMul)) {
      throw new IllegalArgumentException(
          "'tMul' of a schedule is finite and at least 1. Received: " + tMul);
    }
  }

  /** This schedule with another growth of its periods. */
  public CosineDecayRestarts tMul(double factor) {
    return new CosineDecayRestarts(initial, firstDecaySteps, factor, mMul, alpha);
  }

  /** This schedule with another growth of the rate its periods start with. */
  public CosineDecayRestarts mMul(double factor) {
    return new CosineDecayRestarts(initial, firstDecaySteps, tMul, factor, alpha);
  }

  /** This schedule with another fraction that is left at the end of a period. */
  public CosineDecayRestarts alpha(double fraction) {
    return new CosineDecayRestarts(initial, firstDecaySteps, tMul, mMul, fraction);
  }

  @Override
  public double at(long step) {
    // Counting periods instead of Keras's logarithm: no rounding can land a restart in the period
    // before.
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
