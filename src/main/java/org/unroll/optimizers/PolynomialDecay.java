package org.unroll.optimizers;

/**
 * A learning rate that decays from {@code initial} to {@code end}: {@code (initial − end) · (1 −
 * step/decaySteps)^power + end}. After {@code decaySteps} it stays at {@code end}; with cycles,
 * {@code decaySteps} is replaced by its smallest multiple that is not less than {@code step}.
 *
 * <p>Source: Keras's {@code PolynomialDecay}.
 *
 * @param initial the learning rate of the first step
 * @param decaySteps the number of steps of the decay, at least 1
 * @param end the learning rate after the decay; 0.0001 by default
 * @param power the exponent; 1 by default, which is a linear decay
 * @param cycle whether the decay is repeated; false by default
 */
public record PolynomialDecay(
    double initial, long decaySteps, double end, double power, boolean cycle)
    implements LearningRateSchedule {
  /**
   * Creates the schedule.
   *
   * @throws IllegalArgumentException if {@code decaySteps} is less than 1
   */
  public PolynomialDecay {
    Schedules.checkSteps("decaySteps", decaySteps);
  }

  /** Returns this schedule with another learning rate after the decay. */
  public PolynomialDecay end(double rate) {
    return new PolynomialDecay(initial, decaySteps, rate, power, cycle);
  }

  /** Returns this schedule with another exponent. */
  public PolynomialDecay power(double exponent) {
    return new PolynomialDecay(initial, decaySteps, end, exponent, cycle);
  }

  /** Returns this schedule with or without cycles. */
  public PolynomialDecay cycle(boolean repeated) {
    return new PolynomialDecay(initial, decaySteps, end, power, repeated);
  }

  @Override
  public double at(long step) {
    double steps = decaySteps;
    if (cycle && step > 0) {
      steps *= Math.ceil((double) step / decaySteps);
    }
    double done = Math.min((double) step, steps) / steps;
    return (initial - end) * Math.pow(1 - done, power) + end;
  }
}
