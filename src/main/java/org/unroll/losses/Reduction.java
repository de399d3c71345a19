package org.unroll.losses;

/**
 * How the losses of the positions of a batch become the loss of the batch, as in Keras. A position
 * counts unless it is masked or the loss {@linkplain Loss#counts ignores} its target.
 */
public enum Reduction {
  /** The weighted sum, divided by the number of positions that count. The default. */
  SUM_OVER_BATCH_SIZE,
  /** The weighted sum. Its gradient grows with the batch size. */
  SUM,
  /** The weighted sum, divided by the sum of the weights of the positions that count. */
  MEAN_WITH_SAMPLE_WEIGHT,
  /**
   * No reduction. As in Keras, training then follows the gradient of the weighted sum, and the
   * reported loss is the weighted sum divided by the number of all positions.
   */
  NONE
}
