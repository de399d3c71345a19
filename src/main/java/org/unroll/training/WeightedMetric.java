package org.unroll.training;

/**
 * A metric in which samples count by their weights; Keras's {@code weighted_metrics}. The others
 * count every sample alike. Its name is that of the metric, with {@code weighted_} before it where
 * the model has that name already.
 *
 * @param name the name in the logs
 * @param metric the metric
 */
public record WeightedMetric(String name, Metric metric) implements Metric {
  @Override
  public boolean higherIsBetter() {
    return metric.higherIsBetter();
  }

  @Override
  public Metric resolve(int outputs, int targetWidth) {
    return new WeightedMetric(name, metric.resolve(outputs, targetWidth));
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
