package org.unroll.training;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
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
 * @param outputs what the outputs of the network are compiled with, in their order
 * @param trainable the weights that the optimizer updates
 */
record CompiledNetwork(
    Network network, Optimizer optimizer, List<CompiledOutput> outputs, List<Weight> trainable) {

  /** Returns an open runner that computes the loss and the metrics of batches. */
  BatchRunner newRunner(long seed, int threads) {
    return new BatchRunner(network, outputs, seed, threads).open();
  }

  /** Returns the loss of the first output. */
  Loss loss() {
    return outputs.get(0).loss();
  }

  /** Returns the metrics of all outputs by their names in the logs, in the order of the logs. */
  Map<String, Metric> metrics() {
    Map<String, Metric> all = new LinkedHashMap<>();
    outputs.forEach(output -> all.putAll(output.metrics()));
    return all;
  }

  /** Returns the names of all values in the logs of training data but the loss. */
  Set<String> names() {
    Set<String> names = new LinkedHashSet<>();
    outputs.stream().map(CompiledOutput::lossName).filter(Objects::nonNull).forEach(names::add);
    names.addAll(metrics().keySet());
    return names;
  }

  /**
   * Checks that no layer was frozen or unfrozen since compilation.
   *
   * @throws IllegalStateException if one was; the message names its weights
   */
  void requireSameTrainable() {
    List<Weight> weights = network.weights();
    int same = 0;
    for (int i = 0;
        i < weights.size();
        i++) { // without an iterator, which every batch would allocate
      Weight weight = weights.get(i);
      if (weight.trainable()) {
        if (same == trainable.size() || trainable.get(same) != weight) {
          throw changedTrainable();
        }
        same++;
      }
    }
    if (same < trainable.size()) {
      throw changedTrainable();
    }
  }

  private IllegalStateException changedTrainable() {
    List<String> changed = new ArrayList<>();
    for (int w = 0; w < network.weights().size(); w++) {
      Weight weight = network.weights().get(w);
      if (weight.trainable() != trainable.contains(weight)) {
        changed.add(network.weightPaths().get(w));
      }
    }
    return new IllegalStateException(
        "Layers must be frozen or unfrozen before compile, but these weights were changed after it: "
            + changed
            + ". Call compile again, with a new optimizer.");
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
   * @param hooks the callbacks, which may stop the evaluation
   */
  EpochTotals evaluate(
      BatchRunner runner, Dataset dataset, Integer steps, BooleanSupplier cancelled, Hooks hooks) {
    var totals = new EpochTotals(outputs);
    int batches = steps == null ? dataset.batches() : Math.min(steps, dataset.batches());
    double penalty = penalty();
    var context = new Inference(network.weights(), batches);
    hooks.call("onTestBegin", callback -> callback.onTestBegin(context));
    for (int batch = 0; batch < batches && (batch == 0 || !context.stopped()); batch++) {
      if (cancelled.getAsBoolean()) {
        return totals;
      }
      int number = batch;
      hooks.call("onTestBatchBegin", callback -> callback.onTestBatchBegin(context, number));
      if (!hooks.isEmpty()) {
        runner.weightsMayHaveChanged();
      }
      int first = batch * dataset.batchSize();
      int rows = Math.min(dataset.batchSize(), dataset.size() - first);
      runner.evaluate(dataset, first, rows);
      totals.add(runner, runner.loss() + penalty, rows);
      if (!hooks.isEmpty()) {
        Map<String, Double> logs = totals.logs();
        hooks.call("onTestBatchEnd", callback -> callback.onTestBatchEnd(context, number, logs));
      }
    }
    if (!hooks.isEmpty()) {
      Map<String, Double> logs = totals.logs();
      hooks.call("onTestEnd", callback -> callback.onTestEnd(context, logs));
    }
    return totals;
  }
}
