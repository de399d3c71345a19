package org.unroll.training;

import java.util.List;
import org.unroll.metrics.Metric;
import org.unroll.network.Gradient;

/** The gradients and the sums of loss and metrics of one slice of a batch. */
final class SliceResult {
  Gradient[] gradients; // null until the first training batch
  final double[][] metricSums;
  double loss; // the sum over positions, weighted
  double activityPenalty; // on the outputs of layers, the sum over all values
  double weight; // the sum of the weights of the positions

  SliceResult(List<Metric> metrics) {
    metricSums = metrics.stream().map(m -> new double[m.accumulators()]).toArray(double[][]::new);
  }
}
