package org.unroll.optimizers;

/**
 * A learning rate that decays exponentially: {@code initial · decayRate^(step / decaySteps)}.
 *
 * <p>Source: Keras's {@code ExponentialDecay}.
 *
 * @param initial the learning rate of the first step
 * @param decaySteps the number of steps after which the rate is multiplied by {@code decayRate}, at
 *     least 1
 * @param decayRate the factor of the decay
 * @param staircase whether the exponent is rounded down; false by default
 */
public record ExponentialDecay(double initial, long decaySteps, double decayRate, boolean staircase)
    implements LearningRateSchedule {
  /**
   * Creates the schedule.
   *
   * @throws IllegalArgumentException if {@code decaySteps} is less than 1
   */
  public ExponentialDecay {
    Schedules.checkSteps("decaySteps", decaySteps);
  }

  /** Returns this schedule with the exponent rounded down, or not. */
  public ExponentialDecay staircase(boolean stairs) {
    return new ExponentialDecay(initial, decaySteps, decayRate, stairs);
  }

  @Override
  public double at(long step) {
    double periods = (double) step / decaySteps;
    return initial * Math.pow(decayRate, staircase ? Math.floor(periods) : periods);
  }
}
