package org.unroll.data;

import java.util.List;

/**
 * A finite collection of samples that a model can be trained on, evaluated on or applied to. {@link
 * Samples} (arrays, matrices and tables in memory), {@link Sequences} (sequences of different
 * lengths) and the windows over time series and tokens are implementations.
 *
 * <p>Implement this interface for data that none of them can hold, such as samples that are
 * generated or read on demand. Five methods are required; the others have defaults. This dataset
 * generates noise-free sine waves, and the next value of each is its target:
 *
 * <pre>{@code
 * import org.unroll.data.*;
 *
 * class SineWaves implements Dataset {
 *   @Override
 *   public int size() {
 *     return 64;
 *   }
 *
 *   @Override
 *   public Shape inputShape() {
 *     return Shape.of(20, 1); // 20 time steps of one feature
 *   }
 *
 *   @Override
 *   public Shape targetShape() {
 *     return Shape.of(1);
 *   }
 *
 *   float value(int sample, int step) {
 *     return (float) Math.sin(0.3 * step + 0.1 * sample);
 *   }
 *
 *   @Override
 *   public void copyInput(int sample, float[] slice, int row, int rows) {
 *     for (int t = 0; t < 20; t++) {
 *       slice[t * rows + row] = value(sample, t);
 *     }
 *   }
 *
 *   @Override
 *   public void copyTarget(int sample, float[] target, int offset) {
 *     target[offset] = value(sample, 20);
 *   }
 * }
 *
 * Dataset waves = new SineWaves();
 * var forecaster = Sequential.of(input(20, 1), gru(8), dense(1));
 * forecaster.compile(adam(), mse());
 * forecaster.fit(waves.subset(0, 48).shuffled(42), epochs(2).validation(waves.subset(48, 64)));
 * }</pre>
 *
 * <p>A dataset must return the same samples at every call. Several threads call it at the same
 * time, each of which copies its own part of a batch.
 */
public interface Dataset {
  /** Returns the number of samples, at least 1. */
  int size();

  /** Returns the shape of one input sample, for example (steps, features). */
  Shape inputShape();

  /**
   * Returns the shape of one target, or null if the samples have no targets and can only be used
   * for prediction.
   */
  Shape targetShape();

  /**
   * Returns the shape of the weights of one sample: (1) for one weight per sample, (steps) for one
   * weight per time step. Returns null, the default, if all samples have the weight 1.
   */
  default Shape weightShape() {
    return null;
  }

  /**
   * Returns the samples of each input of a model with several inputs, all with the same indices. By
   * default there is one input, and this is the dataset itself.
   */
  default List<Dataset> inputParts() {
    return List.of(this);
  }

  /**
   * Returns the samples whose targets and weights are those of each output of a model with several
   * outputs, all with the same indices. By default there is one output, and this is the dataset
   * itself.
   */
  default List<Dataset> targetParts() {
    return List.of(this);
  }

  /**
   * Returns the names of the inputs of the model that the {@link #inputParts()} are for. An empty
   * list, the default, if they are in the order of the model.
   */
  default List<String> inputNames() {
    return List.of();
  }

  /**
   * Returns the names of the outputs of the model that the {@link #targetParts()} are for. An empty
   * list, the default, if they are in the order of the model.
   */
  default List<String> targetNames() {
    return List.of();
  }

  /**
   * Returns samples with the inputs of this dataset and of another one, for a model with several
   * inputs. The targets are those of the datasets that have targets. Sample i consists of sample i
   * of both. For example, windows beside the features of the place they are from:
   *
   * <pre>{@code
   * Dataset both = train.and(Samples.of(new double[train.size()][2]));
   * }</pre>
   *
   * @throws IllegalArgumentException if the numbers of samples differ
   */
  default Dataset and(Dataset other) {
    return new JoinedDataset(this, other);
  }

  /**
   * Returns the number of samples in a batch; 32 by default. The last batch of an epoch may be
   * smaller.
   */
  default int batchSize() {
    return Batching.DEFAULT.size();
  }

  /**
   * Returns the order in which an epoch visits the samples.
   *
   * @param epoch the number of the epoch, counted from 0. A shuffled dataset has a different order
   *     in each epoch, which depends only on the seed and the epoch.
   * @return a permutation of 0 … size−1, or null, the default, for the natural order
   */
  default int[] order(int epoch) {
    return null;
  }

  /**
   * Writes one input sample into a slice of a batch.
   *
   * <p>A sample of rank 2 or more is written time-major: its time step {@code t} starts at {@code
   * (t · rows + row) · width}, where {@code width} is the number of values in one time step. A
   * sample of rank 1 is written contiguously, from {@code row · width}, where {@code width} is its
   * number of values.
   *
   * @param sample the index of the sample, 0 … size−1
   * @param slice the buffer to write to
   * @param row the row of the slice to fill
   * @param rows the number of rows of the slice
   */
  void copyInput(int sample, float[] slice, int row, int rows);

  /**
   * Writes the target of one sample in row-major order, starting at {@code offset}.
   *
   * @throws UnsupportedOperationException if the samples have no targets
   */
  void copyTarget(int sample, float[] target, int offset);

  /**
   * Returns the dataset from which the samples of a batch are copied, with the same sample indices.
   * This is the dataset itself by default. A dataset whose {@link #inputShape} has a time axis of
   * {@link Shape#ANY} returns one with the sequence length of this batch.
   *
   * @param order the order in which the samples are visited, or null for the natural order
   * @param first the position in this order at which the batch begins
   * @param rows the number of samples in the batch
   */
  default Dataset forBatch(int[] order, int first, int rows) {
    return this;
  }

  /**
   * Writes the weights of one sample, starting at {@code offset}.
   *
   * @throws UnsupportedOperationException if the samples have no weights
   */
  default void copyWeights(int sample, float[] weights, int offset) {
    throw new UnsupportedOperationException("These samples have no weights.");
  }

  /** Returns the number of batches in an epoch, including a smaller one at the end. */
  default int batches() {
    return (size() - 1) / batchSize() + 1;
  }

  /**
   * Returns the samples {@code from} … {@code to}−1 as a dataset, numbered from 0 and visited in
   * the same relative order as here. Nothing is copied.
   *
   * @throws IllegalArgumentException if the range is empty or not within 0 … size
   */
  default Dataset subset(int from, int to) {
    return Subset.of(this, from, to);
  }

  /**
   * Returns how many samples can be trained on if those from {@code validation} on are validated:
   * the samples 0 … n−1 of which none has a target value that a validation sample has, too. By
   * default, samples share no target values, and this is {@code validation} itself.
   *
   * @param validation the first sample to validate, 1 … size−1
   */
  default int trainingSize(int validation) {
    return validation;
  }

  /**
   * Returns the same samples in batches of another size.
   *
   * @throws IllegalArgumentException if {@code size} is below 1
   */
  default Dataset batchSize(int size) {
    return Subset.of(this, 0, size()).batchSize(size);
  }

  /**
   * Returns the same samples in a random order that differs from epoch to epoch and depends only on
   * the seed and the epoch.
   */
  default Dataset shuffled(long seed) {
    return Subset.of(this, 0, size()).shuffled(seed);
  }
}
