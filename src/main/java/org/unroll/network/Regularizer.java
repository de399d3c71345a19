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
    return penalty(values, 0, values.length);
  }

  /** Returns the penalty for some values of an array. */
  double penalty(float[] values, int from, int count) {
    double absolute = 0;
    double squares = 0;
    for (int i = from; i < from + count; i++) {
      absolute += Math.abs(values[i]);
      squares += (double) values[i] * values[i];
    }
    return l1 * absolute + l2 * squares;
  }

  /**
   * Adds the gradient of the penalty, {@code l1·sign(w) + 2·l2·w}, to a gradient.
   *
   * @hidden
   */
  public void addGradient(float[] values, float[] gradient) {
    addGradient(values, 0, gradient, 0, values.length, 1);
  }

  /** Adds the gradient of the penalty for some values of an array, multiplied by a factor. */
  void addGradient(float[] values, int from, float[] gradient, int to, int count, double factor) {
    float one = (float) (factor * l1);
    float two = (float) (factor * 2 * l2);
    for (int i = 0; i < count; i++) {
      float value = values[from + i];
      gradient[to + i] += one * Math.signum(value) + two * value;
    }
  }
}
