package org.unroll.metrics;

/**
 * Computes the fraction of positions whose largest prediction has the same index as the largest
 * target, for one-hot targets. Of several largest values the first one counts.
 *
 * <p>Source: Keras's {@code CategoricalAccuracy}.
 *
 * @param name the name in the logs
 */
public record CategoricalAccuracy(String name) implements MatchMetric {
  @Override
  public double at(
      int outputs, float[] predictions, int predictionsOffset, float[] targets, int targetsOffset) {
    int expected = MatchMetric.argmax(outputs, targets, targetsOffset);
    return MatchMetric.argmax(outputs, predictions, predictionsOffset) == expected ? 1 : 0;
  }
}
