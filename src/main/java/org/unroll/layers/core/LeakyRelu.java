package org.unroll.layers.core;

/**
 * The rectifier with a slope for negative inputs, as Keras's {@code LeakyReLU}.
 *
 * <pre>
 * y = x for x &gt; 0, otherwise negativeSlope·x
 * </pre>
 *
 * <p>The default slope is 0.3, as in Keras, whereas the activation {@code "leaky_relu"} has 0.2.
 *
 * <p>Input and output: samples of any shape. The mask is passed on.
 *
 * <p>Backward pass: dx = d loss / d y, multiplied by negativeSlope for x ≤ 0.
 *
 * <p>Source: Keras 3, {@code keras.layers.LeakyReLU}.
 */
public final class LeakyRelu extends ElementwiseLayer<LeakyRelu> {
  private double negativeSlope = 0.3;

  /** Creates the layer. See {@code Layers.leakyRelu}. */
  public LeakyRelu() {
    super("LeakyReLU");
  }

  @Override
  LeakyRelu self() {
    return this;
  }

  /**
   * Sets the slope for negative inputs. The default is 0.3.
   *
   * @throws IllegalArgumentException if it is negative or not finite
   */
  public LeakyRelu negativeSlope(double slope) {
    requireNotBuilt("negativeSlope");
    negativeSlope = requireNotNegative("negativeSlope", slope);
    return this;
  }

  /** Returns the slope for negative inputs. */
  public double negativeSlope() {
    return negativeSlope;
  }

  @Override
  float function(float x) {
    return x > 0 ? x : (float) negativeSlope * x;
  }

  @Override
  float derivative(float x) {
    return x > 0 ? 1 : (float) negativeSlope;
  }
}
