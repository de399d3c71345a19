package org.unroll.losses;

/**
 * A loss that compares predictions and targets one by one; the loss of a position is the mean over
 * its outputs. A loss of one's own needs a name, the function of one prediction and one target, and
 * its derivative.
 */
public interface ElementwiseLoss extends PositionLoss {
  /**
   * The loss of one value.
   *
   * @param prediction a prediction; models predict in float32
   * @param target its target
   */
  double loss(double prediction, double target);

  /** The derivative d loss / d prediction at this place. */
  double slope(double prediction, double target);

  @Override
  default int targetWidth(int outputs) {
    return outputs;
  }

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
