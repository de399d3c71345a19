package org.unroll.training;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;
import org.unroll.metrics.Metric;

/**
 * Sums of loss and metrics over the batches of an epoch or an evaluation. The loss of a batch is
 * weighted by its number of rows, as in Keras.
 */
final class EpochTotals {
  private final Map<String, Metric> metrics;
  private final double[][] metricTotals;
  private double lossSum;
  private double rowSum;

  EpochTotals(Map<String, Metric> metrics) {
    this.metrics = metrics;
    metricTotals =
        metrics.values().stream()
            .map(metric -> new double[metric.accumulators()])
            .toArray(double[][]::new);
  }

  /**
   * Adds the batch that the runner ran last.
   *
   * @param batchLoss the loss of the batch, including penalties
   */
  void add(BatchRunner runner, double batchLoss, int rows) {
    lossSum += batchLoss * rows;
    rowSum += rows;
    for (int m = 0; m < metricTotals.length; m++) {
      runner.addMetric(m, metricTotals[m]);
    }
  }

  /** Returns the mean loss and the metrics of the batches so far, by name, as a new map. */
  Map<String, Double> logs() {
    Map<String, Double> logs = new LinkedHashMap<>();
    logs.put("loss", lossSum / rowSum);
    int m = 0;
    for (Map.Entry<String, Metric> metric : metrics.entrySet()) {
      logs.put(metric.getKey(), metric.getValue().result(metricTotals[m++]));
    }
    return logs;
  }

  void write(DataOutput out) throws IOException {
    out.writeDouble(lossSum);
    out.writeDouble(rowSum);
    for (double[] totals : metricTotals) {
      for (double total : totals) {
        out.writeDouble(total);
      }
    }
  }

  void read(DataInput in) throws IOException {
    lossSum = in.readDouble();
    rowSum = in.readDouble();
    for (double[] totals : metricTotals) {
      for (int i = 0; i < totals.length; i++) {
        totals[i] = in.readDouble();
      }
    }
  }
}
