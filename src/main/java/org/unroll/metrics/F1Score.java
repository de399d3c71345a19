package org.unroll.metrics;

/**
 * Computes the F1 score, the harmonic mean of precision and recall, {@code 2·P·R / (P + R)}, of
 * each class and then an average over the classes. As in Keras, 1e-7 is added to each divisor.
 *
 * <p>Source: Keras's {@code FBetaScore} with a beta of 1. Keras's default returns one value for
 * each class; here a metric is one number, so the default is the mean over the classes.
 *
 * @param name the name in the logs
 * @param average how the scores of the classes are averaged; {@link Average#MACRO} by default
 * @param threshold predictions above it count as positive; greater than 0 and at most 1. With null,
 *     the default, the largest prediction of each position is positive
 * @param outputs the number of classes, 0 before {@link #resolve}
 */
public record F1Score(String name, Average average, Double threshold, int outputs)
    implements Metric {
  private static final double EPSILON = 1e-7;

  /** How the scores of the classes are averaged. */
  public enum Average {
    /** The score of the summed counts of all classes. */
    MICRO,
    /** The mean of the scores of the classes. */
    MACRO,
    /** The mean of the scores of the classes, weighted by the number of positive targets. */
    WEIGHTED
  }

  /**
   * Creates the metric.
   *
   * @throws IllegalArgumentException if the threshold is not null and out of range
   */
  public F1Score {
    if (threshold != null && !(threshold > 0 && threshold <= 1)) {
      throw new IllegalArgumentException(
          "The threshold of an F1 score must be greater than 0 and at most 1, but was "
              + threshold
              + ".");
    }
  }

  /** Returns this metric with another average. */
  public F1Score average(Average kind) {
    return new F1Score(name, kind, threshold, outputs);
  }

  /**
   * Returns this metric with a threshold.
   *
   * @throws IllegalArgumentException if the threshold is not greater than 0 and at most 1
   */
  public F1Score threshold(double value) {
    return new F1Score(name, average, value, outputs);
  }

  @Override
  public boolean higherIsBetter() {
    return true;
  }

  /**
   * {@inheritDoc}
   *
   * @throws IllegalArgumentException if there is not one target value for each output, or if there
   *     is only one output and no threshold
   */
  @Override
  public Metric resolve(int outputs, int targetWidth) {
    Metrics.checkTargetWidth(name, outputs, outputs, targetWidth);
    if (outputs == 1 && threshold == null) {
      throw new IllegalArgumentException(
          "The metric '"
              + name
              + "' needs a threshold for a model with one output, but has none. Use"
              + " f1Score().threshold(0.5).");
    }
    return new F1Score(name, average, threshold, outputs);
  }

  /**
   * {@inheritDoc}
   *
   * <p>The true positives, false positives and false negatives of each class.
   */
  @Override
  public int accumulators() {
    if (outputs == 0) {
      throw Metrics.unresolved(name);
    }
    return 3 * outputs;
  }

  @Override
  public void add(
      int positions,
      int outputs,
      float[] predictions,
      int predictionsOffset,
      float[] targets,
      float[] weights,
      double[] totals) {
    for (int position = 0; position < positions; position++) {
      double weight = weights == null ? 1 : weights[position];
      int row = predictionsOffset + position * outputs;
      float largest = predictions[row + MatchMetric.argmax(outputs, predictions, row)];
      for (int i = 0; i < outputs; i++) {
        float prediction = predictions[row + i];
        boolean predicted =
            threshold == null
                ? prediction >= largest && Math.abs(prediction) > 1e-9f // no class if all are 0
                : prediction > threshold.floatValue();
        double target = targets[position * outputs + i];
        if (predicted) {
          totals[3 * i] += weight * target;
          totals[3 * i + 1] += weight * (1 - target);
        } else {
          totals[3 * i + 2] += weight * target;
        }
      }
    }
  }

  @Override
  public double result(double[] totals) {
    double[] sums = new double[3];
    double mean = 0;
    double weighted = 0;
    for (int i = 0; i < outputs; i++) {
      double truePositives = totals[3 * i];
      double falseNegatives = totals[3 * i + 2];
      double score = score(truePositives, totals[3 * i + 1], falseNegatives);
      mean += score / outputs;
      weighted += score * (truePositives + falseNegatives);
      for (int k = 0; k < 3; k++) {
        sums[k] += totals[3 * i + k];
      }
    }
    return switch (average) {
      case MICRO -> score(sums[0], sums[1], sums[2]);
      case MACRO -> mean;
      case WEIGHTED -> weighted / (sums[0] + sums[2] + EPSILON);
    };
  }

  private static double score(double truePositives, double falsePositives, double falseNegatives) {
    double precision = truePositives / (truePositives + falsePositives + EPSILON);
    double recall = truePositives / (truePositives + falseNegatives + EPSILON);
    return 2 * precision * recall / (precision + recall + EPSILON);
  }
}
