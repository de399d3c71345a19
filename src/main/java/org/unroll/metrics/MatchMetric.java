package org.unroll.metrics;

/**
 * A metric that is the weighted mean of a value for each position, usually between 0 and 1: how
 * well the prediction matches the target. Positions with the weight 0 are skipped. Higher values
 * are better. Implement this interface for a custom accuracy.
 */
public interface MatchMetric extends Metric {
  /**
   * Returns the number of target values of a position. The default is {@code outputs}.
   *
   * @param outputs the number of predictions at a position
   */
  default int targetWidth(int outputs) {
    return outputs;
  }

  /**
   * Returns the value of one position, such as 1 for a match and 0 for none.
   *
   * @param outputs the number of predictions at the position
   * @param predictions the predictions, {@code outputs} values from {@code predictionsOffset} on
   * @param targets the targets, {@link #targetWidth} values from {@code targetsOffset} on
   */
  double at(
      int outputs, float[] predictions, int predictionsOffset, float[] targets, int targetsOffset);

  @Override
  default boolean higherIsBetter() {
    return true;
  }

  @Override
  default Metric resolve(int outputs, int targetWidth) {
    Metrics.checkTargetWidth(name(), targetWidth(outputs), outputs, targetWidth);
    return this;
  }

  @Override
  default int accumulators() {
    return 2;
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
    int targetWidth = targetWidth(outputs);
    for (int position = 0; position < positions; position++) {
      double weight = weights == null ? 1 : weights[position];
      if (weight != 0) {
        int row = predictionsOffset + position * outputs;
        totals[0] += weight * at(outputs, predictions, row, targets, position * targetWidth);
        totals[1] += weight;
      }
    }
  }

  @Override
  default double result(double[] totals) {
    return ThresholdMetric.ratio(totals[0], totals[1]);
  }

  /**
   * Returns the index of the largest value, or of the first of them if several are equal.
   *
   * @param count the number of values
   * @param values the values, from {@code offset} on
   * @return the index, counted from {@code offset}
   */
  static int argmax(int count, float[] values, int offset) {
    int best = 0;
    for (int i = 1; i < count; i++) {
      if (values[offset + i] > values[offset + best]) {
        best = i;
      }
    }
    return best;
  }

  /**
   * Returns whether a class is among the k largest values, that is, whether fewer than {@code k}
   * values are larger than its value. As in TensorFlow's {@code in_top_k}, it is not if its value
   * is infinite or NaN.
   *
   * @param expected the class number; a number that is not a class is never among the largest
   * @param count the number of classes
   * @param values the values of the classes, from {@code offset} on
   */
  static boolean inTopK(int expected, int k, int count, float[] values, int offset) {
    if (expected < 0 || expected >= count || !Float.isFinite(values[offset + expected])) {
      return false;
    }
    int higher = 0;
    for (int i = 0; i < count; i++) {
      if (values[offset + i] > values[offset + expected]) {
        higher++;
      }
    }
    return higher < k;
  }
}
