package org.unroll.metrics;

/**
 * A metric that is computed from the numbers of true positives, false positives and false negatives
 * over all positions and outputs. A target other than 0 is positive.
 */
interface ThresholdMetric extends Metric {
  /** The default threshold, as in Keras. */
  double DEFAULT_THRESHOLD = 0.5;

  /** Returns the threshold; predictions above it count as positive. */
  double threshold();

  /** Returns the number of largest predictions of a position that can be positive, or null. */
  Integer topK();

  /** Returns the index of the only output that counts, or null if all count. */
  Integer classId();

  /** Returns the value of the metric for these sums of weights. */
  double result(double truePositives, double falsePositives, double falseNegatives);

  @Override
  default boolean higherIsBetter() {
    return true;
  }

  @Override
  default boolean countsMasked() {
    return true;
  }

  @Override
  default Metric resolve(int outputs, int targetWidth) {
    Metrics.checkTargetWidth(name(), outputs, outputs, targetWidth);
    Metrics.checkClassId(name(), classId(), outputs);
    if (topK() != null && topK() > outputs) {
      throw new IllegalArgumentException(
          "topK of the metric '"
              + name()
              + "' must be at most the number of outputs, "
              + outputs
              + ", but was "
              + topK()
              + ".");
    }
    return this;
  }

  /**
   * {@inheritDoc}
   *
   * <p>True positives, false positives, and false negatives.
   */
  @Override
  default int accumulators() {
    return 3;
  }

  @Override
  default void add(
      int positions,
      int outputs,
      float[] predictions,
      int predictionsOffset,
      float[] targets,
      float[] weights,
      double[] totals) {
    float threshold = (float) threshold();
    for (int position = 0; position < positions; position++) {
      double weight = weights == null ? 1 : weights[position];
      int row = position * outputs;
      int first = classId() == null ? 0 : classId();
      int last = classId() == null ? outputs - 1 : classId();
      for (int i = first; i <= last; i++) {
        boolean predicted =
            predictions[predictionsOffset + row + i] > threshold
                && (topK() == null
                    || isAmongTopK(outputs, predictions, predictionsOffset + row, i, topK()));
        boolean actual = targets[row + i] != 0;
        if (predicted) {
          totals[actual ? 0 : 1] += weight;
        } else if (actual) {
          totals[2] += weight;
        }
      }
    }
  }

  @Override
  default double result(double[] totals) {
    return result(totals[0], totals[1], totals[2]);
  }

  /** Returns whether an output is among the k largest; of equal ones, the first is larger. */
  private static boolean isAmongTopK(int outputs, float[] values, int offset, int index, int k) {
    int larger = 0;
    for (int i = 0; i < outputs; i++) {
      float difference = values[offset + i] - values[offset + index];
      if (difference > 0 || (difference == 0 && i < index)) {
        larger++;
      }
    }
    return larger < k;
  }

  /** Checks the arguments of a metric before the number of outputs is known. */
  static void check(String name, double threshold, Integer topK, Integer classId) {
    if (topK == null || threshold != Double.NEGATIVE_INFINITY) {
      checkThreshold(threshold);
    }
    if (topK != null && topK < 1) {
      throw new IllegalArgumentException("topK must be at least 1, but was " + topK + ".");
    }
    Metrics.checkClassId(name, classId, Integer.MAX_VALUE);
  }

  static void checkThreshold(double threshold) {
    if (!(threshold >= 0 && threshold <= 1)) {
      throw new IllegalArgumentException(
          "The threshold must be between 0 and 1, but was " + threshold + ".");
    }
  }

  /** Returns the quotient, or 0 if the divisor is 0, like TensorFlow's {@code divide_no_nan}. */
  static double ratio(double dividend, double divisor) {
    return divisor == 0 ? 0 : dividend / divisor;
  }
}
