package org.unroll.losses;

import java.util.Arrays;

/**
 * A loss of a whole batch that is a function of sums over its positions, such as {@link Dice}. The
 * slices of a batch add up the sums separately. When all of them are known, each slice computes its
 * part of the gradient.
 *
 * <p>As in Keras, sample weights multiply the loss of the batch by their mean, and masked positions
 * are part of the sums.
 *
 * @hidden
 */
public interface BatchLoss extends Loss {
  /** Returns the number of sums. */
  int sums();

  /**
   * Adds some positions to the sums. Called by several threads at the same time, each with its own
   * sums.
   *
   * @param positions the number of positions
   * @param outputs the number of predictions at a position
   * @param predictions the predictions, positions × outputs, from {@code predictionsOffset} on
   * @param targets the targets, positions × {@link #targetWidth}
   * @param sums the sums so far, {@link #sums()} of them, changed in place
   */
  void add(
      int positions,
      int outputs,
      float[] predictions,
      int predictionsOffset,
      float[] targets,
      double[] sums);

  /** Returns the loss for the sums over a batch. */
  double value(double[] sums);

  /**
   * Computes the gradient of the loss by some of the predictions.
   *
   * @param sums the sums over the whole batch
   * @param scale the factor of the gradient
   * @param count the number of predictions and of targets
   * @param targets the targets
   * @param gradient overwritten with scale × d loss / d predictions
   */
  void differentiate(double[] sums, double scale, int count, float[] targets, float[] gradient);

  @Override
  default BatchLoss overBatch() {
    return this;
  }

  /** {@inheritDoc} The positions are the whole batch; each has the loss of the batch. */
  @Override
  default double sum(
      int positions,
      int outputs,
      float[] predictions,
      int predictionsOffset,
      float[] targets,
      float[] weights,
      float[] gradient) {
    double[] sums = new double[sums()];
    add(positions, outputs, predictions, predictionsOffset, targets, sums);
    double weight = positions;
    if (weights != null) {
      weight = 0;
      for (float w : Arrays.copyOf(weights, positions)) {
        weight += w;
      }
    }
    if (gradient != null) {
      differentiate(sums, weight, positions * outputs, targets, gradient);
    }
    return weight * value(sums);
  }
}
