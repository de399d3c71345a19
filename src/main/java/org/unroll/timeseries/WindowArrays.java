package org.unroll.timeseries;

import java.io.Serializable;
import org.unroll.data.Batching;
import org.unroll.data.Dataset;
import org.unroll.data.Shape;

/**
 * What a model needs of {@link Windows}, which are sent to another JVM as these arrays: the series
 * without its table and timestamps. Several windows of a series share its values.
 */
final class WindowArrays implements Dataset, Serializable {
  private static final long serialVersionUID = 1;

  private final float[] values;
  private final int width; // of a row of the values
  private final int columns; // of which are inputs
  private final WindowPositions positions;
  private final int[] firstRows;
  private final float[] targets;
  private final Shape targetShape;
  private final Batching batching;

  WindowArrays(
      Windows windows,
      float[] values,
      int width,
      int columns,
      WindowPositions positions,
      Batching batching) {
    this.values = values;
    this.width = width;
    this.columns = columns;
    this.positions = positions;
    this.batching = batching;
    targetShape = windows.targetShape();
    firstRows = new int[windows.size()];
    int outputs = targetShape.size();
    targets = new float[Math.multiplyExact(firstRows.length, outputs)];
    for (int i = 0; i < firstRows.length; i++) {
      firstRows[i] = windows.firstRow(i);
      windows.copyTarget(i, targets, i * outputs);
    }
  }

  @Override
  public int size() {
    return firstRows.length;
  }

  @Override
  public Shape inputShape() {
    return Shape.of(positions.inputRows(), columns);
  }

  @Override
  public Shape targetShape() {
    return targetShape;
  }

  @Override
  public int batchSize() {
    return batching.size();
  }

  @Override
  public int[] order(int epoch) {
    return batching.order(size(), epoch);
  }

  @Override
  public int trainingSize(int validation) {
    return positions.trainingSize(validation, i -> firstRows[i]);
  }

  @Override
  public void copyInput(int sample, float[] slice, int row, int rows) {
    int steps = positions.inputRows();
    for (int t = 0; t < steps; t++) {
      int from = (firstRows[sample] + t * positions.step()) * width;
      System.arraycopy(values, from, slice, (t * rows + row) * columns, columns);
    }
  }

  @Override
  public void copyTarget(int sample, float[] target, int offset) {
    int outputs = targetShape.size();
    System.arraycopy(targets, sample * outputs, target, offset, outputs);
  }
}
