package org.unroll.timeseries;

import java.util.Arrays;
import org.unroll.data.Dataset;
import org.unroll.data.Shape;

/** The known columns of {@link Windows} in their target rows: an input without targets. */
final class KnownFuture implements Dataset {
  private final Windows windows;
  private final TimeSeries series;
  private final int[] columns;

  KnownFuture(Windows windows) {
    this.windows = windows;
    this.series = windows.series();
    this.columns = series.columns().positions(series.columns().requireKnown());
  }

  @Override
  public int size() {
    return windows.size();
  }

  @Override
  public Shape inputShape() {
    return Shape.of(windows.positions().targetSteps(), columns.length);
  }

  @Override
  public Shape targetShape() {
    return null;
  }

  @Override
  public int batchSize() {
    return windows.batchSize();
  }

  @Override
  public int[] order(int epoch) {
    return windows.order(epoch);
  }

  @Override
  public void copyInput(int sample, float[] slice, int row, int rows) {
    for (int t = 0; t < inputShape().axis(0); t++) {
      for (int j = 0; j < columns.length; j++) {
        slice[(t * rows + row) * columns.length + j] =
            (float) windows.value(windows.targetRow(sample, t), columns[j]);
      }
    }
  }

  @Override
  public void copyTarget(int sample, float[] target, int offset) {
    throw new UnsupportedOperationException("Known future values have no targets.");
  }

  @Override
  public String toString() {
    return "known future of " + Arrays.toString(series.knownNames().toArray()) + ": " + windows;
  }
}
