package org.unroll.metrics;

/**
 * Computes the precision, the fraction of positive predictions that are right, {@code TP / (TP +
 * FP)}. It is 0 if no prediction is positive.
 *
 * <p>Source: Keras's {@code Precision}, without its {@code top_k} and {@code class_id}.
 *
 * @param name the name in the logs
 * @param threshold predictions above it count as positive; between 0 and 1, 0.5 by default
 */
public record Precision(String name, double threshold) implements ThresholdMetric {
  /**
   * Creates the metric.
   *
   * @throws IllegalArgumentException if the threshold is not between 0 and 1
   */
  public Precision {
    ThresholdMetric.checkThreshold(threshold);
  }

  @Override
  public double result(double truePositives, double falsePositives, double falseNegatives) {
    return ThresholdMetric.ratio(truePositives, truePositives + falsePositives);
  }
}
