package org.unroll.metrics;

/**
 * A metric in which samples count by their weights; Keras's {@code weighted_metrics}. The others
 * count every sample alike.
 *
 * @param metric the metric, whose name this one has
 */
public record WeightedMetric(Metric metric) implements Metric {
  @Override
  public String name() {
    return metric.name();
  }

  @Override
  public boolean higherIsBetter() {
    return metric.higherIsBetter();
  }

  @Override
  public Metric resolve(int outputs, int targetWidth) {
    return new WeightedMetric(metric.resolve(outputs, targetWidth));
  }

  @Override
  public boolean countsMasked() {
    return metric.countsMasked();
  }

  @Override
  public int accumulators() {
    return metric.accumulators();
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
    metric.add(positions, outputs, predictions, predictionsOffset, targets, weights, totals);
  }

  @Override
  public double result(double[] totals) {
    return metric.result(totals);
  }
}
