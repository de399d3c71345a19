package org.unroll.network;

/**
 * The pass of a layer whose output in training depends on all rows of a batch. The slices meet
 * twice: before the layer runs forward and before it runs backward, each of them measures what it
 * has, one thread brings the measurements together in the order of the slices, and all go on with
 * the same result.
 */
public abstract class BatchPass extends Pass {
  /** Measures the input of this slice; {@link #forward} in training follows the meeting. */
  protected abstract void measure(Tensor input);

  /**
   * Brings together what the first {@code count} slices have measured; called on the pass of the
   * first one.
   *
   * @param slices passes of the same layer, in the order of their slices
   */
  protected abstract void meet(BatchPass[] slices, int count);

  /** Measures the gradient of this slice's output; {@link #backward} follows the meeting. */
  protected abstract void measureBackward(Tensor gradient);

  /** As {@link #meet}, for what the slices have measured of their gradients. */
  protected abstract void meetBackward(BatchPass[] slices, int count);

  /**
   * Lets the layer keep what it learns from the batch beside gradients; called once for each batch
   * that changes the weights, on the pass of the first slice.
   */
  protected abstract void keepStatistics();
}
