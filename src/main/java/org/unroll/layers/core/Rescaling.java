package org.unroll.layers.core;

/**
 * Scales and shifts its input, as Keras's {@code Rescaling}.
 *
 * <pre>
 * y = scale·x + offset
 * </pre>
 *
 * <p>Input and output: samples of any shape. The mask is passed on.
 *
 * <p>Backward pass: dx = scale · d loss / d y.
 *
 * <p>Source: Keras 3, {@code keras.layers.Rescaling}.
 */
public final class Rescaling extends ElementwiseLayer<Rescaling> {
  private final double scale;
  private final double offset;

  /**
   * Creates the layer. See {@code Layers.rescaling}.
   *
   * @param scale the factor
   * @param offset the number that is added to the product
   * @throws IllegalArgumentException if a number is not finite
   */
  public Rescaling(double scale, double offset) {
    super("Rescaling");
    if (!Double.isFinite(scale) || !Double.isFinite(offset)) {
      throw new IllegalArgumentException(
          "scale and offset must be finite, but were " + scale + " and " + offset + ".");
    }
    this.scale = scale;
    this.offset = offset;
  }

  @Override
  Rescaling self() {
    return this;
  }

  /** Returns the factor. */
  public double scale() {
    return scale;
  }

  /** Returns the number that is added to the product. */
  public double offset() {
    return offset;
  }

  @Override
  float function(float x) {
    return x * (float) scale + (float) offset;
  }

  @Override
  float derivative(float x) {
    return (float) scale;
  }
}
