package org.unroll.layers.core;

/**
 * The exponential linear unit, as Keras's {@code ELU}.
 *
 * <pre>
 * y = x for x &gt; 0, otherwise alpha·(eˣ − 1)
 * </pre>
 *
 * <p>Input and output: samples of any shape. The mask is passed on.
 *
 * <p>Backward pass: dx = d loss / d y, multiplied by alpha·eˣ for x ≤ 0.
 *
 * <p>Source: Keras 3, {@code keras.layers.ELU}.
 */
public final class Elu extends ElementwiseLayer<Elu> {
  private double alpha = 1;

  /** Creates the layer. See {@code Layers.elu}. */
  public Elu() {
    super("ELU");
  }

  @Override
  Elu self() {
    return this;
  }

  /**
   * Sets the negative of the limit for x → −∞. The default is 1.
   *
   * @throws IllegalArgumentException if it is not finite
   */
  public Elu alpha(double limit) {
    requireNotBuilt("alpha");
    if (!Double.isFinite(limit)) {
      throw new IllegalArgumentException("alpha must be finite, but was " + limit + ".");
    }
    alpha = limit;
    return this;
  }

  /** Returns the negative of the limit for x → −∞. */
  public double alpha() {
    return alpha;
  }

  @Override
  float function(float x) {
    return x > 0 ? x : (float) (alpha * Math.expm1(x));
  }

  @Override
  float derivative(float x) {
    return x > 0 ? 1 : (float) (alpha * Math.exp(x));
  }
}
