package org.unroll.metrics;

/**
 * Computes the symmetric mean absolute percentage error, {@code 100 · mean(2·|p − t| / (|p| +
 * |t|))}, of predictions p for targets t: a percentage from 0 to 200. It is 0 where both are 0.
 *
 * <p>Source: S. Makridakis, "Accuracy measures: theoretical and practical concerns" (International
 * Journal of Forecasting 9, 1993). Keras has no such metric, so it is saved as the custom object
 * {@code unroll>SymmetricMeanAbsolutePercentageError}.
 *
 * @param name the name in the logs
 */
public record SymmetricMeanAbsolutePercentageError(String name) implements MatchMetric {
  @Override
  public boolean higherIsBetter() {
    return false;
  }

  @Override
  public double at(
      int outputs, float[] predictions, int predictionsOffset, float[] targets, int targetsOffset) {
    double sum = 0;
    for (int i = 0; i < outputs; i++) {
      double p = predictions[predictionsOffset + i];
      double t = targets[targetsOffset + i];
      sum += ThresholdMetric.ratio(2 * Math.abs(p - t), Math.abs(p) + Math.abs(t));
    }
    return 100 * sum / outputs;
  }
}
