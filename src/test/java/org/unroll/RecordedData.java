package org.unroll;

import java.util.ArrayList;
import java.util.List;
import org.unroll.data.Dataset;
import org.unroll.data.Shape;

/** A dataset that records which samples are read; for one thread. */
final class RecordedData implements Dataset {
  private final Dataset data;
  final List<Integer> seen = new ArrayList<>();

  RecordedData(Dataset data) {
    this.data = data;
  }

  @Override
  public int size() {
    return data.size();
  }

  @Override
  public Shape inputShape() {
    return data.inputShape();
  }

  @Override
  public Shape targetShape() {
    return data.targetShape();
  }

  @Override
  public int batchSize() {
    return data.batchSize();
  }

  @Override
  public int[] order(int epoch) {
    return data.order(epoch);
  }

  @Override
  public void copyInput(int sample, float[] slice, int row, int rows) {
    seen.add(sample);
    data.copyInput(sample, slice, row, rows);
  }

  @Override
  public void copyTarget(int sample, float[] target, int offset) {
    data.copyTarget(sample, target, offset);
  }
}
