package org.unroll.timeseries;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import tech.tablesaw.api.DoubleColumn;
import tech.tablesaw.api.IntColumn;
import tech.tablesaw.api.Table;
import tech.tablesaw.columns.Column;

/**
 * Lays out true values, predictions and errors of {@link Windows} as tables in the targets' own
 * units, as documented there.
 */
final class Forecasts {
  private final Windows windows;
  private final TimeSeries series;
  private final int[] targets;
  private final int[] ahead;

  Forecasts(Windows windows) {
    this.windows = windows;
    this.series = windows.series();
    this.targets = windows.targetPositions();
    this.ahead = windows.positions().rowsAhead();
  }

  /** Returns the true values of all windows. */
  Table truth() {
    double[][] raw = series.data().raw();
    return table(
        "targets",
        (sample, step, target) -> raw[targets[target]][windows.targetRow(sample) + after(step)]);
  }

  /** Returns the predictions for all windows. */
  Table of(double[][] predictions) {
    checkPredictions(predictions);
    return table(
        "forecasts",
        (sample, step, target) -> denormalized(target, predictions[sample][number(step, target)]));
  }

  /** Provides the value of a window, at a target step, of a target column. */
  private interface Value {
    double of(int sample, int step, int target);
  }

  private Table table(String name, Value value) {
    List<Column<?>> table = new ArrayList<>();
    table.addAll(
        series
            .times()
            .subset(IntStream.range(0, windows.size()).map(windows::targetRow).toArray()));
    for (int k = 0; k < ahead.length; k++) {
      String after = ahead.length == 1 ? "" : " +" + after(k);
      for (int j = 0; j < targets.length; j++) {
        double[] column = new double[windows.size()];
        for (int sample = 0; sample < column.length; sample++) {
          column[sample] = value.of(sample, k, j);
        }
        table.add(DoubleColumn.create(series.targetNames().get(j) + after, column));
      }
    }
    return Table.create(name, table);
  }

  /** Returns how many rows after the first target step a target step is. */
  private int after(int step) {
    return ahead[step] - ahead[0];
  }

  /** Returns the position in a prediction of a target at a target step. */
  private int number(int step, int target) {
    return step * targets.length + target;
  }

  private double denormalized(int target, double value) {
    return series.denormalize(series.targetNames().get(target), value);
  }

  /** Returns the mean absolute errors, step by step. */
  Table meanAbsoluteErrors(double[][] predictions) {
    checkPredictions(predictions);
    double[] sums = new double[ahead.length * targets.length];
    for (int i = 0; i < predictions.length; i++) {
      double[] truth = windows.target(i);
      for (int k = 0; k < sums.length; k++) {
        sums[k] += Math.abs(predictions[i][k] - truth[k]);
      }
    }
    Table table = new WholeTable("mean absolute errors", IntColumn.create("ahead", ahead));
    for (int j = 0; j < targets.length; j++) {
      String name = series.targetNames().get(j);
      double[] errors = new double[ahead.length];
      for (int k = 0; k < errors.length; k++) {
        double normalized = sums[number(k, j)] / predictions.length;
        errors[k] = series.denormalizeError(name, normalized);
      }
      table.addColumns(DoubleColumn.create(name, errors));
    }
    return table;
  }

  private void checkPredictions(double[][] predictions) {
    for (int i = 0; i < predictions.length; i++) {
      checkWidth(predictions[i], " in row " + i);
    }
    if (predictions.length != windows.size()) {
      throw new IllegalArgumentException(
          "There must be one prediction for each of the "
              + windows.size()
              + " windows, but there are "
              + predictions.length
              + ".");
    }
  }

  private void checkWidth(double[] prediction, String place) {
    int width = windows.targetShape().size();
    if (prediction.length != width) {
      throw new IllegalArgumentException(
          "A prediction must have one value for each of the "
              + width
              + " targets of a window, shape "
              + windows.targetShape()
              + ", but has "
              + prediction.length
              + place
              + ". Set the number of outputs of the model accordingly.");
    }
  }

  /** Returns the input that begins in a row, whether or not there is such a window. */
  double[][] rows(int first) {
    double[][] input = new double[windows.positions().inputRows()][windows.inputShape().last()];
    for (int t = 0; t < input.length; t++) {
      for (int j = 0; j < input[t].length; j++) {
        input[t][j] = windows.value(first + t * windows.step(), j);
      }
    }
    return input;
  }

  /** Returns the input that ends with the range, which must have no missing value. */
  double[][] lastInput() {
    int first = windows.positions().firstRowOfLastInput();
    double[][] input = rows(first);
    for (int t = 0; t < input.length; t++) {
      int row = first + t * windows.step();
      for (int j = 0; j < input[t].length; j++) {
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

  /** Returns a forecast of the values after the last row. */
  Table next(double[] prediction) {
    checkWidth(prediction, "");
    int last = windows.positions().to() - 1;
    Table table = new WholeTable("forecast");
    if (series.isDated()) {
      int first = Math.max(0, last - windows.positions().lookback());
      table.addColumns(series.times().after(first, last, ahead).toArray(Column[]::new));
    } else {
      table.addColumns(
          IntColumn.create("row", Arrays.stream(ahead).map(rows -> last + rows).toArray()));
    }
    for (int j = 0; j < targets.length; j++) {
      double[] column = new double[ahead.length];
      for (int k = 0; k < column.length; k++) {
        column[k] = denormalized(j, prediction[number(k, j)]);
      }
      table.addColumns(DoubleColumn.create(series.targetNames().get(j), column));
    }
    return table;
  }
}
