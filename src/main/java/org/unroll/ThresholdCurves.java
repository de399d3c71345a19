package org.unroll;

import java.util.Arrays;
import java.util.Comparator;
import java.util.stream.IntStream;
import tech.tablesaw.api.DoubleColumn;
import tech.tablesaw.api.Table;

/**
 * The quality of a binary classifier at every threshold: the ROC curve and the precision–recall
 * curve, as scikit-learn's {@code roc_curve} (without {@code drop_intermediate}) and {@code
 * precision_recall_curve}. A sample counts as positive if its score is at least the threshold.
 *
 * <pre>{@code
 * var curves = ThresholdCurves.of(new int[] {0, 0, 1, 1}, new double[] {0.1, 0.4, 0.35, 0.8});
 * double auc = curves.rocAuc(); // 0.75
 * PlotFigure roc = Plots.roc(Map.of("GRU", curves));
 * }</pre>
 */
public final class ThresholdCurves {
  private final double[] thresholds; // falling; the first is above all scores
  private final int[] truePositives;
  private final int[] falsePositives;

  private ThresholdCurves(double[] thresholds, int[] truePositives, int[] falsePositives) {
    this.thresholds = thresholds;
    this.truePositives = truePositives;
    this.falsePositives = falsePositives;
  }

  /**
   * Computes the curves.
   *
   * @param truth the class of each sample, 0 or 1
   * @param scores the score of each sample, usually the predicted probability of class 1
   * @throws IllegalArgumentException if the numbers of values differ, a class is not 0 or 1, a
   *     score is NaN, or there are not samples of both classes
   */
  public static ThresholdCurves of(int[] truth, double[] scores) {
    if (truth.length != scores.length) {
      throw new IllegalArgumentException(
          "There must be one score for each sample, but there are "
              + scores.length
              + " scores for "
              + truth.length
              + " samples.");
    }
    for (int i = 0; i < truth.length; i++) {
      if ((truth[i] != 0 && truth[i] != 1) || Double.isNaN(scores[i])) {
        throw new IllegalArgumentException(
            "A class must be 0 or 1 and a score must be a number, but sample "
                + i
                + " has the class "
                + truth[i]
                + " and the score "
                + scores[i]
                + ".");
      }
    }
    int positives = Arrays.stream(truth).sum();
    if (positives == 0 || positives == truth.length) {
      throw new IllegalArgumentException(
          "There must be samples of both classes, but there are "
              + positives
              + " of class 1 and "
              + (truth.length - positives)
              + " of class 0.");
    }
    int[] order =
        IntStream.range(0, scores.length)
            .boxed()
            .sorted(Comparator.comparingDouble(i -> -scores[i]))
            .mapToInt(i -> i)
            .toArray();
    var thresholds = new double[scores.length + 1];
    var truePositives = new int[scores.length + 1];
    var falsePositives = new int[scores.length + 1];
    thresholds[0] = Double.POSITIVE_INFINITY;
    int points = 1;
    for (int i = 0; i < order.length; i++) {
      double score = scores[order[i]];
      boolean tie = i > 0 && score == thresholds[points - 1];
      int point = tie ? points - 1 : points++;
      thresholds[point] = score;
      if (!tie) {
        truePositives[point] = truePositives[point - 1];
        falsePositives[point] = falsePositives[point - 1];
      }
      truePositives[point] += truth[order[i]];
      falsePositives[point] += 1 - truth[order[i]];
    }
    return new ThresholdCurves(
        Arrays.copyOf(thresholds, points),
        Arrays.copyOf(truePositives, points),
        Arrays.copyOf(falsePositives, points));
  }

  /**
   * Returns the ROC curve: {@code threshold}, {@code false positive rate}, {@code true positive
   * rate}. The thresholds fall from infinity, where no sample counts as positive.
   */
  public Table roc() {
    return Table.create(
        "ROC curve",
        DoubleColumn.create("threshold", thresholds),
        DoubleColumn.create("false positive rate", shares(falsePositives)),
        DoubleColumn.create("true positive rate", shares(truePositives)));
  }

  /**
   * Returns the precision–recall curve: {@code threshold}, {@code recall}, {@code precision}. The
   * thresholds fall from infinity, where the recall is 0 and the precision is 1 by definition.
   */
  public Table precisionRecall() {
    return Table.create(
        "Precision and recall",
        DoubleColumn.create("threshold", thresholds),
        DoubleColumn.create("recall", shares(truePositives)),
        DoubleColumn.create("precision", precisions()));
  }

  /** Returns the area under the ROC curve, by the trapezoidal rule. */
  public double rocAuc() {
    double[] x = shares(falsePositives);
    double[] y = shares(truePositives);
    return IntStream.range(1, x.length)
        .mapToDouble(i -> (x[i] - x[i - 1]) * (y[i] + y[i - 1]) / 2)
        .sum();
  }

  /** Returns the average precision, the sum of (Rₙ − Rₙ₋₁)·Pₙ over the thresholds. */
  public double averagePrecision() {
    double[] recall = shares(truePositives);
    double[] precision = precisions();
    return IntStream.range(1, recall.length)
        .mapToDouble(i -> (recall[i] - recall[i - 1]) * precision[i])
        .sum();
  }

  /** Returns the share of the positive samples in the data, the precision of a random guess. */
  public double positives() {
    double positives = truePositives[truePositives.length - 1];
    return positives / (positives + falsePositives[falsePositives.length - 1]);
  }

  private double[] precisions() {
    return IntStream.range(0, thresholds.length)
        .mapToDouble(
            i -> i == 0 ? 1 : truePositives[i] / (double) (truePositives[i] + falsePositives[i]))
        .toArray();
  }

  /** Returns the counts divided by the last one. */
  private static double[] shares(int[] counts) {
    return Arrays.stream(counts).mapToDouble(n -> n / (double) counts[counts.length - 1]).toArray();
  }
}
