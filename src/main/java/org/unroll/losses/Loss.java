package org.unroll.losses;

import org.unroll.compute.Activation;

/**
 * A loss, computed position by position. A position is one sample, or one time step of a sample
 * where the model returns sequences; its loss is the mean over the last axis, and the loss of a
 * batch the sum of these, each times its weight, divided by the number of positions that are not
 * masked, as in Keras.
 */
public interface Loss {
  /** Keras's name, for example {@code mean_absolute_error}. */
  String name();

  /**
   * The number of target values a position needs: {@code outputs} for most losses, 1 for sparse
   * categorical cross-entropy.
   *
   * @param outputs the number of values the model returns at a position
   */
  int targetWidth(int outputs);

  /**
   * This loss taken on what comes before the model's last activation, or null where there is no
   * such form. Keras (on TensorFlow) trains and evaluates a model that ends in a sigmoid or softmax
   * on its logits, so that a saturated output still learns; the probabilities themselves are
   * clipped and have the gradient 0 there.
   *
   * @param activation the activation of the model's last layer
   */
  default Loss onLogits(Activation activation) {
    return null;
  }

  /**
   * The sum over positions of weight × loss, and the gradient of this sum.
   *
   * @param positions number of positions
   * @param outputs predictions at a position
   * @param predictions positions × outputs, read from {@code predictionsOffset}
   * @param targets positions × {@link #targetWidth}, read from 0
   * @param weights a weight for each position, or null where all are 1
   * @param gradient overwritten with d sum / d predictions (positions × outputs, from 0), or null
   *     where none is wanted
   * @return the sum of the weighted losses
   */
  double sum(
      int positions,
      int outputs,
      float[] predictions,
      int predictionsOffset,
      float[] targets,
      float[] weights,
      float[] gradient);
}
