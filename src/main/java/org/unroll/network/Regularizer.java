package org.unroll.network;

/**
 * A penalty on a weight, added to the loss: {@code l1·Σ|w| + l2·Σw²}, as Keras's {@code L1}, {@code
 * L2} and {@code L1L2}.
 *
 * @param l1 factor of the absolute values, at least 0
 * @param l2 factor of the squares, at least 0
 */
public record Regularizer(double l1, double l2) {
  /** Keras's default factor, 0.01, for {@link #l1()} and {@link #l2()} given by name only. */
  public static final double DEFAULT_FACTOR = 0.01;

  /** Checks the factors. */
  public Regularizer {
    if (!(l1 >= 0) || !(l2 >= 0) || Double.isInfinite(l1) || Double.isInfinite(l2)) {
      throw new IllegalArgumentException(
          "The factors of a regularizer are finite and at least 0. Received: l1="
              + l1
              + ", l2="
              + l2);
    }
  }

  /** The penalty of these values. */
  public double penalty(float[] values) {
    double absolute = 0;
    double squares = 0;
    for (float value : values) {
      absolute += Math.abs(value);
      squares += (double) value * value;
    }
    return l1 * absolute + l2 * squares;
  }

  /** Adds the penalty's gradient, {@code l1·sign(w) + 2·l2·w}, to {@code gradient}. */
  public void addGradient(float[] values, float[] gradient) {
    float one = (float) l1;
    float two = (float) (2 * l2);
    for (int i = 0; i < values.length; i++) {
      gradient[i] += one * Math.signum(values[i]) + two * values[i];
    }
  }
}
