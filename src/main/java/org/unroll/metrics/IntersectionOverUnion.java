package org.unroll.metrics;

import java.util.List;
import java.util.stream.IntStream;

/**
 * Computes the intersection over union of predicted and target classes, {@code TP / (TP + FP + FN)}
 * of each class, and its mean over some classes that occur. As in Keras, 1e-7 is added to each
 * divisor, and sample weights are truncated to whole numbers.
 *
 * <p>The predicted class of a position is the index of its largest output. With {@code
 * sparsePredictions}, each output is itself a class number and is truncated to a whole number; with
 * a threshold, each output is class 1 if it is at least the threshold, else class 0. Targets are
 * class numbers, or distributions if {@code sparseTargets} is false. Classes that are no number
 * from 0 to numClasses − 1 do not count.
 *
 * <p>Source: Keras's {@code IoU}, {@code MeanIoU}, {@code OneHotIoU}, {@code OneHotMeanIoU} and
 * {@code BinaryIoU}.
 *
 * @param name the name in the logs
 * @param numClasses the number of classes, at least 1
 * @param targetClassIds the classes of the mean; null for all
 * @param ignoreClass the target class of positions that do not count; null, the default, for none
 * @param sparseTargets whether targets are class numbers
 * @param sparsePredictions whether outputs are class numbers
 * @param threshold the least output of class 1; null, the default, if outputs are not binary
 */
public record IntersectionOverUnion(
    String name,
    int numClasses,
    List<Integer> targetClassIds,
    Integer ignoreClass,
    boolean sparseTargets,
    boolean sparsePredictions,
    Double threshold)
    implements Metric {
  private static final double EPSILON = 1e-7;

  /**
   * Creates the metric.
   *
   * @throws IllegalArgumentException if there is no class, or a class of the mean does not exist
   */
  public IntersectionOverUnion {
    if (numClasses < 1) {
      throw new IllegalArgumentException(
          "numClasses must be at least 1, but was " + numClasses + ".");
    }
    targetClassIds = targetClassIds == null ? null : List.copyOf(targetClassIds);
    for (int id : targetClassIds == null ? List.<Integer>of() : targetClassIds) {
      if (id < 0 || id >= numClasses) {
        throw new IllegalArgumentException(
            "targetClassIds must be between 0 and "
                + (numClasses - 1)
                + ", but were "
                + targetClassIds
                + ".");
      }
    }
  }

  /** Returns this metric with the mean over some classes only. */
  public IntersectionOverUnion targetClassIds(int... ids) {
    return new IntersectionOverUnion(
        name,
        numClasses,
        IntStream.of(ids).boxed().toList(),
        ignoreClass,
        sparseTargets,
        sparsePredictions,
        threshold);
  }

  /** Returns this metric without the positions of a target class. */
  public IntersectionOverUnion ignoreClass(int ignored) {
    return new IntersectionOverUnion(
        name, numClasses, targetClassIds, ignored, sparseTargets, sparsePredictions, threshold);
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
   * @throws IllegalArgumentException if there is not one target value for each predicted class
   */
  @Override
  public Metric resolve(int outputs, int targetWidth) {
    boolean eachOutput = sparsePredictions || threshold != null;
    int needed = sparseTargets && !eachOutput ? 1 : outputs;
    if (!sparseTargets && eachOutput && outputs > 1) {
      throw new IllegalArgumentException(
          "The metric '"
              + name
              + "' needs one output, a class number, for one-hot targets, but the model has "
              + outputs
              + ". Use sparsePredictions=false.");
    }
    Metrics.checkTargetWidth(name, needed, outputs, targetWidth);
    return this;
  }

  /**
   * {@inheritDoc}
   *
   * <p>The confusion matrix, one row for each target class.
   */
  @Override
  public int accumulators() {
    return numClasses * numClasses;
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
    int each = sparsePredictions || threshold != null ? outputs : 1;
    for (int i = 0; i < positions * each; i++) {
      int position = i / each;
      int expected =
          sparseTargets
              ? (int) targets[i]
              : MatchMetric.argmax(outputs, targets, position * outputs);
      int predicted;
      if (threshold != null) {
        predicted = predictions[predictionsOffset + i] >= threshold.floatValue() ? 1 : 0;
      } else if (sparsePredictions) {
        predicted = (int) predictions[predictionsOffset + i];
      } else {
        predicted =
            MatchMetric.argmax(outputs, predictions, predictionsOffset + position * outputs);
      }
      boolean counts =
          isClass(expected)
              && isClass(predicted)
              && (ignoreClass == null || expected != ignoreClass);
      if (counts) {
        totals[expected * numClasses + predicted] += weights == null ? 1 : (int) weights[position];
      }
    }
  }

  private boolean isClass(int number) {
    return number >= 0 && number < numClasses;
  }

  @Override
  public double result(double[] totals) {
    double sum = 0;
    int occurring = 0;
    for (int id : classes()) {
      double union = -totals[id * numClasses + id];
      for (int other = 0; other < numClasses; other++) {
        union += totals[id * numClasses + other] + totals[other * numClasses + id];
      }
      if (union > 1e-9) {
        sum += totals[id * numClasses + id] / (union + EPSILON);
        occurring++;
      }
    }
    return sum / (occurring + EPSILON);
  }

  private List<Integer> classes() {
    return targetClassIds == null
        ? IntStream.range(0, numClasses).boxed().toList()
        : targetClassIds;
  }
}
