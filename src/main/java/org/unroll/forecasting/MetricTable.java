package org.unroll.forecasting;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.DoubleSupplier;
import java.util.stream.IntStream;
import org.unroll.data.Columns;
import org.unroll.internal.Suggestion;
import org.unroll.timeseries.Baseline;
import tech.tablesaw.api.DoubleColumn;
import tech.tablesaw.api.IntColumn;
import tech.tablesaw.api.NumericColumn;
import tech.tablesaw.api.Table;
import tech.tablesaw.columns.Column;

/** Computes the metrics of groups of rows, for {@link ForecastMetrics#by}. */
final class MetricTable {
  private static final String SCALE = "mase scale";

  private final Table forecasts;
  private final QuantileColumns all;
  private final double[] weights;

  /** The scale of MASE of each row, or none. */
  private final double[] scales;

  private final boolean unbounded; // whether some interval of any group is unbounded
  private final boolean empty; // whether some interval of any group is empty
  private final boolean unscaled; // whether some row of any group has no scale

  MetricTable(Table forecasts, double... weights) {
    this.forecasts = forecasts;
    this.all = QuantileColumns.of(forecasts);
    this.weights = weights;
    this.scales =
        forecasts.containsColumn(SCALE)
            ? forecasts.numberColumn(SCALE).asDoubleArray()
            : new double[0];
    unbounded = all.bands().stream().anyMatch(band -> count(band, 1) > 0);
    empty = all.bands().stream().anyMatch(band -> count(band, -1) > 0);
    unscaled = !Arrays.stream(scales).allMatch(scale -> scale > 0);
    if (all.truth() == null || Arrays.stream(all.truth()).allMatch(Double::isNaN)) {
      throw new IllegalArgumentException(
          "The table of forecasts must have rows with measured values in a column '"
              + all.target()
              + "', but has "
              + forecasts.rowCount()
              + " rows and the columns "
              + forecasts.columnNames()
              + ".");
    }
    ForecastMetrics.requireWeights(forecasts.rowCount(), weights);
  }

  /** Returns one row for each combination of the values of some columns, in their first order. */
  Table by(String... columns) {
    List<Column<?>> keys = columns(forecasts, "forecasts", columns);
    Map<List<String>, List<Integer>> groups = groups(forecasts.rowCount(), keys);
    groups.values().forEach(rows -> rows.removeIf(row -> Double.isNaN(all.truth()[row])));
    groups.values().removeIf(List::isEmpty);
    int[] firsts = groups.values().stream().mapToInt(rows -> rows.get(0)).toArray();
    Table table = Table.create("metrics");
    keys.forEach(column -> table.addColumns(column.subset(firsts)));
    table.addColumns(
        IntColumn.create("count", groups.values().stream().mapToInt(List::size).toArray()));
    Map<String, DoubleColumn> metrics = new LinkedHashMap<>();
    for (List<Integer> rows : groups.values()) {
      metrics(rows.stream().mapToInt(Integer::intValue).toArray())
          .forEach(
              (name, value) -> metrics.computeIfAbsent(name, DoubleColumn::create).append(value));
    }
    metrics.values().forEach(table::addColumns);
    return table;
  }

  private static List<Column<?>> columns(Table table, String what, String... names) {
    List<Column<?>> columns = new ArrayList<>();
    for (String name : names) {
      if (!table.containsColumn(name)) {
        throw new IllegalArgumentException(
            "The table of "
                + what
                + " must have the column '"
                + name
                + "', but its columns are "
                + table.columnNames()
                + "."
                + Suggestion.of(name, table.columnNames()));
      }
      columns.add(table.column(name));
    }
    return columns;
  }

  /** Returns the rows of each combination of values, in the order of their first rows. */
  private static Map<List<String>, List<Integer>> groups(int rows, List<Column<?>> keys) {
    Map<List<String>, List<Integer>> groups = new LinkedHashMap<>();
    for (int row = 0; row < rows; row++) {
      int at = row;
      List<String> key = keys.stream().map(column -> column.getUnformattedString(at)).toList();
      groups.computeIfAbsent(key, k -> new ArrayList<>()).add(row);
    }
    return groups;
  }

  /** Adds the scales of MASE, as {@link ForecastMetrics#withScales} describes. */
  static Table withScales(Table forecasts, Table training, int season, String... series) {
    String target = QuantileColumns.of(forecasts).target();
    NumericColumn<?> past = Columns.numeric(training, List.of(target)).get(0);
    Map<List<String>, List<Integer>> trained =
        groups(training.rowCount(), columns(training, "the training range", series));
    Map<List<String>, List<Integer>> predicted =
        groups(forecasts.rowCount(), columns(forecasts, "forecasts", series));
    if (predicted.keySet().stream().noneMatch(trained::containsKey)) {
      throw new IllegalArgumentException(
          "At least one series of the forecasts must be in the training range, but none of "
              + predicted.keySet().stream().limit(3).toList()
              + " is one of "
              + trained.keySet().stream().limit(3).toList()
              + ". Name the columns of the series as they are in both tables.");
    }
    double[] scales = new double[forecasts.rowCount()];
    predicted.forEach(
        (name, rows) -> {
          double[] values =
              trained.getOrDefault(name, List.of()).stream()
                  .mapToDouble(row -> Columns.value(past, row))
                  .toArray();
          double scale = Baseline.seasonalError(values, season);
          rows.forEach(row -> scales[row] = scale);
        });
    Table scaled = forecasts.copy();
    if (scaled.containsColumn(SCALE)) {
      scaled.removeColumns(SCALE);
    }
    return scaled.addColumns(DoubleColumn.create(SCALE, scales));
  }

  private static double[] subset(double[] values, int... rows) {
    return values.length == 0 ? values : Arrays.stream(rows).mapToDouble(i -> values[i]).toArray();
  }

  private Map<String, Double> metrics(int... rows) {
    Map<String, Double> metrics = new LinkedHashMap<>();
    double[] y = subset(all.truth(), rows);
    double[] w = subset(weights, rows);
    double[] median = all.median() == null ? null : subset(all.median(), rows);
    if (median != null) {
      metrics.put("bias", defined(() -> ForecastMetrics.bias(y, median, w), w));
      metrics.put("mae", defined(() -> ForecastMetrics.mae(y, median, w), w));
      metrics.put("rmse", defined(() -> ForecastMetrics.rmse(y, median, w), w));
      metrics.put("smape", defined(() -> ForecastMetrics.smape(y, median, w), w));
      boolean scaled = IntStream.range(0, y.length).anyMatch(i -> y[i] != 0 && weight(w, i) > 0);
      metrics.put("wape", scaled ? ForecastMetrics.wape(y, median, w) : Double.NaN);
      if (scales.length > 0) {
        scaledError(y, median, w, metrics, rows);
      }
    }
    double[][] quantiles =
        Arrays.stream(all.values()).map(level -> subset(level, rows)).toArray(double[][]::new);
    boolean finite =
        Arrays.stream(quantiles).allMatch(q -> Arrays.stream(q).allMatch(Double::isFinite));
    double pinball = 0;
    for (int k = 0; k < quantiles.length; k++) {
      double[] quantile = quantiles[k];
      double level = all.levels()[k];
      pinball +=
          finite
              ? defined(() -> ForecastMetrics.pinball(y, quantile, level, w), w) / quantiles.length
              : Double.NaN;
    }
    metrics.put("pinball", pinball);
    if (quantiles.length > 1) {
      metrics.put("crps", 2 * pinball);
    }
    for (QuantileColumns.Band band : all.bands()) {
      intervals(band, y, w, metrics, rows);
      var some =
          new QuantileColumns.Band(
              band.coverage(), subset(band.lower(), rows), subset(band.upper(), rows));
      String name = QuantileColumns.percent(band.coverage());
      if (unbounded) {
        metrics.put("unbounded " + name, count(some, 1));
      }
      if (empty) {
        metrics.put("empty " + name, count(some, -1));
      }
    }
    return metrics;
  }

  /** Adds MASE, and the number of rows without a scale if the table has such rows. */
  private void scaledError(
      double[] y, double[] median, double[] w, Map<String, Double> metrics, int... rows) {
    double sum = 0;
    double weight = 0;
    int count = 0;
    for (int i = 0; i < rows.length; i++) {
      double scale = scales[rows[i]];
      if (scale > 0) {
        sum += weight(w, i) * Math.abs(y[i] - median[i]) / scale;
        weight += weight(w, i);
      } else {
        count++;
      }
    }
    metrics.put("mase", sum / weight);
    if (unscaled) {
      metrics.put("unscaled", (double) count);
    }
  }

  /** Returns the number of unbounded intervals (sign 1), or of empty ones (sign −1). */
  private static double count(QuantileColumns.Band band, int sign) {
    return IntStream.range(0, band.lower().length)
        .filter(i -> band.upper()[i] - band.lower()[i] == sign * Double.POSITIVE_INFINITY)
        .count();
  }

  private static void intervals(
      QuantileColumns.Band band, double[] y, double[] w, Map<String, Double> metrics, int... rows) {
    double[] lower = subset(band.lower(), rows);
    double[] upper = subset(band.upper(), rows);
    double weight = 0;
    double inside = 0;
    double bounded = 0;
    double width = 0;
    int infinite = 0;
    for (int i = 0; i < y.length; i++) {
      double share = weight(w, i);
      weight += share;
      inside += y[i] >= lower[i] && y[i] <= upper[i] ? share : 0;
      if (Double.isInfinite(upper[i] - lower[i])) {
        infinite++;
      } else {
        bounded += share;
        width += share * (upper[i] - lower[i]);
      }
    }
    String name = QuantileColumns.percent(band.coverage());
    metrics.put("coverage " + name, inside / weight);
    metrics.put("width " + name, width / bounded);
    metrics.put(
        "winkler " + name,
        infinite > 0
            ? Double.NaN
            : defined(() -> ForecastMetrics.winkler(y, lower, upper, band.coverage(), w), w));
  }

  private static double weight(double[] weights, int i) {
    return weights.length == 0 ? 1 : weights[i];
  }

  /** Returns a metric, or NaN if all weights of the group are 0. */
  private static double defined(DoubleSupplier metric, double... weights) {
    boolean none = weights.length > 0 && Arrays.stream(weights).allMatch(weight -> weight == 0);
    return none ? Double.NaN : metric.getAsDouble();
  }
}
