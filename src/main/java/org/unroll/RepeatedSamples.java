package org.unroll;

import java.util.List;
import org.unroll.data.Dataset;
import org.unroll.data.Shape;

/** The inputs of some samples of another dataset, of which each may occur several times. */
final class RepeatedSamples implements Dataset {
  private final Dataset base;
  private final List<Integer> samples;

  RepeatedSamples(Dataset base, List<Integer> samples) {
    this.base = base;
    this.samples = samples;
  }

  @Override
  public int size() {
    return samples.size();
  }

  @Override
  public List<Dataset> inputParts() {
    List<Dataset> parts = base.inputParts();
    return parts.size() == 1 && parts.get(0) == base
        ? List.of(this)
        : parts.stream().<Dataset>map(part -> new RepeatedSamples(part, samples)).toList();
  }

  @Override
  public Shape inputShape() {
    return base.inputShape();
  }

  @Override
  public Shape targetShape() {
    return null;
  }

  @Override
  public Dataset forBatch(int[] order, int first, int rows) {
    int[] wanted = new int[rows];
    for (int i = 0; i < rows; i++) {
      wanted[i] = samples.get(order == null ? first + i : order[first + i]);
    }
    Dataset batch = base.forBatch(wanted, 0, rows);
    return batch == base ? this : new RepeatedSamples(batch, samples);
  }

  @Override
  public void copyInput(int sample, float[] slice, int row, int rows) {
    base.copyInput(samples.get(sample), slice, row, rows);
  }

  @Override
  public void copyTarget(int sample, float[] target, int offset) {
    throw new UnsupportedOperationException("These samples have no targets.");
  }
}
