package org.unroll.metrics;

/**
 * A metric of how many predictions above a threshold are right, over all positions and outputs
 * alike. A target other than 0 counts as a yes.
 */
interface ThresholdMetric extends Metric {
  /** Keras's threshold where none is given. */
  double DEFAULT_THRESHOLD = 0.5;

  /** Above it a prediction counts as a yes. */
  double threshold();

  /** The value of the metric for these sums of weights. */
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

  /** True positives, false positives, false negatives, all weights. */
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
          "A threshold for probabilities is between 0 and 1. Received: " + threshold);
    }
  }

  /** A quotient that is 0 where the divisor is 0, TensorFlow's {@code divide_no_nan}. */
  static double ratio(double dividend, double divisor) {
    return divisor == 0 ? 0 : dividend / divisor;
  }
}
