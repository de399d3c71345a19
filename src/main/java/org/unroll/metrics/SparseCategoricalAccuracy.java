package org.unroll.metrics;

/**
 * Computes the fraction of positions whose largest prediction is that of the target, a class
 * number. Of several largest predictions the first one counts.
 *
 * <p>Source: Keras's {@code SparseCategoricalAccuracy}.
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
