package org.unroll.timeseries;

import java.util.Arrays;
import java.util.List;
import org.unroll.data.Columns;
import org.unroll.data.Dataset;
import org.unroll.data.Shape;
import tech.tablesaw.api.NumericColumn;
import tech.tablesaw.api.Table;
import tech.tablesaw.columns.Column;

/** The known columns of {@link Windows} in their target rows: an input without targets. */
final class KnownFuture implements Dataset {
  private final Windows windows;
  private final TimeSeries series;
  private final int[] columns;

  KnownFuture(Windows windows) {
    this.windows = windows;
    this.series = windows.series();
    this.columns = series.columns().positions(series.knownNames());
    if (columns.length == 0) {
      throw new IllegalStateException(
          "The columns with known future values must be set first, with known(\"…\") of the series."
              + " The columns are: "
              + String.join(", ", series.columnNames())
              + ".");
    }
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

  /** Returns the normalized values of the target rows after the range, given the rows after it. */
  double[][] after(Table next) {
    int[] ahead = windows.positions().rowsAhead();
    List<NumericColumn<?>> values = Columns.numeric(next, series.knownNames());
    int needed = ahead[ahead.length - 1];
    if (next.rowCount() < needed) {
      throw new IllegalArgumentException(
          "The table of known values must have a row for each of the "
              + needed
              + " rows after the range, but has "
              + next.rowCount()
              + ".");
    }
    requireTimes(next, ahead);
    double[][] future = new double[ahead.length][columns.length];
    for (int t = 0; t < ahead.length; t++) {
      for (int j = 0; j < columns.length; j++) {
        String name = series.knownNames().get(j);
        double value = Columns.value(values.get(j), ahead[t] - 1);
        if (!Double.isFinite(value)) {
          throw new IllegalArgumentException(
              "Every known value must be finite, but the column '"
                  + name
                  + "' contains "
                  + value
                  + " in row "
                  + (ahead[t] - 1)
                  + " of the table.");
        }
        future[t][j] = series.normalize(name, value);
      }
    }
    return future;
  }

  /** Checks the times of the table, if both the table and the series have times. */
  private void requireTimes(Table next, int[] ahead) {
    Timestamps given = Timestamps.of(next);
    boolean hasTimes =
        given.columns() != null
            && given.columns().columns().stream()
                .noneMatch(column -> series.knownNames().contains(column.name()));
    if (!hasTimes || !series.isDated()) {
      return;
    }
    int last = windows.positions().to() - 1;
    int first = Math.max(0, last - windows.positions().lookback());
    Column<?>[] times = series.times().after(first, last, ahead).toArray(Column[]::new);
    Timestamps expected = Timestamps.of(Table.create("times", times));
    for (int t = 0; t < ahead.length; t++) {
      int row = ahead[t] - 1;
      if (expected.columns() != null && !expected.requireTime(t).equals(given.requireTime(row))) {
        throw new IllegalArgumentException(
            "The table of known values must begin one row after the range, and row "
                + row
                + " must be "
                + expected.nameOf(t)
                + ", but is "
                + given.nameOf(row)
                + ".");
      }
    }
  }

  @Override
  public String toString() {
    return "known future of " + Arrays.toString(series.knownNames().toArray()) + ": " + windows;
  }
}
