package org.unroll.metrics;

/**
 * Computes the recall, the fraction of positive targets that are predicted, {@code TP / (TP + FN)}.
 * It is 0 if no target is positive.
 *
 * <p>Source: Keras's {@code Recall}, without its {@code top_k} and {@code class_id}.
 *
 * @param name the name in the logs
 * @param threshold predictions above it count as positive; between 0 and 1, 0.5 by default
 */
public record Recall(String name, double threshold) implements ThresholdMetric {
  /**
   * Creates the metric.
   *
   * @throws IllegalArgumentException if the threshold is not between 0 and 1
   */
  public Recall {
    ThresholdMetric.checkThreshold(threshold);
  }

  @Override
  public double result(double truePositives, double falsePositives, double falseNegatives) {
    return ThresholdMetric.ratio(truePositives, truePositives + falseNegatives);
  }
}
