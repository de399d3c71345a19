package org.unroll.network;

/**
 * The pass of a layer whose output depends on all rows of a batch in training, such as batch
 * normalization. The methods {@code measure}, {@code combine} and {@code updateStatistics} are
 * called only if {@link Layer#usesBatchStatistics()}.
 *
 * <p>A batch is computed in several slices, with one pass for each. In the forward direction each
 * pass {@linkplain #measure measures} its slice, one thread {@linkplain #combine combines} the
 * results in the order of the slices, and then each pass runs {@link #forward} with the combined
 * result. The backward direction has the same three steps.
 */
public abstract class BatchPass extends Pass {
  /** Creates a pass whose buffers are allocated with the first slice. */
  protected BatchPass() {}

  /** Measures the input of this slice, before {@link #combine} and {@link #forward}. */
  protected abstract void measure(Tensor input);

  /**
   * Combines what the slices of a batch have measured. The method is called on the pass of the
   * first slice and must store the result in all of them.
   *
   * @param slices passes of the same layer in the order of their slices
   * @param count the number of slices in this batch; further passes are not in use
   */
  protected abstract void combine(BatchPass[] slices, int count);

  /** Measures the gradient of the output of this slice, before {@link #backward}. */
  protected abstract void measureBackward(Tensor gradient);

  /** Combines the results of {@link #measureBackward}, as {@link #combine} does. */
  protected abstract void combineBackward(BatchPass[] slices, int count);

  /**
   * Updates what the layer learns from a batch without gradients, such as moving averages. The
   * method is called on the pass of the first slice, once for each batch that changes the weights.
   */
  protected abstract void updateStatistics();
}
