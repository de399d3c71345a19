package org.unroll.metrics;

/**
 * Computes the fraction of positions where the class of the largest target is among the k largest
 * predictions, for one-hot targets. Predictions equal to the k-th largest one count as among them.
 *
 * <p>Source: Keras's {@code TopKCategoricalAccuracy}.
 *
 * @param name the name in the logs
 * @param k at least 1; 5 by default
 */
public record TopKCategoricalAccuracy(String name, int k) implements MatchMetric {
  /**
   * Creates the metric.
   *
   * @throws IllegalArgumentException if {@code k} is less than 1
   */
  public TopKCategoricalAccuracy {
    Metrics.checkK(k);
  }

  @Override
  public double at(
      int outputs, float[] predictions, int predictionsOffset, float[] targets, int targetsOffset) {
    int expected = MatchMetric.argmax(outputs, targets, targetsOffset);
    return MatchMetric.inTopK(expected, k, outputs, predictions, predictionsOffset) ? 1 : 0;
  }
}
