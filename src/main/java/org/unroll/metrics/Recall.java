package org.unroll.metrics;

/**
 * Computes the recall, the fraction of positive targets that are predicted, {@code TP / (TP + FN)}.
 * It is 0 if no target is positive.
 *
 * <p>Source: Keras's {@code Recall}.
 *
 * @param name the name in the logs
 * @param threshold predictions above it count as positive; between 0 and 1, 0.5 by default. With a
 *     {@code topK} the default is negative infinity
 * @param topK the number of largest predictions of a position that can be positive; null, the
 *     default, for all
 * @param classId the index of the only output that counts; null, the default, for all
 */
public record Recall(String name, double threshold, Integer topK, Integer classId)
    implements ThresholdMetric {
  /**
   * Creates the metric.
   *
   * @throws IllegalArgumentException if the threshold is not between 0 and 1, topK less than 1, or
   *     the class negative
   */
  public Recall {
    ThresholdMetric.check(name, threshold, topK, classId);
  }

  /**
   * Returns this metric with only the k largest predictions of a position as positive, regardless
   * of their size. If several predictions are equal, the first counts as larger.
   *
   * @param k at least 1
   * @throws IllegalArgumentException if {@code k} is less than 1
   */
  public Recall topK(int k) {
    return new Recall(name, Double.NEGATIVE_INFINITY, k, classId);
  }

  /**
   * Returns this metric for one output only.
   *
   * @param id the index of the output, from 0
   * @throws IllegalArgumentException if {@code id} is negative
   */
  public Recall classId(int id) {
    return new Recall(name, threshold, topK, id);
  }

  @Override
  public double result(double truePositives, double falsePositives, double falseNegatives) {
    return ThresholdMetric.ratio(truePositives, truePositives + falseNegatives);
  }
}
