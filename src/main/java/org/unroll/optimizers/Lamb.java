package org.unroll.optimizers;

import java.util.List;
import org.unroll.network.Weight;

/**
 * The LAMB optimizer, Adam with steps in proportion to the size of each weight. In step t:
 *
 * <pre>
 * m += (g − m)·(1 − β₁),   v += (g² − v)·(1 − β₂)
 * u = m / (1 − β₁ᵗ) / (√(v / (1 − β₂ᵗ)) + ε)
 * w −= η·u·‖w‖ / ‖u‖
 * </pre>
 *
 * <p>The norms are over all values of a weight; if one of them is 0, their ratio counts as 1.
 * Defaults: learning rate η 0.001, beta1 0.9, beta2 0.999, epsilon ε 1e-7. Source: Keras's {@code
 * Lamb}; You et al. 2019, "Large batch optimization for deep learning".
 */
public final class Lamb extends MomentOptimizer<Lamb> {
  private float[][] momentums;
  private float[][] velocities;

  Lamb(double learningRate) {
    super(learningRate);
  }

  @Override
  protected Lamb self() {
    return this;
  }

  @Override
  public String name() {
    return "lamb";
  }

  @Override
  protected void allocate(List<Weight> weights) {
    momentums = new float[weights.size()][];
    velocities = new float[weights.size()][];
    for (int i = 0; i < weights.size(); i++) {
      momentums[i] = addSlot("momentum", i, 0);
      velocities[i] = addSlot("velocity", i, 0);
    }
  }

  @Override
  protected void update(int index, float[] w, float[] g, float[] g2, float rate, long step) {
    float rest1 = 1 - (float) Math.pow((float) beta1(), (double) step);
    float rest2 = 1 - (float) Math.pow((float) beta2(), (double) step);
    float take1 = (float) (1 - beta1());
    float take2 = (float) (1 - beta2());
    float eps = (float) epsilon();
    float[] m = momentums[index];
    float[] v = velocities[index];
    double weightSquares = 0;
    double moveSquares = 0;
    for (int i = 0; i < w.length; i++) {
      m[i] += (g[i] - m[i]) * take1;
      v[i] += (g2[i] - v[i]) * take2;
      float move = m[i] / rest1 / ((float) Math.sqrt(v[i] / rest2) + eps);
      weightSquares += (double) w[i] * w[i];
      moveSquares += (double) move * move;
      g[i] = move;
    }
    float ratio =
        weightSquares > 0 && moveSquares > 0
            ? (float) Math.sqrt(weightSquares) / (float) Math.sqrt(moveSquares)
            : 1;
    for (int i = 0; i < w.length; i++) {
      w[i] -= ratio * rate * g[i];
    }
  }
}
