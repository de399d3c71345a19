package org.unroll.optimizers;

import java.util.List;
import org.unroll.network.Weight;

/**
 * The stochastic gradient descent optimizer, with learning rate η and momentum μ:
 *
 * <pre>
 * w −= η·g                       without momentum
 * m = μ·m − η·g,  w += m         with momentum
 * m = μ·m − η·g,  w += μ·m − η·g with Nesterov momentum
 * </pre>
 *
 * <p>Defaults: learning rate 0.01, momentum 0, nesterov false. Source: Keras's {@code SGD};
 * Sutskever et al. 2013, "On the importance of initialization and momentum in deep learning".
 */
public final class Sgd extends FluentOptimizer<Sgd> {
  private double momentum;
  private boolean nesterov;
  private float[][] momentums;

  Sgd(double learningRate) {
    super(learningRate);
  }

  @Override
  protected Sgd self() {
    return this;
  }

  @Override
  public String name() {
    return "sgd";
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
  public Sgd momentum(double value) {
    requireNotBuilt("momentum");
    momentum = checkedFraction("momentum", value);
    return this;
  }

  /** Returns whether Nesterov momentum is used. */
  public boolean nesterov() {
    return nesterov;
  }

  /**
   * Sets whether Nesterov momentum is used. It has no effect without a momentum.
   *
   * @throws IllegalStateException after the first step
   */
  public Sgd nesterov(boolean value) {
    requireNotBuilt("nesterov");
    nesterov = value;
    return this;
  }

  @Override
  protected void allocate(List<Weight> weights) {
    if (momentum != 0) {
      momentums = addSlots("momentum", weights, 0);
    }
  }

  @Override
  protected void update(int index, float[] w, float[] g, float[] g2, float rate, long step) {
    if (momentum == 0) {
      for (int i = 0; i < w.length; i++) {
        w[i] -= g[i] * rate;
      }
      return;
    }
    float[] m = momentums[index];
    float mu = (float) momentum;
    if (nesterov) {
      for (int i = 0; i < w.length; i++) {
        float move = g[i] * rate;
        float next = m[i] * mu - move;
        m[i] = next;
        w[i] += next * mu - move;
      }
    } else {
      for (int i = 0; i < w.length; i++) {
        float next = m[i] * mu - g[i] * rate;
        m[i] = next;
        w[i] += next;
      }
    }
  }
}
