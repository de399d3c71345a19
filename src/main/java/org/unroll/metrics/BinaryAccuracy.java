package org.unroll.metrics;

/**
 * Computes the fraction of binary predictions that are right: {@code (p > threshold) = t}, averaged
 * over the outputs of a position and then over positions.
 *
 * <p>Source: Keras's {@code BinaryAccuracy}.
 *
 * @param name the name in the logs
 * @param threshold predictions above it count as 1, others as 0; 0.5 by default
 */
public record BinaryAccuracy(String name, double threshold) implements MatchMetric {
  static final double DEFAULT_THRESHOLD = 0.5;

  @Override
  public double at(
      int outputs, float[] predictions, int predictionsOffset, float[] targets, int targetsOffset) {
    int matches = 0;
    for (int i = 0; i < outputs; i++) {
      float predicted = predictions[predictionsOffset + i] > (float) threshold ? 1 : 0;
      if (predicted == targets[targetsOffset + i]) {
        matches++;
      }
    }
    return (double) matches / outputs;
  }
}
