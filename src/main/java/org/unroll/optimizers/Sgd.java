package org.unroll.optimizers;

import java.util.List;
import org.unroll.network.Weight;

/**
 * Stochastic gradient descent, with momentum μ and learning rate η:
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
  Sgd self() {
    return this;
  }

  @Override
  public String name() {
    return "sgd";
  }

  /** The momentum. */
  public double momentum() {
    return momentum;
  }

  /** Sets the momentum, between 0 and 1. */
  public Sgd momentum(double value) {
    requireNotBuilt("momentum");
    momentum = checkedFraction("momentum", value);
    return this;
  }

  /** Whether the momentum is Nesterov's. */
  public boolean nesterov() {
    return nesterov;
  }

  /** Chooses Nesterov momentum; without a momentum it changes nothing. */
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
