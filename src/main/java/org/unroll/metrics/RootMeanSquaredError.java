package org.unroll.metrics;

import org.unroll.losses.MeanSquaredError;

/**
 * Computes the root of the mean squared error over all positions and outputs.
 *
 * <p>Source: Keras's {@code RootMeanSquaredError}.
 *
 * @param name the name in the logs
 */
public record RootMeanSquaredError(String name) implements Metric {
  private static final MeanSquaredError LOSS = new MeanSquaredError();

  @Override
  public boolean higherIsBetter() {
    return false;
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

  @Override
  public int accumulators() {
    return 2;
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
    totals[0] +=
        LOSS.sum(positions, outputs, predictions, predictionsOffset, targets, weights, null);
    totals[1] += Metrics.sumOfWeights(positions, weights);
  }

  @Override
  public double result(double[] totals) {
    return Math.sqrt(ThresholdMetric.ratio(totals[0], totals[1]));
  }
}
