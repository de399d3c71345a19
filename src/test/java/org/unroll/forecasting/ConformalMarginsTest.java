package org.unroll.forecasting;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.unroll.timeseries.TimeSeries;
import org.unroll.timeseries.Windows;
import tech.tablesaw.api.DoubleColumn;
import tech.tablesaw.api.Table;

/** Margins by target step, compared with hand arithmetic, theory and counts. */
class ConformalMarginsTest {
  private static Windows windows(double[] values, int steps, int from, int to) {
    double[][] rows = new double[values.length][1];
    for (int i = 0; i < rows.length; i++) {
      rows[i][0] = values[i];
    }
    return TimeSeries.of(rows, "y")
        .target("y")
        .windows()
        .lookback(1)
        .targetSteps(steps)
        .range(from, to);
  }

  /** Forecasts the same quantiles for every window and step. */
  private static QuantileForecasts constant(Windows windows, double[] values, double... levels) {
    int steps = windows.targetShape().size();
    double[][] predictions = new double[windows.size()][steps * levels.length];
    for (double[] row : predictions) {
      for (int k = 0; k < row.length; k++) {
        row[k] = values[k % values.length];
      }
    }
    return QuantileForecasts.of(windows, predictions, levels);
  }

  @Test
  void eachStepHasItsMargin() {
    double[] values = {0, 1, -2, 3, -4, 5, 0, 0, 0};
    Windows all = windows(values, 2, 0, 6);
    // Step 1 sees 1, −2, 3, −4 and step 2 −2, 3, −4, 5. k = ⌈5 · 0.5⌉ = 3, ⌈5 · 0.8⌉ = 4.
    ConformalMargins points = ConformalMargins.of(constant(all, new double[] {0}, 0.5), 0.5, 0.8);
    assertEquals(List.of(List.of(3.0, 4.0), List.of(4.0, 5.0)), points.margins());
    assertEquals(List.of("step", "50 %", "80 %"), points.table().columnNames());
    QuantileForecasts corrected = points.correct(constant(all, new double[] {1}, 0.5));
    assertArrayEquals(new double[] {0.1, 0.25, 0.5, 0.75, 0.9}, corrected.levels(), 1e-12);
    Table first = corrected.ofWindow(0);
    assertEquals(-3, first.doubleColumn("y q0.1").get(0));
    assertEquals(-3, first.doubleColumn("y q0.25").get(1));
    assertEquals(1, first.doubleColumn("y q0.5").get(1));
    assertEquals(6, first.doubleColumn("y q0.9").get(1));
    // Scores max(−1 − y, y − 2) of step 1: −1, 1, 1, 3; step 2: 1, 1, 3, 3.
    double[] levels = {0.25, 0.75};
    ConformalMargins quantiles =
        ConformalMargins.of(constant(all, new double[] {-1, 2}, levels), 0.5);
    assertEquals(List.of(List.of(1.0), List.of(3.0)), quantiles.margins());
    assertArrayEquals(
        levels, quantiles.correct(constant(all, new double[] {-1, 2}, levels)).levels());
    assertMessage(
        "levels 0.1 and 0.9 or the level 0.5",
        () -> ConformalMargins.of(constant(all, new double[] {-1, 2}, levels), 0.8));
    assertMessage(
        "at least 19", () -> ConformalMargins.of(constant(all, new double[] {0}, 0.5), 0.95));
    assertMessage(
        "increase", () -> ConformalMargins.of(constant(all, new double[1], 0.5), 0.8, 0.5));
    assertMessage(
        "2 target steps",
        () -> points.correct(constant(windows(values, 1, 0, 6), new double[1], 0.5)));
  }

  /** The values of each step are exchangeable, with a distribution that is not symmetric. */
  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3})
  void exchangeableValuesAreCoveredAtEachStep(long seed) {
    var random = new Random(seed);
    double[] values = random.doubles(9000).map(u -> -Math.log(u)).toArray();
    Windows calibration = windows(values, 3, 0, 3000);
    Windows test = windows(values, 3, 3000, 9000);
    double[][] models = {{1}, {0.5, 0.9, 1.4}};
    double[][] levels = {{0.5}, {0.1, 0.5, 0.9}};
    for (int m = 0; m < 2; m++) {
      Table metrics =
          ConformalMargins.of(constant(calibration, models[m], levels[m]), 0.8, 0.95)
              .correct(constant(test, models[m], levels[m]))
              .byHorizon();
      for (int step = 0; step < 3; step++) {
        // Standard errors of 3000 and 6000 values: 0.9 and 0.5 points.
        assertEquals(0.8, metrics.doubleColumn("coverage 80 %").get(step), 0.035);
        assertEquals(0.95, metrics.doubleColumn("coverage 95 %").get(step), 0.02);
      }
    }
  }

  @Test
  void adaptiveIntervalsKeepTheCoverageAtEachStepWhenErrorsGrow() {
    var random = new Random(4);
    double[] values = new double[6000];
    for (int i = 0; i < values.length; i++) {
      values[i] = random.nextGaussian() * (1 + i / 1000.0);
    }
    Windows before = windows(values, 4, 0, 1000);
    Windows after = before.range(1000, 6000);
    QuantileForecasts calibration = constant(before, new double[] {0}, 0.5);
    QuantileForecasts forecasts = constant(after, new double[] {0}, 0.5);
    Table adapted = AdaptiveConformal.correct(calibration, forecasts, 0.02, 300, 0.9).byHorizon();
    Table fixed = ConformalMargins.of(calibration, 0.9).correct(forecasts).byHorizon();
    for (int step = 0; step < 4; step++) {
      assertEquals(0.9, adapted.doubleColumn("coverage 90 %").get(step), 0.015);
      assertTrue(fixed.doubleColumn("coverage 90 %").get(step) < 0.75, "a fixed margin fails");
    }
  }

  @Test
  void anomaliesAreValuesOutsideTheirBand() {
    double[] values = {0, 1, -2, 3, -4, 50, 0, -1, -20};
    Windows before = windows(values, 1, 0, 5);
    QuantileForecasts after = constant(before.range(4, 9), new double[] {1}, 0.5);
    // Scores 0, 3, 2, 5 of 1, −2, 3, −4, and k = ⌈5 · 0.8⌉ = 4: the band is 1 ± 5.
    Table scored =
        ConformalMargins.of(constant(before, new double[] {1}, 0.5), 0.8)
            .correct(after)
            .anomalies(0, 0.8);
    assertArrayEquals(
        new double[] {9.8, -0.2, -0.4, -4.2}, scored.doubleColumn("score").asDoubleArray(), 1e-6);
    assertEquals(List.of(true, false, false, true), scored.booleanColumn("anomaly").asList());
    assertMessage("0.25", () -> after.anomalies(0, 0.5));
    QuantileForecasts unbounded =
        constant(before.range(4, 9), new double[] {Double.NEGATIVE_INFINITY, 4}, 0.1, 0.9);
    assertEquals(
        List.of(0.0, 0.0, 0.0, 0.0), unbounded.anomalies(0, 0.8).doubleColumn("score").asList());
  }

  @Test
  void exchangeableValuesAreRarelyAnomalies() {
    double[] values = new Random(6).doubles(6000).map(u -> -Math.log(u)).toArray();
    values[5500] = 40;
    Windows before = windows(values, 1, 0, 2000);
    QuantileForecasts after = constant(before.range(2000, 6000), new double[] {1}, 0.5);
    Table scored =
        ConformalMargins.of(constant(before, new double[] {1}, 0.5), 0.99)
            .correct(after)
            .anomalies(0, 0.99);
    var anomaly = scored.booleanColumn("anomaly");
    assertTrue(anomaly.get(5500 - 2001));
    assertEquals(0.01, anomaly.countTrue() / (double) anomaly.size(), 0.006);
  }

  /** Values from row 300 on must not change an interval that is forecast in an earlier row. */
  @Test
  void adaptiveIntervalsDoNotDependOnFutureValues() {
    double[] values = new Random(5).doubles(400).toArray();
    double[] poisoned = values.clone();
    for (int i = 300; i < poisoned.length; i++) {
      poisoned[i] = 1e6;
    }
    QuantileForecasts plain = adapted(values);
    QuantileForecasts changed = adapted(poisoned);
    for (int step = 0; step < 5; step++) {
      double[] expected = plain.quantiles(step, 0.9);
      double[] actual = changed.quantiles(step, 0.9);
      for (int i = 0; i < expected.length; i++) {
        if (plain.windows().lastRow(i) < 300) {
          assertEquals(expected[i], actual[i]);
        } else if (plain.windows().lastRow(i) == 310) {
          assertTrue(actual[i] != expected[i], "step " + step);
        }
      }
    }
  }

  private static QuantileForecasts adapted(double... values) {
    Windows before = windows(values, 5, 0, 100);
    return AdaptiveConformal.correct(
        constant(before, new double[] {0.5}, 0.5),
        constant(before.range(100, 400), new double[] {0.5}, 0.5),
        0.05,
        60,
        0.8);
  }

  /** The rule with hand arithmetic: two steps, so that the second is known two rows later. */
  @Test
  void errorsAreThoseOfTheIntervalThatWasForecast() {
    double[] values = {0, 1, 2, 3, 9, 0, 0, 0};
    Windows before = windows(values, 2, 0, 4);
    QuantileForecasts calibration = constant(before, new double[] {0}, 0.5);
    QuantileForecasts forecasts = constant(before.range(3, 8), new double[] {0}, 0.5);
    // Step 2 of the calibration windows is in rows 2 and 3: scores 2 and 3, both known in row 3.
    // Rows 3 and 4: α = 0.5, k = ⌈3 · 0.5⌉ = 2, margin 3.
    // Row 5: row 5, of the interval ±3 of row 3, is 0. α = 0.5 + 0.2 · 0.5 = 0.6, scores 0, 2, 3,
    // k = ⌈4 · 0.4⌉ = 2, margin 2.
    double[] upper =
        AdaptiveConformal.correct(calibration, forecasts, 0.2, 3, 0.5).quantiles(1, 0.75);
    assertArrayEquals(new double[] {3, 3, 2}, upper, 1e-6);
    assertMessage("precede", () -> AdaptiveConformal.correct(forecasts, calibration, 0.2, 3, 0.5));
  }

  /** A value that was not measured neither widens the intervals nor enters the scores. */
  @Test
  void missingValuesDoNotChangeAdaptiveMargins() {
    double nan = Double.NaN;
    double[] upper = new double[2];
    for (int i = 0; i < 2; i++) {
      double[] values =
          i == 0 ? new double[] {0, 1, 2, 3, 4, 5} : new double[] {0, 1, 2, 3, nan, 5};
      Windows all =
          TimeSeries.of(Table.create(DoubleColumn.create("y", values)))
              .columns("y")
              .target("y")
              .skippingGaps()
              .windows()
              .lookback(1)
              .withUnknownTargets();
      QuantileForecasts calibration = constant(all.range(0, 4), new double[] {0}, 0.5);
      QuantileForecasts forecasts = constant(all.range(3, 5), new double[] {0}, 0.5);
      double[] margins =
          AdaptiveConformal.correct(calibration, forecasts, 0.2, 5, 0.5).quantiles(0, 0.75);
      upper[i] = margins[margins.length - 1];
    }
    assertEquals(2, upper[0]); // scores 1, 2, 3, k = ⌈4 · 0.5⌉ = 2
    assertEquals(2, upper[1]);
  }

  private static void assertMessage(String part, Runnable call) {
    var error = assertThrows(IllegalArgumentException.class, call::run);
    assertTrue(error.getMessage().contains(part), error.getMessage());
  }
}
