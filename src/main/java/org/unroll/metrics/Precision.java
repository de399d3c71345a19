package org.unroll.metrics;

/**
 * The share of predicted yeses that are right, {@code TP / (TP + FP)}; 0 where nothing was
 * predicted as yes.
 *
 * @param name the name in the logs
 * @param threshold above it a prediction counts as yes, between 0 and 1; 0.5 by default
 */
public record Precision(String name, double threshold) implements ThresholdMetric {
  /** Checks the threshold. */
  public Precision {
    ThresholdMetric.checkThreshold(threshold);
  }

  @Override
  public double result(double truePositives, double falsePositives, double falseNegatives) {
    return ThresholdMetric.ratio(truePositives, truePositives + falsePositives);
  }
}
