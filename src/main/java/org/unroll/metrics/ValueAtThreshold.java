package org.unroll.metrics;

import java.util.function.DoubleBinaryOperator;

/**
 * Computes the largest value of one rate of binary predictions among the thresholds where another
 * rate reaches a least value, for example the sensitivity where the specificity is at least 0.9. It
 * is 0 if no threshold reaches it. The values of all outputs are pooled.
 *
 * <p>The thresholds are spread evenly over [0, 1]; a prediction above a threshold is positive
 * there. A target other than 0 is positive. Source: Keras's {@code SensitivityAtSpecificity},
 * {@code SpecificityAtSensitivity}, {@code PrecisionAtRecall} and {@code RecallAtPrecision}.
 *
 * @param name the name in the logs
 * @param rate the rate that is reported, and the one that is constrained
 * @param least the least value of the constrained rate, between 0 and 1
 * @param numThresholds the number of thresholds, at least 1; 200 by default. A single one is 0.5
 * @param classId the index of the only output that counts; null, the default, for all
 */
public record ValueAtThreshold(
    String name, Rate rate, double least, int numThresholds, Integer classId) implements Metric {

  /** Which rate is reported, and which one is constrained. */
  public enum Rate {
    /** The true positive rate where the true negative rate reaches a value. */
    SENSITIVITY_AT_SPECIFICITY,
    /** The true negative rate where the true positive rate reaches a value. */
    SPECIFICITY_AT_SENSITIVITY,
    /** The precision where the recall reaches a value. */
    PRECISION_AT_RECALL,
    /** The recall where the precision reaches a value. */
    RECALL_AT_PRECISION
  }

  /**
   * Creates the metric.
   *
   * @throws IllegalArgumentException if the least value is not between 0 and 1, there is no
   *     threshold, or the class is negative
   */
  public ValueAtThreshold {
    if (!(least >= 0 && least <= 1)) {
      throw new IllegalArgumentException(
          "The least value of the metric '"
              + name
              + "' must be between 0 and 1, but was "
              + least
              + ".");
    }
    if (numThresholds < 1) {
      throw new IllegalArgumentException(
          "numThresholds must be at least 1, but was " + numThresholds + ".");
    }
    Metrics.checkClassId(name, classId, Integer.MAX_VALUE);
  }

  /**
   * Returns this metric with another number of thresholds.
   *
   * @param count at least 1
   * @throws IllegalArgumentException if there is no threshold
   */
  public ValueAtThreshold numThresholds(int count) {
    return new ValueAtThreshold(name, rate, least, count, classId);
  }

  /**
   * Returns this metric for one output only.
   *
   * @param id the index of the output, from 0
   * @throws IllegalArgumentException if {@code id} is negative
   */
  public ValueAtThreshold classId(int id) {
    return new ValueAtThreshold(name, rate, least, numThresholds, id);
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
    Metrics.checkClassId(name, classId, outputs);
    return this;
  }

  /**
   * {@inheritDoc}
   *
   * <p>The weights of the positives by the number of thresholds below their prediction, then those
   * of the negatives.
   */
  @Override
  public int accumulators() {
    return 2 * (numThresholds + 1);
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
    Thresholds marks = Thresholds.even(numThresholds, 0);
    int first = classId == null ? 0 : classId;
    int last = classId == null ? outputs - 1 : classId;
    for (int position = 0; position < positions; position++) {
      double weight = weights == null ? 1 : weights[position];
      for (int i = position * outputs + first; i <= position * outputs + last; i++) {
        int place = targets[i] != 0 ? 0 : numThresholds + 1;
        totals[place + marks.below(predictions[predictionsOffset + i])] += weight;
      }
    }
  }

  @Override
  public double result(double[] totals) {
    Thresholds marks = Thresholds.even(numThresholds, 0);
    double[] truePositives = marks.above(totals, 0);
    double[] falsePositives = marks.above(totals, numThresholds + 1);
    double positives = truePositives[0] + totals[0];
    double negatives = falsePositives[0] + totals[numThresholds + 1];
    DoubleBinaryOperator recall = (tp, fp) -> ThresholdMetric.ratio(tp, positives);
    DoubleBinaryOperator specificity = (tp, fp) -> ThresholdMetric.ratio(negatives - fp, negatives);
    DoubleBinaryOperator precision = (tp, fp) -> ThresholdMetric.ratio(tp, tp + fp);
    return switch (rate) {
      case SENSITIVITY_AT_SPECIFICITY ->
          largest(recall, specificity, truePositives, falsePositives);
      case SPECIFICITY_AT_SENSITIVITY ->
          largest(specificity, recall, truePositives, falsePositives);
      case PRECISION_AT_RECALL -> largest(precision, recall, truePositives, falsePositives);
      case RECALL_AT_PRECISION -> largest(recall, precision, truePositives, falsePositives);
    };
  }

  private double largest(
      DoubleBinaryOperator reported,
      DoubleBinaryOperator constrained,
      double[] truePositives,
      double[] falsePositives) {
    double largest = 0;
    for (int i = 0; i < numThresholds; i++) {
      // Keras compares float32 values.
      float reached = (float) constrained.applyAsDouble(truePositives[i], falsePositives[i]);
      if (reached >= (float) least) {
        largest = Math.max(largest, reported.applyAsDouble(truePositives[i], falsePositives[i]));
      }
    }
    return largest;
  }
}
