package org.unroll.training;

import java.util.Arrays;
import org.unroll.data.Dataset;
import org.unroll.network.Network;

/** The samples of the current batch. One object is reused for all batches. */
final class Batch {
  private Dataset dataset; // of which the parts below are, to find them once for all batches
  private Dataset[] inputParts = {};
  private Dataset[] targetParts = {};
  private final Dataset[] inputs; // of the current batch
  private final Dataset[] targets;
  private final Network network;
  private int[] order; // null: the natural order
  private int first;
  private int rows;

  /** Creates a batch for a network with these inputs and outputs. */
  Batch(Network network) {
    this.network = network;
    inputs = new Dataset[network.inputs().size()];
    targets = new Dataset[network.outputs().size()];
  }

  /**
   * Sets the batch.
   *
   * @param newDataset the dataset of the batch
   * @param newOrder the order in which the dataset is visited, or null for its natural one
   * @param newFirst the position in this order where the batch begins
   * @param newRows the number of samples in the batch
   */
  void set(Dataset newDataset, int[] newOrder, int newFirst, int newRows) {
    order = newOrder;
    first = newFirst;
    rows = newRows;
    if (dataset != newDataset) {
      inputParts = DataChecks.inputs(network, newDataset).toArray(Dataset[]::new);
      targetParts = DataChecks.targets(network, newDataset).toArray(Dataset[]::new);
      dataset = newDataset;
    }
    for (int i = 0; i < inputs.length; i++) {
      inputs[i] = inputParts[i].forBatch(order, first, rows);
    }
    for (int i = 0; i < targetParts.length; i++) {
      targets[i] =
          targetParts[i] == inputParts[0] ? inputs[0] : targetParts[i].forBatch(order, first, rows);
    }
  }

  /** Releases the dataset. */
  void clear() {
    dataset = null;
    inputParts = new Dataset[0];
    targetParts = new Dataset[0];
    Arrays.fill(inputs, null);
    Arrays.fill(targets, null);
  }

  /** Returns the samples of one input. */
  Dataset input(int index) {
    return inputs[index];
  }

  /** Returns the samples with the targets and weights of one output. */
  Dataset target(int index) {
    return targets[index];
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
    for (int i = 0; i < rows; i++) {
      int sample = sample(i);
      for (Dataset data : inputs) {
        float[] x = new float[data.inputShape().size()];
        data.copyInput(sample, x, 0, 1);
        if (!allFinite(x)) {
          return "the input of sample " + sample;
        }
      }
      for (Dataset data : targets) {
        float[] y = new float[data.targetShape().size()];
        data.copyTarget(sample, y, 0);
        if (!allFinite(y)) {
          return "the target of sample " + sample;
        }
        float[] w = new float[data.weightShape() == null ? 0 : data.weightShape().size()];
        if (w.length > 0) {
          data.copyWeights(sample, w, 0);
        }
        if (!allFinite(w)) {
          return "the weight of sample " + sample;
        }
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
    for (Dataset data : inputs) {
      float[] x = new float[data.inputShape().size()];
      for (int i = 0; i < rows; i++) {
        data.copyInput(sample(i), x, 0, 1);
        for (float value : x) {
          largest = Math.max(largest, Math.abs(value));
        }
      }
    }
    return largest;
  }
}
