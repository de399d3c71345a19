package org.unroll.metrics;

/**
 * Computes the fraction of positions where the target, a class number, is among the k largest
 * predictions. Predictions equal to the k-th largest one count as among them.
 *
 * <p>Source: Keras's {@code SparseTopKCategoricalAccuracy}.
 *
 * @param name the name in the logs
 * @param k at least 1; 5 by default
 */
public record SparseTopKCategoricalAccuracy(String name, int k) implements MatchMetric {
  /**
   * Creates the metric.
   *
   * @throws IllegalArgumentException if {@code k} is less than 1
   */
  public SparseTopKCategoricalAccuracy {
    Metrics.checkK(k);
  }

  @Override
  public int targetWidth(int outputs) {
    return 1;
  }

  @Override
  public double at(
      int outputs, float[] predictions, int predictionsOffset, float[] targets, int targetsOffset) {
    int expected = (int) targets[targetsOffset];
    return MatchMetric.inTopK(expected, k, outputs, predictions, predictionsOffset) ? 1 : 0;
  }
}
