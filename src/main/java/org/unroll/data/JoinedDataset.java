package org.unroll.data;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;

/** Two datasets side by side: the inputs and targets of both, in the batches of the first. */
@SuppressWarnings("serial") // serializable if the data are
final class JoinedDataset implements Dataset, Serializable {
  private static final long serialVersionUID = 1;

  private final Dataset first;

  private final List<Dataset> inputs;
  private final List<Dataset> targets;

  JoinedDataset(Dataset first, Dataset second) {
    if (first.size() != second.size()) {
      throw new IllegalArgumentException(
          "Both datasets must have the same number of samples, but have "
              + first.size()
              + " and "
              + second.size()
              + ". Use subset(from, to) of the larger one.");
    }
    for (Dataset dataset : List.of(first, second)) {
      if (!dataset.inputNames().isEmpty() || !dataset.targetNames().isEmpty()) {
        throw new IllegalArgumentException(
            "Datasets with names of inputs or targets cannot be joined. Give all inputs and targets"
                + " in the order of the model, or all by name.");
      }
      if (dataset.targetShape() == null && dataset.weightShape() != null) {
        throw new IllegalArgumentException(
            "Weights belong to targets, but one of the datasets has weights of shape "
                + dataset.weightShape()
                + " and no targets. Give the weights to the dataset with the targets.");
      }
    }
    this.first = first;
    inputs = new ArrayList<>(first.inputParts());
    inputs.addAll(second.inputParts());
    targets = new ArrayList<>();
    for (Dataset dataset : List.of(first, second)) {
      if (dataset.targetShape() != null) {
        targets.addAll(dataset.targetParts());
      }
    }
  }

  private JoinedDataset(Dataset first, List<Dataset> inputs, List<Dataset> targets) {
    this.first = first;
    this.inputs = inputs;
    this.targets = targets;
  }

  @Override
  public Dataset forBatch(int[] order, int begin, int rows) {
    return new JoinedDataset(
        first,
        inputs.stream().map(part -> part.forBatch(order, begin, rows)).toList(),
        targets.stream().map(part -> part.forBatch(order, begin, rows)).toList());
  }

  @Override
  public int size() {
    return first.size();
  }

  @Override
  public List<Dataset> inputParts() {
    return List.copyOf(inputs);
  }

  @Override
  public List<Dataset> targetParts() {
    return targets.isEmpty() ? List.of(first) : List.copyOf(targets);
  }

  @Override
  public Shape inputShape() {
    return inputs.get(0).inputShape();
  }

  @Override
  public Shape targetShape() {
    return targetParts().get(0).targetShape();
  }

  @Override
  public Shape weightShape() {
    return targetParts().get(0).weightShape();
  }

  @Override
  public int batchSize() {
    return first.batchSize();
  }

  @Override
  public int[] order(int epoch) {
    return first.order(epoch);
  }

  @Override
  public int trainingSize(int validation) {
    return targetParts().stream().mapToInt(d -> d.trainingSize(validation)).min().orElseThrow();
  }

  @Override
  public void copyInput(int sample, float[] slice, int row, int rows) {
    inputs.get(0).copyInput(sample, slice, row, rows);
  }

  @Override
  public void copyTarget(int sample, float[] target, int offset) {
    targetParts().get(0).copyTarget(sample, target, offset);
  }

  @Override
  public void copyWeights(int sample, float[] weights, int offset) {
    targetParts().get(0).copyWeights(sample, weights, offset);
  }
}
