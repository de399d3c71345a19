package org.unroll.data;

/**
 * A finite, sized collection of samples that hands out row numbers and copies a sample on demand,
 * so that a worker thread can gather its own slice of a batch straight into its own buffers.
 * Windows over a series, in-memory arrays, tables and lists of token ids are its implementations.
 *
 * <p>All methods may be called from several threads at once.
 */
public interface Dataset {
  /** The number of samples. */
  int size();

  /** The shape of one input sample, for example {@code (lookback / step, columns)}. */
  Shape inputShape();

  /** The shape of one target, or null where the samples have none (prediction only). */
  Shape targetShape();

  /**
   * The shape of one sample's weights: (1) for a weight of the sample, (steps) for one of each time
   * step; or null where all samples weigh 1, the default.
   */
  default Shape weightShape() {
    return null;
  }

  /** The number of samples in a batch; the last batch of an epoch may be shorter. */
  int batchSize();

  /**
   * The order in which an epoch visits the samples.
   *
   * @param epoch counts from 0; a shuffled dataset gives each epoch its own order, the same for the
   *     same seed
   * @return a permutation of 0 … size−1, or null for the natural order
   */
  int[] order(int epoch);

  /**
   * Writes one input into a slice of a batch. A sample of rank 2 and more is written time-major:
   * time step {@code t} of it goes to {@code (t · rows + row) · width}, {@code width} being the
   * number of values in one time step. A sample of rank 1 goes to {@code row · width} as it is.
   *
   * @param sample the number of the sample, 0 … size−1
   * @param slice the slice's buffer
   * @param row the row of the slice to fill
   * @param rows the number of rows in the slice
   */
  void copyInput(int sample, float[] slice, int row, int rows);

  /**
   * Writes one target, row-major, at {@code offset}.
   *
   * @throws UnsupportedOperationException if there are no targets
   */
  void copyTarget(int sample, float[] target, int offset);

  /**
   * What a batch is gathered from, with the samples numbered as here: this dataset itself, or one
   * whose sequences have the length that this batch needs, where the time axis of {@link
   * #inputShape} is {@link Shape#ANY}.
   *
   * @param order the order in which the samples are visited, or null for the natural one
   * @param first where in this order the batch begins
   * @param rows the number of samples in it
   */
  default Dataset forBatch(int[] order, int first, int rows) {
    return this;
  }

  /**
   * Writes the weights of one sample at {@code offset}.
   *
   * @throws UnsupportedOperationException if there are none
   */
  default void copyWeights(int sample, float[] weights, int offset) {
    throw new UnsupportedOperationException("These samples have no weights.");
  }

  /** The number of batches in an epoch, the short one at the end counted. */
  default int batches() {
    return (size() - 1) / batchSize() + 1;
  }

  /**
   * The samples {@code from} … {@code to}−1 as a dataset of their own, numbered from 0, in the
   * order in which this one visits them. Nothing is copied.
   *
   * @throws IllegalArgumentException if the range is empty or reaches outside 0 … size
   */
  default Dataset subset(int from, int to) {
    return Subset.of(this, from, to);
  }

  /**
   * The same samples in batches of another size.
   *
   * @throws IllegalArgumentException if {@code size} is below 1
   */
  default Dataset batchSize(int size) {
    return Subset.of(this, 0, size()).batchSize(size);
  }

  /** The same samples, in a new order each epoch that depends on the seed and the epoch alone. */
  default Dataset shuffled(long seed) {
    return Subset.of(this, 0, size()).shuffled(seed);
  }
}
