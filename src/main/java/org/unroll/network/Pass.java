package org.unroll.network;

import java.util.Arrays;

/**
 * A layer at work on one slice of a batch, with buffers of its own that are reused from batch to
 * batch. A worker thread owns the passes it runs; the weights they read belong to the layer and are
 * shared.
 *
 * <p>A backward pass belongs to the forward pass before it: input and output must still hold what
 * they held then.
 */
public abstract class Pass {
  /** Makes a pass without buffers; they grow with the first slice. */
  protected Pass() {}

  /**
   * Runs the layer forward.
   *
   * @param input the slice, with its mask; not changed
   * @param state the initial state of each row (one rows × size array for each of the layer's
   *     states), overwritten with the final state; null where states begin with zeros and nobody
   *     asks for the last ones
   * @param call training flag and random stream
   * @return the output with the mask for the next layer, valid until the next forward pass
   */
  public abstract Tensor forward(Tensor input, float[][] state, ForwardContext call);

  /**
   * Runs the layer backward.
   *
   * @param gradient d loss / d output, which this method may overwrite
   * @param weightGradients one for each of the layer's weights, overwritten
   * @param inputGradientNeeded whether d loss / d input is asked for
   * @return d loss / d input, valid until the next backward pass, or null
   */
  public abstract Tensor backward(
      Tensor gradient, Gradient[] weightGradients, boolean inputGradientNeeded);

  /**
   * What the layer's {@link Layer#outputActivation()} was applied to in the last forward pass, for
   * losses that are taken there; only for a layer that has one.
   */
  public Tensor logits() {
    throw new IllegalStateException("This layer keeps no logits.");
  }

  /** As {@link #backward}, from d loss / d {@link #logits}. */
  public Tensor backwardFromLogits(Tensor gradient, Gradient[] weightGradients, boolean needed) {
    throw new IllegalStateException("This layer keeps no logits.");
  }

  /** The buffer itself where it is long enough, else a new one. */
  public static float[] atLeast(float[] buffer, int length) {
    return buffer.length >= length ? buffer : new float[length];
  }

  /** Divides some values by one number. */
  public static void divide(float[] values, int from, int count, double divisor) {
    float single = (float) divisor;
    for (int i = from; i < from + count; i++) {
      values[i] /= single;
    }
  }

  /** Sets the time steps that a tensor's mask leaves out to 0 in values of the tensor's layout. */
  public static void clearMasked(float[] values, int offset, Tensor masked) {
    int width = masked.width();
    for (int position = 0; position < masked.rows() * masked.timesteps(); position++) {
      if (!masked.mask()[position]) {
        int from = offset + position * width;
        Arrays.fill(values, from, from + width, 0f);
      }
    }
  }

  /** An array of (outer, inner, width) becomes one of (inner, outer, width). */
  public static void swapAxes(
      float[] from, int offset, float[] to, int outer, int inner, int width) {
    for (int i = 0; i < outer; i++) {
      for (int j = 0; j < inner; j++) {
        System.arraycopy(
            from, offset + (i * inner + j) * width, to, (j * outer + i) * width, width);
      }
    }
  }
}
