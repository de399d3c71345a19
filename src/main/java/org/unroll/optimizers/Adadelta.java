package org.unroll.optimizers;

import java.util.List;
import org.unroll.network.Weight;

/**
 * The Adadelta optimizer. It scales the gradient by the root mean square of recent steps, divided
 * by that of recent gradients.
 *
 * <pre>
 * a = ρ·a + (1 − ρ)·g²
 * d = −g·√(b + ε) / √(a + ε)
 * b = ρ·b + (1 − ρ)·d²
 * w += η·d
 * </pre>
 *
 * <p>Defaults: learning rate η 0.001 (the paper has 1), rho ρ 0.95, epsilon ε 1e-7. Source: Keras's
 * {@code Adadelta}; Zeiler 2012, "ADADELTA: An adaptive learning rate method".
 */
public final class Adadelta extends FluentOptimizer<Adadelta> {
  private double rho = 0.95;
  private double epsilon = 1e-7;
  private float[][] gradients;
  private float[][] moves;

  Adadelta(double learningRate) {
    super(learningRate);
  }

  @Override
  protected Adadelta self() {
    return this;
  }

  @Override
  public String name() {
    return "adadelta";
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
  public Adadelta rho(double value) {
    rho = checkedFraction("rho", value);
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
  public Adadelta epsilon(double value) {
    epsilon = checkedEpsilon(value);
    return this;
  }

  @Override
  protected void allocate(List<Weight> weights) {
    gradients = new float[weights.size()][];
    moves = new float[weights.size()][];
    for (int i = 0; i < weights.size(); i++) {
      gradients[i] = addSlot("accumulated_grad", i, 0);
      moves[i] = addSlot("accumulated_delta_var", i, 0);
    }
  }

  @Override
  protected void update(int index, float[] w, float[] g, float[] g2, float rate, long step) {
    float keep = (float) rho;
    float take = (float) (1 - rho);
    float eps = (float) epsilon;
    float[] a = gradients[index];
    float[] b = moves[index];
    for (int i = 0; i < w.length; i++) {
      float squares = keep * a[i] + take * g2[i];
      float perGradient = (float) Math.sqrt(b[i] + eps) / (float) Math.sqrt(squares + eps);
      a[i] = squares;
      b[i] = keep * b[i] + take * (perGradient * perGradient * g2[i]);
      w[i] -= rate * perGradient * g[i];
    }
  }
}
