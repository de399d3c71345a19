package org.unroll.metrics;

/**
 * The share of positions whose largest prediction is at the target, a class number; of several
 * largest the first one counts.
 *
 * @param name the name in the logs
 */
public record SparseCategoricalAccuracy(String name) implements MatchMetric {
  @Override
  public int targetWidth(int outputs) {
    return 1;
  }

  @Override
  public double at(
      int outputs, float[] predictions, int predictionsOffset, float[] targets, int targetsOffset) {
    return MatchMetric.argmax(outputs, predictions, predictionsOffset) == targets[targetsOffset]
        ? 1
        : 0;
  }
}
