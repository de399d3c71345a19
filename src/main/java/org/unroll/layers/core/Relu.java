package org.unroll.layers.core;

/**
 * The rectifier with its parameters, as Keras's {@code ReLU}.
 *
 * <pre>
 * y = min(x, maxValue)              for x &gt; threshold
 * y = negativeSlope·(x − threshold)  otherwise
 * </pre>
 *
 * <p>Input and output: samples of any shape. The mask is passed on.
 *
 * <p>Backward pass: dx = d loss / d y for threshold &lt; x ≤ maxValue, 0 above it, and
 * negativeSlope · d loss / d y below the threshold.
 *
 * <p>Source: Keras 3, {@code keras.layers.ReLU}.
 */
public final class Relu extends ElementwiseLayer<Relu> {
  private Double maxValue;
  private double negativeSlope;
  private double threshold;

  /** Creates the layer. See {@code Layers.relu}. */
  public Relu() {
    super("ReLU");
  }

  @Override
  Relu self() {
    return this;
  }

  /**
   * Sets the largest output. The default is null, which means no limit.
   *
   * @throws IllegalArgumentException if it is negative or not finite
   */
  public Relu maxValue(Double largest) {
    requireNotBuilt("maxValue");
    maxValue = largest == null ? null : requireNotNegative("maxValue", largest);
    return this;
  }

  /** Returns the largest output, which may be null. */
  public Double maxValue() {
    return maxValue;
  }

  /**
   * Sets the slope below the threshold. The default is 0.
   *
   * @throws IllegalArgumentException if it is negative or not finite
   */
  public Relu negativeSlope(double slope) {
    requireNotBuilt("negativeSlope");
    negativeSlope = requireNotNegative("negativeSlope", slope);
    return this;
  }

  /** Returns the slope below the threshold. */
  public double negativeSlope() {
    return negativeSlope;
  }

  /**
   * Sets the input from which the output is the input. The default is 0.
   *
   * @throws IllegalArgumentException if it is negative or not finite
   */
  public Relu threshold(double lowest) {
    requireNotBuilt("threshold");
    threshold = requireNotNegative("threshold", lowest);
    return this;
  }

  /** Returns the input from which the output is the input. */
  public double threshold() {
    return threshold;
  }

  @Override
  float function(float x) {
    if (x > (float) threshold) {
      return maxValue == null ? x : Math.min(x, maxValue.floatValue());
    }
    if (negativeSlope == 0) {
      return Float.isNaN(x) ? x : 0;
    }
    return (float) negativeSlope * (x - (float) threshold);
  }

  @Override
  float derivative(float x) {
    if (x > (float) threshold) {
      return maxValue == null || x <= maxValue.floatValue() ? 1 : 0;
    }
    boolean leaky = maxValue == null && threshold == 0;
    // At the threshold, Keras's sum of two rectifiers has the slope 0.
    return x < (float) threshold || leaky ? (float) negativeSlope : 0;
  }
}
