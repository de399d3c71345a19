package org.unroll.timeseries;

import java.util.ArrayList;
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
        List.of(""),
        (sample, step, target, level) ->
            raw[targets[target]][windows.targetRow(sample) + after(step)]);
  }

  /** Returns the predictions for all windows, of quantiles if there are levels. */
  Table of(double[][] predictions, double... levels) {
    List<String> names = QuantileLevels.suffixes(levels);
    NewestRows.checkPredictions(windows.targetShape(), windows.size(), names.size(), predictions);
    return table(
        "forecasts",
        names,
        (sample, step, target, level) ->
            windows.denormalize(
                sample,
                number(step, target),
                predictions[sample][number(step, target) * names.size() + level]));
  }

  /** Provides the value of a window, at a target step, of a target column and a level. */
  private interface Value {
    double of(int sample, int step, int target, int level);
  }

  private Table table(String name, List<String> suffixes, Value value) {
    List<Column<?>> table = new ArrayList<>();
    table.addAll(
        series
            .times()
            .subset(IntStream.range(0, windows.size()).map(windows::targetRow).toArray()));
    for (int k = 0; k < ahead.length; k++) {
      String after = ahead.length == 1 ? "" : " +" + after(k);
      for (int j = 0; j < targets.length; j++) {
        for (int level = 0; level < suffixes.size(); level++) {
          double[] column = new double[windows.size()];
          for (int sample = 0; sample < column.length; sample++) {
            column[sample] = value.of(sample, k, j, level);
          }
          String of = series.targetNames().get(j) + after + suffixes.get(level);
          table.add(DoubleColumn.create(of, column));
        }
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

  /** Returns the mean absolute errors, step by step. */
  Table meanAbsoluteErrors(double[][] predictions) {
    NewestRows.checkPredictions(windows.targetShape(), windows.size(), 1, predictions);
    double[][] raw = series.data().raw();
    double[] sums = new double[ahead.length * targets.length];
    for (int i = 0; i < predictions.length; i++) {
      for (int k = 0; k < ahead.length; k++) {
        for (int j = 0; j < targets.length; j++) {
          double truth = raw[targets[j]][windows.targetRow(i, k)];
          int number = number(k, j);
          sums[number] += Math.abs(windows.denormalize(i, number, predictions[i][number]) - truth);
        }
      }
    }
    Table table = new WholeTable("mean absolute errors", IntColumn.create("ahead", ahead));
    for (int j = 0; j < targets.length; j++) {
      String name = series.targetNames().get(j);
      double[] errors = new double[ahead.length];
      for (int k = 0; k < errors.length; k++) {
        errors[k] = sums[number(k, j)] / predictions.length;
      }
      table.addColumns(DoubleColumn.create(name, errors));
    }
    return table;
  }
}
