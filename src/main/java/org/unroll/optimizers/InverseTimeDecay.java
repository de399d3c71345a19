package org.unroll.optimizers;

/**
 * {@code initial / (1 + decayRate · step / decaySteps)}; with a staircase {@code step / decaySteps}
 * is rounded down.
 *
 * @param initial the first learning rate
 * @param decaySteps the steps of one period, at least 1
 * @param decayRate what a period adds to the divisor
 * @param staircase false by default
 */
public record InverseTimeDecay(double initial, long decaySteps, double decayRate, boolean staircase)
    implements LearningRateSchedule {
  /** Checks the steps. */
  public InverseTimeDecay {
    Schedules.checkSteps("decaySteps", decaySteps);
  }

  /** This schedule with or without stairs. */
  public InverseTimeDecay staircase(boolean stairs) {
    return new InverseTimeDecay(initial, decaySteps, decayRate, stairs);
  }

  @Override
  public double at(long step) {
    double periods = (double) step / decaySteps;
    return initial / (1 + decayRate * (staircase ? Math.floor(periods) : periods));
  }
}
