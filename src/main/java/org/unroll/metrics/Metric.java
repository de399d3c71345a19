package org.unroll.metrics;

import org.unroll.losses.Loss;

/**
 * A metric that is computed from sums over positions. A position is one sample, or one time step of
 * a sample if the model returns sequences. Each worker thread calls {@link #add} with separate
 * totals for a slice of a batch. The totals are then added in a fixed order, and {@link #result}
 * turns them into the value, which is therefore the same on any number of threads.
 *
 * <p>The metrics of Keras are created by {@link Metrics}. For a custom metric implement this
 * interface, or {@link MatchMetric} if the metric is the mean of a value for each position. The
 * example is the fraction of predictions whose error is at most a tolerance:
 *
 * <pre>{@code
 * import org.unroll.metrics.Metric;
 *
 * record WithinTolerance(double tolerance) implements Metric {
 *   @Override
 *   public String name() {
 *     return "within_" + tolerance;
 *   }
 *
 *   @Override
 *   public boolean higherIsBetter() {
 *     return true;
 *   }
 *
 *   @Override
 *   public int accumulators() {
 *     return 2; // the weights of the predictions within the tolerance, and of all predictions
 *   }
 *
 *   @Override
 *   public void add(int positions, int outputs, float[] predictions, int predictionsOffset,
 *       float[] targets, float[] weights, double[] totals) {
 *     for (int position = 0; position < positions; position++) {
 *       double weight = weights == null ? 1 : weights[position];
 *       for (int i = position * outputs; i < (position + 1) * outputs; i++) {
 *         boolean within = Math.abs(predictions[predictionsOffset + i] - targets[i]) <= tolerance;
 *         totals[0] += within ? weight : 0;
 *         totals[1] += weight;
 *       }
 *     }
 *   }
 *
 *   @Override
 *   public double result(double[] totals) {
 *     return totals[1] == 0 ? 0 : totals[0] / totals[1];
 *   }
 * }
 *
 * var toleranceModel = Sequential.of(input(240, 14), gru(8), dense(1));
 * toleranceModel.compile(adam(), mse(), new WithinTolerance(0.5));
 * }</pre>
 *
 * <p>To save a model with a custom metric, register its class with {@code
 * org.unroll.keras.CustomObjects}. A metric must not change while it is used because several
 * threads call it at the same time.
 */
public interface Metric {
  /**
   * Returns the name in {@code History} and evaluations, as in Keras, for example {@code mae}. If a
   * model has several metrics with one name, Keras's numbers are appended: {@code mae_1}.
   */
  String name();

  /**
   * Returns whether higher values are better; this is what the mode {@code auto} of a callback
   * uses.
   */
  boolean higherIsBetter();

  /**
   * Returns whether masked positions are counted. In Keras they are counted by the metrics that are
   * not means over positions. The default is false.
   */
  default boolean countsMasked() {
    return false;
  }

  /**
   * Returns this metric for a model with a known number of outputs. {@code compile} calls it and
   * uses only the metric that it returns. A metric overrides this method to check the targets or if
   * its accumulators depend on the number of outputs. The default returns this metric.
   *
   * @param outputs the number of predictions at a position
   * @param targetWidth the number of target values at a position, {@link Loss#targetWidth} of the
   *     model's loss
   * @throws IllegalArgumentException if the metric needs other outputs or targets
   */
  default Metric resolve(int outputs, int targetWidth) {
    return this;
  }

  /** Returns the number of sums that this metric needs. */
  int accumulators();

  /**
   * Adds some positions to the totals. Called by several threads at the same time, each with its
   * own totals.
   *
   * @param positions the number of positions
   * @param outputs the number of predictions at a position
   * @param predictions the predictions, positions × outputs, from {@code predictionsOffset} on
   * @param targets the targets, positions × {@link Loss#targetWidth} of the model's loss
   * @param weights a weight for each position, or null if all are 1; masked positions have 0
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

  /**
   * Returns the value of the metric.
   *
   * @param totals the sums over all positions; all 0 if nothing was added, or only weights of 0:
   *     most metrics are then 0, as in Keras
   */
  double result(double[] totals);
}
