package org.unroll.timeseries;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import tech.tablesaw.api.DateTimeColumn;
import tech.tablesaw.api.DoubleColumn;
import tech.tablesaw.api.IntColumn;
import tech.tablesaw.api.Table;
import tech.tablesaw.columns.Column;

/**
 * What came true in windows and what a model says of them, in the targets' own units, and what it
 * says of the time after the last row: the forecasts of {@link Windows}, which tells the rules.
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
    this.ahead = windows.rowsAhead();
  }

  /** What came true. */
  Table truth() {
    double[][] raw = series.numbers().raw();
    return table(
        "targets",
        (sample, step, target) -> raw[targets[target]][windows.targetRow(sample) + after(step)]);
  }

  /** What a model says. */
  Table of(double[][] predictions) {
    checkPredictions(predictions);
    return table(
        "forecasts",
        (sample, step, target) -> denormalized(target, predictions[sample][number(step, target)]));
  }

  /** A value of a window, at a target step, of a target column. */
  private interface Value {
    double of(int sample, int step, int target);
  }

  private Table table(String name, Value value) {
    List<Column<?>> table = new ArrayList<>();
    if (series.timestamps() != null) {
      int[] rows = IntStream.range(0, windows.size()).map(windows::targetRow).toArray();
      table.add(series.timestamps().subset(rows));
    }
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

  /** How many rows a target step lies after the first. */
  private int after(int step) {
    return ahead[step] - ahead[0];
  }

  /** Which of the numbers of a prediction is that of a target at a step. */
  private int number(int step, int target) {
    return step * targets.length + target;
  }

  private double denormalized(int target, double value) {
    return series.denormalize(series.targetNames().get(target), value);
  }

  /** How far off it is on average, step by step. */
  Table meanAbsoluteErrors(double[][] predictions) {
    checkPredictions(predictions);
    double[] sums = new double[ahead.length * targets.length];
    for (int i = 0; i < predictions.length; i++) {
      double[] truth = windows.target(i);
      for (int k = 0; k < sums.length; k++) {
        sums[k] += Math.abs(predictions[i][k] - truth[k]);
      }
    }
    Table table = Table.create("mean absolute errors", IntColumn.create("ahead", ahead));
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
          "A prediction is needed for each of the "
              + windows.size()
              + " windows. Received: "
              + predictions.length);
    }
  }

  private void checkWidth(double[] prediction, String place) {
    int width = windows.targetShape().size();
    if (prediction.length != width) {
      throw new IllegalArgumentException(
          "A prediction has a number for each of the "
              + width
              + " targets of a window, shape "
              + windows.targetShape()
              + ". Received: "
              + prediction.length
              + " numbers"
              + place
              + ". Let the model end in as many outputs.");
    }
  }

  /** What the time after the last row is to be told from. */
  double[][] lastInput() {
    int first = windows.endOfRange() - 1 - windows.lookback() + windows.step();
    double[][] input = windows.rows(first);
    for (int t = 0; t < input.length; t++) {
      int row = first + t * windows.step();
      for (int j = 0; j < input[t].length; j++) {
        if (Double.isNaN(input[t][j])) {
          throw new IllegalArgumentException(
              "What is to be forecast from must be whole. Received: no value in column '"
                  + series.columnNames().get(j)
                  + "' at "
                  + series.nameOfRow(row)
                  + ", row "
                  + row
                  + ". Fill longer gaps, or end the range before it.");
        }
      }
    }
    return input;
  }

  /** What a model says of that time. */
  Table next(double[] prediction) {
    checkWidth(prediction, "");
    int last = windows.endOfRange() - 1;
    Table table = Table.create("forecast");
    if (series.timestamps() instanceof DateTimeColumn times) {
      Duration interval = series.times().interval(Math.max(0, last - windows.lookback()), last + 1);
      DateTimeColumn next = DateTimeColumn.create(times.name());
      for (int rows : ahead) {
        next.append(times.get(last).plus(interval.multipliedBy(rows)));
      }
      table.addColumns(next);
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
