package org.unroll.optimizers;

/**
 * An optimizer of the Adam family, with moving averages of the gradient and of its square or size.
 *
 * @param <S> the class of the optimizer
 */
abstract class MomentOptimizer<S extends MomentOptimizer<S>> extends FluentOptimizer<S> {
  private double beta1 = 0.9;
  private double beta2 = 0.999;
  private double epsilon = 1e-7;

  MomentOptimizer(double learningRate) {
    super(learningRate);
  }

  /** Returns the factor β₁ of the first moment. */
  public final double beta1() {
    return beta1;
  }

  /**
   * Sets the factor β₁ of the first moment.
   *
   * @param value between 0 and 1
   * @throws IllegalArgumentException if {@code value} is not between 0 and 1
   */
  public final S beta1(double value) {
    beta1 = checkedFraction("beta1", value);
    return self();
  }

  /** Returns the factor β₂ of the second moment. */
  public final double beta2() {
    return beta2;
  }

  /**
   * Sets the factor β₂ of the second moment.
   *
   * @param value between 0 and 1
   * @throws IllegalArgumentException if {@code value} is not between 0 and 1
   */
  public final S beta2(double value) {
    beta2 = checkedFraction("beta2", value);
    return self();
  }

  /** Returns the constant ε, which prevents a division by zero. */
  public final double epsilon() {
    return epsilon;
  }

  /**
   * Sets the constant ε, which prevents a division by zero.
   *
   * @param value finite and at least 0
   * @throws IllegalArgumentException if {@code value} is negative, infinite or NaN
   */
  public final S epsilon(double value) {
    epsilon = checkedEpsilon(value);
    return self();
  }
}
