package org.unroll.training;

/**
 * A metric, summed up over slices and batches. Every slice adds to an accumulator of its own, the accumulators are added in a fixed
 * order, and {@link #result} turns the total into the value; so it is the same on any number of threads.
 */
public interface Metric {
  /** The name in {@code History} and evaluations, Keras's, for example {@code mae}, {@code accuracy}. */
  String name();

  /** The number of sums this metric keeps. */
  int accumulators();

  /**
   * Adds a slice. The arguments are those of {@link Loss#sum}.
   *
   * @param totals the sums so far, {@link #accumulators()} of them, changed in place
   */
  void add(
      int positions,
      int outputs,
      float[] predictions,
      int predictionsOffset,
      float[] targets,
      float[] weights,
      double[] totals);

  /** The value of the metric for these totals; NaN where nothing was added. */
  double result(double[] totals);
}
