package org.unroll.forecasting;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.DoubleSupplier;
import java.util.stream.IntStream;
import org.unroll.internal.Suggestion;
import tech.tablesaw.api.DoubleColumn;
import tech.tablesaw.api.IntColumn;
import tech.tablesaw.api.Table;
import tech.tablesaw.columns.Column;

/** Computes the metrics of groups of rows, for {@link ForecastMetrics#by}. */
final class MetricTable {
  private final Table forecasts;
  private final QuantileColumns all;
  private final double[] weights;

  MetricTable(Table forecasts, double... weights) {
    this.forecasts = forecasts;
    this.all = QuantileColumns.of(forecasts);
    this.weights = weights;
    if (forecasts.rowCount() == 0 || all.truth() == null) {
      throw new IllegalArgumentException(
          "The table of forecasts must have rows and the measured values in a column '"
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
    List<Column<?>> keys = new ArrayList<>();
    for (String column : columns) {
      if (!forecasts.containsColumn(column)) {
        throw new IllegalArgumentException(
            "The table of forecasts must have the column '"
                + column
                + "', but its columns are "
                + forecasts.columnNames()
                + "."
                + Suggestion.of(column, forecasts.columnNames()));
      }
      keys.add(forecasts.column(column));
    }
    Map<List<String>, List<Integer>> groups = new LinkedHashMap<>();
    for (int row = 0; row < forecasts.rowCount(); row++) {
      int at = row;
      List<String> key = keys.stream().map(column -> column.getUnformattedString(at)).toList();
      groups.computeIfAbsent(key, k -> new ArrayList<>()).add(row);
    }
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
    boolean unbounded = all.bands().stream().anyMatch(band -> count(band, 1) > 0);
    boolean empty = all.bands().stream().anyMatch(band -> count(band, -1) > 0);
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
