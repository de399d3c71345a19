package org.unroll.metrics;

/**
 * A metric that uses the sample weights, like Keras's {@code weighted_metrics}. Other metrics
 * ignore them. Created by {@link Metrics#weighted}.
 *
 * @param metric the metric; this one has the same name
 * @hidden
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
