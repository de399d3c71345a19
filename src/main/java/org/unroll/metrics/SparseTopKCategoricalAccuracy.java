package org.unroll.metrics;

/**
 * The share of positions where the target, a class number, is among the k largest predictions. Ties
 * at the k-th place count as in.
 *
 * @param name the name in the logs
 * @param k at least 1; 5 by default
 */
public record SparseTopKCategoricalAccuracy(String name, int k) implements MatchMetric {
  /** Checks k. */
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
