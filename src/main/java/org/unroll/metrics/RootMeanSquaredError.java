package org.unroll.metrics;

import org.unroll.losses.Loss;
import org.unroll.losses.MeanSquaredError;

/**
 * Computes the root of the mean squared error over all positions and outputs.
 *
 * <p>Source: Keras's {@code RootMeanSquaredError}.
 *
 * @param name the name in the logs
 */
public record RootMeanSquaredError(String name) implements MeanMetric {
  private static final MeanSquaredError LOSS = new MeanSquaredError();

  @Override
  public Loss loss() {
    return LOSS;
  }

  @Override
  public boolean countsMasked() {
    return true;
  }

  @Override
  public double result(double[] totals) {
    return Math.sqrt(MeanMetric.super.result(totals));
  }
}
