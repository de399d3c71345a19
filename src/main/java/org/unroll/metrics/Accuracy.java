package org.unroll.metrics;

/**
 * Keras's {@code accuracy}, which depends on the model: {@link BinaryAccuracy} for one output,
 * {@link SparseCategoricalAccuracy} for several outputs with one target value, otherwise {@link
 * CategoricalAccuracy}. {@link #resolve} chooses; before that the metric cannot be computed.
 *
 * @param name the name in the logs, {@code accuracy} or {@code acc}
 */
public record Accuracy(String name) implements Metric {
  @Override
  public boolean higherIsBetter() {
    return true;
  }

  @Override
  public Metric resolve(int outputs, int targetWidth) {
    Metric accuracy;
    if (outputs == 1) {
      accuracy = new BinaryAccuracy(name, BinaryAccuracy.DEFAULT_THRESHOLD);
    } else if (targetWidth == 1) {
      accuracy = new SparseCategoricalAccuracy(name);
    } else {
      accuracy = new CategoricalAccuracy(name);
    }
    return accuracy.resolve(outputs, targetWidth);
  }

  @Override
  public int accumulators() {
    throw Metrics.unresolved(name);
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
    throw Metrics.unresolved(name);
  }

  @Override
  public double result(double[] totals) {
    throw Metrics.unresolved(name);
  }
}
