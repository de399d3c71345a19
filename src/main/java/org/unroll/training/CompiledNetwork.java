package org.unroll.training;

import java.util.List;
import java.util.Map;
import java.util.function.BooleanSupplier;
import org.unroll.data.Dataset;
import org.unroll.losses.Loss;
import org.unroll.metrics.Metric;
import org.unroll.network.Network;
import org.unroll.network.Weight;
import org.unroll.optimizers.Optimizer;

/**
 * A network and what it was compiled with.
 *
 * @param metrics the metrics by their names in the logs, in the order of the logs
 * @param trainable the weights that the optimizer updates
 */
record CompiledNetwork(
    Network network,
    Optimizer optimizer,
    Loss loss,
    Map<String, Metric> metrics,
    List<Weight> trainable) {

  /** Returns a runner that computes the loss and the metrics of batches. */
  BatchRunner newRunner(long seed, int threads) {
    return new BatchRunner(network, loss, List.copyOf(metrics.values()), seed, threads);
  }

  /** Returns the sum of the regularization penalties of all trainable weights. */
  double penalty() {
    double sum = 0;
    for (Weight weight : trainable) {
      if (weight.regularizer() != null) {
        sum += weight.regularizer().penalty(weight.values());
      }
    }
    return sum;
  }

  /**
   * Returns the sums of loss and metrics over a dataset.
   *
   * @param steps the largest number of batches to evaluate; null for all
   * @param cancelled asked before each batch; evaluation ends as soon as it returns true
   */
  EpochTotals evaluate(
      BatchRunner runner, Dataset dataset, Integer steps, BooleanSupplier cancelled) {
    var totals = new EpochTotals(metrics);
    int batches = steps == null ? dataset.batches() : Math.min(steps, dataset.batches());
    double penalty = penalty();
    for (int batch = 0; batch < batches && !cancelled.getAsBoolean(); batch++) {
      int first = batch * dataset.batchSize();
      int rows = Math.min(dataset.batchSize(), dataset.size() - first);
      runner.evaluate(dataset, first, rows);
      totals.add(runner, runner.loss() + penalty, rows);
    }
    return totals;
  }
}
