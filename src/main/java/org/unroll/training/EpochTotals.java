package org.unroll.training;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.unroll.metrics.Metric;

/**
 * Sums of loss and metrics over the batches of an epoch or an evaluation. The loss of a batch is
 * weighted by its number of rows, as in Keras.
 */
final class EpochTotals {
  private final List<CompiledOutput> outputs;
  private final double[][][] metricTotals; // of each output
  private final double[] outputLossSums;
  private double lossSum;
  private double rowSum;

  EpochTotals(List<CompiledOutput> outputs) {
    this.outputs = outputs;
    outputLossSums = new double[outputs.size()];
    metricTotals = outputs.stream().map(EpochTotals::newTotals).toArray(double[][][]::new);
  }

  private static double[][] newTotals(CompiledOutput output) {
    return output.metrics().values().stream()
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
    for (int o = 0; o < metricTotals.length; o++) {
      if (outputs.get(o).lossName() != null) {
        outputLossSums[o] += runner.outputLoss(o) * rows;
      }
      for (int m = 0; m < metricTotals[o].length; m++) {
        runner.addMetric(o, m, metricTotals[o][m]);
      }
    }
  }

  /** Returns the mean losses and the metrics of the batches so far, by name, as a new map. */
  Map<String, Double> logs() {
    Map<String, Double> logs = new LinkedHashMap<>();
    logs.put("loss", lossSum / rowSum);
    for (int o = 0; o < outputs.size(); o++) {
      if (outputs.get(o).lossName() != null) {
        logs.put(outputs.get(o).lossName(), outputLossSums[o] / rowSum);
      }
    }
    for (int o = 0; o < outputs.size(); o++) {
      int m = 0;
      for (Map.Entry<String, Metric> metric : outputs.get(o).metrics().entrySet()) {
        logs.put(metric.getKey(), metric.getValue().result(metricTotals[o][m++]));
      }
    }
    return logs;
  }

  void write(DataOutput out) throws IOException {
    out.writeDouble(lossSum);
    out.writeDouble(rowSum);
    for (int o = 0; o < metricTotals.length; o++) {
      out.writeDouble(outputLossSums[o]);
      for (double[] totals : metricTotals[o]) {
        for (double total : totals) {
          out.writeDouble(total);
        }
      }
    }
  }

  void read(DataInput in) throws IOException {
    lossSum = in.readDouble();
    rowSum = in.readDouble();
    for (int o = 0; o < metricTotals.length; o++) {
      outputLossSums[o] = in.readDouble();
      for (double[] totals : metricTotals[o]) {
        for (int i = 0; i < totals.length; i++) {
          totals[i] = in.readDouble();
        }
      }
    }
  }
}
