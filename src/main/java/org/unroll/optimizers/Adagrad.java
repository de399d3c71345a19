package org.unroll.optimizers;

import java.util.List;
import org.unroll.network.Weight;

/**
 * The Adagrad optimizer. It divides the gradient by the root of the sum of all its squares so far.
 *
 * <pre>
 * a += g²
 * w −= η·g / √(a + ε)
 * </pre>
 *
 * <p>Defaults: learning rate η 0.001, initial value of a 0.1, epsilon ε 1e-7. Source: Keras's
 * {@code Adagrad}; Duchi et al. 2011, "Adaptive subgradient methods for online learning and
 * stochastic optimization".
 */
public final class Adagrad extends FluentOptimizer<Adagrad> {
  private double initialAccumulatorValue = 0.1;
  private double epsilon = 1e-7;
  private float[][] accumulators;

  Adagrad(double learningRate) {
    super(learningRate);
  }

  @Override
  protected Adagrad self() {
    return this;
  }

  @Override
  public String name() {
    return "adagrad";
  }

  /** Returns the value of a before the first step. */
  public double initialAccumulatorValue() {
    return initialAccumulatorValue;
  }

  /**
   * Sets the value of a before the first step.
   *
   * @param value finite and at least 0
   * @throws IllegalArgumentException if {@code value} is negative, infinite or NaN
   * @throws IllegalStateException after the first step
   */
  public Adagrad initialAccumulatorValue(double value) {
    requireNotBuilt("initialAccumulatorValue");
    initialAccumulatorValue = checkedAccumulator(value);
    return this;
  }

  /** Returns the constant ε, which prevents a division by zero. */
  public double epsilon() {
    return epsilon;
  }

  /**
   * Sets the constant ε, which prevents a division by zero.
   *
   * @param value finite and at least 0
   * @throws IllegalArgumentException if {@code value} is negative, infinite or NaN
   */
  public Adagrad epsilon(double value) {
    epsilon = checkedEpsilon(value);
    return this;
  }

  private static double checkedAccumulator(double value) {
    if (!(value >= 0) || Double.isInfinite(value)) {
      throw new IllegalArgumentException(
          "initialAccumulatorValue must be finite and at least 0, but was " + value + ".");
    }
    return value;
  }

  @Override
  protected void allocate(List<Weight> weights) {
    accumulators = addSlots("accumulator", weights, (float) initialAccumulatorValue);
  }

  @Override
  protected void update(int index, float[] w, float[] g, float[] g2, float rate, long step) {
    float eps = (float) epsilon;
    float[] a = accumulators[index];
    for (int i = 0; i < w.length; i++) {
      float sum = a[i] + g2[i];
      a[i] = sum;
      w[i] -= rate * g[i] / (float) Math.sqrt(sum + eps);
    }
  }
}
