package org.unroll.metrics;

/**
 * The error rate of sound event detection, {@code (S + D + I) / N}, 0 at best and above 1 where
 * more is wrong than there is to find. At each position, a time step where the model returns
 * sequences, of the classes that are on in truth some are missed (false negatives, FN) and of the
 * others some are reported (false positives, FP). A missed one and a wrong one together are one
 * substitution: S = min(FN, FP), deletions D = max(0, FN − FP), insertions I = max(0, FP − FN). N
 * counts all that are on in truth. The sums over all positions are divided, not averaged; NaN where
 * nothing is on.
 *
 * <p>Source: A. Mesaros, T. Heittola and T. Virtanen, "Metrics for polyphonic sound event
 * detection" (Applied Sciences 6, 2016), segment-based, with a position as the segment. Keras has
 * no such metric; a model that is to be saved has to be compiled without it.
 *
 * @param name the name in the logs
 * @param threshold above it a prediction counts as yes, between 0 and 1; 0.5 by default
 */
public record ErrorRate(String name, double threshold) implements Metric {
  /** Checks the threshold. */
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

  /** Errors; what is on in truth. */
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
      int on = 0;
      for (int i = position * outputs; i < (position + 1) * outputs; i++) {
        boolean predicted = predictions[predictionsOffset + i] > least;
        if (targets[i] != 0) {
          on++;
          missed += predicted ? 0 : 1;
        } else {
          wrong += predicted ? 1 : 0;
        }
      }
      double weight = weights == null ? 1 : weights[position];
      totals[0] += weight * Math.max(missed, wrong); // S + D + I
      totals[1] += weight * on;
    }
  }

  @Override
  public double result(double[] totals) {
    return totals[1] == 0 ? Double.NaN : totals[0] / totals[1];
  }
}
