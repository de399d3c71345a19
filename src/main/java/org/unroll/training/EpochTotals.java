package org.unroll.training;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.unroll.losses.Reduction;
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

  // The batch whose stretches are added.
  private final double[] stretchLosses; // the sum of each output
  private final double[] stretchDivisors;
  private double stretchPenalties;
  private int stretches;

  EpochTotals(List<CompiledOutput> outputs) {
    this.outputs = outputs;
    outputLossSums = new double[outputs.size()];
    stretchLosses = new double[outputs.size()];
    stretchDivisors = new double[outputs.size()];
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
    }
    addMetrics(runner);
  }

  private void addMetrics(BatchRunner runner) {
    for (int o = 0; o < metricTotals.length; o++) {
      for (int m = 0; m < metricTotals[o].length; m++) {
        runner.addMetric(o, m, metricTotals[o][m]);
      }
    }
  }

  /**
   * Adds the stretch of a batch that the runner ran last.
   *
   * @param penalty the penalty on the weights
   */
  void addStretch(BatchRunner runner, double penalty) {
    for (int o = 0; o < stretchLosses.length; o++) {
      stretchLosses[o] += runner.lossSum(o);
      boolean isSum = outputs.get(o).loss().reduction() == Reduction.SUM;
      stretchDivisors[o] = isSum ? 1 : stretchDivisors[o] + runner.lossDivisor(o);
    }
    stretchPenalties += runner.penalty() + penalty;
    stretches++;
    addMetrics(runner);
  }

  /**
   * Ends a batch after its stretches. Its loss is the mean over the time steps of all stretches,
   * and the mean of their penalties.
   */
  void endStretches(int rows) {
    double loss = stretchPenalties / stretches;
    for (int o = 0; o < stretchLosses.length; o++) {
      double mean = stretchDivisors[o] == 0 ? 0 : stretchLosses[o] / stretchDivisors[o];
      loss += outputs.get(o).lossWeight() * mean;
      if (outputs.get(o).lossName() != null) {
        outputLossSums[o] += mean * rows;
      }
    }
    lossSum += loss * rows;
    rowSum += rows;
    Arrays.fill(stretchLosses, 0);
    Arrays.fill(stretchDivisors, 0);
    stretchPenalties = 0;
    stretches = 0;
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
