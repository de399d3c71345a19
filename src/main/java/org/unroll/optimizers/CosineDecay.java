package org.unroll.optimizers;

/**
 * Half a cosine from the initial learning rate down to {@code alpha} times it in {@code
 * decaySteps}, and constant ever after (Loshchilov and Hutter 2016, "SGDR"). With a warm-up, the
 * rate first rises in a straight line from {@code initial} to {@code warmupTarget} in {@code
 * warmupSteps}, and the cosine begins there.
 *
 * @param initial the first learning rate
 * @param decaySteps the steps of the decay, at least 1, warm-up not counted
 * @param alpha the fraction that is left in the end, 0 by default
 * @param warmupTarget where the warm-up ends, null (the default) for none
 * @param warmupSteps the steps of the warm-up, 0 by default
 */
public record CosineDecay(
    double initial, long decaySteps, double alpha, Double warmupTarget, long warmupSteps)
    implements LearningRateSchedule {
  /** Checks the steps. */
  public CosineDecay {
    Schedules.checkSteps("decaySteps", decaySteps);
    if (warmupSteps < 0) {
      throw new IllegalArgumentException(
          "'warmupSteps' of a schedule is at least 0. Received: " + warmupSteps);
    }
  }

  /** This schedule with another fraction that is left in the end. */
  public CosineDecay alpha(double fraction) {
    return new CosineDecay(initial, decaySteps, fraction, warmupTarget, warmupSteps);
  }

  /** This schedule with a warm-up before the decay. */
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
