package org.unroll.metrics;

import org.unroll.losses.Loss;

/**
 * A metric, summed up over slices and batches. Every slice adds to an accumulator of its own, the
 * accumulators are added in a fixed order, and {@link #result} turns the total into the value; so
 * it is the same on any number of threads.
 */
public interface Metric {
  /**
   * The name in {@code History} and evaluations, Keras's, for example {@code mae}, {@code
   * accuracy}; where the model has another metric of this name, {@link Metrics#byName} says which
   * of them gets which.
   */
  String name();

  /** Whether more of it is better; this decides what the mode {@code auto} of a callback means. */
  boolean higherIsBetter();

  /**
   * Whether masked positions count like all others. They do in those metrics of Keras that are not
   * means of a function of each position, and so never look at a mask.
   */
  default boolean countsMasked() {
    return false;
  }

  /**
   * This metric for a model that returns {@code outputs} values at a position. What depends on the
   * model is decided here: accuracy turns into one of its three kinds as in Keras's {@code
   * compile}, a metric of classes learns their number. Called once, before anything is added; only
   * the metric returned is asked for sums.
   *
   * @param outputs predictions at a position
   * @param targetWidth target values at a position, {@link Loss#targetWidth} of the model's loss
   * @throws IllegalArgumentException if the metric needs other targets
   */
  default Metric resolve(int outputs, int targetWidth) {
    return this;
  }

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
