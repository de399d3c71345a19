package org.unroll.losses;

import org.unroll.compute.Activation;
import org.unroll.network.Tensor;

/**
 * A loss that is computed position by position. A position is one sample, or one time step of a
 * sample if the model returns sequences. As in Keras, the loss of a batch is the weighted sum over
 * all positions, divided by the number of positions that are not masked.
 *
 * <p>The losses of Keras are created by {@link Losses}. For a custom loss implement {@link
 * ElementwiseLoss}, or {@link PositionLoss} if the outputs of a position are compared together. The
 * quantile loss, for example, is {@code q·(t − p)} if the prediction p is below the target t, and
 * {@code (1 − q)·(p − t)} otherwise. A model that is trained with q = 0.9 predicts the value that
 * is not exceeded in 9 of 10 cases.
 *
 * <pre>{@code
 * import org.unroll.losses.ElementwiseLoss;
 *
 * record QuantileLoss(double q) implements ElementwiseLoss {
 *   @Override
 *   public String name() {
 *     return "quantile";
 *   }
 *
 *   @Override
 *   public double loss(double prediction, double target) {
 *     return prediction < target ? q * (target - prediction) : (1 - q) * (prediction - target);
 *   }
 *
 *   @Override
 *   public double slope(double prediction, double target) {
 *     return prediction < target ? -q : 1 - q;
 *   }
 * }
 *
 * var quantileModel = Sequential.of(input(240, 14), gru(8), dense(1));
 * quantileModel.compile(adam(), new QuantileLoss(0.9));
 * }</pre>
 *
 * <p>To save a model with a custom loss, register its class with {@code
 * org.unroll.keras.CustomObjects}. A loss must not change while it is used because several threads
 * call it at the same time.
 */
public interface Loss {
  /** Returns the name, for example {@code mean_absolute_error}, as in Keras. */
  String name();

  /**
   * Returns the number of target values of a position. The default is {@code outputs}; the sparse
   * categorical cross-entropy has 1.
   *
   * @param outputs the number of predictions at a position
   */
  default int targetWidth(int outputs) {
    return outputs;
  }

  /**
   * Returns this loss as a function of the logits, the values before the last activation of the
   * model, or null if it has no such form. As in Keras on TensorFlow, a model that ends with a
   * sigmoid or softmax is trained and evaluated on its logits. A saturated output, whose clipped
   * probability has the gradient 0, can then still be trained. The default is null.
   *
   * @param activation the activation of the last layer of the model
   */
  default Loss onLogits(Activation activation) {
    return null;
  }

  /**
   * Returns how the losses of the positions become the loss of the batch, by default their mean.
   */
  default Reduction reduction() {
    return Reduction.SUM_OVER_BATCH_SIZE;
  }

  /**
   * Returns whether a position with this target counts, by default true. A position that does not
   * count is not part of the mean over positions; {@link #sum} must skip it.
   *
   * @param targets the targets, {@link #targetWidth} values from {@code targetsOffset} on
   */
  default boolean counts(float[] targets, int targetsOffset) {
    return true;
  }

  /**
   * Returns this loss as a loss of whole batches, or null if it is a sum over positions.
   *
   * @hidden
   */
  default BatchLoss overBatch() {
    return null;
  }

  /**
   * Returns a new computation of this loss over whole sequences, for one thread, or null if the
   * loss is a sum over positions.
   *
   * @hidden
   */
  default OverSequences overSequences() {
    return null;
  }

  /**
   * Computes a loss of whole sequences, such as {@link Ctc}, whose targets may have another length
   * than the predictions. For the reduction, a sample is one position. An object has buffers and is
   * used by one thread at a time.
   *
   * @hidden
   */
  interface OverSequences {
    /**
     * Returns the sum over samples of weight × loss, and computes the gradient of this sum.
     *
     * @param predictions the predictions of shape (time, outputs), and their mask
     * @param targets the targets, one sample after another
     * @param targetWidth the number of target values of a sample
     * @param weights a weight for each sample, or null if all are 1
     * @param gradient overwritten with d sum / d predictions, in the order of the predictions; null
     *     if no gradient is needed
     * @throws InvalidTargetException if the loss does not accept a target
     */
    double sum(
        Tensor predictions, float[] targets, int targetWidth, float[] weights, float[] gradient);
  }

  /**
   * Returns the sum over positions of weight × loss, and computes the gradient of this sum. Called
   * by several threads at the same time.
   *
   * @param positions the number of positions
   * @param outputs the number of predictions at a position
   * @param predictions the predictions, positions × outputs, from {@code predictionsOffset} on
   * @param targets the targets, positions × {@link #targetWidth}
   * @param weights a weight for each position, or null if all are 1
   * @param gradient overwritten with d sum / d predictions, positions × outputs; null if no
   *     gradient is needed
   * @return the sum of the weighted losses
   * @throws InvalidTargetException if the loss does not accept a target
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
