package org.unroll.metrics;

/**
 * Computes the area under the ROC curve or the precision–recall curve of binary predictions. The
 * values of all outputs are pooled.
 *
 * <p>As in Keras, the area is an approximation: the curve is computed at {@code numThresholds}
 * thresholds spread evenly over [0, 1]. In between the ROC curve is linear, and the
 * precision–recall curve is interpolated as in Davis and Goadrich 2006, "The relationship between
 * precision-recall and ROC curves". Predictions are probabilities; values outside [0, 1] are
 * clipped. A target other than 0 is positive. The value is NaN if nothing was added.
 *
 * <p>Source: Keras's {@code AUC}, without its {@code multi_label} and {@code thresholds}.
 *
 * @param name the name in the logs
 * @param curve {@link Curve#ROC} by default
 * @param summation {@link Summation#INTERPOLATION} by default
 * @param numThresholds at least 3; 200 by default
 */
public record Auc(String name, Curve curve, Summation summation, int numThresholds)
    implements Metric {
  /** The curve. */
  public enum Curve {
    /** True positive rate over false positive rate. */
    ROC,
    /** Precision over recall. */
    PR
  }

  /** How the curve is approximated between two thresholds. */
  public enum Summation {
    /** By a straight line (ROC), or by the precision of interpolated counts (PR). */
    INTERPOLATION,
    /** By the higher of the two values. */
    MAJORING,
    /** By the lower of the two values. */
    MINORING
  }

  /**
   * Creates the metric.
   *
   * @throws IllegalArgumentException if there are fewer than 3 thresholds
   */
  public Auc {
    if (numThresholds < 3) {
      throw new IllegalArgumentException(
          "numThresholds of AUC must be at least 3, but was " + numThresholds + ".");
    }
  }

  /** Returns this metric for another curve. */
  public Auc curve(Curve kind) {
    return new Auc(name, kind, summation, numThresholds);
  }

  /** Returns this metric with another summation. */
  public Auc summation(Summation kind) {
    return new Auc(name, curve, kind, numThresholds);
  }

  /**
   * Returns this metric with another number of thresholds.
   *
   * @throws IllegalArgumentException if there are fewer than 3 thresholds
   */
  public Auc numThresholds(int count) {
    return new Auc(name, curve, summation, count);
  }

  @Override
  public boolean higherIsBetter() {
    return true;
  }

  @Override
  public boolean countsMasked() {
    return true;
  }

  @Override
  public Metric resolve(int outputs, int targetWidth) {
    Metrics.checkTargetWidth(name, outputs, outputs, targetWidth);
    return this;
  }

  /**
   * {@inheritDoc}
   *
   * <p>For each threshold, the weights of the positives and of the negatives whose prediction is
   * between it and the next threshold.
   */
  @Override
  public int accumulators() {
    return 2 * numThresholds;
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
      if (weight == 0) {
        continue;
      }
      for (int i = 0; i < outputs; i++) {
        float prediction = predictions[predictionsOffset + position * outputs + i];
        float clipped = Math.max(0f, Math.min(1f, prediction));
        // A prediction equal to a threshold is below it, except for the first threshold. A NaN
        // makes the result NaN.
        int bucket = Math.max((int) Math.ceil(clipped * (numThresholds - 1f)) - 1, 0);
        boolean actual = targets[position * outputs + i] != 0;
        totals[actual ? bucket : numThresholds + bucket] +=
            Float.isNaN(prediction) ? Double.NaN : weight;
      }
    }
  }

  @Override
  public double result(double[] totals) {
    int n = numThresholds;
    double[] truePositives = new double[n + 1];
    double[] falsePositives = new double[n + 1];
    for (int i = n - 1; i >= 0; i--) {
      truePositives[i] = truePositives[i + 1] + totals[i];
      falsePositives[i] = falsePositives[i + 1] + totals[n + i];
    }
    double positives = truePositives[0];
    double negatives = falsePositives[0];
    if (positives + negatives == 0) {
      return Double.NaN;
    }
    double area = 0;
    for (int i = 0; i < n - 1; i++) {
      area +=
          curve == Curve.PR && summation == Summation.INTERPOLATION
              ? interpolated(
                  truePositives[i],
                  falsePositives[i],
                  truePositives[i + 1],
                  falsePositives[i + 1],
                  positives)
              : rectangle(
                  truePositives[i],
                  falsePositives[i],
                  truePositives[i + 1],
                  falsePositives[i + 1],
                  positives,
                  negatives);
    }
    return area;
  }

  private double rectangle(
      double tp, double fp, double nextTp, double nextFp, double positives, double negatives) {
    double width;
    double left;
    double right;
    if (curve == Curve.ROC) {
      width = ThresholdMetric.ratio(fp - nextFp, negatives);
      left = ThresholdMetric.ratio(tp, positives);
      right = ThresholdMetric.ratio(nextTp, positives);
    } else {
      width = ThresholdMetric.ratio(tp - nextTp, positives);
      left = ThresholdMetric.ratio(tp, tp + fp);
      right = ThresholdMetric.ratio(nextTp, nextTp + nextFp);
    }
    return width
        * switch (summation) {
          case INTERPOLATION -> (left + right) / 2;
          case MAJORING -> Math.max(left, right);
          case MINORING -> Math.min(left, right);
        };
  }

  /**
   * Returns the area below the PR curve between two thresholds if the true positives are a linear
   * function of all predicted positives.
   */
  private static double interpolated(
      double tp, double fp, double nextTp, double nextFp, double positives) {
    double predicted = tp + fp;
    double nextPredicted = nextTp + nextFp;
    double slope = ThresholdMetric.ratio(tp - nextTp, predicted - nextPredicted);
    double intercept = nextTp - slope * nextPredicted;
    double ratio = predicted > 0 && nextPredicted > 0 ? predicted / nextPredicted : 1;
    return ThresholdMetric.ratio(slope * (tp - nextTp + intercept * Math.log(ratio)), positives);
  }
}
