package org.unroll.optimizers;

import java.util.List;
import org.unroll.network.Weight;

/**
 * The Adamax optimizer, a variant of Adam with the infinity norm. In step t:
 *
 * <pre>
 * m += (g − m)·(1 − β₁),   u = max(β₂·u, |g|)
 * w −= η·m / ((1 − β₁ᵗ)·(u + ε))
 * </pre>
 *
 * <p>Defaults: learning rate η 0.001, beta1 0.9, beta2 0.999, epsilon ε 1e-7. Source: Keras's
 * {@code Adamax}; Kingma and Ba 2014, "Adam: A method for stochastic optimization", section 7.
 */
public final class Adamax extends FluentOptimizer<Adamax> {
  private double beta1 = 0.9;
  private double beta2 = 0.999;
  private double epsilon = 1e-7;
  private float[][] momentums;
  private float[][] norms;

  Adamax(double learningRate) {
    super(learningRate);
  }

  @Override
  protected Adamax self() {
    return this;
  }

  @Override
  public String name() {
    return "adamax";
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
  public Adamax beta1(double value) {
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
  public Adamax beta2(double value) {
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
  public Adamax epsilon(double value) {
    epsilon = checkedEpsilon(value);
    return this;
  }

  @Override
  protected void allocate(List<Weight> weights) {
    momentums = new float[weights.size()][];
    norms = new float[weights.size()][];
    for (int i = 0; i < weights.size(); i++) {
      momentums[i] = addSlot("momentum", i, 0);
      norms[i] = addSlot("norm", i, 0);
    }
  }

  @Override
  protected void update(int index, float[] w, float[] g, float[] g2, float rate, long step) {
    float correction = 1 - (float) Math.pow((float) beta1, (double) step);
    float take1 = (float) (1 - beta1);
    float keep2 = (float) beta2;
    float eps = (float) epsilon;
    float[] m = momentums[index];
    float[] u = norms[index];
    for (int i = 0; i < w.length; i++) {
      float first = m[i] + (g[i] - m[i]) * take1;
      float norm = Math.max(keep2 * u[i], Math.abs(g[i]));
      m[i] = first;
      u[i] = norm;
      w[i] -= rate * first / (correction * (norm + eps));
    }
  }
}
