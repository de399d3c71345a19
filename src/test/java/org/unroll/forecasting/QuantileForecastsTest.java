package org.unroll.forecasting;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.time.LocalDateTime;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.unroll.timeseries.TimeSeries;
import org.unroll.timeseries.Windows;
import tech.tablesaw.api.DateTimeColumn;
import tech.tablesaw.api.DoubleColumn;
import tech.tablesaw.api.Table;

/** Quantiles in the units of their target, compared with hand arithmetic and SciPy. */
class QuantileForecastsTest {
  private static final LocalDateTime START = LocalDateTime.of(2020, 1, 1, 0, 0);

  /** Rows 0 … 9 of 10 · row and of −row; mean 45 and −4.5. */
  private static TimeSeries series() {
    double[] rows = IntStream.range(0, 10).asDoubleStream().toArray();
    return TimeSeries.of(
            Table.create(
                DateTimeColumn.create(
                    "hour", IntStream.range(0, 10).mapToObj(START::plusHours).toList()),
                DoubleColumn.create("T (K)", Arrays.stream(rows).map(row -> 10 * row).toArray()),
                DoubleColumn.create("p", Arrays.stream(rows).map(row -> -row).toArray())))
        .normalizedOn(0, 10);
  }

  /** Five windows of two input rows, whose targets are 2 and 4 rows ahead. */
  private static Windows windows(String... targets) {
    return series().target(targets).windows().lookback(4).step(2).horizon(2).targetSteps(2);
  }

  /** The truth of "T (K)" and 7 less and 9 more, normalized. */
  private static double[][] predictions(Windows windows) {
    double[][] predictions = new double[windows.size()][];
    for (int i = 0; i < predictions.length; i++) {
      double[] t = windows.target(i);
      double unit = 1 / windows.series().std("T (K)");
      predictions[i] =
          new double[] {
            t[0] - 7 * unit, t[0], t[0] + 9 * unit, t[1] - 7 * unit, t[1], t[1] + 9 * unit
          };
    }
    return predictions;
  }

  @Test
  void tableHasOneRowForEachWindowAndStep() {
    Windows windows = windows("T (K)");
    assertEquals(4, windows.size());
    QuantileForecasts forecasts =
        QuantileForecasts.of(windows, predictions(windows), 0.1, 0.5, 0.9);
    Table table = forecasts.table();
    assertEquals(
        List.of("time", "ahead", "T (K)", "T (K) q0.1", "T (K) q0.5", "T (K) q0.9"),
        table.columnNames());
    assertEquals(8, table.rowCount());
    // Window 1 begins in row 1, its last input row is 3, and its targets are rows 5 and 7.
    assertEquals(START.plusHours(7), table.dateTimeColumn("time").get(3));
    assertEquals(4, table.intColumn("ahead").get(3));
    assertEquals(70, table.doubleColumn("T (K)").get(3), 1e-5);
    assertEquals(63, table.doubleColumn("T (K) q0.1").get(3), 1e-5);
    assertEquals(70, table.doubleColumn("T (K) q0.5").get(3), 1e-5);
    assertEquals(79, table.doubleColumn("T (K) q0.9").get(3), 1e-5);
    assertArrayEquals(new int[] {2, 4}, forecasts.ofWindow(1).intColumn("ahead").asIntArray());
    assertEquals(4, forecasts.ofStep(0).rowCount());
    assertArrayEquals(
        new double[] {60, 70, 80, 90}, forecasts.ofStep(1).doubleColumn("T (K)").asDoubleArray());
    Table metrics = forecasts.byHorizon();
    assertArrayEquals(new int[] {2, 4}, metrics.intColumn("ahead").asIntArray());
    assertEquals(16, metrics.doubleColumn("width 80 %").get(1), 1e-5);
    assertEquals(1, metrics.doubleColumn("coverage 80 %").get(0));
    assertEquals(1.6 / 3, metrics.doubleColumn("pinball").get(0), 1e-5); // (0.1·7 + 0.1·9) / 3
  }

  @Test
  void windowsUnderstandLevelsOfSeveralTargets() {
    Windows windows = windows("T (K)", "p");
    double[][] predictions = new double[windows.size()][];
    for (int i = 0; i < predictions.length; i++) {
      double[] t = windows.target(i); // T and p two rows ahead, then four rows ahead
      predictions[i] =
          Arrays.stream(t).flatMap(v -> Arrays.stream(new double[] {v - 1, v + 1})).toArray();
    }
    Table table = windows.forecasts(predictions, 0.25, 0.75);
    assertEquals(
        List.of(
            "hour",
            "T (K) +0 q0.25",
            "T (K) +0 q0.75",
            "p +0 q0.25",
            "p +0 q0.75",
            "T (K) +2 q0.25",
            "T (K) +2 q0.75",
            "p +2 q0.25",
            "p +2 q0.75"),
        table.columnNames());
    double std = windows.series().std("p");
    assertEquals(-6 - std, table.doubleColumn("p +2 q0.25").get(0), 1e-6);
    assertEquals(-6 + std, table.doubleColumn("p +2 q0.75").get(0), 1e-6);
    Table next = windows.forecast(predictions[0], 0.25, 0.75);
    assertEquals(
        List.of("hour", "T (K) q0.25", "T (K) q0.75", "p q0.25", "p q0.75"), next.columnNames());
    assertEquals(START.plusHours(13), next.dateTimeColumn("hour").get(1));
    assertEquals(-6 + std, next.doubleColumn("p q0.75").get(1), 1e-6);
    assertMessage("each of the 3 levels", () -> windows.forecasts(predictions, 0.1, 0.5, 0.9));
    assertMessage("increasing", () -> windows.forecasts(predictions, 0.9, 0.1));
    assertMessage("[T (K), p]", () -> QuantileForecasts.of(windows, predictions, 0.1, 0.9));
  }

  @Test
  void gaussianQuantilesMatchScipy() throws IOException {
    double[] levels = {0.025, 0.1, 0.5, 0.9, 0.975};
    double[][] quantiles =
        QuantileForecasts.gaussianQuantiles(new double[][] {{0, 0, 3, Math.log(2)}}, levels);
    try (var in = QuantileForecastsTest.class.getResourceAsStream("metrics.json")) {
      var scipy = new ObjectMapper().readTree(in).get("levels_of_normal");
      for (int k = 0; k < levels.length; k++) {
        double z = scipy.get(String.valueOf(levels[k])).asDouble();
        assertEquals(z, quantiles[0][k], 1e-9);
        assertEquals(3 + 2 * z, quantiles[0][levels.length + k], 1e-9);
      }
    }
    Windows windows = windows("T (K)");
    double[][] standard = new double[windows.size()][4]; // mean 45, deviation that of the series
    double[] upper = QuantileForecasts.ofGaussian(windows, standard, 0.5, 0.9).quantiles(1, 0.9);
    assertEquals(45 + 1.2815515655 * windows.series().std("T (K)"), upper[0], 1e-5);
    assertMessage("has 3", () -> QuantileForecasts.gaussianQuantiles(new double[1][3], levels));
  }

  private static void assertMessage(String part, Runnable call) {
    var error = assertThrows(IllegalArgumentException.class, call::run);
    assertTrue(error.getMessage().contains(part), error.getMessage());
  }

  @Test
  void targetsThatWereNotMeasuredAreMissingAlthoughTheSeriesFillsThem() {
    double[] values = IntStream.range(0, 30).mapToDouble(row -> 10 * row).toArray();
    values[12] = Double.NaN; // forwardFilled() fills it with 110
    Windows windows =
        TimeSeries.of(Table.create(DoubleColumn.create("y", values)))
            .target("y")
            .forwardFilled()
            .normalizedOn(0, 30)
            .windows()
            .lookback(2);
    assertEquals(28, windows.size());
    double[][] quantiles = new double[28][]; // 4 below the measured values, and the filled one
    double unit = 1 / windows.series().std("y");
    for (int i = 0; i < 28; i++) {
      double value = windows.target(i)[0] - (windows.targetRow(i) == 12 ? 0 : 4 * unit);
      quantiles[i] = new double[] {value - unit, value, value + unit};
    }

    QuantileForecasts forecasts = QuantileForecasts.of(windows, quantiles, 0.1, 0.5, 0.9);
    assertEquals(10, Arrays.stream(forecasts.truth(0)).boxed().toList().indexOf(Double.NaN));
    Table metrics = ForecastMetrics.by(forecasts.table());
    assertEquals(27, metrics.intColumn("count").get(0));
    assertEquals(4, metrics.doubleColumn("mae").get(0), 1e-4);
    // All measured values are 3 above their interval.
    assertEquals(0, metrics.doubleColumn("coverage 80 %").get(0));
    QuantileForecasts corrected = ConformalMargins.of(forecasts, 0.8).correct(forecasts);
    Table wider = corrected.ofStep(0);
    assertEquals(
        2 + 2 * 3, wider.doubleColumn("y q0.9").get(0) - wider.doubleColumn("y q0.1").get(0), 1e-4);
    Table anomalies = forecasts.anomalies(0, 0.8);
    assertTrue(anomalies.booleanColumn("anomaly").isMissing(10));
    assertTrue(anomalies.doubleColumn("score").isMissing(10));
    assertEquals(1, anomalies.booleanColumn("anomaly").countMissing());
  }
}
