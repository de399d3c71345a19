package org.unroll.optimizers;

import java.util.List;
import org.unroll.network.Weight;

/**
 * The FTRL optimizer, "follow the regularized leader". Its L1 penalty sets weights to exactly 0. In
 * each step, with the power p of the learning rate η, which is −0.5 by default:
 *
 * <pre>
 * n' = n + g²
 * z += g + 2·shrinkage·w − (n'⁻ᵖ − n⁻ᵖ) / η·w
 * w = (clip(z, −l1, l1) − z) / ((n'⁻ᵖ + β) / η + 2·l2)
 * </pre>
 *
 * <p>Defaults: learning rate 0.001, learningRatePower −0.5, initial value of n 0.1, l1, l2,
 * shrinkage and beta 0. Source: Keras's {@code Ftrl}; McMahan et al. 2013, "Ad click prediction: a
 * view from the trenches".
 */
public final class Ftrl extends FluentOptimizer<Ftrl> {
  private double learningRatePower = -0.5;
  private double initialAccumulatorValue = 0.1;
  private double l1;
  private double l2;
  private double l2Shrinkage;
  private double beta;
  private float[][] accumulators;
  private float[][] linears;

  Ftrl(double learningRate) {
    super(learningRate);
  }

  @Override
  protected Ftrl self() {
    return this;
  }

  @Override
  public String name() {
    return "ftrl";
  }

  /** Returns the power of the learning rate. */
  public double learningRatePower() {
    return learningRatePower;
  }

  /**
   * Sets the power of the learning rate. With 0 the rate does not decrease.
   *
   * @param value finite and at most 0
   * @throws IllegalArgumentException if {@code value} is positive, infinite or NaN
   */
  public Ftrl learningRatePower(double value) {
    if (!(value <= 0) || Double.isInfinite(value)) {
      throw new IllegalArgumentException(
          "learningRatePower must be finite and at most 0, but was " + value + ".");
    }
    learningRatePower = value;
    return this;
  }

  /** Returns the value of n before the first step. */
  public double initialAccumulatorValue() {
    return initialAccumulatorValue;
  }

  /**
   * Sets the value of n before the first step.
   *
   * @param value finite and at least 0
   * @throws IllegalArgumentException if {@code value} is negative, infinite or NaN
   * @throws IllegalStateException after the first step
   */
  public Ftrl initialAccumulatorValue(double value) {
    requireNotBuilt("initialAccumulatorValue");
    initialAccumulatorValue = checkedFactor("initialAccumulatorValue", value);
    return this;
  }

  /** Returns the factor of the L1 penalty. */
  public double l1() {
    return l1;
  }

  /**
   * Sets the factor of the L1 penalty, Keras's {@code l1_regularization_strength}.
   *
   * @param value finite and at least 0
   * @throws IllegalArgumentException if {@code value} is negative, infinite or NaN
   */
  public Ftrl l1(double value) {
    l1 = checkedFactor("l1", value);
    return this;
  }

  /** Returns the factor of the L2 penalty. */
  public double l2() {
    return l2;
  }

  /**
   * Sets the factor of the L2 penalty, Keras's {@code l2_regularization_strength}.
   *
   * @param value finite and at least 0
   * @throws IllegalArgumentException if {@code value} is negative, infinite or NaN
   */
  public Ftrl l2(double value) {
    l2 = checkedFactor("l2", value);
    return this;
  }

  /** Returns the factor of the L2 penalty that is added to the gradient. */
  public double l2Shrinkage() {
    return l2Shrinkage;
  }

  /**
   * Sets the factor of the L2 penalty that is added to the gradient, Keras's {@code
   * l2_shrinkage_regularization_strength}.
   *
   * @param value finite and at least 0
   * @throws IllegalArgumentException if {@code value} is negative, infinite or NaN
   */
  public Ftrl l2Shrinkage(double value) {
    l2Shrinkage = checkedFactor("l2Shrinkage", value);
    return this;
  }

  /** Returns β. */
  public double beta() {
    return beta;
  }

  /**
   * Sets β, which is added to n'⁻ᵖ and so reduces the first steps.
   *
   * @param value finite
   * @throws IllegalArgumentException if {@code value} is infinite or NaN
   */
  public Ftrl beta(double value) {
    if (!Double.isFinite(value)) {
      throw new IllegalArgumentException("beta must be finite, but was " + value + ".");
    }
    beta = value;
    return this;
  }

  private static double checkedFactor(String option, double value) {
    if (!(value >= 0) || Double.isInfinite(value)) {
      throw new IllegalArgumentException(
          option + " must be finite and at least 0, but was " + value + ".");
    }
    return value;
  }

  @Override
  protected void allocate(List<Weight> weights) {
    accumulators = new float[weights.size()][];
    linears = new float[weights.size()][];
    for (int i = 0; i < weights.size(); i++) {
      accumulators[i] = addSlot("accumulator", i, (float) initialAccumulatorValue);
      linears[i] = addSlot("linear", i, 0);
    }
  }

  @Override
  protected void update(int index, float[] w, float[] g, float[] g2, float rate, long step) {
    float shrinkage = (float) (2 * l2Shrinkage);
    float penalty = 2 * ((float) l2 + (float) beta / (2 * rate));
    float limit = (float) l1;
    float[] n = accumulators[index];
    float[] z = linears[index];
    for (int i = 0; i < w.length; i++) {
      float next = n[i] + g2[i];
      float size = power(next);
      z[i] += g[i] + shrinkage * w[i] - (size - power(n[i])) / rate * w[i];
      float clipped = Math.max(-limit, Math.min(limit, z[i]));
      w[i] = (clipped - z[i]) / (size / rate + penalty);
      n[i] = next;
    }
  }

  private float power(float value) {
    return (float) Math.pow(value, -learningRatePower);
  }
}
