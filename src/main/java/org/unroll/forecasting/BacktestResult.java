package org.unroll.forecasting;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;
import org.unroll.PlotProvider;
import org.unroll.data.Columns;
import org.unroll.timeseries.TimeSeries;
import org.unroll.timeseries.Windows;
import tech.tablesaw.api.DateTimeColumn;
import tech.tablesaw.api.DoubleColumn;
import tech.tablesaw.api.IntColumn;
import tech.tablesaw.api.StringColumn;
import tech.tablesaw.api.Table;
import tech.tablesaw.columns.Column;
import tech.tablesaw.columns.numbers.NumberColumnFormatter;
import tech.tablesaw.plotly.components.Figure;

/**
 * The result of a {@link Backtest} in the units of the targets: errors as tables, by fold and by
 * horizon, and all forecasts.
 *
 * <p>The columns of errors are {@code MAE} and {@code RMSE}; {@code MASE}, where each absolute
 * error is divided by the mean absolute seasonal difference in the rows of its fit; {@code bias},
 * the mean of forecast − truth; and {@code values}, the number of measured values. If there are
 * several targets, each has its own rows.
 *
 * <p>In a notebook, {@link #plotErrors()} and {@link #plotForecasts()} draw it.
 */
public final class BacktestResult {
  /** The names of columns that a method must not have. */
  static final Set<String> COLUMNS = Set.of("fold", "ahead", "row", "time", "target", "truth");

  private static final NumberColumnFormatter DIGITS = NumberColumnFormatter.fixedWithGrouping(4);

  private final TimeSeries series;
  private final List<String> targets;
  private final List<String> methods;
  private final int[] ahead;
  private final double[][] truth;
  private final List<BacktestFold> folds = new ArrayList<>();

  BacktestResult(Windows windows, List<String> methods) {
    this.series = windows.series();
    this.targets = series.targetNames();
    this.methods = methods;
    int last = windows.lastRow(0);
    this.ahead =
        IntStream.range(0, windows.targetShape().size() / targets.size())
            .map(step -> windows.targetRow(0, step) - last)
            .toArray();
    this.truth =
        Columns.numeric(series.table(), targets).stream()
            .map(
                column ->
                    IntStream.range(0, series.rows())
                        .mapToDouble(row -> Columns.value(column, row))
                        .toArray())
            .toArray(double[][]::new);
  }

  void add(BacktestFold fold) {
    folds.add(fold);
  }

  /** Returns the names of the methods. */
  public List<String> methods() {
    return methods;
  }

  /** Returns the names of the targets. */
  public List<String> targets() {
    return targets;
  }

  /**
   * Returns the errors of each method in the folds that all methods have completed, which are all
   * folds unless the backtest was interrupted.
   */
  public Table table() {
    ErrorTable errors = new ErrorTable();
    for (String method : methods) {
      for (int target = 0; target < targets.size(); target++) {
        errors.add(method, target, completed(), 0, ahead.length);
      }
    }
    return errors.build("Backtest");
  }

  /**
   * Returns the errors of each method in each fold. The first columns are {@code fold}, from 0, and
   * {@code row} and {@code time} of the first target of the fold.
   */
  public Table byFold() {
    ErrorTable errors = new ErrorTable();
    IntColumn number = IntColumn.create("fold");
    IntColumn rows = IntColumn.create("row");
    for (BacktestFold fold : folds) {
      for (String method : methods) {
        for (int target = 0; target < targets.size(); target++) {
          if (fold.forecasts().containsKey(method)) {
            number.append(fold.number());
            rows.append(fold.rows()[0]);
            errors.add(method, target, List.of(fold), 0, ahead.length);
          }
        }
      }
    }
    List<Column<?>> first = new ArrayList<>(List.of(number));
    addTimes(first, rows);
    return errors.build("Backtest by fold", first.toArray(Column[]::new));
  }

  /**
   * Returns the errors of each method by {@code ahead}, the number of rows from the last input row
   * to the target, in the folds that all methods have completed.
   */
  public Table byHorizon() {
    ErrorTable errors = new ErrorTable();
    IntColumn rows = IntColumn.create("ahead");
    for (int step = 0; step < ahead.length; step++) {
      for (String method : methods) {
        for (int target = 0; target < targets.size(); target++) {
          rows.append(ahead[step]);
          errors.add(method, target, completed(), step, step + 1);
        }
      }
    }
    return errors.build("Backtest by horizon", rows);
  }

  /**
   * Returns all forecasts with the true values: one row for each target step of each forecast, with
   * {@code fold}, {@code row} and {@code time} of the target, {@code ahead}, {@code target} if
   * there are several, {@code truth}, and a column for each method. A value is missing if it was
   * not measured, or the backtest was interrupted before.
   */
  public Table forecasts() {
    return values("forecasts", false);
  }

  /** Returns truth − forecast in the layout of {@link #forecasts()}. */
  public Table residuals() {
    return values("residuals", true);
  }

  private Table values(String name, boolean differences) {
    IntColumn number = IntColumn.create("fold");
    IntColumn rows = IntColumn.create("row");
    IntColumn after = IntColumn.create("ahead");
    StringColumn target = StringColumn.create("target");
    DoubleColumn measured = DoubleColumn.create("truth");
    List<DoubleColumn> columns = methods.stream().map(DoubleColumn::create).toList();
    for (BacktestFold fold : folds) {
      for (int i = 0; i < fold.rows().length; i++) {
        for (int k = 0; k < ahead.length * targets.size(); k++) {
          int step = k / targets.size();
          int row = row(fold, i, step);
          double value = truth[k % targets.size()][row];
          number.append(fold.number());
          rows.append(row);
          after.append(ahead[step]);
          target.append(targets.get(k % targets.size()));
          measured.append(value);
          for (int m = 0; m < columns.size(); m++) {
            double[][] forecasts = fold.forecasts().get(methods.get(m));
            double forecast = forecasts == null ? Double.NaN : forecasts[i][k];
            columns.get(m).append(differences ? value - forecast : forecast);
          }
        }
      }
    }
    List<Column<?>> all = new ArrayList<>(List.of(number));
    addTimes(all, rows);
    all.add(after);
    if (targets.size() > 1) {
      all.add(target);
    }
    all.add(measured);
    all.addAll(columns);
    return Table.create(name, all);
  }

  /**
   * Plots the mean absolute error of each method by horizon.
   *
   * @throws IllegalStateException if there are several targets or no completed fold
   */
  public Figure plotErrors() {
    requireOneTarget();
    Table errors = byHorizon();
    Map<String, double[]> byMethod = new LinkedHashMap<>();
    for (String method : methods) {
      byMethod.put(
          method,
          errors
              .where(errors.stringColumn("method").isEqualTo(method))
              .doubleColumn("MAE")
              .asDoubleArray());
    }
    double[] steps = Arrays.stream(ahead).asDoubleStream().toArray();
    return PlotProvider.find().errorsByHorizon(steps, byMethod, targets.get(0));
  }

  /**
   * Plots the forecasts of each method and the true values. If a row is predicted by several
   * forecasts, the latest is drawn.
   *
   * @throws IllegalStateException if there are several targets or no completed fold
   */
  public Figure plotForecasts() {
    requireOneTarget();
    Map<Integer, Integer> latest = new TreeMap<>();
    Table all = forecasts();
    IntColumn rows = all.intColumn("row");
    IntColumn after = all.intColumn("ahead");
    for (int i = 0; i < all.rowCount(); i++) {
      latest.merge(rows.get(i), i, (a, b) -> after.get(a) <= after.get(b) ? a : b);
    }
    Table drawn = all.rows(latest.values().stream().mapToInt(Integer::intValue).toArray());
    Map<String, double[]> byMethod = new LinkedHashMap<>();
    methods.forEach(method -> byMethod.put(method, drawn.doubleColumn(method).asDoubleArray()));
    return PlotProvider.find()
        .forecasts(
            drawn.column(series.isDated() ? "time" : "row"),
            drawn.doubleColumn("truth").asDoubleArray(),
            byMethod,
            targets.get(0));
  }

  private void requireOneTarget() {
    if (targets.size() != 1 || completed().isEmpty()) {
      throw new IllegalStateException(
          "A plot of a backtest must have one target and a completed fold, but the targets are "
              + targets
              + ", and "
              + completed().size()
              + " folds are completed. Use the tables instead.");
    }
  }

  /** Adds the rows, and their times if the series has times. */
  private void addTimes(List<Column<?>> columns, IntColumn rows) {
    columns.add(rows);
    if (series.isDated()) {
      columns.add(
          DateTimeColumn.create("time", Arrays.stream(rows.asIntArray()).mapToObj(series::timeOf)));
    }
  }

  private int row(BacktestFold fold, int forecast, int step) {
    return fold.rows()[forecast] + ahead[step] - ahead[0];
  }

  private List<BacktestFold> completed() {
    return folds.stream().filter(fold -> fold.forecasts().size() == methods.size()).toList();
  }

  /** The errors of some forecasts of methods, one row each. */
  private final class ErrorTable {
    private final StringColumn method = StringColumn.create("method");
    private final StringColumn target = StringColumn.create("target");
    private final List<DoubleColumn> metrics =
        List.of("MAE", "RMSE", "MASE", "bias").stream().map(DoubleColumn::create).toList();
    private final IntColumn values = IntColumn.create("values");

    /** Adds the errors of a method at the target steps from … to−1 of some folds. */
    void add(String name, int targetIndex, List<BacktestFold> of, int from, int to) {
      DoubleStream.Builder measured = DoubleStream.builder();
      DoubleStream.Builder predicted = DoubleStream.builder();
      DoubleStream.Builder scales = DoubleStream.builder();
      for (BacktestFold fold : of) {
        for (int i = 0; i < fold.rows().length; i++) {
          for (int step = from; step < to; step++) {
            double value = truth[targetIndex][row(fold, i, step)];
            if (!Double.isNaN(value)) {
              measured.add(value);
              predicted.add(fold.forecasts().get(name)[i][step * targets.size() + targetIndex]);
              scales.add(fold.scales()[targetIndex]);
            }
          }
        }
      }
      double[] y = measured.build().toArray();
      double[] f = predicted.build().toArray();
      double[] scale = scales.build().toArray();
      method.append(name);
      target.append(targets.get(targetIndex));
      values.append(y.length);
      if (y.length == 0) {
        metrics.forEach(DoubleColumn::appendMissing);
        return;
      }
      metrics.get(0).append(ForecastMetrics.mae(y, f));
      metrics.get(1).append(ForecastMetrics.rmse(y, f));
      if (Arrays.stream(scale).allMatch(s -> s > 0)) {
        metrics.get(2).append(ForecastMetrics.mae(scaled(y, scale), scaled(f, scale)));
      } else {
        metrics.get(2).appendMissing(); // the target is constant in the rows of a fit
      }
      metrics.get(3).append(ForecastMetrics.bias(y, f));
    }

    private double[] scaled(double[] values, double[] scales) {
      return IntStream.range(0, values.length).mapToDouble(i -> values[i] / scales[i]).toArray();
    }

    Table build(String name, Column<?>... first) {
      Table table = Table.create(name, first);
      table.addColumns(method);
      if (targets.size() > 1) {
        table.addColumns(target);
      }
      metrics.forEach(column -> column.setPrintFormatter(DIGITS));
      metrics.forEach(column -> table.addColumns(column));
      return table.addColumns(values);
    }
  }

  /** Returns the number of forecasts and {@link #table()} as text. */
  @Override
  public String toString() {
    int forecasts = folds.stream().mapToInt(fold -> fold.rows().length).sum();
    return String.format(
        Locale.ROOT, "%d forecasts in %d folds%n%s", forecasts, folds.size(), table());
  }
}
