package org.unroll.timeseries;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;
import tech.tablesaw.api.DoubleColumn;
import tech.tablesaw.api.Table;

/** Differenced columns, compared with pandas (src/test/python/scalers.py). */
class DifferencingTest {
  private static final ObjectMapper JSON = new ObjectMapper();

  private static TimeSeries series(double... values) {
    return TimeSeries.of(Table.create(DoubleColumn.create("y", values))).target("y");
  }

  /** Targets of several steps are sums of pandas' differences since the last input row. */
  @Test
  void valuesMatchPandas() throws IOException {
    JsonNode reference;
    try (var in = DifferencingTest.class.getResourceAsStream("scalers.json")) {
      reference = JSON.readTree(in);
    }
    double[] values = JSON.convertValue(reference.get("trend"), double[].class);
    int training = reference.get("training").asInt();
    assertEquals(4, reference.get("differences").size());
    for (JsonNode difference : reference.get("differences")) {
      int lag = difference.get("lag").asInt();
      Scaling scaling = Scaling.standard();
      if (difference.get("log").asBoolean()) {
        scaling = scaling.log();
      }
      TimeSeries series = series(values).normalizedOn(0, training, scaling.difference(lag));
      double[] scaled = JSON.convertValue(difference.get("scaled"), double[].class);
      double[] seen = series.normalized("y");
      for (int row = 0; row < values.length; row++) {
        assertEquals(row < lag ? Double.NaN : scaled[row - lag], seen[row], 1e-5);
      }
      for (TimeSeries same : List.of(series, series(values).normalizedBy(series.scaling()))) {
        Windows windows = same.windows().lookback(4).step(2).horizon(1).targetSteps(3);
        double[][] targets = JSON.convertValue(difference.get("targets"), double[][].class);
        assertEquals(values.length - 2 - 5 - lag, windows.size());
        for (int i = 0; i < windows.size(); i++) {
          double[] expected = targets[windows.lastRow(i)];
          assertArrayEquals(expected, windows.target(i), 1e-9);
          for (int k = 0; k < 3; k++) {
            assertEquals(
                values[windows.targetRow(i, k)], windows.denormalize(i, k, expected[k]), 1e-9);
          }
        }
      }
    }
  }

  /** Differences of lag 3 have the mean 3 and no variation in rows 0 … 5. */
  @Test
  void statisticsAreThoseOfTheTrainingRows() {
    double[] values = {1, 2, 4, 4, 6, 7, 900, -900};
    TimeSeries series = series(values).normalizedOn(0, 6, Scaling.minMax().difference(3));
    assertEquals(3, series.mean("y"), 1e-12); // 4 − 1, 6 − 2, 7 − 4
    assertEquals(1, series.std("y"), 1e-12);
    assertEquals(3, series.differenceLag("y"));
    assertEquals(5, series.denormalizeError(5), 1e-12);
    assertEquals(List.of("column", "mean", "std", "difference"), series.scaling().columnNames());
    // Only rows of the range count: 6 − 4 and 7 − 4 are not among its own differences of lag 3.
    var error =
        assertThrows(
            IllegalArgumentException.class,
            () -> series(values).normalizedOn(2, 5, Scaling.standard().difference(3)).scaling());
    assertTrue(
        error.getMessage().contains("lag 3 missing in all rows 2 … 4")
            && error.getMessage().contains("two values 3 rows apart. Use a smaller lag"),
        error.getMessage());
  }

  /** Every window is kept whose inputs, targets and bases are present, and is inverted exactly. */
  @Property(tries = 60)
  void forecastsOfTheTargetsAreTheTargets(
      @ForAll long seed,
      @ForAll @IntRange(min = 1, max = 9) int lag,
      @ForAll @IntRange(min = 1, max = 3) int step,
      @ForAll @IntRange(min = 1, max = 4) int horizon,
      @ForAll boolean log,
      @ForAll boolean isInput) {
    var random = new Random(seed);
    double[] y = new double[70];
    double[] x = new double[70];
    for (int row = 0; row < y.length; row++) {
      y[row] = random.nextInt(12) == 0 ? Double.NaN : 5 + 0.3 * row + random.nextDouble();
      x[row] = random.nextDouble();
    }
    Scaling scaling = log ? Scaling.robust().log(1) : Scaling.standard();
    TimeSeries series =
        TimeSeries.of(Table.create(DoubleColumn.create("y", y), DoubleColumn.create("x", x)))
            .target("y")
            .columns(isInput ? new String[] {"x", "y"} : new String[] {"x"})
            .skippingGaps()
            .normalizedOn(0, 60, scaling.difference(lag), "y");
    int[] firsts =
        IntStream.range(0, y.length - (step + horizon + 3 * step))
            .filter(first -> isWhole(y, first, lag, step, horizon, isInput))
            .toArray();
    // The lookback last: with it, windows exist, and one of them must be whole.
    Supplier<Windows> all =
        () -> series.windows().step(step).horizon(horizon).targetSteps(4).lookback(2 * step);
    if (firsts.length == 0) {
      assertThrows(IllegalArgumentException.class, all::get);
      return;
    }
    Windows windows = all.get();
    assertArrayEquals(firsts, IntStream.range(0, windows.size()).map(windows::firstRow).toArray());
    double[][] targets =
        IntStream.range(0, windows.size()).mapToObj(windows::target).toArray(double[][]::new);
    Table truth = windows.targets();
    Table forecasts = windows.forecasts(targets);
    assertEquals(truth.columnNames(), forecasts.columnNames());
    for (int k = 0; k < 4; k++) {
      double[] expected = truth.doubleColumn(k).asDoubleArray();
      assertArrayEquals(expected, forecasts.doubleColumn(k).asDoubleArray(), 1e-9);
      assertEquals(0, windows.meanAbsoluteErrors(targets).doubleColumn("y").get(k), 1e-9);
    }
  }

  private static boolean isWhole(
      double[] y, int first, int lag, int step, int horizon, boolean isInput) {
    int last = first + step;
    boolean whole = true;
    for (int row = first; isInput && row <= last; row += step) {
      whole &= row >= lag && !Double.isNaN(y[row] - y[row - lag]);
    }
    for (int k = 0; whole && k < 4; k++) {
      int target = last + horizon + k * step;
      int base = target;
      while (base > last) {
        base -= lag;
      }
      whole = base >= 0 && !Double.isNaN(y[target] - y[base]);
    }
    return whole;
  }

  /** All baselines are the same forecasts in units, whatever the model sees. */
  @Test
  void baselinesForecastTheSameValues() {
    double[] values = IntStream.range(0, 40).mapToDouble(i -> i + 9 * Math.sin(i * i)).toArray();
    Windows plain = series(values).windows().lookback(6).targetSteps(3).horizon(2).range(7);
    for (int lag : new int[] {1, 5}) {
      Windows windows =
          series(values)
              .normalizedOn(0, 30, Scaling.standard().difference(lag))
              .windows()
              .lookback(6)
              .targetSteps(3)
              .horizon(2)
              .range(7);
      assertEquals(plain.size(), windows.size());
      for (Baseline baseline :
          List.of(
              Baseline.lastValue(),
              Baseline.drift(),
              Baseline.movingAverage(4),
              Baseline.seasonal(4))) {
        Table expected = plain.forecasts(baseline.predict(plain));
        Table forecasts = windows.forecasts(baseline.predict(windows));
        for (String name : expected.columnNames()) {
          assertArrayEquals(
              expected.numberColumn(name).asDoubleArray(),
              forecasts.numberColumn(name).asDoubleArray(),
              1e-5);
        }
      }
    }
  }

  /** Differences of 1 ± 0.1: without its center, a change does not grow with the step. */
  @Test
  void laterTargetsAreCentered() {
    double[] values = new double[101];
    for (int row = 1; row < values.length; row++) {
      values[row] = values[row - 1] + (row % 2 == 0 ? 1.1 : 0.9);
    }
    Windows windows =
        series(values)
            .normalizedOn(0, 101, Scaling.standard().difference())
            .windows()
            .lookback(2)
            .targetSteps(24);
    assertEquals(1, windows.series().mean("y"), 1e-9);
    assertEquals(0.1, windows.series().std("y"), 1e-9);
    for (int i = 0; i < 2; i++) {
      double next = windows.lastRow(i) % 2 == 0 ? -1 : 1; // of the row after the last input row
      for (int k = 0; k < 24; k++) {
        assertEquals(k % 2 == 0 ? next : 0, windows.target(i)[k], 1e-6);
      }
    }
  }

  /** The differences of multiples of 0.1 are 0.1 except for rounding, also those of logarithms. */
  @Test
  void differencesThatVaryOnlyByRoundingAreRefused() {
    double[] line = IntStream.range(0, 300).mapToDouble(i -> 0.1 * i).toArray();
    double[] growth = IntStream.range(0, 300).mapToDouble(i -> Math.pow(1.01, i - 150)).toArray();
    for (int lag : new int[] {1, 7, 24}) {
      for (Scaling scaling : List.of(Scaling.standard(), Scaling.minMax(), Scaling.robust())) {
        for (TimeSeries series :
            List.of(
                series(line).normalizedOn(0, 300, scaling.difference(lag)),
                series(growth).normalizedOn(0, 300, scaling.log().difference(lag)))) {
          String message =
              assertThrows(IllegalArgumentException.class, series::scaling).getMessage();
          assertTrue(
              message.contains("as a difference of lag " + lag + " ")
                  && message.contains(" in all rows 0 … 299, except for rounding errors"),
              message);
        }
      }
    }
    double[] small = IntStream.range(0, 300).mapToDouble(i -> 100 + 1e-9 * (i % 3)).toArray();
    assertTrue(
        series(small).normalizedOn(0, 300, Scaling.standard().difference()).std("y") > 1e-10);
  }

  @Test
  void quantilesAreThoseOfTheChange() {
    double[] values = {1, 2, 4, 7, 11, 16, 22, 29};
    Windows windows =
        series(values)
            .normalizedOn(0, 8, Scaling.minMax().difference())
            .windows()
            .lookback(2)
            .targetSteps(2);
    // Differences 1 … 7: z = (change − n) / 6 for n = 1, 2. The last value is 29.
    assertArrayEquals(new double[] {(4 - 1) / 6.0, (9 - 2) / 6.0}, windows.target(1), 1e-12);
    Table forecast = windows.forecast(new double[] {0, 1, -1, 2}, 0.1, 0.9);
    assertArrayEquals(
        new double[] {30, 25}, forecast.doubleColumn("y q0.1").asDoubleArray(), 1e-12);
    assertArrayEquals(
        new double[] {36, 43}, forecast.doubleColumn("y q0.9").asDoubleArray(), 1e-12);
  }

  /** The targets are differenced with the lags 1 and 2, and not at all. */
  @Test
  void targetsHaveTheirOwnLags() {
    double[] a = {1, 2, 4, 7, 11, 16, 22, 29}; // differences 1 … 7
    double[] b = {10, 20, 15, 25, 40, 50, 45, 55}; // of lag 2: 5, 5, 25, 25, 5, 5
    double[] c = {0, 1, 2, 3, 4, 5, 6, 7};
    Windows windows =
        TimeSeries.of(
                Table.create(
                    DoubleColumn.create("a", a),
                    DoubleColumn.create("b", b),
                    DoubleColumn.create("c", c)))
            .target("a", "b", "c")
            .normalizedOn(0, 8, Scaling.minMax())
            .normalizedOn(0, 8, Scaling.minMax().difference(), "a")
            .normalizedOn(0, 8, Scaling.minMax().difference(2), "b")
            .windows()
            .lookback(2)
            .targetSteps(3);
    assertEquals(3, windows.lastRow(0));
    // a − 7, b − 15, b − 25 and b − 15 again, two lags later.
    double[] expected = {
      (4 - 1) / 6.0, (25 - 5) / 20.0, 4 / 7.0,
      (9 - 2) / 6.0, (25 - 5) / 20.0, 5 / 7.0,
      (15 - 3) / 6.0, (30 - 10) / 20.0, 6 / 7.0
    };
    assertArrayEquals(expected, windows.target(0), 1e-6);
    for (int output = 0; output < 9; output++) {
      double value = new double[][] {a, b, c}[output % 3][4 + output / 3];
      assertEquals(value, windows.denormalize(0, output, expected[output]), 1e-9);
    }
    Table forecast = windows.forecast(new double[9]);
    assertArrayEquals(new double[] {30, 31, 32}, forecast.doubleColumn("a").asDoubleArray(), 1e-12);
    assertArrayEquals(
        new double[] {45 + 5, 55 + 5, 45 + 10}, forecast.doubleColumn("b").asDoubleArray(), 1e-12);
    assertArrayEquals(new double[3], forecast.doubleColumn("c").asDoubleArray(), 1e-12);
  }

  /** Differences of squares are 6 i − 9 with lag 3: 9 … 105 in rows 3 … 19. */
  @Test
  void delaysAndStepsCountLags() {
    double[] squares = IntStream.range(0, 20).mapToDouble(i -> i * i).toArray();
    Windows windows =
        series(squares)
            .normalizedOn(0, 20, Scaling.minMax().difference(3))
            .windows()
            .lookback(4)
            .step(2)
            .delay(3)
            .targetSteps(2);
    assertEquals(5, windows.lastRow(0));
    assertEquals(10, windows.targetRow(0, 0)); // two lags after row 4
    assertEquals(12, windows.targetRow(0, 1)); // three lags after row 3
    double[] expected = {(100 - 16 - 2 * 9) / 96.0, (144 - 9 - 3 * 9) / 96.0};
    assertArrayEquals(expected, windows.target(0), 1e-12);
    assertEquals(16 + 2 * 9, windows.denormalize(0, 0, 0), 1e-12);
  }

  @Test
  void outputsMustExist() {
    Windows windows = series(1, 2, 4, 7, 11, 16).windows().lookback(2).targetSteps(2);
    assertEquals(16, windows.denormalize(0, 1, 16));
    for (int output : new int[] {-1, 2, 4}) {
      String message =
          assertThrows(IndexOutOfBoundsException.class, () -> windows.denormalize(0, output, 1))
              .getMessage();
      assertTrue(
          message.contains("between 0 and 1")
              && message.contains("but was " + output)
              && message.contains("output / levels"),
          message);
    }
  }

  @Test
  void unsuitableUsesAreRefused() {
    double[] values = IntStream.range(0, 20).mapToDouble(i -> i * i).toArray();
    assertThrows(IllegalArgumentException.class, () -> Scaling.standard().difference(0));
    TimeSeries series = series(values).normalizedOn(0, 20, Scaling.standard().difference());
    for (Runnable call :
        List.<Runnable>of(() -> series.denormalize(1), () -> series.normalize("y", 1))) {
      String message = assertThrows(IllegalStateException.class, call::run).getMessage();
      assertTrue(
          message.contains("'y' is, with lag 1") && message.contains("windows.denormalize"),
          message);
    }
    TimeSeries known =
        TimeSeries.of(
                Table.create(
                    DoubleColumn.create("y", values),
                    DoubleColumn.create("holiday", Arrays.copyOf(values, 20))))
            .target("y")
            .known("holiday")
            .normalizedOn(0, 20, Scaling.standard().difference());
    String message = assertThrows(IllegalArgumentException.class, known::scaling).getMessage();
    assertTrue(message.contains("'holiday' is"), message);
    assertEquals(
        0, known.normalizedOn(0, 20, Scaling.minMax(), "holiday").differenceLag("holiday"));
    for (double lag : new double[] {0, -1, 1.5, 1e300, Double.POSITIVE_INFINITY}) {
      Table scaling = series.scaling();
      scaling.replaceColumn("difference", DoubleColumn.create("difference", new double[] {lag}));
      String error =
          assertThrows(IllegalArgumentException.class, () -> series(values).normalizedBy(scaling))
              .getMessage();
      assertTrue(error.contains("lag of a difference must be a whole number"), error);
    }
    Windows windows = series(values).windows();
    String none =
        assertThrows(
                IllegalArgumentException.class,
                () ->
                    windows
                        .series()
                        .normalizedOn(0, 20, Scaling.standard().difference(12))
                        .windows()
                        .lookback(9))
            .getMessage();
    assertTrue(
        none.contains("At least one window")
            && none.contains("The first rows have no differences: 'y' of lag 12. Use more rows"),
        none);
    TimeSeries twelve = windows.series().normalizedOn(0, 20, Scaling.standard().difference(12));
    Windows two = twelve.windows().lookback(2);
    assertTrue(
        two.toString().contains("(12 with gaps or without differences of lag 12 left out)"),
        two::toString);
    double[] gap = values.clone();
    gap[7] = Double.NaN;
    Windows five =
        series(gap)
            .skippingGaps()
            .normalizedOn(0, 20, Scaling.standard().difference(5))
            .windows()
            .lookback(1)
            .range(0, 13);
    String missing = assertThrows(IllegalArgumentException.class, five::lastInput).getMessage();
    assertTrue(
        missing.contains(
            "the difference of lag 5 of 'y' is missing at row 12, row 12, because its value there or 5"),
        missing);
  }
}
