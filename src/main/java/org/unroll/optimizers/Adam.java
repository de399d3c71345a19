package org.unroll.optimizers;

import java.util.List;
import org.unroll.network.Weight;

/**
 * The Adam optimizer. It divides a moving average of the gradient by the root of a moving average
 * of its square. In step t:
 *
 * <pre>
 * m += (g − m)·(1 − β₁)
 * v += (g² − v)·(1 − β₂)             with amsgrad:  v̂ = max(v̂, v) replaces v below
 * w −= α·m / (√v + ε),   α = η·√(1 − β₂ᵗ) / (1 − β₁ᵗ)
 * </pre>
 *
 * <p>Defaults: learning rate η 0.001, beta1 0.9, beta2 0.999, epsilon ε 1e-7 (the "epsilon hat" of
 * the paper, not scaled by the bias correction), amsgrad false. AdamW is Adam with a weight decay
 * of 0.004. Source: Keras's {@code Adam}; Kingma and Ba 2014, "Adam: A method for stochastic
 * optimization"; Reddi et al. 2018, "On the convergence of Adam and beyond", for amsgrad.
 */
public final class Adam extends MomentOptimizer<Adam> {
  private final String name;
  private boolean amsgrad;
  private float[][] momentums;
  private float[][] velocities;
  private float[][] velocityHats;

  Adam(String name, double learningRate) {
    super(learningRate);
    this.name = name;
  }

  @Override
  protected Adam self() {
    return this;
  }

  /** Returns {@code adam} or {@code adamw}. */
  @Override
  public String name() {
    return name;
  }

  /** Returns whether the largest second moment so far is used. */
  public boolean amsgrad() {
    return amsgrad;
  }

  /**
   * Sets whether the largest second moment so far is used.
   *
   * @throws IllegalStateException after the first step
   */
  public Adam amsgrad(boolean value) {
    requireNotBuilt("amsgrad");
    amsgrad = value;
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
    if (amsgrad) {
      velocityHats = addSlots("velocity_hat", weights, 0);
    }
  }

  @Override
  protected void update(int index, float[] w, float[] g, float[] g2, float rate, long step) {
    // In float32 as in Keras, although 1 − 0.999 loses five digits there.
    float power1 = (float) Math.pow((float) beta1(), (double) step);
    float power2 = (float) Math.pow((float) beta2(), (double) step);
    float alpha = rate * (float) Math.sqrt(1 - power2) / (1 - power1);
    float take1 = (float) (1 - beta1());
    float take2 = (float) (1 - beta2());
    float eps = (float) epsilon();
    float[] m = momentums[index];
    float[] v = velocities[index];
    if (amsgrad) {
      float[] largest = velocityHats[index];
      for (int i = 0; i < w.length; i++) {
        float first = m[i] + (g[i] - m[i]) * take1;
        float second = v[i] + (g2[i] - v[i]) * take2;
        float most = Math.max(largest[i], second);
        m[i] = first;
        v[i] = second;
        largest[i] = most;
        w[i] -= first * alpha / ((float) Math.sqrt(most) + eps);
      }
    } else {
      for (int i = 0; i < w.length; i++) {
        float first = m[i] + (g[i] - m[i]) * take1;
        float second = v[i] + (g2[i] - v[i]) * take2;
        m[i] = first;
        v[i] = second;
        w[i] -= first * alpha / ((float) Math.sqrt(second) + eps);
      }
    }
  }
}
