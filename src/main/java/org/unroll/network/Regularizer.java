package org.unroll.network;

/**
 * A penalty on a weight that is added to the loss, as Keras's {@code L1}, {@code L2} and {@code
 * L1L2}:
 *
 * <pre>
 * penalty = l1·Σ|w| + l2·Σw²
 * </pre>
 *
 * <p>Create it with {@code Layers.l1}, {@code Layers.l2} or {@code Layers.l1l2}.
 *
 * <p>Source: Keras 3, {@code keras.regularizers.L1L2}.
 *
 * @param l1 the factor of the absolute values, finite and at least 0
 * @param l2 the factor of the squares, finite and at least 0
 */
public record Regularizer(double l1, double l2) {
  /** Keras's default for both factors if a regularizer is given by its name, {@value}. */
  public static final double DEFAULT_FACTOR = 0.01;

  /**
   * Checks the factors.
   *
   * @throws IllegalArgumentException if a factor is negative or not finite
   */
  public Regularizer {
    if (!(l1 >= 0) || !(l2 >= 0) || Double.isInfinite(l1) || Double.isInfinite(l2)) {
      throw new IllegalArgumentException(
          "l1 and l2 must be finite and at least 0, but were l1=" + l1 + " and l2=" + l2 + ".");
    }
  }

  /**
   * Returns the penalty for the values of a weight.
   *
   * @hidden
   */
  public double penalty(float[] values) {
    double absolute = 0;
    double squares = 0;
    for (float value : values) {
      absolute += Math.abs(value);
      squares += (double) value * value;
    }
    return l1 * absolute + l2 * squares;
  }

  /**
   * Adds the gradient of the penalty, {@code l1·sign(w) + 2·l2·w}, to a gradient.
   *
   * @hidden
   */
  public void addGradient(float[] values, float[] gradient) {
    float one = (float) l1;
    float two = (float) (2 * l2);
    for (int i = 0; i < values.length; i++) {
      gradient[i] += one * Math.signum(values[i]) + two * values[i];
    }
  }
}
