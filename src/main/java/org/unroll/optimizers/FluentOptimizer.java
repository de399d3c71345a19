package org.unroll.optimizers;

/**
 * An optimizer with the options that all optimizers of Keras share. Every option returns the
 * optimizer, so options can be chained in any order. Extend this class for a custom optimizer; an
 * example is in {@link Optimizer}.
 *
 * @param <S> the class of the optimizer
 */
public abstract class FluentOptimizer<S extends FluentOptimizer<S>> extends Optimizer {
  private Double lossScaleFactor;

  /**
   * Creates an optimizer.
   *
   * @param learningRate the learning rate, finite and at least 0
   * @throws IllegalArgumentException if the learning rate is negative, infinite or NaN
   */
  protected FluentOptimizer(double learningRate) {
    super(learningRate);
  }

  /** Returns this optimizer. */
  protected abstract S self();

  @Override
  public S learningRate(double rate) {
    super.learningRate(rate);
    return self();
  }

  @Override
  public S iterations(long steps) {
    super.iterations(steps);
    return self();
  }

  /**
   * Sets a schedule that returns the learning rate of every step.
   *
   * @param schedule the schedule, for example one of {@link Schedules}
   */
  public S learningRate(LearningRateSchedule schedule) {
    setSchedule(schedule);
    return self();
  }

  /**
   * Sets a decay of the weights in every step, independent of the gradient: {@code w −= w · decay ·
   * learningRate} (Loshchilov and Hutter 2019, "Decoupled weight decay regularization"). The
   * default is none, and 0.004 for AdamW.
   *
   * @param decay finite and at least 0
   * @throws IllegalArgumentException if {@code decay} is negative, infinite or NaN
   */
  public S weightDecay(double decay) {
    setWeightDecay(decay);
    return self();
  }

  /**
   * Sets the largest L2 norm of the gradient of each weight; a gradient with a larger norm is
   * scaled down. The default is none.
   *
   * @param norm greater than 0
   * @throws IllegalArgumentException if {@code norm} is not greater than 0, or if clipvalue or
   *     globalClipnorm is set
   */
  public S clipnorm(double norm) {
    clipping().clipnorm(norm);
    return self();
  }

  /**
   * Sets the largest absolute value in the gradients; larger values are clipped. The default is
   * none.
   *
   * @param value greater than 0
   * @throws IllegalArgumentException if {@code value} is not greater than 0, or if clipnorm or
   *     globalClipnorm is set
   */
  public S clipvalue(double value) {
    clipping().clipvalue(value);
    return self();
  }

  /**
   * Sets the largest L2 norm of all gradients together; if it is larger, all gradients are scaled
   * down by one factor. The default is none.
   *
   * @param norm greater than 0
   * @throws IllegalArgumentException if {@code norm} is not greater than 0, or if clipnorm or
   *     clipvalue is set
   */
  public S globalClipnorm(double norm) {
    clipping().globalClipnorm(norm);
    return self();
  }

  /**
   * Sets whether a moving average of the weights is kept. At the end of {@code fit} the weights are
   * overwritten with their averages, which often generalize better. The default is false.
   *
   * @throws IllegalStateException after the first step
   */
  public S useEma(boolean use) {
    requireNotBuilt("useEma");
    averaging().used(use);
    return self();
  }

  /**
   * Sets the factor m of the moving average of the weights, {@code a = m·a + (1 − m)·w}. The
   * default is 0.99. It has an effect with {@link #useEma(boolean)} only.
   *
   * @param momentum between 0 and 1
   * @throws IllegalArgumentException if {@code momentum} is not between 0 and 1
   */
  public S emaMomentum(double momentum) {
    averaging().momentum(momentum);
    return self();
  }

  /**
   * Sets after how many steps the weights are overwritten with their averages during training, in
   * addition to the end of it. The default is never.
   *
   * @param steps at least 1
   * @throws IllegalArgumentException if {@code steps} is less than 1
   */
  public S emaOverwriteFrequency(int steps) {
    averaging().overwriteFrequency(steps);
    return self();
  }

  /**
   * Sets the number of batches of a step. The step uses the mean of their gradients, as a batch of
   * this many times its size would. {@link #iterations()} counts batches. The default is one batch.
   *
   * @param batches at least 2
   * @throws IllegalArgumentException if {@code batches} is less than 2
   * @throws IllegalStateException after the first step
   */
  public S gradientAccumulationSteps(int batches) {
    requireNotBuilt("gradientAccumulationSteps");
    accumulation().steps(batches);
    return self();
  }

  /**
   * Sets the factor by which Keras multiplies the loss, and divides the gradients again, so that
   * small values survive in float16. In float32, the only type here, it changes nothing. It is kept
   * for saved models.
   *
   * @param factor greater than 0 and finite
   * @throws IllegalArgumentException if {@code factor} is not
   */
  public S lossScaleFactor(double factor) {
    if (!(factor > 0) || Double.isInfinite(factor)) {
      throw new IllegalArgumentException(
          "lossScaleFactor must be finite and greater than 0, but was " + factor + ".");
    }
    lossScaleFactor = factor;
    return self();
  }

  /** Returns whether a moving average of the weights is kept. */
  public boolean useEma() {
    return averaging().used();
  }

  /** Returns the factor of the moving average of the weights. */
  public double emaMomentum() {
    return averaging().momentum();
  }

  /** Returns after how many steps the weights are overwritten with their averages, or null. */
  public Integer emaOverwriteFrequency() {
    return averaging().overwriteFrequency();
  }

  /** Returns the number of batches of a step, or null if each batch is a step. */
  public Integer gradientAccumulationSteps() {
    return accumulation().steps();
  }

  /** Returns the factor of the loss that Keras uses, or null if it is not set. */
  public Double lossScaleFactor() {
    return lossScaleFactor;
  }

  /**
   * Checks that a factor, for example of a moving average, is between 0 and 1.
   *
   * @param option the name of the option, for the error message
   * @return the value
   * @throws IllegalArgumentException if it is not
   */
  protected static double checkedFraction(String option, double value) {
    if (!(value >= 0 && value <= 1)) {
      throw new IllegalArgumentException(
          option + " must be between 0 and 1, but was " + value + ".");
    }
    return value;
  }

  /**
   * Checks the constant that prevents a division by zero.
   *
   * @return the value
   * @throws IllegalArgumentException if it is negative, infinite or NaN
   */
  protected static double checkedEpsilon(double value) {
    if (!(value >= 0) || Double.isInfinite(value)) {
      throw new IllegalArgumentException(
          "epsilon must be finite and at least 0, but was " + value + ".");
    }
    return value;
  }
}
