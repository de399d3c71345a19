package org.unroll.training;

import org.unroll.data.Dataset;

/** The samples of the current batch. One object is reused for all batches. */
final class Batch {
  private Dataset data;
  private int[] order; // null: the natural order
  private int first;
  private int rows;

  /**
   * Sets the batch.
   *
   * @param dataset the dataset of the batch
   * @param newOrder the order in which the dataset is visited, or null for its natural one
   * @param newFirst the position in this order where the batch begins
   * @param newRows the number of samples in the batch
   */
  void set(Dataset dataset, int[] newOrder, int newFirst, int newRows) {
    data = dataset.forBatch(newOrder, newFirst, newRows);
    order = newOrder;
    first = newFirst;
    rows = newRows;
  }

  /** Releases the dataset. */
  void clear() {
    data = null;
  }

  Dataset data() {
    return data;
  }

  int first() {
    return first;
  }

  int rows() {
    return rows;
  }

  /** Returns the number, in the dataset, of the sample in a row of the batch. */
  int sample(int row) {
    return order == null ? first + row : order[first + row];
  }

  /** Returns the largest absolute value among the features. */
  double largestFeature() {
    float largest = 0;
    float[] x = new float[data.inputShape().size()];
    for (int i = 0; i < rows; i++) {
      data.copyInput(sample(i), x, 0, 1);
      for (float value : x) {
        largest = Math.max(largest, Math.abs(value));
      }
    }
    return largest;
  }

  /**
   * Returns the first sample with a target or weight that is not finite, or −1 if all are finite.
   */
  int sampleWithoutFiniteTarget() {
    float[] target = new float[data.targetShape().size()];
    float[] weights = new float[data.weightShape() == null ? 0 : data.weightShape().size()];
    for (int i = 0; i < rows; i++) {
      data.copyTarget(sample(i), target, 0);
      if (weights.length > 0) {
        data.copyWeights(sample(i), weights, 0);
      }
      if (!isFinite(target) || !isFinite(weights)) {
        return sample(i);
      }
    }
    return -1;
  }

  private static boolean isFinite(float[] values) {
    for (float value : values) {
      if (!Float.isFinite(value)) {
        return false;
      }
    }
    return true;
  }
}
