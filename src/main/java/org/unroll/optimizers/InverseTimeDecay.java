package org.unroll.optimizers;

/**
 * A learning rate that decays with the inverse of time: {@code initial / (1 + decayRate · step /
 * decaySteps)}.
 *
 * <p>Source: Keras's {@code InverseTimeDecay}.
 *
 * @param initial the learning rate of the first step
 * @param decaySteps the number of steps that add {@code decayRate} to the divisor, at least 1
 * @param decayRate the rate of the decay
 * @param staircase whether {@code step / decaySteps} is rounded down; false by default
 */
public record InverseTimeDecay(double initial, long decaySteps, double decayRate, boolean staircase)
    implements LearningRateSchedule {
  /**
   * Creates the schedule.
   *
   * @throws IllegalArgumentException if {@code decaySteps} is less than 1
   */
  public InverseTimeDecay {
    Schedules.checkSteps("decaySteps", decaySteps);
  }

  /** Returns this schedule with {@code step / decaySteps} rounded down, or not. */
  public InverseTimeDecay staircase(boolean stairs) {
    return new InverseTimeDecay(initial, decaySteps, decayRate, stairs);
  }

  @Override
  public double at(long step) {
    double periods = (double) step / decaySteps;
    return initial / (1 + decayRate * (staircase ? Math.floor(periods) : periods));
  }
}
