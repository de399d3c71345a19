package org.unroll.optimizers;

/**
 * A learning rate that decays along half a cosine, from {@code initial} to {@code alpha · initial}:
 * {@code initial · ((1 − alpha) · (1 + cos(π · step/decaySteps)) / 2 + alpha)}. It is constant
 * after {@code decaySteps}.
 *
 * <p>With a warm-up the rate first rises linearly from {@code initial} to {@code warmupTarget} in
 * {@code warmupSteps}, and then decays from {@code warmupTarget}. Source: Keras's {@code
 * CosineDecay}; Loshchilov and Hutter 2016, "SGDR: Stochastic gradient descent with warm restarts".
 *
 * @param initial the learning rate of the first step
 * @param decaySteps the number of steps of the decay, without the warm-up, at least 1
 * @param alpha the fraction of the rate that remains after the decay; 0 by default
 * @param warmupTarget the learning rate after the warm-up; null, the default, for no warm-up
 * @param warmupSteps the number of steps of the warm-up, at least 0; 0 by default
 */
public record CosineDecay(
    double initial, long decaySteps, double alpha, Double warmupTarget, long warmupSteps)
    implements LearningRateSchedule {
  /**
   * Creates the schedule.
   *
   * @throws IllegalArgumentException if {@code decaySteps} is less than 1 or {@code warmupSteps} is
   *     negative
   */
  public CosineDecay {
    Schedules.checkSteps("decaySteps", decaySteps);
    if (warmupSteps < 0) {
      throw new IllegalArgumentException(
          "warmupSteps of a schedule must be at least 0, but was " + warmupSteps + ".");
    }
  }

  /** Returns this schedule with another fraction of the rate that remains after the decay. */
  public CosineDecay alpha(double fraction) {
    return new CosineDecay(initial, decaySteps, fraction, warmupTarget, warmupSteps);
  }

  /**
   * Returns this schedule with a warm-up before the decay.
   *
   * @param target the learning rate after the warm-up
   * @param steps the number of steps of the warm-up, at least 0
   * @throws IllegalArgumentException if {@code steps} is negative
   */
  public CosineDecay warmup(double target, long steps) {
    return new CosineDecay(initial, decaySteps, alpha, target, steps);
  }

  @Override
  public double at(long step) {
    if (warmupTarget == null) {
      return decayed(initial, step);
    }
    if (step < warmupSteps) {
      return initial + (warmupTarget - initial) * step / warmupSteps;
    }
    return decayed(warmupTarget, step - warmupSteps);
  }

  private double decayed(double from, long step) {
    double done = (double) Math.min(step, decaySteps) / decaySteps;
    double cosine = 0.5 * (1 + Math.cos(Math.PI * done));
    return from * ((1 - alpha) * cosine + alpha);
  }
}
