package org.unroll.optimizers;

import java.util.List;
import org.unroll.network.Weight;

/**
 * The Nadam optimizer, Adam with Nesterov momentum. In step t:
 *
 * <pre>
 * uₜ = β₁·(1 − 0.96ᵗ/2),   Uₜ = u₁·u₂·…·uₜ
 * m += (g − m)·(1 − β₁),   v += (g² − v)·(1 − β₂)
 * m̂ = uₜ₊₁·m / (1 − Uₜ₊₁) + (1 − uₜ)·g / (1 − Uₜ),   v̂ = v / (1 − β₂ᵗ)
 * w −= η·m̂ / (√v̂ + ε)
 * </pre>
 *
 * <p>Defaults: learning rate η 0.001, beta1 0.9, beta2 0.999, epsilon ε 1e-7. Source: Keras's
 * {@code Nadam}; Dozat 2015, "Incorporating Nesterov momentum into Adam".
 */
public final class Nadam extends FluentOptimizer<Nadam> {
  private double beta1 = 0.9;
  private double beta2 = 0.999;
  private double epsilon = 1e-7;
  private float[][] momentums;
  private float[][] velocities;
  private float[] product;

  Nadam(double learningRate) {
    super(learningRate);
  }

  @Override
  protected Nadam self() {
    return this;
  }

  @Override
  public String name() {
    return "nadam";
  }

  /** Returns the factor β₁ of the first moment. */
  public double beta1() {
    return beta1;
  }

  /**
   * Sets the factor β₁ of the first moment.
   *
   * @param value between 0 and 1
   * @throws IllegalArgumentException if {@code value} is not between 0 and 1
   */
  public Nadam beta1(double value) {
    beta1 = checkedFraction("beta1", value);
    return this;
  }

  /** Returns the factor β₂ of the second moment. */
  public double beta2() {
    return beta2;
  }

  /**
   * Sets the factor β₂ of the second moment.
   *
   * @param value between 0 and 1
   * @throws IllegalArgumentException if {@code value} is not between 0 and 1
   */
  public Nadam beta2(double value) {
    beta2 = checkedFraction("beta2", value);
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
  public Nadam epsilon(double value) {
    epsilon = checkedEpsilon(value);
    return this;
  }

  @Override
  protected void allocate(List<Weight> weights) {
    momentums = new float[weights.size()][];
    velocities = new float[weights.size()][];
    for (int i = 0; i < weights.size(); i++) {
      momentums[i] = addSlot("momentum", i, 0);
      velocities[i] = addSlot("velocity", i, 0);
    }
    product = addScalarSlot("u_product", 1);
  }

  @Override
  protected void beginStep(long step) {
    product[0] = product[0] * (float) beta1 * warmth(step);
  }

  @Override
  protected void update(int index, float[] w, float[] g, float[] g2, float rate, long step) {
    float current = (float) beta1 * warmth(step);
    float next = (float) beta1 * warmth(step + 1);
    float momentumFactor = next / (1 - product[0] * next);
    float gradientFactor = (1 - current) / (1 - product[0]);
    float correction = 1 - (float) Math.pow((float) beta2, (double) step);
    float take1 = 1 - (float) beta1;
    float take2 = 1 - (float) beta2;
    float eps = (float) epsilon;
    float[] m = momentums[index];
    float[] v = velocities[index];
    for (int i = 0; i < w.length; i++) {
      float first = m[i] + (g[i] - m[i]) * take1;
      float second = v[i] + (g2[i] - v[i]) * take2;
      m[i] = first;
      v[i] = second;
      float ahead = momentumFactor * first + gradientFactor * g[i];
      w[i] -= ahead * rate / ((float) Math.sqrt(second / correction) + eps);
    }
  }

  /** Returns uₜ / β₁, which grows from 0.52 to 1. */
  private static float warmth(long step) {
    return 1 - 0.5f * (float) Math.pow(0.96f, (double) step);
  }
}
