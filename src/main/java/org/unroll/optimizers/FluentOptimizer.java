package org.unroll.optimizers;

/**
 * The options that every optimizer of this library has, returning the optimizer itself so that they
 * can be written in any order.
 *
 * @param <S> the optimizer
 */
public abstract class FluentOptimizer<S extends FluentOptimizer<S>> extends Optimizer {
  FluentOptimizer(double learningRate) {
    super(learningRate);
  }

  abstract S self();

  /**
   * Takes the learning rate of every step from a schedule.
   *
   * @param schedule gives the learning rate for a number of steps made
   */
  public S learningRate(LearningRateSchedule schedule) {
    setSchedule(schedule);
    return self();
  }

  /**
   * Decays the weights in every step, apart from the gradient: {@code w −= w · decay ·
   * learningRate} (Loshchilov and Hutter 2019, "Decoupled weight decay regularization"). None by
   * default, but for AdamW.
   *
   * @param decay at least 0
   */
  public S weightDecay(double decay) {
    setWeightDecay(decay);
    return self();
  }

  /**
   * Scales the gradient of each weight down to this L2 norm where it is larger. None by default.
   *
   * @param norm above 0
   * @throws IllegalArgumentException if another way of clipping is set
   */
  public S clipnorm(double norm) {
    setClipnorm(norm);
    return self();
  }

  /**
   * Clips every value of the gradients to [−value, value]. None by default.
   *
   * @param value above 0
   * @throws IllegalArgumentException if another way of clipping is set
   */
  public S clipvalue(double value) {
    setClipvalue(value);
    return self();
  }

  /**
   * Scales all gradients down together so that the L2 norm of all of them is at most this. None by
   * default.
   *
   * @param norm above 0
   * @throws IllegalArgumentException if another way of clipping is set
   */
  public S globalClipnorm(double norm) {
    setGlobalClipnorm(norm);
    return self();
  }

  /** Checks a factor of a moving average. */
  static double checkedFraction(String option, double value) {
    if (!(value >= 0 && value <= 1)) {
      throw new IllegalArgumentException("'" + option + "' is between 0 and 1. Received: " + value);
    }
    return value;
  }

  /** Checks the constant that keeps a division from failing. */
  static double checkedEpsilon(double value) {
    if (!(value >= 0) || Double.isInfinite(value)) {
      throw new IllegalArgumentException("'epsilon' is finite and at least 0. Received: " + value);
    }
    return value;
  }
}
