package org.unroll.metrics;

/**
 * The weighted share of positions where the prediction matches the target. A position whose weight
 * is 0 is not looked at.
 */
public interface MatchMetric extends Metric {
  /** The number of target values at a position. */
  int targetWidth(int outputs);

  /** How much of this position matches: 0 to 1. */
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
    return totals[0] / totals[1];
  }

  /** The first of the largest values. */
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
   * Whether fewer than {@code k} classes have a higher value than this one, as TensorFlow's {@code
   * in_top_k}: ties count as in.
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
