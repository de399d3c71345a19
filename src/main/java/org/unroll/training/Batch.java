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

  /**
   * Returns what has the first infinite or NaN value, such as "the target of sample 7"; null if all
   * values are finite.
   */
  String firstNonFinite() {
    float[] x = new float[data.inputShape().size()];
    float[] y = new float[data.targetShape().size()];
    float[] w = new float[data.weightShape() == null ? 0 : data.weightShape().size()];
    for (int i = 0; i < rows; i++) {
      int sample = sample(i);
      data.copyInput(sample, x, 0, 1);
      data.copyTarget(sample, y, 0);
      if (w.length > 0) {
        data.copyWeights(sample, w, 0);
      }
      String part =
          !allFinite(x) ? "input" : !allFinite(y) ? "target" : !allFinite(w) ? "weight" : null;
      if (part != null) {
        return "the " + part + " of sample " + sample;
      }
    }
    return null;
  }

  private static boolean allFinite(float[] values) {
    for (float value : values) {
      if (!Float.isFinite(value)) {
        return false;
      }
    }
    return true;
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
}
