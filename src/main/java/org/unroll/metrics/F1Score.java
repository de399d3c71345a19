package org.unroll.metrics;

/**
 * The harmonic mean of precision and recall, {@code 2·P·R / (P + R)}, for each output (class) and
 * then averaged; the divisors have 1e-7 added, as in Keras.
 *
 * <p>Keras's default returns one value for each class; a metric is one number here, so the default
 * is the mean over classes.
 *
 * @param name the name in the logs
 * @param average how the classes are put together; {@link Average#MACRO} by default
 * @param threshold above it a prediction counts as yes, above 0 and at most 1; null, the default,
 *     for the largest prediction of each position
 * @param outputs the number of classes, 0 until {@link #resolve}
 */
public record F1Score(String name, Average average, Double threshold, int outputs)
    implements Metric {
  private static final double EPSILON = 1e-7;

  /** How the scores of the classes become one number. */
  public enum Average {
    /** The score of all classes' counts together. */
    MICRO,
    /** The mean of the classes' scores. */
    MACRO,
    /** The mean of the classes' scores, weighted by the number of targets that have the class. */
    WEIGHTED
  }

  /** Checks the threshold. */
  public F1Score {
    if (threshold != null && !(threshold > 0 && threshold <= 1)) {
      throw new IllegalArgumentException(
          "The threshold of an F1 score is above 0 and at most 1. Received: " + threshold);
    }
  }

  /** This metric with another average. */
  public F1Score average(Average kind) {
    return new F1Score(name, kind, threshold, outputs);
  }

  /** This metric with a threshold. */
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
   * @throws IllegalArgumentException if the targets are not as wide as the outputs, or if there is
   *     one output and no threshold: the largest of one prediction is always itself
   */
  @Override
  public Metric resolve(int outputs, int targetWidth) {
    Metrics.checkTargetWidth(name, outputs, outputs, targetWidth);
    if (outputs == 1 && threshold == null) {
      throw new IllegalArgumentException(
          "The metric '"
              + name
              + "' needs a threshold for a model with one output. Use f1Score().threshold(0.5).");
    }
    return new F1Score(name, average, threshold, outputs);
  }

  /** For each class: true positives, false positives, false negatives; then all weights. */
  @Override
  public int accumulators() {
    if (outputs == 0) {
      throw new IllegalStateException(
          "The metric '" + name + "' depends on the model. Call resolve first.");
    }
    return 3 * outputs + 1;
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
                ? prediction >= largest && Math.abs(prediction) > 1e-9f // no class where all are 0
                : prediction > threshold.floatValue();
        double target = targets[position * outputs + i];
        if (predicted) {
          totals[3 * i] += weight * target;
          totals[3 * i + 1] += weight * (1 - target);
        } else {
          totals[3 * i + 2] += weight * target;
        }
      }
      totals[3 * outputs] += weight;
    }
  }

  @Override
  public double result(double[] totals) {
    if (totals[3 * outputs] == 0) {
      return Double.NaN;
    }
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
