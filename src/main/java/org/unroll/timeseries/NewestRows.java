package org.unroll.timeseries;

import java.util.Arrays;
import java.util.List;
import org.unroll.data.Columns;
import org.unroll.data.Shape;
import tech.tablesaw.api.DoubleColumn;
import tech.tablesaw.api.IntColumn;
import tech.tablesaw.api.NumericColumn;
import tech.tablesaw.api.Table;
import tech.tablesaw.columns.Column;

/**
 * The last rows of a range, from which a model predicts the values after it. It is public only
 * because {@code Forecaster} and panels use it.
 *
 * @hidden
 */
public final class NewestRows {
  private final TimeSeries series;
  private final WindowPositions positions;

  NewestRows(TimeSeries series, WindowPositions positions) {
    this.series = series;
    this.positions = positions;
  }

  /**
   * Returns the normalized input, the oldest row first.
   *
   * @throws IllegalArgumentException if one of the values is missing
   */
  public double[][] input() {
    int first = positions.firstRowOfLastInput();
    int columns = series.columnNames().size();
    SeriesData data = series.data();
    double[][] input = new double[positions.inputRows()][columns];
    for (int t = 0; t < input.length; t++) {
      int row = first + t * positions.step();
      for (int j = 0; j < columns; j++) {
        input[t][j] = data.values()[row * data.columns() + j];
        if (Double.isNaN(input[t][j])) {
          throw missing(row, data.names().get(j), data.scales().get(j).lag());
        }
      }
    }
    return input;
  }

  private IllegalArgumentException missing(int row, String column, int lag) {
    return new IllegalArgumentException(
        "The input of a forecast must not have missing values, but the "
            + (lag == 0 ? "value" : "difference of lag " + lag)
            + " of '"
            + column
            + "' is missing at "
            + series.nameOfRow(row)
            + ", row "
            + row
            + (lag == 0 ? "" : ", because its value there or " + lag + " rows before is missing")
            + ". Fill longer gaps with interpolated() or forwardFilled(), or let the rows end before"
            + " this one.");
  }

  /**
   * Returns the normalized known values in the target rows after the range, given the rows after
   * it, see {@link Windows#lastFuture}.
   */
  double[][] future(Table next) {
    int[] ahead = positions.rowsAhead();
    int needed = ahead[ahead.length - 1];
    if (next.rowCount() < needed) {
      throw new IllegalArgumentException(
          "The table of known values must have a row for each of the "
              + needed
              + " rows after the newest row, but has "
              + next.rowCount()
              + ".");
    }
    requireTimes(next, ahead);
    return known(next, Arrays.stream(ahead).map(rows -> rows - 1).toArray());
  }

  /** Returns the normalized known values in some rows of a table. */
  double[][] known(Table table, int... rows) {
    List<NumericColumn<?>> columns = Columns.numeric(table, series.columns().requireKnown());
    double[][] known = new double[rows.length][columns.size()];
    for (int t = 0; t < rows.length; t++) {
      for (int j = 0; j < known[t].length; j++) {
        String name = columns.get(j).name();
        double value = Columns.value(columns.get(j), rows[t]);
        if (!Double.isFinite(value)) {
          throw new IllegalArgumentException(
              "Every known value must be finite, but the column '"
                  + name
                  + "' contains "
                  + value
                  + " in row "
                  + rows[t]
                  + " of the table.");
        }
        known[t][j] = series.normalize(name, value);
      }
    }
    return known;
  }

  /** Returns the times of a table, read as those of the series. */
  Timestamps timesOf(Table next) {
    return series.times().like(next);
  }

  /** Checks the times of the table, if both the table and the series have times. */
  private void requireTimes(Table next, int[] ahead) {
    if (!series.isDated()) {
      return;
    }
    Timestamps given = timesOf(next);
    List<String> names = series.times().columns().columns().stream().map(Column::name).toList();
    if (given.columns() == null && names.stream().noneMatch(next::containsColumn)) {
      return;
    }
    boolean isKnown = // such as a known column of years
        given.known().columns().columns().stream()
            .anyMatch(column -> series.knownNames().contains(column.name()));
    if (isKnown) {
      return;
    }
    Timestamps expected = timesOf(Table.create("times", times()));
    for (int t = 0; t < ahead.length; t++) {
      int row = ahead[t] - 1;
      if (!expected.requireTime(t).equals(given.at(row))) {
        throw new IllegalArgumentException(
            "The table of known values must begin one row after the newest row, and its row "
                + row
                + " must be "
                + expected.nameOf(t)
                + ", but is "
                + given.nameOf(row)
                + ".");
      }
    }
  }

  /** Returns the columns of the times of the target steps, or of their row numbers. */
  List<Column<?>> times() {
    int last = positions.to() - 1;
    int[] ahead = positions.rowsAhead();
    return series.isDated()
        ? series
            .times()
            .after(
                Math.max(0, last - positions.lookback() - series.data().longestLag()), last, ahead)
        : List.of(IntColumn.create("row", Arrays.stream(ahead).map(rows -> last + rows).toArray()));
  }

  /**
   * Returns a forecast in the targets' own units.
   *
   * @param prediction normalized, step by step, the levels innermost
   * @param levels the levels of quantiles; none for point forecasts
   */
  public Table forecast(double[] prediction, double... levels) {
    List<String> names = QuantileLevels.suffixes(levels);
    List<String> targets = series.targetNames();
    int steps = positions.targetSteps();
    checkWidth(shape(steps, targets.size()), names.size(), prediction, "");
    int first = positions.firstRowOfLastInput();
    int[] columns = series.columns().positions(targets);
    int output = series.data().withoutBase(positions, first, columns);
    if (output >= 0) {
      int base = series.data().baseRow(positions, first, output, columns);
      throw new IllegalArgumentException(
          "The value from which the change of a target is predicted must be in the series, but that"
              + " of '"
              + targets.get(output % targets.size())
              + "' in target step "
              + output / targets.size()
              + " is missing at "
              + series.nameOfRow(base)
              + ", row "
              + base
              + ". Fill longer gaps, or end the range before the gap.");
    }
    Table table = new WholeTable("forecast", times().toArray(Column[]::new));
    for (int j = 0; j < targets.size(); j++) {
      for (int level = 0; level < names.size(); level++) {
        double[] column = new double[steps];
        for (int k = 0; k < steps; k++) {
          int index = k * targets.size() + j;
          double value = prediction[index * names.size() + level];
          column[k] = series.data().inverse(positions, first, index, value, columns);
        }
        table.addColumns(DoubleColumn.create(targets.get(j) + names.get(level), column));
      }
    }
    return table;
  }

  /** Returns the shape of the targets of a window. */
  public static Shape shape(int steps, int targets) {
    if (steps == 1) {
      return Shape.of(targets);
    }
    return targets == 1 ? Shape.of(steps) : Shape.of(steps, targets);
  }

  /**
   * Checks the number of predictions and of their values.
   *
   * @param targets the shape of the targets of a window
   * @param levels the number of levels, 1 for point forecasts
   * @throws IllegalArgumentException if one of them is wrong
   */
  public static void checkPredictions(
      Shape targets, int windows, int levels, double[][] predictions) {
    for (int i = 0; i < predictions.length; i++) {
      checkWidth(targets, levels, predictions[i], " in row " + i);
    }
    if (predictions.length != windows) {
      throw new IllegalArgumentException(
          "There must be one prediction for each of the "
              + windows
              + " windows, but there are "
              + predictions.length
              + ".");
    }
  }

  private static void checkWidth(Shape targets, int levels, double[] prediction, String place) {
    if (prediction.length != targets.size() * levels) {
      throw new IllegalArgumentException(
          "A prediction must have one value for each of the "
              + targets.size()
              + " targets of a window, shape "
              + targets
              + (levels == 1 ? "" : ", and each of the " + levels + " levels")
              + ", but has "
              + prediction.length
              + place
              + ". Set the number of outputs of the model accordingly.");
    }
  }
}
