package org.unroll.forecasting.panel;

import java.util.Arrays;
import java.util.List;
import java.util.function.IntToDoubleFunction;
import java.util.stream.IntStream;
import org.unroll.timeseries.Baseline;
import org.unroll.timeseries.NewestRows;
import tech.tablesaw.api.DoubleColumn;
import tech.tablesaw.api.IntColumn;
import tech.tablesaw.api.StringColumn;
import tech.tablesaw.api.Table;
import tech.tablesaw.columns.Column;

/** Lays out true values, predictions and errors of {@link PanelWindows} as tables. */
final class PanelForecasts {
  private final PanelWindows windows;
  private final List<String> targets;
  private final int[] ahead;

  PanelForecasts(PanelWindows windows) {
    this.windows = windows;
    targets = windows.panel().targetNames();
    ahead = windows.positions().rowsAhead();
  }

  Table truth() {
    Table table = labels("targets");
    for (int k = 0; k < ahead.length; k++) {
      for (String target : targets) {
        table.addColumns(
            DoubleColumn.create(
                name(target, k),
                Arrays.stream(targetRows(k)).mapToDouble(windows.panel().raw(target))));
      }
    }
    return table;
  }

  Table of(double[][] predictions) {
    check(predictions);
    Table table = labels("forecasts");
    for (int k = 0; k < ahead.length; k++) {
      for (int j = 0; j < targets.size(); j++) {
        double[] column = new double[windows.size()];
        for (int i = 0; i < column.length; i++) {
          column[i] = windows.denormalized(i, j, predictions[i][k * targets.size() + j]);
        }
        table.addColumns(DoubleColumn.create(name(targets.get(j), k), column));
      }
    }
    return table;
  }

  private Table labels(String name) {
    List<Column<?>> labels = windows.panel().data().grid().labels(targetRows(0));
    return Table.create(name, labels);
  }

  private int[] targetRows(int step) {
    return IntStream.range(0, windows.size()).map(i -> windows.targetRow(i, step)).toArray();
  }

  private String name(String target, int step) {
    return ahead.length == 1 ? target : target + " +" + (ahead[step] - ahead[0]);
  }

  Table errors(double[][] predictions, PanelWindows training, int season) {
    check(predictions);
    if (training.panel() != windows.panel()) {
      throw new IllegalArgumentException(
          "The training windows must be of the same panel as the predicted windows.");
    }
    if (season < 1) {
      throw new IllegalArgumentException("season must be at least 1 row, but was " + season + ".");
    }
    StringColumn names = StringColumn.create("series");
    StringColumn columns = StringColumn.create("target");
    IntColumn counts = IntColumn.create("windows");
    DoubleColumn bias = DoubleColumn.create("bias");
    DoubleColumn mae = DoubleColumn.create("mae");
    DoubleColumn rmse = DoubleColumn.create("rmse");
    DoubleColumn mase = DoubleColumn.create("mase");
    for (int from = 0, to; from < windows.size(); from = to) {
      to = from + 1;
      while (to < windows.size() && windows.seriesOf(to) == windows.seriesOf(from)) {
        to++;
      }
      for (int j = 0; j < targets.size(); j++) {
        IntToDoubleFunction raw = windows.panel().raw(targets.get(j));
        double sum = 0;
        double absolute = 0;
        double squares = 0;
        for (int i = from; i < to; i++) {
          for (int k = 0; k < ahead.length; k++) {
            double truth = raw.applyAsDouble(windows.targetRow(i, k));
            double predicted = windows.denormalized(i, j, predictions[i][k * targets.size() + j]);
            sum += predicted - truth;
            absolute += Math.abs(predicted - truth);
            squares += (predicted - truth) * (predicted - truth);
          }
        }
        int count = (to - from) * ahead.length;
        double scale = seasonal(training, windows.seriesOf(from), targets.get(j), season);
        names.append(windows.series(from));
        columns.append(targets.get(j));
        counts.append(to - from);
        bias.append(sum / count);
        mae.append(absolute / count);
        rmse.append(Math.sqrt(squares / count));
        mase.append(scale > 0 ? absolute / count / scale : Double.NaN);
      }
    }
    return Table.create("errors by series", names, columns, counts, bias, mae, rmse, mase);
  }

  private static double seasonal(PanelWindows training, int series, String target, int season) {
    PanelSelection.Bounds range = training.selection().bounds(training.panel().data().grid());
    return Baseline.seasonalError(
        IntStream.range(range.from(series), range.to(series))
            .mapToDouble(training.panel().raw(target))
            .toArray(),
        season);
  }

  private void check(double[][] predictions) {
    NewestRows.checkPredictions(windows.predictionShape(), windows.size(), 1, predictions);
  }
}
