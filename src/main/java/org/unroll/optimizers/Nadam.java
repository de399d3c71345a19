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
public final class Nadam extends MomentOptimizer<Nadam> {
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
    product[0] = product[0] * (float) beta1() * warmth(step);
  }

  @Override
  protected void update(int index, float[] w, float[] g, float[] g2, float rate, long step) {
    float current = (float) beta1() * warmth(step);
    float next = (float) beta1() * warmth(step + 1);
    float momentumFactor = next / (1 - product[0] * next);
    float gradientFactor = (1 - current) / (1 - product[0]);
    float correction = 1 - (float) Math.pow((float) beta2(), (double) step);
    float take1 = 1 - (float) beta1();
    float take2 = 1 - (float) beta2();
    float eps = (float) epsilon();
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
