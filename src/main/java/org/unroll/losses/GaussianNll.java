package org.unroll.losses;

/**
 * Computes the negative log-likelihood of targets with a Gaussian distribution, whose mean μ and
 * logarithm s of the standard deviation σ are the outputs of the model. For a target t it is
 *
 * <pre>
 * ½ log 2π + s + ½ z²     with     z = (t − μ) / σ,  σ = eˢ
 * </pre>
 *
 * <p>and the loss of a position is the mean over its targets. The derivatives are −z/σ by μ and 1 −
 * z² by s. The logarithm makes every output valid, so the last layer needs no activation.
 *
 * <p>Predictions: (…, targets · 2), μ and s of the first target, then those of the second, and so
 * on. Targets: (…, targets). For 24 hours a model has 48 outputs.
 *
 * <pre>{@code
 * var distribution = Sequential.of(input(240, 14), gru(8), dense(24 * 2));
 * distribution.compile(adam(), gaussianNll());
 * }</pre>
 *
 * <p>Keras does not have this loss. Source: D. Nix and A. Weigend, "Estimating the mean and
 * variance of the target probability distribution" (ICNN 1994).
 */
public record GaussianNll() implements PositionLoss {
  private static final double HALF_LOG_2_PI = 0.5 * Math.log(2 * Math.PI);

  @Override
  public String name() {
    return "gaussian_nll";
  }

  /**
   * {@inheritDoc} One target for each pair of mean and logarithm.
   *
   * @throws IllegalArgumentException if the number of outputs is odd
   */
  @Override
  public int targetWidth(int outputs) {
    if (outputs % 2 != 0) {
      throw new IllegalArgumentException(
          "A model with the loss gaussian_nll must have two outputs per target, the mean and the"
              + " logarithm of the standard deviation, but has "
              + outputs
              + ". Change the units of the last layer.");
    }
    return outputs / 2;
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
    int count = outputs / 2;
    double sum = 0;
    for (int i = 0; i < count; i++) {
      double mean = predictions[predictionsOffset + 2 * i];
      double logarithm = predictions[predictionsOffset + 2 * i + 1];
      double deviation = Math.exp(logarithm);
      double z = (targets[targetsOffset + i] - mean) / deviation;
      sum += HALF_LOG_2_PI + logarithm + 0.5 * z * z;
      if (gradient != null) {
        gradient[gradientOffset + 2 * i] = (float) (-weight / count * z / deviation);
        gradient[gradientOffset + 2 * i + 1] = (float) (weight / count * (1 - z * z));
      }
    }
    return sum / count;
  }
}
