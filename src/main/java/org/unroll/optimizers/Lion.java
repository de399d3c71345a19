package org.unroll.optimizers;

import java.util.List;
import org.unroll.network.Weight;

/**
 * The Lion optimizer, which steps by the sign of a momentum:
 *
 * <pre>
 * w −= η·sign(β₁·m + (1 − β₁)·g)
 * m = β₂·m + (1 − β₂)·g
 * </pre>
 *
 * <p>All values of a weight move by the learning rate, which should therefore be 3 to 10 times
 * smaller than for AdamW. Defaults: learning rate η 0.001, beta1 0.9, beta2 0.99. Source: Keras's
 * {@code Lion}; Chen et al. 2023, "Symbolic discovery of optimization algorithms".
 */
public final class Lion extends FluentOptimizer<Lion> {
  private double beta1 = 0.9;
  private double beta2 = 0.99;
  private float[][] momentums;

  Lion(double learningRate) {
    super(learningRate);
  }

  @Override
  protected Lion self() {
    return this;
  }

  @Override
  public String name() {
    return "lion";
  }

  /** Returns the factor β₁ of the momentum in the direction of a step. */
  public double beta1() {
    return beta1;
  }

  /**
   * Sets the factor β₁ of the momentum in the direction of a step.
   *
   * @param value greater than 0 and at most 1
   * @throws IllegalArgumentException if {@code value} is not
   */
  public Lion beta1(double value) {
    if (!(value > 0 && value <= 1)) {
      throw new IllegalArgumentException(
          "beta1 must be greater than 0 and at most 1, but was " + value + ".");
    }
    beta1 = value;
    return this;
  }

  /** Returns the factor β₂ of the momentum. */
  public double beta2() {
    return beta2;
  }

  /**
   * Sets the factor β₂ of the momentum.
   *
   * @param value between 0 and 1
   * @throws IllegalArgumentException if {@code value} is not between 0 and 1
   */
  public Lion beta2(double value) {
    beta2 = checkedFraction("beta2", value);
    return this;
  }

  @Override
  protected void allocate(List<Weight> weights) {
    momentums = addSlots("momentum", weights, 0);
  }

  @Override
  protected void update(int index, float[] w, float[] g, float[] g2, float rate, long step) {
    float keep1 = (float) beta1;
    float keep2 = (float) beta2;
    float[] m = momentums[index];
    for (int i = 0; i < w.length; i++) {
      w[i] -= rate * Math.signum(m[i] * keep1 + g[i] * (1 - keep1));
      m[i] = m[i] * keep2 + g[i] * (1 - keep2);
    }
  }
}
