package org.unroll.metrics;

/**
 * Computes the error rate of sound event detection, {@code (S + D + I) / N}. It is 0 for perfect
 * predictions, and more than 1 if there are more errors than active classes.
 *
 * <p>At each position, FN active classes are not predicted (false negatives) and FP inactive
 * classes are predicted (false positives). One of each together is a substitution: {@code S =
 * min(FN, FP)}. The others are deletions, {@code D = max(0, FN − FP)}, and insertions, {@code I =
 * max(0, FP − FN)}. N is the number of active classes. The four are summed over all positions. The
 * value is NaN if no class is ever active.
 *
 * <p>Source: the segment-based error rate of A. Mesaros, T. Heittola and T. Virtanen, "Metrics for
 * polyphonic sound event detection" (Applied Sciences 6, 2016), with positions as segments. Keras
 * has no such metric, so it is saved as the custom object {@code unroll>ErrorRate}.
 *
 * @param name the name in the logs
 * @param threshold predictions above it count as active; between 0 and 1, 0.5 by default
 */
public record ErrorRate(String name, double threshold) implements Metric {
  /**
   * Creates the metric.
   *
   * @throws IllegalArgumentException if the threshold is not between 0 and 1
   */
  public ErrorRate {
    ThresholdMetric.checkThreshold(threshold);
  }

  @Override
  public boolean higherIsBetter() {
    return false;
  }

  @Override
  public Metric resolve(int outputs, int targetWidth) {
    Metrics.checkTargetWidth(name, outputs, outputs, targetWidth);
    return this;
  }

  /**
   * {@inheritDoc}
   *
   * <p>The errors, and the active classes.
   */
  @Override
  public int accumulators() {
    return 2;
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
    float least = (float) threshold;
    for (int position = 0; position < positions; position++) {
      int missed = 0;
      int wrong = 0;
      int active = 0;
      for (int i = position * outputs; i < (position + 1) * outputs; i++) {
        boolean predicted = predictions[predictionsOffset + i] > least;
        if (targets[i] != 0) {
          active++;
          missed += predicted ? 0 : 1;
        } else {
          wrong += predicted ? 1 : 0;
        }
      }
      double weight = weights == null ? 1 : weights[position];
      totals[0] += weight * Math.max(missed, wrong); // S + D + I
      totals[1] += weight * active;
    }
  }

  @Override
  public double result(double[] totals) {
    return totals[1] == 0 ? Double.NaN : totals[0] / totals[1];
  }
}
