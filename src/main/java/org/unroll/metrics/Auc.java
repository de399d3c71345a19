package org.unroll.metrics;

import java.util.Arrays;
import java.util.List;

/**
 * Computes the area under the ROC curve or the precision–recall curve of binary predictions. The
 * values of all outputs are pooled unless {@code multiLabel} is set.
 *
 * <p>As in Keras, the area is an approximation: the curve is computed at some thresholds, by
 * default 200 that are spread evenly over [0, 1]. In between the ROC curve is linear, and the
 * precision–recall curve is interpolated as in Davis and Goadrich 2006, "The relationship between
 * precision-recall and ROC curves". Predictions are probabilities; values outside [0, 1] are
 * clipped. A target other than 0 is positive. The value is 0 if nothing was added.
 *
 * <p>Source: Keras's {@code AUC}.
 *
 * @param name the name in the logs
 * @param curve {@link Curve#ROC} by default
 * @param summation {@link Summation#INTERPOLATION} by default
 * @param numThresholds the number of thresholds, including one below 0 and one above 1; at least 2
 * @param thresholds the thresholds between these two, ascending, each between 0 and 1; null, the
 *     default, if they are spread evenly
 * @param multiLabel whether the areas of the outputs are computed separately and then averaged;
 *     false by default
 * @param labelWeights a weight for each output; null, the default, for equal weights. Without
 *     {@code multiLabel} it multiplies the weights of the positions
 * @param fromLogits whether predictions are logits instead of probabilities; false by default
 * @param outputs the number of outputs, 0 before {@link #resolve}
 */
public record Auc(
    String name,
    Curve curve,
    Summation summation,
    int numThresholds,
    List<Double> thresholds,
    boolean multiLabel,
    List<Double> labelWeights,
    boolean fromLogits,
    int outputs)
    implements Metric {
  /** The curve. */
  public enum Curve {
    /** True positive rate over false positive rate. */
    ROC,
    /** Precision over recall. */
    PR,
    /**
     * Precision gain over recall gain: 1 − FP·P / (TP·N) over 1 − FN·P / (TP·N), for P positives
     * and N negatives (Flach and Kull 2015, "Precision-recall-gain curves").
     */
    PRGAIN
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
   * @throws IllegalArgumentException if there are fewer than 2 thresholds, or thresholds that are
   *     not between 0 and 1 in ascending order
   */
  public Auc {
    thresholds = thresholds == null ? null : List.copyOf(thresholds);
    labelWeights = labelWeights == null ? null : List.copyOf(labelWeights);
    if (numThresholds < 2) {
      throw new IllegalArgumentException(
          "numThresholds of AUC must be at least 2, but was " + numThresholds + ".");
    }
    double before = 0;
    for (double threshold : thresholds == null ? List.<Double>of() : thresholds) {
      if (!(threshold >= before && threshold <= 1)) {
        throw new IllegalArgumentException(
            "The thresholds of AUC must be between 0 and 1 and in ascending order, but were "
                + thresholds
                + ".");
      }
      before = threshold;
    }
  }

  /** Returns this metric for another curve. */
  public Auc curve(Curve kind) {
    return new Auc(
        name, kind, summation, numThresholds, thresholds, multiLabel, labelWeights, fromLogits, 0);
  }

  /** Returns this metric with another summation. */
  public Auc summation(Summation kind) {
    return new Auc(
        name, curve, kind, numThresholds, thresholds, multiLabel, labelWeights, fromLogits, 0);
  }

  /**
   * Returns this metric with another number of evenly spread thresholds.
   *
   * @throws IllegalArgumentException if there are fewer than 2 thresholds
   */
  public Auc numThresholds(int count) {
    return new Auc(name, curve, summation, count, null, multiLabel, labelWeights, fromLogits, 0);
  }

  /**
   * Returns this metric with thresholds of your choice, in addition to one below 0 and one above 1.
   *
   * @param values ascending, each between 0 and 1
   * @throws IllegalArgumentException if they are not
   */
  public Auc thresholds(double... values) {
    List<Double> list = Arrays.stream(values).boxed().toList();
    return new Auc(
        name, curve, summation, list.size() + 2, list, multiLabel, labelWeights, fromLogits, 0);
  }

  /** Returns this metric with the areas of the outputs computed separately, or not. */
  public Auc multiLabel(boolean separate) {
    return new Auc(
        name, curve, summation, numThresholds, thresholds, separate, labelWeights, fromLogits, 0);
  }

  /** Returns this metric with a weight for each output. */
  public Auc labelWeights(double... weights) {
    List<Double> list = Arrays.stream(weights).boxed().toList();
    return new Auc(
        name, curve, summation, numThresholds, thresholds, multiLabel, list, fromLogits, 0);
  }

  /** Returns this metric for predictions that are logits, or not. */
  public Auc fromLogits(boolean logits) {
    return new Auc(
        name, curve, summation, numThresholds, thresholds, multiLabel, labelWeights, logits, 0);
  }

  @Override
  public boolean higherIsBetter() {
    return true;
  }

  @Override
  public boolean countsMasked() {
    return true;
  }

  /**
   * {@inheritDoc}
   *
   * @throws IllegalArgumentException if there is not one target value, and one label weight if any,
   *     for each output
   */
  @Override
  public Metric resolve(int outputs, int targetWidth) {
    Metrics.checkTargetWidth(name, outputs, outputs, targetWidth);
    if (labelWeights != null && labelWeights.size() != outputs) {
      throw new IllegalArgumentException(
          "The metric '"
              + name
              + "' needs a label weight for each of the "
              + outputs
              + " outputs, but has "
              + labelWeights.size()
              + ".");
    }
    return new Auc(
        name,
        curve,
        summation,
        numThresholds,
        thresholds,
        multiLabel,
        labelWeights,
        fromLogits,
        outputs);
  }

  private Thresholds marks() {
    return thresholds == null ? Thresholds.even(numThresholds, 1) : Thresholds.around(thresholds);
  }

  /**
   * {@inheritDoc}
   *
   * <p>For each curve: the weights of the positives by the number of thresholds below their
   * prediction, then those of the negatives.
   */
  @Override
  public int accumulators() {
    if (outputs == 0) {
      throw Metrics.unresolved(name);
    }
    return 2 * (numThresholds + 1) * (multiLabel ? outputs : 1);
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
    Thresholds marks = marks();
    int classes = numThresholds + 1;
    for (int position = 0; position < positions; position++) {
      double weight = weights == null ? 1 : weights[position];
      if (weight == 0) {
        continue;
      }
      for (int i = 0; i < outputs; i++) {
        float prediction = predictions[predictionsOffset + position * outputs + i];
        if (fromLogits) {
          prediction = (float) (1 / (1 + Math.exp(-prediction)));
        }
        boolean actual = targets[position * outputs + i] != 0;
        int place = (multiLabel ? 2 * i * classes : 0) + (actual ? 0 : classes);
        double label = labelWeights == null || multiLabel ? 1 : labelWeights.get(i);
        // A NaN makes the result NaN.
        totals[place + marks.below(prediction)] +=
            Float.isNaN(prediction) ? Double.NaN : weight * label;
      }
    }
  }

  @Override
  public double result(double[] totals) {
    if (!multiLabel) {
      return area(totals, 0);
    }
    double sum = 0;
    double weights = 0;
    for (int i = 0; i < outputs; i++) {
      double weight = labelWeights == null ? 1 : labelWeights.get(i);
      sum += weight * area(totals, 2 * i * (numThresholds + 1));
      weights += weight;
    }
    return ThresholdMetric.ratio(sum, weights);
  }

  private double area(double[] totals, int offset) {
    Thresholds marks = marks();
    int n = numThresholds;
    double[] truePositives = marks.above(totals, offset);
    double[] falsePositives = marks.above(totals, offset + n + 1);
    double positives = truePositives[0] + totals[offset];
    double negatives = falsePositives[0] + totals[offset + n + 1];
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
                  point(truePositives[i], falsePositives[i], positives, negatives),
                  point(truePositives[i + 1], falsePositives[i + 1], positives, negatives));
    }
    return area;
  }

  /** Returns the point of the curve for these counts. */
  private double[] point(double tp, double fp, double positives, double negatives) {
    double recall = ThresholdMetric.ratio(tp, positives);
    return switch (curve) {
      case ROC -> new double[] {ThresholdMetric.ratio(fp, negatives), recall};
      case PR -> new double[] {recall, ThresholdMetric.ratio(tp, tp + fp)};
      case PRGAIN -> {
        double scale = ThresholdMetric.ratio(positives, negatives);
        yield tp == 0
            ? new double[] {0, 1}
            : new double[] {Math.max(1 - scale * (positives - tp) / tp, 0), 1 - scale * fp / tp};
      }
    };
  }

  private double rectangle(double[] left, double[] right) {
    return (left[0] - right[0])
        * switch (summation) {
          case INTERPOLATION -> (left[1] + right[1]) / 2;
          case MAJORING -> Math.max(left[1], right[1]);
          case MINORING -> Math.min(left[1], right[1]);
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
