package org.unroll.forecasting;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import tech.tablesaw.api.DoubleColumn;
import tech.tablesaw.api.IntColumn;
import tech.tablesaw.api.StringColumn;
import tech.tablesaw.api.Table;

/** Metrics compared with NumPy and scikit-learn (src/test/python/forecast_metrics.py). */
class ForecastMetricsTest {
  private static final ObjectMapper JSON = new ObjectMapper();

  private static <T> T read(JsonNode reference, String name, Class<T> type) {
    return JSON.convertValue(reference.get(name), type);
  }

  @Test
  void valuesMatchNumpyAndScikitLearn() throws IOException {
    JsonNode reference;
    try (var in = ForecastMetricsTest.class.getResourceAsStream("metrics.json")) {
      reference = JSON.readTree(in);
    }
    double[] training = read(reference, "training", double[].class);
    double[] y = read(reference, "truth", double[].class);
    double[] f = read(reference, "forecast", double[].class);
    double[][] samples = read(reference, "samples", double[][].class);
    double[] levels = read(reference, "levels", double[].class);
    double[][] quantiles = read(reference, "quantiles", double[][].class);
    double[] low = Arrays.stream(quantiles).mapToDouble(row -> row[0]).toArray();
    double[] high = Arrays.stream(quantiles).mapToDouble(row -> row[4]).toArray();
    check(reference, "bias", ForecastMetrics.bias(y, f));
    check(reference, "mape", ForecastMetrics.mape(y, f));
    check(reference, "smape", ForecastMetrics.smape(y, f));
    check(reference, "wape", ForecastMetrics.wape(y, f));
    check(reference, "mase", ForecastMetrics.mase(y, f, training, 4));
    check(reference, "rmsse", ForecastMetrics.rmsse(y, f, training, 4));
    check(reference, "pinball", ForecastMetrics.pinball(y, low, 0.1));
    check(reference, "coverage", ForecastMetrics.coverage(y, low, high));
    check(reference, "winkler", ForecastMetrics.winkler(y, low, high, 0.8));
    check(reference, "crps_of_samples", ForecastMetrics.crpsOfSamples(y, samples));
    check(reference, "crps_of_quantiles", ForecastMetrics.crpsOfQuantiles(y, quantiles, levels));
    double[] deviations = read(reference, "deviations", double[].class);
    check(reference, "crps_of_gaussian", ForecastMetrics.crpsOfGaussian(y, f, deviations));
    double[] w = read(reference, "weights", double[].class);
    JsonNode weighted = reference.get("weighted");
    check(weighted, "bias", ForecastMetrics.bias(y, f, w));
    check(weighted, "mae", ForecastMetrics.mae(y, f, w));
    check(weighted, "rmse", ForecastMetrics.rmse(y, f, w));
    check(weighted, "mape", ForecastMetrics.mape(y, f, w));
    check(weighted, "smape", ForecastMetrics.smape(y, f, w));
    check(weighted, "wape", ForecastMetrics.wape(y, f, w));
    check(weighted, "mase", ForecastMetrics.mase(y, f, training, 4, w));
    check(weighted, "rmsse", ForecastMetrics.rmsse(y, f, training, 4, w));
    check(weighted, "pinball", ForecastMetrics.pinball(y, low, 0.1, w));
    check(weighted, "coverage", ForecastMetrics.coverage(y, low, high, w));
    check(weighted, "winkler", ForecastMetrics.winkler(y, low, high, 0.8, w));
    check(weighted, "crps_of_samples", ForecastMetrics.crpsOfSamples(y, samples, w));
  }

  @Test
  void metricsOfGroupsMatchNumpyAndScikitLearn() throws IOException {
    JsonNode reference;
    try (var in = ForecastMetricsTest.class.getResourceAsStream("metrics.json")) {
      reference = JSON.readTree(in);
    }
    double[] levels = read(reference, "levels", double[].class);
    double[][] quantiles = read(reference, "quantiles", double[][].class);
    Table table =
        Table.create(
            IntColumn.create("fold", read(reference, "group", int[].class)),
            DoubleColumn.create("T (K)", read(reference, "truth", double[].class)));
    for (int k = 0; k < levels.length; k++) {
      int level = k;
      double[] column = Arrays.stream(quantiles).mapToDouble(row -> row[level]).toArray();
      table.addColumns(DoubleColumn.create("T (K) q" + levels[k], column));
    }
    double[] w = read(reference, "weights", double[].class);
    Table metrics = ForecastMetrics.weightedBy(table, w, "fold");
    assertEquals(3, metrics.rowCount());
    for (int group = 0; group < 3; group++) {
      assertEquals(group, metrics.intColumn("fold").getInt(group));
      int row = group;
      JsonNode expected = reference.get("by_group").get(group);
      expected
          .properties()
          .forEach(
              metric ->
                  check(
                      expected,
                      metric.getKey(),
                      metrics.numberColumn(metric.getKey()).getDouble(row)));
    }
    assertEquals(1, ForecastMetrics.by(table).rowCount());
    check(
        reference,
        "crps_of_quantiles",
        ForecastMetrics.by(table).doubleColumn("crps").getDouble(0));
    assertMessage("'Fold'", () -> ForecastMetrics.by(table.copy().removeColumns("fold"), "Fold"));
    assertMessage("q0.1", () -> ForecastMetrics.by(table.selectColumns("fold", "T (K)"), "fold"));
    assertMessage("12 rows", () -> ForecastMetrics.by(table.copy().removeColumns("T (K)")));
  }

  /**
   * The mean differences over 2 rows are (3 + 5) / 2 = 4 in series a, 20 without the missing value
   * in b, and 0 in c; d has no training range. The absolute errors are 2 and 4, 5, 3, and 1.
   */
  @Test
  void scaledErrorsBySeriesAgreeWithHandArithmetic() {
    Table training =
        Table.create(
            StringColumn.create("store", "a", "b", "a", "b", "a", "b", "a", "b", "c", "c", "c"),
            DoubleColumn.create("cnt", 1, 10, 2, 7, 4, 30, 7, Double.NaN, 5, 6, 5));
    Table forecasts =
        Table.create(
            StringColumn.create("store", "b", "a", "a", "c", "d"),
            IntColumn.create("ahead", 1, 1, 2, 1, 1),
            DoubleColumn.create("cnt", 20, 5, 8, 1, 2),
            DoubleColumn.create("cnt q0.5", 25, 3, 12, 4, 1));
    Table scaled = ForecastMetrics.withScales(forecasts, training, 2, "store");
    Table metrics = ForecastMetrics.by(scaled, "store");
    assertEquals(List.of("b", "a", "c", "d"), metrics.stringColumn("store").asList());
    assertEquals(0.25, metrics.doubleColumn("mase").getDouble(0));
    assertEquals((2 / 4.0 + 4 / 4.0) / 2, metrics.doubleColumn("mase").getDouble(1));
    assertTrue(metrics.doubleColumn("mase").isMissing(2));
    assertTrue(metrics.doubleColumn("mase").isMissing(3));
    assertArrayEquals(new double[] {0, 0, 1, 1}, metrics.doubleColumn("unscaled").asDoubleArray());
    Table byHorizon = ForecastMetrics.by(scaled, "ahead");
    assertEquals((5 / 20.0 + 2 / 4.0) / 2, byHorizon.doubleColumn("mase").getDouble(0));
    assertEquals(2, byHorizon.doubleColumn("unscaled").getDouble(0));
    Table weighted = ForecastMetrics.weightedBy(scaled, new double[] {3, 1, 2, 5, 5});
    assertEquals(
        (3 * 5 / 20.0 + 2 / 4.0 + 2 * 4 / 4.0) / 6,
        weighted.doubleColumn("mase").getDouble(0),
        1e-15);
    Table one = forecasts.where(forecasts.stringColumn("store").isEqualTo("a"));
    Table single =
        ForecastMetrics.by(
            ForecastMetrics.withScales(
                one, Table.create(DoubleColumn.create("cnt", 1, 2, 4, 7)), 2));
    assertEquals(0.75, single.doubleColumn("mase").getDouble(0));
    assertFalse(single.containsColumn("unscaled"));
    assertFalse(ForecastMetrics.by(forecasts).containsColumn("mase"));
    assertMessage(
        "The table of the training range must have the column 'shop'",
        () -> ForecastMetrics.withScales(forecasts, training, 2, "shop"));
    assertMessage(
        "At least one series of the forecasts",
        () -> ForecastMetrics.withScales(forecasts.last(1), training, 2, "store"));
    assertMessage(
        "period must be at least 1",
        () -> ForecastMetrics.withScales(forecasts, training, 0, "store"));
  }

  private static void check(JsonNode reference, String name, double value) {
    assertEquals(reference.get(name).asDouble(), value, 1e-10, name);
  }

  /** Intervals [1, 3], [−∞, ∞], [∞, −∞] and [2, ∞]. An empty interval contains nothing. */
  @Test
  void emptyIntervalsAreNotUnbounded() {
    double infinity = Double.POSITIVE_INFINITY;
    Table table =
        Table.create(
            IntColumn.create("ahead", 1, 1, 2, 2),
            DoubleColumn.create("y", 2, 2, 2, 2),
            DoubleColumn.create("y q0.1", 1, -infinity, infinity, 2),
            DoubleColumn.create("y q0.9", 3, infinity, -infinity, infinity));
    Table all = ForecastMetrics.by(table);
    assertEquals(2, all.doubleColumn("unbounded 80 %").getDouble(0));
    assertEquals(1, all.doubleColumn("empty 80 %").getDouble(0));
    assertEquals(0.75, all.doubleColumn("coverage 80 %").getDouble(0));
    assertEquals(2, all.doubleColumn("width 80 %").getDouble(0));
    assertTrue(all.doubleColumn("winkler 80 %").isMissing(0));
    Table groups = ForecastMetrics.by(table, "ahead");
    assertEquals(List.of(1.0, 1.0), groups.doubleColumn("unbounded 80 %").asList());
    assertEquals(List.of(0.0, 1.0), groups.doubleColumn("empty 80 %").asList());
    Table bounded = ForecastMetrics.by(table.first(1));
    assertFalse(bounded.columnNames().contains("empty 80 %"));
    assertFalse(bounded.columnNames().contains("unbounded 80 %"));
  }

  @Test
  void meaninglessValuesAreRefused() {
    double[] zero = {0, 1};
    double[] one = {1, 1};
    double[] missing = {1, Double.NaN};
    assertMessage("value 0 is 0", () -> ForecastMetrics.mape(zero, one));
    assertMessage("all are 0", () -> ForecastMetrics.wape(new double[2], one));
    assertMessage("all are 0", () -> ForecastMetrics.mase(zero, one, one, 1));
    assertMessage("was 2", () -> ForecastMetrics.mase(zero, one, one, 2));
    assertMessage("value 1 is 1.0 and NaN", () -> ForecastMetrics.bias(one, missing));
    assertMessage("2 and 1", () -> ForecastMetrics.bias(one, new double[1]));
    assertMessage("0 and 0", () -> ForecastMetrics.bias(new double[0], new double[0]));
    assertMessage("was 1.0", () -> ForecastMetrics.winkler(one, one, one, 1));
    assertMessage(
        "value 0 has 1",
        () -> ForecastMetrics.crpsOfQuantiles(one, new double[2][1], new double[] {0.1, 0.9}));
    assertMessage("3 weights", () -> ForecastMetrics.mae(one, one, 1, 1, 1));
    assertMessage("minimum -1", () -> ForecastMetrics.mae(one, one, 2, -1));
    assertMessage("sum 0.0", () -> ForecastMetrics.mae(one, one, 0, 0));
    assertMessage("value 0 is 0.0", () -> ForecastMetrics.crpsOfGaussian(one, one, zero));
    assertMessage("empty", () -> ForecastMetrics.crpsOfSamples(one, new double[2][0]));
    assertEquals(0, ForecastMetrics.smape(new double[1], new double[1]));
  }

  private static void assertMessage(String part, Runnable call) {
    var error = assertThrows(IllegalArgumentException.class, call::run);
    assertTrue(error.getMessage().contains(part), error.getMessage());
  }
}
