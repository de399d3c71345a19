package org.unroll.metrics;

/**
 * The share of actual yeses that were found, {@code TP / (TP + FN)}; 0 where there are none.
 *
 * @param name the name in the logs
 * @param threshold above it a prediction counts as yes, between 0 and 1; 0.5 by default
 */
public record Recall(String name, double threshold) implements ThresholdMetric {
  /** Checks the threshold. */
  public Recall {
    ThresholdMetric.checkThreshold(threshold);
  }

  @Override
  public double result(double truePositives, double falsePositives, double falseNegatives) {
    return ThresholdMetric.ratio(truePositives, truePositives + falseNegatives);
  }
}
