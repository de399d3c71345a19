package org.unroll.metrics;

import java.util.List;

/**
 * Sorts predictions by the thresholds below them, so that counts for all thresholds are sums of one
 * pass. As in Keras, evenly spread thresholds are found by rounding; predictions are then clipped
 * to [0, 1].
 */
final class Thresholds {
  private final float[] values; // ascending
  private final boolean even;
  private final int least; // the thresholds that are below every prediction

  private Thresholds(float[] values, boolean even, int least) {
    this.values = values;
    this.even = even;
    this.least = least;
  }

  /**
   * Returns thresholds that are spread evenly over [0, 1].
   *
   * @param least the number of thresholds below every prediction: 1 if the first is below 0
   */
  static Thresholds even(int count, int least) {
    return count == 1
        ? new Thresholds(new float[] {0.5f}, false, least)
        : new Thresholds(new float[count], true, least);
  }

  /** Returns thresholds below 0, at each inner value, and above 1. */
  static Thresholds around(List<Double> inner) {
    float[] values = new float[inner.size() + 2];
    values[0] = -1e-7f;
    boolean even = true;
    for (int i = 1; i <= inner.size(); i++) {
      values[i] = inner.get(i - 1).floatValue();
      even &= Math.abs(values[i] - i / (inner.size() + 1.0)) <= 1e-7 + 1e-5 * values[i];
    }
    values[inner.size() + 1] = 1 + 1e-7f;
    return even && values.length > 2
        ? new Thresholds(values, true, 1)
        : new Thresholds(values, false, 0);
  }

  int count() {
    return values.length;
  }

  /** Returns the number of thresholds below a prediction. */
  int below(float prediction) {
    if (even) {
      float clipped = Math.max(0f, Math.min(1f, prediction));
      return Math.max((int) Math.ceil(clipped * (values.length - 1f)), least);
    }
    int below = 0;
    while (below < values.length && prediction > values[below]) {
      below++;
    }
    return below;
  }

  /**
   * Counts the predictions above each threshold.
   *
   * @param sums the weights by the number of thresholds below, from {@code offset} on
   * @return the sum of the weights above each threshold, and then 0
   */
  double[] above(double[] sums, int offset) {
    double[] above = new double[values.length + 1];
    for (int i = values.length - 1; i >= 0; i--) {
      above[i] = above[i + 1] + sums[offset + i + 1];
    }
    return above;
  }
}
