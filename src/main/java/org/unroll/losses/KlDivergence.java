package org.unroll.losses;

/**
 * Computes the Kullback–Leibler divergence of a predicted distribution p from a target distribution
 * t, {@code Σ t · log(t / p)} over the outputs of a position. It is their sum, not their mean.
 *
 * <p>Predictions and targets are clipped to [1e-7, 1]; the derivative of a clipped prediction is 0.
 * Source: Keras's {@code KLDivergence}.
 */
public record KlDivergence() implements PositionLoss {
  @Override
  public String name() {
    return "kl_divergence";
  }

  @Override
  public double at(
      int outputs,
      float[] predictions,
      int predictionsOffset,
      float[] targets,
      int targetsOffset,
      double weight,
      float[] gradient,
      int gradientOffset) {
    double sum = 0;
    for (int i = 0; i < outputs; i++) {
      float prediction = predictions[predictionsOffset + i];
      double p = clipped(prediction);
      double t = clipped(targets[targetsOffset + i]);
      sum += t * Math.log(t / p);
      if (gradient != null) {
        boolean outside = prediction < Losses.EPSILON || prediction > 1;
        gradient[gradientOffset + i] = outside ? 0 : (float) (-weight * t / p);
      }
    }
    return sum;
  }

  private static double clipped(float value) {
    return Math.max(Losses.EPSILON, Math.min(1f, value));
  }
}
