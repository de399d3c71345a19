package org.unroll.optimizers;

/**
 * {@code initial · decayRate^(step / decaySteps)}; with a staircase the exponent is rounded down.
 *
 * @param initial the first learning rate
 * @param decaySteps the steps that multiply the rate by {@code decayRate}, at least 1
 * @param decayRate the factor
 * @param staircase false by default
 */
public record ExponentialDecay(double initial, long decaySteps, double decayRate, boolean staircase)
    implements LearningRateSchedule {
  /** Checks the steps. */
  public ExponentialDecay {
    Schedules.checkSteps("decaySteps", decaySteps);
  }

  /** This schedule with or without stairs. */
  public ExponentialDecay staircase(boolean stairs) {
    return new ExponentialDecay(initial, decaySteps, decayRate, stairs);
  }

  @Override
  public double at(long step) {
    double periods = (double) step / decaySteps;
    return initial * Math.pow(decayRate, staircase ? Math.floor(periods) : periods);
  }
}
