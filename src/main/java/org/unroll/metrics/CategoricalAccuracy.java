package org.unroll.metrics;

/**
 * The share of positions whose largest prediction is at the largest target (one-hot targets); of
 * several largest the first one counts.
 *
 * @param name the name in the logs
 */
public record CategoricalAccuracy(String name) implements MatchMetric {
  @Override
  public int targetWidth(int outputs) {
    return outputs;
  }

  @Override
  public double at(
      int outputs, float[] predictions, int predictionsOffset, float[] targets, int targetsOffset) {
    int expected = MatchMetric.argmax(outputs, targets, targetsOffset);
    return MatchMetric.argmax(outputs, predictions, predictionsOffset) == expected ? 1 : 0;
  }
}
