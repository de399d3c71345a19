package org.unroll.metrics;

/**
 * The area under a curve of yes-or-no predictions, all outputs taken together: the ROC curve (true
 * over false positive rate) or the precision–recall curve.
 *
 * <p>The curve is known at {@code numThresholds} thresholds spread evenly over [0, 1], so the area
 * is an approximation, as in Keras. Between them the ROC curve is a straight line; the PR curve
 * follows Davis and Goadrich 2006. Predictions are probabilities; what lies outside [0, 1] counts
 * as 0 or 1. A target other than 0 is a yes.
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

  /** What the curve is taken for between two thresholds. */
  public enum Summation {
    /** A straight line (ROC), or the precision that interpolated counts give (PR). */
    INTERPOLATION,
    /** The higher of the two values. */
    MAJORING,
    /** The lower of the two values. */
    MINORING
  }

  /** Checks the number of thresholds. */
  public Auc {
    if (numThresholds < 3) {
      throw new IllegalArgumentException(
          "An AUC needs at least 3 thresholds. Received: " + numThresholds);
    }
  }

  /** This metric for another curve. */
  public Auc curve(Curve kind) {
    return new Auc(name, kind, summation, numThresholds);
  }

  /** This metric with another summation. */
  public Auc summation(Summation kind) {
    return new Auc(name, curve, kind, numThresholds);
  }

  /** This metric with another number of thresholds. */
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
   * For each threshold, the weights of the yeses and of the noes whose prediction lies between it
   * and the next one.
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
        // A prediction on a threshold is below it; the first threshold is below everything. NaN
        // spoils the result.
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
    double yeses = truePositives[0];
    double noes = falsePositives[0];
    if (yeses + noes == 0) {
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
                  yeses)
              : rectangle(
                  truePositives[i],
                  falsePositives[i],
                  truePositives[i + 1],
                  falsePositives[i + 1],
                  yeses,
                  noes);
    }
    return area;
  }

  private double rectangle(
      double tp, double fp, double nextTp, double nextFp, double yeses, double noes) {
    double width;
    double left;
    double right;
    if (curve == Curve.ROC) {
      width = ThresholdMetric.ratio(fp - nextFp, noes);
      left = ThresholdMetric.ratio(tp, yeses);
      right = ThresholdMetric.ratio(nextTp, yeses);
    } else {
      width = ThresholdMetric.ratio(tp - nextTp, yeses);
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
   * The area below the PR curve between two thresholds, where true positives grow in a line with
   * all positives.
   */
  private static double interpolated(
      double tp, double fp, double nextTp, double nextFp, double yeses) {
    double positives = tp + fp;
    double nextPositives = nextTp + nextFp;
    double slope = ThresholdMetric.ratio(tp - nextTp, positives - nextPositives);
    double intercept = nextTp - slope * nextPositives;
    double ratio = positives > 0 && nextPositives > 0 ? positives / nextPositives : 1;
    return ThresholdMetric.ratio(slope * (tp - nextTp + intercept * Math.log(ratio)), yeses);
  }
}
