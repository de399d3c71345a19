package org.unroll.metrics;

/**
 * Computes the coefficient of determination, {@code 1 − Σ(t − p)² / Σ(t − mean t)²}, of each output
 * and then an average over the outputs. It is 1 for perfect predictions, and 0 for predictions that
 * are as good as the mean of the targets.
 *
 * <p>As in Keras, an output whose targets are all equal has the score 0, or NaN if its predictions
 * are perfect. Source: Keras's {@code R2Score}, without its {@code num_regressors}.
 *
 * @param name the name in the logs
 * @param aggregation how the scores of the outputs are averaged; {@link
 *     Aggregation#UNIFORM_AVERAGE} by default
 * @param outputs the number of outputs, 0 before {@link #resolve}
 */
public record R2Score(String name, Aggregation aggregation, int outputs) implements Metric {
  /** How the scores of the outputs are averaged. */
  public enum Aggregation {
    /** The mean of the scores. */
    UNIFORM_AVERAGE,
    /** The mean of the scores, weighted by the variance of the targets. */
    VARIANCE_WEIGHTED_AVERAGE
  }

  /** Returns this metric with another aggregation. */
  public R2Score aggregation(Aggregation kind) {
    return new R2Score(name, kind, outputs);
  }

  @Override
  public boolean higherIsBetter() {
    return true;
  }

  @Override
  public Metric resolve(int outputs, int targetWidth) {
    Metrics.checkTargetWidth(name, outputs, outputs, targetWidth);
    return new R2Score(name, aggregation, outputs);
  }

  /**
   * {@inheritDoc}
   *
   * <p>For each output Σt, Σt² and Σ(t − p)²; then all weights.
   */
  @Override
  public int accumulators() {
    if (outputs == 0) {
      throw Metrics.unresolved(name);
    }
    return 3 * outputs + 1;
  }

  @Override
  public void add(
      int positions,
      int outputs,
      float[] predictions,
      int predictionsOffset,
      float[] targets,
      float[] weights,
      double[] totals) {
    for (int position = 0; position < positions; position++) {
      double weight = weights == null ? 1 : weights[position];
      if (weight == 0) {
        continue;
      }
      for (int i = 0; i < outputs; i++) {
        double target = targets[position * outputs + i];
        double error = target - predictions[predictionsOffset + position * outputs + i];
        totals[3 * i] += weight * target;
        totals[3 * i + 1] += weight * target * target;
        totals[3 * i + 2] += weight * error * error;
      }
      totals[3 * outputs] += weight;
    }
  }

  @Override
  public double result(double[] totals) {
    double count = totals[3 * outputs];
    double sum = 0;
    double weights = 0;
    for (int i = 0; i < outputs; i++) {
      double variation = totals[3 * i + 1] - totals[3 * i] * totals[3 * i] / count;
      double score = 1 - totals[3 * i + 2] / variation;
      if (Double.isInfinite(score)) {
        score = 0;
      }
      double weight = aggregation == Aggregation.UNIFORM_AVERAGE ? 1 : variation;
      sum += weight * score;
      weights += weight;
    }
    return sum / weights;
  }
}
