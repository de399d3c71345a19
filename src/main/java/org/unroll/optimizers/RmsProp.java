package org.unroll.optimizers;

import java.util.List;
import org.unroll.network.Weight;

/**
 * The RMSprop optimizer. It divides the gradient by the root of a moving average of its square.
 *
 * <pre>
 * v = ρ·v + (1 − ρ)·g²
 * d = η·g / √(v + ε)                 with centered:  a = ρ·a + (1 − ρ)·g,  d = η·g / √(v − a² + ε)
 * w −= d                             with momentum:  m = μ·m + d,  w −= m
 * </pre>
 *
 * <p>Defaults: learning rate η 0.001, rho ρ 0.9, momentum μ 0, epsilon ε 1e-7, centered false.
 * Source: Keras's {@code RMSprop}; Hinton 2012, lecture 6e of "Neural networks for machine
 * learning".
 */
public final class RmsProp extends FluentOptimizer<RmsProp> {
  private double rho = 0.9;
  private double momentum;
  private double epsilon = 1e-7;
  private boolean centered;
  private float[][] velocities;
  private float[][] momentums;
  private float[][] averageGradients;

  RmsProp(double learningRate) {
    super(learningRate);
  }

  @Override
  protected RmsProp self() {
    return this;
  }

  @Override
  public String name() {
    return "rmsprop";
  }

  /** Returns the factor ρ of the moving averages. */
  public double rho() {
    return rho;
  }

  /**
   * Sets the factor ρ of the moving averages.
   *
   * @param value between 0 and 1
   * @throws IllegalArgumentException if {@code value} is not between 0 and 1
   */
  public RmsProp rho(double value) {
    rho = checkedFraction("rho", value);
    return this;
  }

  /** Returns the momentum μ. */
  public double momentum() {
    return momentum;
  }

  /**
   * Sets the momentum μ. It must be set before the first step.
   *
   * @param value between 0 and 1
   * @throws IllegalArgumentException if {@code value} is not between 0 and 1
   * @throws IllegalStateException after the first step
   */
  public RmsProp momentum(double value) {
    requireNotBuilt("momentum");
    momentum = checkedFraction("momentum", value);
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
  public RmsProp epsilon(double value) {
    epsilon = checkedEpsilon(value);
    return this;
  }

  /** Returns whether the variance of the gradient is used instead of its square. */
  public boolean centered() {
    return centered;
  }

  /**
   * Sets whether the variance of the gradient is used instead of its square.
   *
   * @throws IllegalStateException after the first step
   */
  public RmsProp centered(boolean value) {
    requireNotBuilt("centered");
    centered = value;
    return this;
  }

  @Override
  protected void allocate(List<Weight> weights) {
    velocities = addSlots("velocity", weights, 0);
    if (momentum > 0) {
      momentums = addSlots("momentum", weights, 0);
    }
    if (centered) {
      averageGradients = addSlots("average_gradient", weights, 0);
    }
  }

  @Override
  protected void update(int index, float[] w, float[] g, float[] g2, float rate, long step) {
    float keep = (float) rho;
    float take = (float) (1 - rho);
    float eps = (float) epsilon;
    float[] v = velocities[index];
    for (int i = 0; i < w.length; i++) {
      v[i] = keep * v[i] + take * g2[i];
    }
    // The gradient is not needed afterwards, so its array holds the step d.
    if (centered) {
      float[] a = averageGradients[index];
      for (int i = 0; i < w.length; i++) {
        float average = keep * a[i] + take * g[i];
        a[i] = average;
        g[i] = rate * g[i] / (float) Math.sqrt(v[i] - average * average + eps);
      }
    } else {
      for (int i = 0; i < w.length; i++) {
        g[i] = rate * g[i] / (float) Math.sqrt(v[i] + eps);
      }
    }
    if (momentum > 0) {
      float mu = (float) momentum;
      float[] m = momentums[index];
      for (int i = 0; i < w.length; i++) {
        g[i] += mu * m[i];
        m[i] = g[i];
      }
    }
    for (int i = 0; i < w.length; i++) {
      w[i] -= g[i];
    }
  }
}
