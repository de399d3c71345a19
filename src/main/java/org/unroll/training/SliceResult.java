package org.unroll.training;

import java.util.List;
import org.unroll.metrics.Metric;
import org.unroll.network.Gradient;

/** The gradients and the sums of loss and metrics of one slice of a batch. */
final class SliceResult {
  Gradient[] gradients; // null until the first training batch
  final double[][] metricSums;
  final double[] lossSums; // of a loss of whole batches
  double loss; // the sum over positions, weighted
  boolean plain; // whether there is neither a mask nor weights
  double activityPenalty; // on the outputs of layers, the sum over all values
  int positions;
  double counted; // the positions that count for the loss: not masked and not ignored
  double weight; // the sum of the weights of the positions that count

  /**
   * Creates the result of a slice.
   *
   * @param lossSums the number of sums of a loss of whole batches
   */
  SliceResult(List<Metric> metrics, int lossSums) {
    this.lossSums = new double[lossSums];
    metricSums = metrics.stream().map(m -> new double[m.accumulators()]).toArray(double[][]::new);
  }
}
