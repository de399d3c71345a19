package org.unroll.losses;

/**
 * A loss that compares each prediction with one target. The loss of a position is the mean over its
 * outputs. Implement this interface for a custom loss of this kind; an example is in {@link Loss}.
 */
public interface ElementwiseLoss extends PositionLoss {
  /**
   * Returns the loss of one prediction. Called by several threads at the same time.
   *
   * @param prediction the prediction, a float32 value
   * @param target its target
   */
  double loss(double prediction, double target);

  /**
   * Returns the derivative of {@link #loss(double, double)} by the prediction.
   *
   * @param prediction the prediction, a float32 value
   * @param target its target
   */
  double slope(double prediction, double target);

  @Override
  default double at(
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
      sum += loss(predictions[predictionsOffset + i], targets[targetsOffset + i]);
    }
    if (gradient != null) {
      double scale = weight / outputs;
      for (int i = 0; i < outputs; i++) {
        double slope = slope(predictions[predictionsOffset + i], targets[targetsOffset + i]);
        gradient[gradientOffset + i] = (float) (scale * slope);
      }
    }
    return sum / outputs;
  }
}
