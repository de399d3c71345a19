package org.unroll.losses;

/**
 * Computes the negative cosine of the angle between the predictions p and the targets t of a
 * position, {@code −Σ t·p / (|t|·|p|)}. It is −1 for equal directions and 1 for opposite ones. The
 * length of a vector of zeros counts as 1e-7.
 *
 * <p>Source: Keras's {@code CosineSimilarity}.
 */
public record CosineSimilarity() implements PositionLoss {
  private static final double LARGEST_INVERSE = 1 / 1e-7;

  @Override
  public String name() {
    return "cosine_similarity";
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
    double product = 0;
    double targetSquares = 0;
    double squares = 0;
    for (int i = 0; i < outputs; i++) {
      double p = predictions[predictionsOffset + i];
      double t = targets[targetsOffset + i];
      product += t * p;
      targetSquares += t * t;
      squares += p * p;
    }
    double targetInverse = Math.min(1 / Math.sqrt(targetSquares), LARGEST_INVERSE);
    double inverse = Math.min(1 / Math.sqrt(squares), LARGEST_INVERSE);
    double cosine = product * targetInverse * inverse;
    if (gradient != null) {
      // The length is constant where it is limited.
      double along = inverse < LARGEST_INVERSE ? cosine * inverse * inverse : 0;
      for (int i = 0; i < outputs; i++) {
        double slope =
            targets[targetsOffset + i] * targetInverse * inverse
                - along * predictions[predictionsOffset + i];
        gradient[gradientOffset + i] = (float) (-weight * slope);
      }
    }
    return -cosine;
  }
}
