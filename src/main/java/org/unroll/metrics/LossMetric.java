package org.unroll.metrics;

import org.unroll.losses.Loss;

/**
 * A loss used as a metric: its weighted mean over all positions. Lower values are better.
 *
 * @param name the name in the logs
 * @param loss the loss
 */
public record LossMetric(String name, Loss loss) implements Metric {
  @Override
  public boolean higherIsBetter() {
    return false;
  }

  @Override
  public Metric resolve(int outputs, int targetWidth) {
    Metrics.checkTargetWidth(name, loss.targetWidth(outputs), outputs, targetWidth);
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
        loss.sum(positions, outputs, predictions, predictionsOffset, targets, weights, null);
    totals[1] += Metrics.sumOfWeights(positions, weights);
  }

  @Override
  public double result(double[] totals) {
    return totals[0] / totals[1];
  }
}
