package org.unroll.timeseries;

import java.util.Arrays;
import java.util.List;
import org.unroll.data.Shape;
import tech.tablesaw.api.DoubleColumn;
import tech.tablesaw.api.IntColumn;
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
          throw new IllegalArgumentException(
              "The input of a forecast must have no missing value, but column '"
                  + series.columnNames().get(j)
                  + "' has none at "
                  + series.nameOfRow(row)
                  + ", row "
                  + row
                  + ". Fill longer gaps, or end the range before this row.");
        }
      }
    }
    return input;
  }

  /** Returns the columns of the times of the target steps, or of their row numbers. */
  List<Column<?>> times() {
    int last = positions.to() - 1;
    int[] ahead = positions.rowsAhead();
    return series.isDated()
        ? series.times().after(Math.max(0, last - positions.lookback()), last, ahead)
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
    Table table = new WholeTable("forecast", times().toArray(Column[]::new));
    for (int j = 0; j < targets.size(); j++) {
      for (int level = 0; level < names.size(); level++) {
        double[] column = new double[steps];
        for (int k = 0; k < steps; k++) {
          double value = prediction[(k * targets.size() + j) * names.size() + level];
          column[k] = series.denormalize(targets.get(j), value);
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
