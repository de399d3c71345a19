package org.unroll.metrics;

import org.unroll.losses.Loss;

/** A metric that is the weighted mean of a loss over all positions, or a function of it. */
interface MeanMetric extends Metric {
  /** Returns the loss. */
  Loss loss();

  @Override
  default boolean higherIsBetter() {
    return false;
  }

  @Override
  default Metric resolve(int outputs, int targetWidth) {
    Metrics.checkTargetWidth(name(), loss().targetWidth(outputs), outputs, targetWidth);
    return this;
  }

  @Override
  default int accumulators() {
    return 2;
  }

  @Override
  default void add(
      int positions,
      int outputs,
      float[] predictions,
      int predictionsOffset,
      float[] targets,
      float[] weights,
      double[] totals) {
    totals[0] +=
        loss().sum(positions, outputs, predictions, predictionsOffset, targets, weights, null);
    totals[1] += sumOfWeights(positions, outputs, targets, weights);
  }

  @Override
  default double result(double[] totals) {
    return ThresholdMetric.ratio(totals[0], totals[1]);
  }

  /**
   * Returns the sum of the weights of the positions that count. As in Keras, a position that the
   * loss ignores counts with a loss of 0 if there are no weights.
   */
  private double sumOfWeights(int positions, int outputs, float[] targets, float[] weights) {
    if (weights == null) {
      return positions;
    }
    double sum = 0;
    for (int i = 0; i < positions; i++) {
      sum += loss().counts(targets, i * loss().targetWidth(outputs)) ? weights[i] : 0;
    }
    return sum;
  }
}
