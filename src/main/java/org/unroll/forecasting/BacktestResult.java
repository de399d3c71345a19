package org.unroll.forecasting;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.IntToDoubleFunction;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;
import org.unroll.PlotProvider;
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
 * error is divided by the mean absolute seasonal difference of its series in the rows of its fit;
 * {@code bias}, the mean of forecast − truth; and {@code values}, the number of measured values. If
 * the target of a series does not vary in the rows of a fit, or, in a panel, has no two values one
 * season apart there, its errors are not part of {@code MASE}, and {@code unscaled} is their
 * number. If there are several targets, each has its own rows.
 *
 * <p>In a notebook, {@link #plotErrors()} and {@link #plotForecasts()} draw it.
 */
public final class BacktestResult {
  /** The names of columns that a method must not have; in a panel, also {@code series}. */
  static final Set<String> COLUMNS = Set.of("fold", "ahead", "row", "time", "target", "truth");

  private static final NumberColumnFormatter DIGITS = NumberColumnFormatter.fixedWithGrouping(4);
  private static final NumberColumnFormatter LARGE = NumberColumnFormatter.fixedWithGrouping(2);

  private final BacktestData<?> data;
  private final List<String> targets;
  private final List<String> methods;
  private final int[] ahead;
  private final List<IntToDoubleFunction> truth;
  private final List<BacktestFold> folds = new ArrayList<>();

  /** A forecast of a fold. */
  private record Forecast(BacktestFold fold, int index) {
    int firstRow() {
      return fold.rows()[index];
    }
  }

  BacktestResult(BacktestData<?> data, List<String> methods) {
    this.data = data;
    this.targets = data.targets();
    this.methods = methods;
    this.ahead = data.ahead();
    this.truth = targets.stream().map(data::truth).toList();
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
    errors.addAll(completed(), 0, ahead.length);
    return errors.build("Backtest");
  }

  /**
   * Returns the errors of each method for each series of a panel, in the folds that all methods
   * have completed. The first column is {@code series}, which windows of one series do not have.
   * The table has no rows if no fold is completed.
   */
  public Table bySeries() {
    Map<Integer, List<Forecast>> bySeries = new TreeMap<>();
    for (Forecast forecast : completed()) {
      bySeries
          .computeIfAbsent(data.seriesOf(forecast.firstRow()), s -> new ArrayList<>())
          .add(forecast);
    }
    ErrorTable errors = new ErrorTable();
    List<Integer> rows = new ArrayList<>();
    for (List<Forecast> forecasts : bySeries.values()) {
      errors.addAll(forecasts, 0, ahead.length);
      rows.addAll(
          Collections.nCopies(methods.size() * targets.size(), forecasts.get(0).firstRow()));
    }
    return errors.build("Backtest by series", data.series(ints(rows)).toArray(Column[]::new));
  }

  /**
   * Returns the errors of each method in each fold. The first columns are {@code fold}, from 0, and
   * {@code row} and {@code time} of the first target of the fold.
   */
  public Table byFold() {
    ErrorTable errors = new ErrorTable();
    IntColumn number = IntColumn.create("fold");
    List<Integer> rows = new ArrayList<>();
    for (BacktestFold fold : folds) {
      for (String method : methods) {
        for (int target = 0; target < targets.size(); target++) {
          if (fold.forecasts().containsKey(method)) {
            number.append(fold.number());
            rows.add(fold.first());
            errors.add(method, target, forecasts(fold), 0, ahead.length);
          }
        }
      }
    }
    List<Column<?>> first = new ArrayList<>(List.of(number));
    first.addAll(data.times(ints(rows)));
    return errors.build("Backtest by fold", first.toArray(Column[]::new));
  }

  /**
   * Returns the errors of each method by {@code ahead}, the number of rows from the last input row
   * to the target, in the folds that all methods have completed.
   */
  public Table byHorizon() {
    ErrorTable errors = new ErrorTable();
    IntColumn rows = IntColumn.create("ahead");
    List<Forecast> completed = completed();
    for (int step = 0; step < ahead.length; step++) {
      errors.addAll(completed, step, step + 1);
      for (int i = 0; i < methods.size() * targets.size(); i++) {
        rows.append(ahead[step]);
      }
    }
    return errors.build("Backtest by horizon", rows);
  }

  /**
   * Returns all forecasts with the true values: one row for each target step of each forecast, with
   * {@code fold}, {@code row} and {@code time} of the target, {@code ahead}, {@code target} if
   * there are several, {@code truth}, and a column for each method. A panel has {@code series}
   * instead of {@code row}. A value is missing if it was not measured, or the backtest was
   * interrupted before.
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
    List<Integer> rows = new ArrayList<>();
    IntColumn after = IntColumn.create("ahead");
    StringColumn target = StringColumn.create("target");
    DoubleColumn measured = DoubleColumn.create("truth");
    List<DoubleColumn> columns = methods.stream().map(DoubleColumn::create).toList();
    for (BacktestFold fold : folds) {
      for (int i = 0; i < fold.rows().length; i++) {
        for (int k = 0; k < ahead.length * targets.size(); k++) {
          int step = k / targets.size();
          int row = row(fold, i, step);
          double value = truth.get(k % targets.size()).applyAsDouble(row);
          number.append(fold.number());
          rows.add(row);
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
    all.addAll(data.series(ints(rows)));
    all.addAll(data.times(ints(rows)));
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
   * @throws IllegalStateException if there are several targets or series, or no completed fold
   */
  public Figure plotForecasts() {
    requireOneTarget();
    Table all = forecasts();
    if (!all.containsColumn("row")) {
      throw new IllegalStateException(
          "A plot of forecasts must be of one series, but this backtest has many. Use forecasts(),"
              + " or plotErrors().");
    }
    Map<Integer, Integer> latest = new TreeMap<>();
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
            drawn.column(drawn.containsColumn("time") ? "time" : "row"),
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
              + folds.stream().filter(this::isCompleted).count()
              + " folds are completed. Use the tables instead.");
    }
  }

  private static int[] ints(List<Integer> values) {
    return values.stream().mapToInt(Integer::intValue).toArray();
  }

  private int row(BacktestFold fold, int forecast, int step) {
    return fold.rows()[forecast] + ahead[step] - ahead[0];
  }

  private static List<Forecast> forecasts(BacktestFold fold) {
    return IntStream.range(0, fold.rows().length).mapToObj(i -> new Forecast(fold, i)).toList();
  }

  private boolean isCompleted(BacktestFold fold) {
    return fold.forecasts().size() == methods.size();
  }

  private List<Forecast> completed() {
    return folds.stream()
        .filter(this::isCompleted)
        .flatMap(fold -> forecasts(fold).stream())
        .toList();
  }

  /** The errors of some forecasts of methods, one row each. */
  private final class ErrorTable {
    private final StringColumn method = StringColumn.create("method");
    private final StringColumn target = StringColumn.create("target");
    private final List<DoubleColumn> metrics =
        List.of("MAE", "RMSE", "MASE", "bias").stream().map(DoubleColumn::create).toList();
    private final IntColumn values = IntColumn.create("values");
    private final IntColumn unscaled = IntColumn.create("unscaled");

    /** Adds the errors of all methods for all targets. */
    void addAll(List<Forecast> forecasts, int from, int to) {
      for (String name : methods) {
        for (int index = 0; index < targets.size(); index++) {
          add(name, index, forecasts, from, to);
        }
      }
    }

    /** Adds the errors of a method at the target steps from … to−1 of some forecasts. */
    void add(String name, int targetIndex, List<Forecast> forecasts, int from, int to) {
      DoubleStream.Builder measured = DoubleStream.builder();
      DoubleStream.Builder predicted = DoubleStream.builder();
      double scaled = 0;
      int withScale = 0;
      for (Forecast forecast : forecasts) {
        BacktestFold fold = forecast.fold;
        double scale = fold.scales().get(forecast.index)[targetIndex];
        double[] forecastValues = fold.forecasts().get(name)[forecast.index];
        for (int step = from; step < to; step++) {
          double value = truth.get(targetIndex).applyAsDouble(row(fold, forecast.index, step));
          if (!Double.isNaN(value)) {
            double predictedValue = forecastValues[step * targets.size() + targetIndex];
            measured.add(value);
            predicted.add(predictedValue);
            if (scale > 0) {
              scaled += Math.abs(value - predictedValue) / scale;
              withScale++;
            }
          }
        }
      }
      double[] y = measured.build().toArray();
      double[] f = predicted.build().toArray();
      method.append(name);
      target.append(targets.get(targetIndex));
      values.append(y.length);
      unscaled.append(y.length - withScale);
      if (y.length == 0) {
        metrics.forEach(DoubleColumn::appendMissing);
        return;
      }
      metrics.get(0).append(ForecastMetrics.mae(y, f));
      metrics.get(1).append(ForecastMetrics.rmse(y, f));
      metrics.get(2).append(withScale == 0 ? Double.NaN : scaled / withScale);
      metrics.get(3).append(ForecastMetrics.bias(y, f));
    }

    Table build(String name, Column<?>... first) {
      Table table = Table.create(name, first);
      table.addColumns(method);
      if (targets.size() > 1) {
        table.addColumns(target);
      }
      metrics.forEach(column -> column.setPrintFormatter(column.max() < 10 ? DIGITS : LARGE));
      metrics.forEach(column -> table.addColumns(column));
      table.addColumns(values);
      return unscaled.sum() > 0 ? table.addColumns(unscaled) : table;
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
