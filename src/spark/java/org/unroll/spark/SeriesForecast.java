package org.unroll.spark;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.unroll.data.Columns;
import tech.tablesaw.api.ColumnType;
import tech.tablesaw.api.NumericColumn;
import tech.tablesaw.api.Table;
import tech.tablesaw.columns.Column;

/**
 * The forecast of one series, and possibly metrics of a backtest.
 *
 * <pre>
 * static SeriesForecast fitAndForecast(Table shop) {
 *   Windows windows = TimeSeries.of(shop).target("sales").normalizedOn(0, shop.rowCount())
 *       .windows().lookback(28).targetSteps(7);
 *   BacktestResult errors = Backtest.of("ridge", past -&gt; Ridge.fit(past, 1)::predict)
 *       .season(7).on(windows, shop.rowCount() - 28).run();
 *   Ridge ridge = Ridge.fit(windows, 1);
 *   Table forecast = windows.forecast(ridge.predictOne(windows.lastInput()));
 *   return SeriesForecast.of(forecast).metrics(errors.table());
 * }
 * </pre>
 *
 * <p>Immutable. The tables are read when the methods are called.
 */
public final class SeriesForecast {
  private static final Pattern QUANTILE = Pattern.compile("(.*) q(0?\\.\\d+)");
  private static final List<ColumnType> TIMES =
      List.of(ColumnType.LOCAL_DATE_TIME, ColumnType.INSTANT, ColumnType.LOCAL_DATE);

  private final Column<?> times; // or null
  private final int steps;
  private final Map<String, Target> targets;
  private final Map<String, Double> metrics;

  /** The forecasts of one target, by step. */
  record Target(NumericColumn<?> point, Map<String, NumericColumn<?>> quantiles) {}

  private SeriesForecast(
      Column<?> times, int steps, Map<String, Target> targets, Map<String, Double> metrics) {
    this.times = times;
    this.steps = steps;
    this.targets = targets;
    this.metrics = metrics;
  }

  /**
   * Creates a forecast from a table with one row for each step, such as that of {@code
   * Forecaster.forecast}, {@code Windows.forecast} or {@code SeriesForecasts}.
   *
   * @param forecast the table. Its first column of times, dates or instants, if it has one, is the
   *     time. Each other column must be numeric: a quantile if its name is that of a target
   *     followed by a level, as in {@code sales q0.1}, else the point forecast of the target of its
   *     name. A column {@code row} is ignored.
   * @throws IllegalArgumentException if there is no row, no target or a column of another type, or
   *     if a value is missing
   */
  public static SeriesForecast of(Table forecast) {
    Column<?> times = null;
    Map<String, NumericColumn<?>> points = new LinkedHashMap<>();
    Map<String, Map<String, NumericColumn<?>>> quantiles = new LinkedHashMap<>();
    List<String> others = new ArrayList<>();
    for (Column<?> column : forecast.columns()) {
      if (TIMES.contains(column.type()) && times == null) {
        times = column;
      } else if (column instanceof NumericColumn<?> numbers) {
        requireValues(numbers);
        Matcher name = QUANTILE.matcher(column.name());
        if (name.matches()) {
          String level = name.group(2).startsWith(".") ? "0" + name.group(2) : name.group(2);
          quantiles.computeIfAbsent(name.group(1), n -> new TreeMap<>()).put(level, numbers);
        } else if (!column.name().equals("row")) {
          points.put(column.name(), numbers);
        }
      } else {
        others.add(Columns.described(column));
      }
    }
    Map<String, Target> targets = new LinkedHashMap<>();
    points.forEach(
        (name, point) ->
            targets.put(name, new Target(point, quantiles.getOrDefault(name, Map.of()))));
    quantiles.forEach(
        (name, levels) -> targets.putIfAbsent(name, new Target(levels.get("0.5"), levels)));
    if (forecast.rowCount() == 0 || targets.isEmpty() || !others.isEmpty()) {
      throw new IllegalArgumentException(
          "A forecast must have at least one row, and one column of times and numeric columns of"
              + " targets or quantiles, as in 'sales' or 'sales q0.1', but has "
              + forecast.rowCount()
              + " rows and the columns "
              + forecast.columns().stream().map(Columns::described).toList()
              + ".");
    }
    return new SeriesForecast(times, forecast.rowCount(), targets, Map.of());
  }

  private static void requireValues(NumericColumn<?> column) {
    for (int row = 0; row < column.size(); row++) {
      if (column.isMissing(row)) {
        throw new IllegalArgumentException(
            "A forecast must have a value in each row, but column '"
                + column.name()
                + "' has none in row "
                + row
                + ".");
      }
    }
  }

  /**
   * Returns this forecast with metrics, such as those of {@code BacktestResult.table()} or {@code
   * ForecastMetrics.by}.
   *
   * @param newMetrics a table with one row, whose numeric columns are the metrics. If it has
   *     several rows, for example of several methods, the name of a metric begins with the texts of
   *     its row, as in {@code gru MAE}. Missing values are left out.
   * @throws IllegalArgumentException if two metrics have the same name
   */
  public SeriesForecast metrics(Table newMetrics) {
    Map<String, Double> read = new LinkedHashMap<>();
    for (int r = 0; r < newMetrics.rowCount(); r++) {
      int row = r;
      String prefix =
          newMetrics.rowCount() == 1
              ? ""
              : newMetrics.columns().stream()
                  .filter(column -> column.type() == ColumnType.STRING)
                  .map(column -> column.getString(row) + " ")
                  .collect(Collectors.joining());
      for (Column<?> column : newMetrics.columns()) {
        if (column instanceof NumericColumn<?> numbers
            && !numbers.isMissing(row)
            && read.put(prefix + column.name(), numbers.getDouble(row)) != null) {
          throw new IllegalArgumentException(
              "Each row of metrics must have its own texts, such as the name of the method, but"
                  + " there are two values of '"
                  + prefix
                  + column.name()
                  + "'. Select one row with table.where(…).");
        }
      }
    }
    return new SeriesForecast(times, steps, targets, Map.copyOf(read));
  }

  /** Returns the times of the steps, or null. */
  Column<?> times() {
    return times;
  }

  int steps() {
    return steps;
  }

  Map<String, Target> targets() {
    return targets;
  }

  Map<String, Double> metrics() {
    return metrics;
  }
}
