package org.unroll.losses;

/**
 * Computes the categorical hinge loss, {@code max(max((1 − t)·p) − Σ t·p + 1, 0)} over the classes
 * of a position, of scores p for one-hot targets t.
 *
 * <p>If several scores are the largest one, each has an equal share of the gradient, as in
 * TensorFlow. Source: Keras's {@code CategoricalHinge}.
 */
public record CategoricalHinge() implements PositionLoss {
  @Override
  public String name() {
    return "categorical_hinge";
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
    double right = 0;
    float wrong = Float.NEGATIVE_INFINITY;
    int largest = 0;
    for (int i = 0; i < outputs; i++) {
      right += targets[targetsOffset + i] * predictions[predictionsOffset + i];
      float other = (1 - targets[targetsOffset + i]) * predictions[predictionsOffset + i];
      largest = other > wrong ? 1 : other == wrong ? largest + 1 : largest;
      wrong = Math.max(wrong, other);
    }
    double loss = wrong - right + 1;
    if (gradient != null) {
      for (int i = 0; i < outputs; i++) {
        float target = targets[targetsOffset + i];
        float other = (1 - target) * predictions[predictionsOffset + i];
        double share = other == wrong ? (1 - target) / largest : 0;
        gradient[gradientOffset + i] = loss < 0 ? 0 : (float) (weight * (share - target));
      }
    }
    return Math.max(loss, 0);
  }
}
