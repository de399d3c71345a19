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
    return this;
  }

  /**
   * {@inheritDoc}
   *
   * <p>True positives, false positives, false negatives, and all weights.
   */
  @Override
  default int accumulators() {
    return 4;
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
      for (int i = 0; i < outputs; i++) {
        boolean predicted = predictions[predictionsOffset + row + i] > threshold;
        boolean actual = targets[row + i] != 0;
        if (predicted) {
          totals[actual ? 0 : 1] += weight;
        } else if (actual) {
          totals[2] += weight;
        }
      }
      totals[3] += weight;
    }
  }

  @Override
  default double result(double[] totals) {
    return totals[3] == 0 ? Double.NaN : result(totals[0], totals[1], totals[2]);
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
