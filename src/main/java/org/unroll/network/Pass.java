package org.unroll.network;

import java.util.Arrays;

/**
 * The computation of a layer for one slice of a batch at a time, forward and backward. A pass owns
 * buffers that it reuses from batch to batch. Each pass is used by one thread at a time. The
 * weights belong to the layer and are shared by all of its passes.
 *
 * <p>A backward pass refers to the forward pass before it. Until then the input and the output of
 * that forward pass stay unchanged, so a pass may keep a reference to them.
 *
 * <p>{@link Layer} shows a complete example.
 */
public abstract class Pass {
  /** Creates a pass whose buffers are allocated with the first slice. */
  protected Pass() {}

  /**
   * Computes the output of the layer.
   *
   * @param input the values of the slice with their mask, which must not be changed
   * @param state the initial states, one array of rows × size for each of {@link
   *     Layer#stateShapes}, overwritten with the final states. Null if the states start with zeros
   *     and the final states are not needed
   * @param context the training flag and the random numbers
   * @return the output with the mask for the next layer, valid until the next forward pass
   */
  public abstract Tensor forward(Tensor input, float[][] state, ForwardContext context);

  /**
   * Computes the gradients of the last forward pass.
   *
   * @param gradient the gradient of the loss with respect to the output, which may be overwritten
   * @param weightGradients one gradient for each of the layer's weights, to be overwritten
   * @param inputGradientNeeded whether the gradient with respect to the input is needed
   * @return the gradient of the loss with respect to the input, valid until the next backward pass;
   *     may be null if it is not needed or if the input has no gradient, such as indices
   */
  public abstract Tensor backward(
      Tensor gradient, Gradient[] weightGradients, boolean inputGradientNeeded);

  /**
   * Computes the gradients of the last forward pass through the states, too. Only a layer with
   * {@link Layer#stateShapes} overrides this method.
   *
   * @param gradient as in {@link #backward(Tensor, Gradient[], boolean)}; null for zeros
   * @param stateGradients the gradients of the final states, each rows × size, overwritten with
   *     those of the initial states
   * @param weightGradients as in {@link #backward(Tensor, Gradient[], boolean)}
   * @param inputGradientNeeded as in {@link #backward(Tensor, Gradient[], boolean)}
   */
  public Tensor backward(
      Tensor gradient,
      float[][] stateGradients,
      Gradient[] weightGradients,
      boolean inputGradientNeeded) {
    throw new IllegalStateException(
        "A layer with states must override backward(…, stateGradients, …) in its pass to be trained"
            + " through them.");
  }

  /**
   * Returns the input of the layer's {@link Layer#outputActivation()} in the last forward pass.
   * Only a layer that has such an activation must override this method.
   *
   * @throws IllegalStateException if the pass keeps no logits
   */
  public Tensor logits() {
    throw new IllegalStateException(
        "A layer with an outputActivation must override logits() in its pass.");
  }

  /**
   * Computes the gradients as {@link #backward} does, from the gradient with respect to {@link
   * #logits}.
   *
   * @throws IllegalStateException if the pass keeps no logits
   */
  public Tensor backwardFromLogits(
      Tensor gradient, Gradient[] weightGradients, boolean inputGradientNeeded) {
    throw new IllegalStateException(
        "A layer with an outputActivation must override backwardFromLogits(...) in its pass.");
  }

  /** Returns the buffer if it is long enough, or else a new one of the given length. */
  public static float[] atLeast(float[] buffer, int length) {
    return buffer.length >= length ? buffer : new float[length];
  }

  /**
   * Divides {@code count} values by a number.
   *
   * @hidden
   */
  protected static void divide(float[] values, int from, int count, float divisor) {
    for (int i = from; i < from + count; i++) {
      values[i] /= divisor;
    }
  }

  /**
   * Sets values to 0 at the masked time steps of a tensor.
   *
   * @param values the values to change, in the order of the tensor's values
   * @param offset the index of the first value
   * @param masked the tensor, which must have a mask
   */
  protected static void clearMasked(float[] values, int offset, Tensor masked) {
    int width = masked.width();
    for (int position = 0; position < masked.rows() * masked.timesteps(); position++) {
      if (!masked.mask()[position]) {
        int from = offset + position * width;
        Arrays.fill(values, from, from + width, 0f);
      }
    }
  }

  /**
   * Copies an array of shape (outer, inner, width) to one of shape (inner, outer, width).
   *
   * @hidden
   */
  protected static void swapAxes(
      float[] from, int offset, float[] to, int outer, int inner, int width) {
    for (int i = 0; i < outer; i++) {
      for (int j = 0; j < inner; j++) {
        System.arraycopy(
            from, offset + (i * inner + j) * width, to, (j * outer + i) * width, width);
      }
    }
  }
}
