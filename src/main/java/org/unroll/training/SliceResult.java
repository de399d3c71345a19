package org.unroll.training;

import java.util.List;
import org.unroll.losses.BatchLoss;
import org.unroll.network.Gradient;

/** The gradients and the sums of losses and metrics of one slice of a batch. */
final class SliceResult {
  Gradient[] gradients; // null until the first training batch
  double activityPenalty; // on the outputs of layers, the sum over all values
  final Output[] outputs;

  /** The sums of loss and metrics of one output. */
  static final class Output {
    final double[][] metricSums;
    final double[] lossSums; // of a loss of whole batches
    double loss; // the sum over positions, weighted
    boolean plain; // whether there is neither a mask nor weights
    int positions;
    double counted; // the positions that count for the loss: not masked and not ignored
    double weight; // the sum of the weights of the positions that count

    private Output(CompiledOutput compiled) {
      BatchLoss batchLoss = compiled.loss().overBatch();
      lossSums = new double[batchLoss == null ? 0 : batchLoss.sums()];
      metricSums =
          compiled.metrics().values().stream()
              .map(metric -> new double[metric.accumulators()])
              .toArray(double[][]::new);
    }
  }

  /** Creates the result of a slice. */
  SliceResult(List<CompiledOutput> compiled) {
    outputs = compiled.stream().map(Output::new).toArray(Output[]::new);
  }
}
