package org.unroll.forecasting;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.unroll.ErrorMessages.assertMessageContains;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.function.Function;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.unroll.forecasting.ExponentialSmoothing.Trend;
import org.unroll.timeseries.TimeSeries;
import org.unroll.timeseries.Windows;

/** Models of one series compared with statsmodels (src/test/python/series_models.py). */
class SeriesModelTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int HORIZON = 30;
  private static JsonNode statsmodels;
  private static int fit;

  @BeforeAll
  static void read() throws IOException {
    try (var in = SeriesModelTest.class.getResourceAsStream("series_models.json")) {
      statsmodels = JSON.readTree(in);
    }
    fit = statsmodels.get("fit").asInt();
  }

  private static double[] numbers(JsonNode node) {
    return JSON.convertValue(node, double[].class);
  }

  /** Compares relative to the largest expected value. */
  private static void assertClose(String what, double[] expected, double[] actual, double error) {
    double scale = Arrays.stream(expected).map(Math::abs).max().orElseThrow();
    assertArrayEquals(expected, actual, error * scale, what);
  }

  private static double[] past(JsonNode series) {
    return Arrays.copyOf(numbers(series.get("values")), fit);
  }

  private static double[] forecast(SeriesModel model, double[] values) {
    int[] ahead = IntStream.rangeClosed(1, HORIZON).toArray();
    return model.forecasts(values, ahead)[values.length - 1];
  }

  /** Checks the forecasts from the end of the fit and from the last row. */
  private static void assertForecasts(
      String what, JsonNode series, JsonNode expected, SeriesModel model, double error) {
    assertClose(what, numbers(expected.get("forecast")), forecast(model, past(series)), error);
    double[] all = numbers(series.get("values"));
    assertClose(what, numbers(expected.get("later")), forecast(model, all), error);
  }

  /** Compares every eighth fitted value; the forecast of a row is the fitted value of the next. */
  private static void assertFitted(String what, int first, JsonNode expected, double[] forecasts) {
    double[] fitted = numbers(expected.get("fitted")); // of the rows first + 7, first + 15, …
    double[] same = new double[fitted.length];
    Arrays.setAll(same, i -> forecasts[first + 6 + 8 * i]);
    assertClose(what, fitted, same, 1e-6);
  }

  private static double[] fitted(SeriesModel model, double[] values) {
    return Arrays.stream(model.forecasts(values, 1)).mapToDouble(row -> row[0]).toArray();
  }

  @Test
  void autoregressionMatchesStatsmodels() {
    statsmodels
        .get("series")
        .forEach(
            series -> {
              double[] past = past(series);
              for (JsonNode expected : series.get("autoregression")) {
                int lags = expected.get("lags").asInt();
                Autoregression model = Autoregression.fit(past, lags);
                double[] params =
                    DoubleStream.concat(
                            DoubleStream.of(model.intercept()),
                            model.coefficients().stream().mapToDouble(Double::doubleValue))
                        .toArray();
                assertClose("parameters", numbers(expected.get("params")), params, 1e-6);
                double[] fitted = fitted(model, past);
                assertFitted("lags " + lags, lags, expected, fitted);
                double sse = 0;
                for (int t = lags; t < fit; t++) {
                  sse += Math.pow(past[t] - fitted[t - 1], 2);
                }
                assertEquals(1, sse / expected.get("sse").asDouble(), 1e-6);
                assertForecasts("forecast", series, expected, model, 1e-6);
              }
            });
  }

  @Test
  void thetaMatchesStatsmodels() {
    statsmodels
        .get("series")
        .forEach(
            series -> {
              for (JsonNode expected : series.get("theta")) {
                int period = expected.get("period").asInt();
                Theta model = Theta.fit(past(series), period);
                String what = "Theta " + period;
                assertEquals(expected.get("slope").asDouble(), model.slope(), 1e-6, what);
                assertEquals(expected.get("alpha").asDouble(), model.alpha(), 1e-3, what);
                assertForecasts(what, series, expected, model, 1e-4);
                var same =
                    new Theta(
                        expected.get("alpha").asDouble(),
                        model.slope(),
                        model.level(),
                        model.season());
                assertForecasts(what, series, expected, same, 1e-7);
              }
            });
  }

  /** statsmodels numbers the parameters of a model with those that it has found. */
  private static ExponentialSmoothing smoothing(JsonNode parameters) {
    return new ExponentialSmoothing(
        parameters.get("alpha").asDouble(),
        parameters.get("beta").asDouble(),
        parameters.get("gamma").asDouble(),
        parameters.get("phi").asDouble(),
        parameters.get("level").asDouble(),
        parameters.get("slope").asDouble(),
        Arrays.stream(numbers(parameters.get("season"))).boxed().toList());
  }

  private static double first(ExponentialSmoothing model) {
    return model.level()
        + model.phi() * model.trend()
        + (model.season().isEmpty() ? 0 : model.season().get(0));
  }

  private static double squaredErrors(ExponentialSmoothing model, double[] values) {
    double[] fitted = fitted(model, values);
    double sum = Math.pow(values[0] - first(model), 2);
    for (int t = 1; t < values.length; t++) {
      sum += Math.pow(values[t] - fitted[t - 1], 2);
    }
    return sum;
  }

  @Test
  void exponentialSmoothingWithTheSameParametersMatchesStatsmodels() {
    statsmodels
        .get("series")
        .forEach(
            series -> {
              double[] past = past(series);
              for (JsonNode expected : series.get("ets")) {
                ExponentialSmoothing model = smoothing(expected);
                String what = expected.get("trend") + " " + expected.get("period");
                assertFitted(what, 0, expected, fitted(model, past));
                assertEquals(1, squaredErrors(model, past) / expected.get("sse").asDouble(), 1e-6);
                assertForecasts(what, series, expected, model, 1e-6);
              }
            });
  }

  @Test
  void fittedExponentialSmoothingIsNotWorseThanStatsmodels() {
    List<String> same = new ArrayList<>();
    statsmodels
        .get("series")
        .properties()
        .forEach(
            entry -> {
              JsonNode series = entry.getValue();
              double[] past = past(series);
              for (JsonNode expected : series.get("ets")) {
                Trend trend = Trend.valueOf(expected.get("trend").asText());
                int period = expected.get("period").asInt();
                ExponentialSmoothing model = ExponentialSmoothing.fit(past, trend, period);
                String what = entry.getKey() + " " + trend + " " + period;
                double ratio = squaredErrors(model, past) / expected.get("sse").asDouble();
                assertTrue(ratio < 1 + 1e-8, what + ": " + ratio);
                if (ratio > 1 - 1e-8) { // statsmodels has found the same optimum
                  assertForecasts(what, series, expected, model, 1e-4);
                  same.add(what);
                }
              }
            });
    assertTrue(same.size() >= 6, same::toString);
  }

  private static final List<Function<double[], SeriesModel>> FITS =
      List.of(
          values -> Autoregression.fit(values, 3),
          values -> Theta.fit(values, 6),
          values -> ExponentialSmoothing.fit(values, Trend.NONE, 1),
          values -> ExponentialSmoothing.fit(values, Trend.DAMPED, 6));

  private static double[] season(int rows) {
    var random = new Random(3);
    double[] values = new double[rows];
    for (int t = 0; t < rows; t++) {
      values[t] = 50 + 0.1 * t + 4 * Math.sin(t * Math.PI / 3) + random.nextGaussian();
    }
    return values;
  }

  private static Windows windows(double[][] rows) {
    return TimeSeries.of(rows, "a", "b")
        .target("b", "a")
        .skippingGaps()
        .normalizedOn(0, 80)
        .windows()
        .lookback(4)
        .step(2)
        .horizon(3)
        .targetSteps(2);
  }

  /** Two targets in another order than the columns; the rows of a target are 3 and 5 ahead. */
  @Test
  void windowsArePredictedFromTheModelOfEachTarget() {
    double[] a = season(120);
    double[][] rows = new double[120][];
    for (int t = 0; t < 120; t++) {
      rows[t] = new double[] {a[t], 1000 - 7 * a[t] * a[t]};
    }
    Windows windows = windows(rows);
    Windows later = windows.range(90, 120);
    double[] b = Arrays.stream(rows).mapToDouble(row -> row[1]).toArray();
    double[][] predictions =
        SeriesModel.method(values -> Autoregression.fit(values, 3))
            .fit(windows.range(10, 80))
            .predict(later);
    assertEquals(later.size(), predictions.length);
    for (int sample = 0; sample < later.size(); sample++) {
      int last = later.lastRow(sample);
      double[] expected = new double[4];
      for (int j = 0; j < 2; j++) {
        double[] values = j == 0 ? b : a;
        SeriesModel model = Autoregression.fit(Arrays.copyOfRange(values, 10, 80), 3);
        double[] forecast =
            model.forecasts(Arrays.copyOfRange(values, 10, last + 1), 3, 5)[last - 10];
        String name = j == 0 ? "b" : "a";
        expected[j] = later.series().normalize(name, forecast[0]);
        expected[2 + j] = later.series().normalize(name, forecast[1]);
      }
      assertArrayEquals(expected, predictions[sample], 1e-4);
    }
  }

  @Test
  void laterRowsChangeNoForecast() {
    double[] a = season(120);
    for (Function<double[], SeriesModel> fit : FITS) {
      for (double poison : new double[] {Double.NaN, 1e30}) {
        double[][] rows = new double[120][];
        double[][] poisoned = new double[120][];
        for (int t = 0; t < 120; t++) {
          rows[t] = new double[] {a[t], a[(t + 3) % 120]};
          poisoned[t] = t < 100 ? rows[t] : new double[] {poison, poison};
        }
        PointForecasts clean = SeriesModel.method(fit).fit(windows(rows).range(0, 80));
        PointForecasts other = SeriesModel.method(fit).fit(windows(poisoned).range(0, 80));
        double[][] expected = clean.predict(windows(rows).range(70, 106));
        Windows seen =
            Double.isNaN(poison)
                ? windows(poisoned).range(70, 100)
                : windows(poisoned).range(70, 106);
        double[][] predictions = other.predict(seen);
        for (int sample = 0; sample < predictions.length && seen.lastRow(sample) < 100; sample++) {
          assertArrayEquals(expected[sample], predictions[sample]);
        }
        double[] past = Arrays.copyOf(a, 100);
        double[] future = a.clone();
        Arrays.fill(future, 100, 120, poison);
        SeriesModel model = fit.apply(Arrays.copyOf(a, 80));
        double[][] before = model.forecasts(past, 1, 9);
        double[][] after = Arrays.copyOf(model.forecasts(future, 1, 9), 100);
        assertTrue(Arrays.deepEquals(before, after));
      }
    }
  }

  @Test
  void aGapIsFilledWithTheForecast() {
    double[] values = season(100);
    Arrays.fill(values, 20, 23, Double.NaN);
    Arrays.fill(values, 90, 95, Double.NaN);
    for (Function<double[], SeriesModel> fit : FITS) {
      SeriesModel model = fit.apply(Arrays.copyOf(values, 80));
      double[][] forecasts = model.forecasts(values, 1, 2, 3, 4, 5, 6);
      for (int t = 90; t < 95; t++) {
        assertEquals(forecasts[89][t - 89], forecasts[t][0], 1e-9);
      }
      assertTrue(Math.abs(forecasts[98][0] - values[99]) < 10);
    }
  }

  /** The model of least squares without the rows of the gap. */
  @Test
  void fitsUseOnlyTheValuesThatAreNotMissing() {
    double[] line = new double[60];
    for (int t = 0; t < 60; t++) {
      line[t] = 3 + 2 * t + (t % 6 == 0 ? 5 : -1);
    }
    double[] gap = line.clone();
    Arrays.fill(gap, 30, 32, Double.NaN);
    ExponentialSmoothing smoothing = ExponentialSmoothing.fit(gap, Trend.LINEAR, 6);
    assertArrayEquals(new double[] {123 + 5, 125 - 1}, smoothing.forecasts(gap, 1, 2)[59], 1e-3);
    double[] squares = new double[30];
    Arrays.setAll(squares, t -> t * t / 2.0);
    squares[12] = Double.NaN;
    Autoregression rule = Autoregression.fit(squares, 2);
    assertEquals(1, rule.intercept(), 1e-6);
    assertEquals(2, rule.coefficients().get(0), 1e-8);
    assertEquals(-1, rule.coefficients().get(1), 1e-8);
  }

  @Test
  void valuesThatCannotBeFittedAreRefused() {
    double[] constant = new double[20];
    double[] missing = new double[20];
    Arrays.fill(missing, Double.NaN);
    assertMessageContains(
        "lags must be at least 1, but was 0", () -> Autoregression.fit(constant, 0));
    assertMessageContains("linearly dependent", () -> Autoregression.fit(constant, 2));
    assertMessageContains("contain 8", () -> Autoregression.fit(constant, 12));
    assertMessageContains("20 rows without one", () -> Theta.fit(missing, 1));
    assertMessageContains("period must be at least 1 row, but was 0", () -> Theta.fit(constant, 0));
    assertMessageContains(
        "two seasons of 11 rows", () -> ExponentialSmoothing.fit(constant, Trend.NONE, 11));
    assertMessageContains(
        "row 3 is Infinity", () -> Theta.fit(new double[] {1, 2, 3, Double.POSITIVE_INFINITY}, 1));
    assertMessageContains("[0]", () -> Theta.fit(season(9), 1).forecasts(constant, 0));
    Windows windows = windows(pairs());
    PointForecasts fitted =
        SeriesModel.method(values -> Autoregression.fit(values, 3)).fit(windows.range(30, 60));
    assertMessageContains("window 0 ends in row 2", () -> fitted.predict(windows));
    assertMessageContains("window 0 ends in row 31", () -> fitted.predict(windows.range(29, 60)));
  }

  private static double[][] pairs() {
    double[] values = season(90);
    return IntStream.range(0, 90)
        .mapToObj(t -> new double[] {values[t], values[89 - t]})
        .toArray(double[][]::new);
  }
}
