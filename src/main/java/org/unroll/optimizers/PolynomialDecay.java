package org.unroll.optimizers;

/**
 * From {@code initial} to {@code end} in {@code decaySteps}: {@code (initial − end) · (1 −
 * step/decaySteps)^power + end}, and {@code end} ever after. With cycles, {@code decaySteps} is
 * instead stretched to its next multiple that reaches {@code step}.
 *
 * @param initial the first learning rate
 * @param decaySteps the steps to the end, at least 1
 * @param end the last learning rate, 0.0001 by default
 * @param power 1 by default, a straight line
 * @param cycle false by default
 */
public record PolynomialDecay(
    double initial, long decaySteps, double end, double power, boolean cycle)
    implements LearningRateSchedule {
  /** Checks the steps. */
  public PolynomialDecay {
    Schedules.checkSteps("decaySteps", decaySteps);
  }

  /** This schedule with another last learning rate. */
  public PolynomialDecay end(double rate) {
    return new PolynomialDecay(initial, decaySteps, rate, power, cycle);
  }

  /** This schedule with another power. */
  public PolynomialDecay power(double exponent) {
    return new PolynomialDecay(initial, decaySteps, end, exponent, cycle);
  }

  /** This schedule with or without cycles. */
  public PolynomialDecay cycle(boolean again) {
    return new PolynomialDecay(initial, decaySteps, end, power, again);
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
