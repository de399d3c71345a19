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
public final class Adamax extends MomentOptimizer<Adamax> {
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

  @Override
  boolean usesMagnitudes() {
    return true;
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
    float correction = 1 - (float) Math.pow((float) beta1(), (double) step);
    float take1 = (float) (1 - beta1());
    float keep2 = (float) beta2();
    float eps = (float) epsilon();
    float[] m = momentums[index];
    float[] u = norms[index];
    float[] sizes = magnitudes(g);
    for (int i = 0; i < w.length; i++) {
      float first = m[i] + (g[i] - m[i]) * take1;
      float norm = Math.max(keep2 * u[i], sizes[i]);
      m[i] = first;
      u[i] = norm;
      w[i] -= rate * first / (correction * (norm + eps));
    }
  }
}
