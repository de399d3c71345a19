package org.unroll.forecasting;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.unroll.callbacks.Callbacks.lambdaCallback;
import static org.unroll.layers.Layers.dense;
import static org.unroll.layers.Layers.gru;
import static org.unroll.layers.Layers.input;
import static org.unroll.losses.Losses.mae;
import static org.unroll.optimizers.Optimizers.adam;
import static org.unroll.training.FitOptions.epochs;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDateTime;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CancellationException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.unroll.Sequential;
import org.unroll.forecasting.series.SeriesModel;
import org.unroll.forecasting.series.Theta;
import org.unroll.plots.FigureJson;
import org.unroll.timeseries.Baseline;
import org.unroll.timeseries.Ridge;
import org.unroll.timeseries.Scaling;
import org.unroll.timeseries.TimeSeries;
import org.unroll.timeseries.Windows;
import tech.tablesaw.api.DateTimeColumn;
import tech.tablesaw.api.DoubleColumn;
import tech.tablesaw.api.Table;

class BacktestTest {
  private static final ForecastMethod LAST = past -> Baseline.lastValue()::predict;
  private static final ForecastMethod RIDGE = past -> Ridge.fit(past, 0.1)::predict;

  @TempDir Path folder;

  private static Windows series(double... values) {
    double[][] rows = new double[values.length][1];
    for (int i = 0; i < rows.length; i++) {
      rows[i][0] = values[i];
    }
    return TimeSeries.of(rows, "y").target("y").windows();
  }

  private static double[] wave(int rows) {
    return IntStream.range(0, rows)
        .mapToDouble(i -> 20 + 5 * Math.sin(i * 0.7) + Math.cos(i * i))
        .toArray();
  }

  private static ForecastMethod network(int count) {
    return ForecastMethod.network(
        past -> {
          var model = Sequential.of(input(past.inputShape().toArray()), gru(3), dense(2));
          model.compile(adam(0.01), mae());
          return model;
        },
        () -> epochs(count).verbose(0));
  }

  /** Errors are in units, so methods that do not see the inputs have the same. */
  @Test
  void differencesDoNotChangeTheErrorsOfBaselines() {
    Windows plain = series(wave(80));
    Windows differenced =
        plain.series().normalizedOn(0, 50, Scaling.standard().difference(3)).windows();
    List<Table> tables = new ArrayList<>();
    for (Windows windows : List.of(plain, differenced)) {
      tables.add(
          Backtest.of("last", LAST)
              .and("seasonal", past -> Baseline.seasonal(9)::predict)
              .and("theta", SeriesModel.method(values -> Theta.fit(values, 1)))
              .every(4)
              .on(windows.lookback(6).targetSteps(2), 60)
              .season(9)
              .verbose(0)
              .run()
              .byHorizon());
    }
    assertEquals(tables.get(0).columnNames(), tables.get(1).columnNames());
    for (int column = 0; column < tables.get(0).columnCount(); column++) {
      if (tables.get(0).column(column) instanceof DoubleColumn expected) {
        assertArrayEquals(
            expected.asDoubleArray(), tables.get(1).doubleColumn(column).asDoubleArray(), 1e-3);
      }
    }
  }

  /**
   * Values 1, 2, 4, 7, 11, 16, 22, 29, whose differences are 1 … 7. The last value, 2 steps ahead,
   * begins in rows 4 and 6: 7, 7 for 11, 16 with the errors −4, −9, and 16, 16 for 22, 29 with −6,
   * −13. The mean difference is (1 + 2 + 3) / 3 = 2 before row 4 and (1 + … + 5) / 5 = 3 before row
   * 6.
   */
  @Test
  void computesErrorsByFoldAndHorizon() {
    Windows windows = series(1, 2, 4, 7, 11, 16, 22, 29).lookback(1).targetSteps(2);
    BacktestResult result = Backtest.of("last", LAST).refitEvery(2).on(windows, 4).run();
    assertErrors(
        result.table(), new double[][] {{8, Math.sqrt(302 / 4.0), (13 / 2.0 + 19 / 3.0) / 4, -8}});
    assertErrors(
        result.byFold(),
        new double[][] {
          {6.5, Math.sqrt(97 / 2.0), 3.25, -6.5}, {9.5, Math.sqrt(205 / 2.0), 19 / 6.0, -9.5}
        });
    assertErrors(
        result.byHorizon(),
        new double[][] {
          {5, Math.sqrt(26), (4 / 2.0 + 6 / 3.0) / 2, -5},
          {11, Math.sqrt(125), (9 / 2.0 + 13 / 3.0) / 2, -11}
        });
    Table forecasts = result.forecasts();
    assertEquals(List.of("fold", "row", "ahead", "truth", "last"), forecasts.columnNames());
    assertArrayEquals(new double[] {11, 16, 22, 29}, numbers(forecasts, "truth"));
    assertArrayEquals(new double[] {7, 7, 16, 16}, numbers(forecasts, "last"));
    assertArrayEquals(new double[] {4, 5, 6, 7}, numbers(forecasts, "row"));
    assertArrayEquals(new double[] {1, 2, 1, 2}, numbers(forecasts, "ahead"));
    assertArrayEquals(new double[] {4, 9, 6, 13}, numbers(result.residuals(), "last"));
    assertArrayEquals(new double[] {4, 6}, numbers(result.byFold(), "row"));
  }

  /** The errors are those of {@link #computesErrorsByFoldAndHorizon}; rows overlap every row. */
  @Test
  void plotsErrorsAndTheLatestForecasts() {
    Windows windows = series(1, 2, 4, 7, 11, 16, 22, 29).lookback(1).targetSteps(2);
    BacktestResult result = Backtest.of("last", LAST).refitEvery(2).on(windows, 4).run();
    JsonNode errors = FigureJson.of(result.plotErrors());
    assertEquals("[1,2]", errors.at("/data/0/x").toString());
    assertEquals("[5,11]", errors.at("/data/0/y").toString());
    BacktestResult overlapping = Backtest.of("last", LAST).every(1).on(windows, 4).run();
    JsonNode forecasts = FigureJson.of(overlapping.plotForecasts());
    assertEquals("[4,5,6,7]", forecasts.at("/data/0/x").toString());
    assertEquals("[11,16,22,29]", forecasts.at("/data/0/y").toString());
    assertEquals("[7,11,16,16]", forecasts.at("/data/1/y").toString());
  }

  private static void assertErrors(Table table, double[][] rows) {
    assertEquals(rows.length, table.rowCount());
    String[] names = {"MAE", "RMSE", "MASE", "bias"};
    for (int i = 0; i < rows.length; i++) {
      for (int j = 0; j < names.length; j++) {
        assertEquals(rows[i][j], table.doubleColumn(names[j]).get(i), 1e-12, names[j] + " " + i);
      }
    }
  }

  private static double[] numbers(Table table, String column) {
    return table.numberColumn(column).asDoubleArray();
  }

  @Test
  void fitsOnceWithoutRefitting() {
    AtomicInteger fits = new AtomicInteger();
    ForecastMethod counted =
        past -> {
          fits.incrementAndGet();
          return Baseline.lastValue()::predict;
        };
    Windows windows = series(wave(60)).lookback(3);
    Backtest backtest = Backtest.of("a", counted).every(2).on(windows, 20);
    assertEquals(4, backtest.withoutRefitting(10).run().byFold().rowCount());
    assertEquals(1, fits.getAndSet(0));
    assertEquals(4, backtest.refitEvery(10).run().byFold().rowCount());
    assertEquals(4, fits.getAndSet(0));
    assertEquals(List.of("a"), backtest.result().methods());
  }

  /** Compares with a plain loop over all rows. */
  @Property(tries = 150)
  void foldsAreThoseOfAPlainLoop(
      @ForAll @IntRange(min = 1, max = 4) int lookback,
      @ForAll @IntRange(min = 1, max = 3) int horizon,
      @ForAll @IntRange(min = 1, max = 4) int steps,
      @ForAll @IntRange(min = 1, max = 5) int every,
      @ForAll @IntRange(min = 1, max = 4) int forecastsPerFold,
      @ForAll @IntRange(min = 0, max = 3) int from,
      @ForAll boolean rolling,
      @ForAll boolean refits) {
    int to = 58;
    int first = 24;
    Windows windows =
        series(wave(60)).lookback(lookback).horizon(horizon).targetSteps(steps).range(from, to);
    Backtest backtest = Backtest.of("last", LAST).every(every).on(windows, first);
    int rows = every * forecastsPerFold;
    backtest = refits ? backtest.refitEvery(rows) : backtest.withoutRefitting(rows);
    backtest = rolling ? backtest.rolling(15) : backtest;
    List<String> expected = new ArrayList<>();
    for (int row = first; row + steps - 1 < to; row += every) {
      int fold = (row - first) / rows;
      int end = (refits ? first + fold * rows : first) - horizon + 1;
      expected.add(
          fold + ": " + (rolling ? Math.max(from, end - 15) : from) + " " + end + " " + row);
    }
    List<String> actual = new ArrayList<>();
    SeriesBacktest data = new SeriesBacktest(windows, first);
    for (BacktestFold fold : backtest.folds()) {
      Windows past = data.knownAt(fold, every).past();
      Windows future = data.knownAt(fold, every).future();
      assertEquals(fold.rows().length, future.size());
      for (int i = 0; i < future.size(); i++) {
        assertEquals(fold.rows()[i], future.targetRow(i));
        actual.add(
            fold.number() + ": " + data.from(fold) + " " + data.to(fold) + " " + fold.rows()[i]);
        assertTrue(past.targetRow(past.size() - 1, steps - 1) <= future.lastRow(i));
      }
      assertEquals(data.from(fold), past.firstRow(0));
      assertEquals(data.to(fold) - 1, past.targetRow(past.size() - 1, steps - 1));
    }
    assertEquals(expected, actual);
  }

  private static Table hours(int rows) {
    LocalDateTime start = LocalDateTime.of(2026, 1, 1, 0, 0);
    double[] wave = wave(rows);
    return Table.create(
        DateTimeColumn.create("time", IntStream.range(0, rows).mapToObj(start::plusHours)),
        DoubleColumn.create("y", wave),
        DoubleColumn.create("x", IntStream.range(0, rows).mapToDouble(i -> wave[i] % 3).toArray()));
  }

  private static BacktestResult ofHours(Table hours) {
    Windows windows =
        TimeSeries.of(hours)
            .target("y")
            .skippingGaps()
            .normalizedOn(0, hours.rowCount()) // which the backtest must not use
            .windows()
            .lookback(4)
            .targetSteps(2);
    return Backtest.of("last", LAST)
        .and("season", past -> Baseline.seasonal(9)::predict)
        .and("ridge", RIDGE)
        .and("theta", SeriesModel.method(values -> Theta.fit(values, 9)))
        .and("network", network(2))
        .every(3)
        .refitEvery(12)
        .on(windows, 60)
        .run();
  }

  @Test
  void forecastsDoNotDependOnLaterRows() {
    Table clean = ofHours(hours(100)).forecasts();
    for (double poison : new double[] {1e30, Double.NaN}) {
      for (int from : new int[] {60, 75, 84}) {
        Table hours = hours(100);
        for (int row = from; row < 100; row++) {
          hours.doubleColumn("y").set(row, poison);
          hours.doubleColumn("x").set(row, poison);
        }
        Table poisoned = ofHours(hours).forecasts();
        int compared = 0;
        for (int i = 0; i < clean.rowCount(); i++) {
          int lastInput = clean.intColumn("row").get(i) - clean.intColumn("ahead").get(i);
          if (lastInput < from) {
            for (String method : List.of("last", "season", "ridge", "theta", "network")) {
              assertEquals(
                  clean.doubleColumn(method).get(i), poisoned.doubleColumn(method).get(i), 0);
            }
            compared++;
          }
        }
        assertEquals((from - 60) / 3 * 2 + 2, compared);
      }
    }
  }

  @Test
  void normalizesOnThePastOfEachFold() {
    List<Double> means = new ArrayList<>();
    ForecastMethod watching =
        past -> {
          means.add(past.series().mean("y"));
          return Baseline.lastValue()::predict;
        };
    Table table = Table.create(DoubleColumn.create("y", new double[] {1, 3, 5, 7, 9, 50, 60}));
    Windows windows = TimeSeries.of(table).target("y").normalizedOn(0, 7).windows().lookback(1);
    Backtest.of("m", watching).refitEvery(1).on(windows, 3).run();
    assertEquals(List.of(3.0, 4.0, 5.0, 75 / 6.0), means);
    means.clear();
    Backtest.of("m", watching).refitEvery(1).rolling(2).on(windows, 3).run();
    assertEquals(List.of(4.0, 6.0, 8.0, 29.5), means);
  }

  @Test
  void refusesFillingThatLooksAhead() {
    Table table = hours(50);
    table.doubleColumn("x").setMissing(20);
    TimeSeries series = TimeSeries.of(table).target("y");
    for (TimeSeries ahead : List.of(series.interpolated(), series.forwardFilled(3))) {
      String message =
          assertThrows(
                  IllegalArgumentException.class,
                  () -> Backtest.of("last", LAST).on(ahead.windows().lookback(3), 30).run())
              .getMessage();
      assertTrue(
          message.startsWith("Gaps must be filled without values that are known only later"));
    }
    Windows windows = series.forwardFilled().windows().lookback(3);
    assertEquals(20, Backtest.of("last", LAST).on(windows, 30).run().forecasts().rowCount());
  }

  @Test
  void missingTruthDoesNotEnterTheMetrics() {
    Windows windows =
        TimeSeries.of(new double[][] {{1}, {2}, {4}, {7}, {Double.NaN}, {12}, {12}}, "y")
            .target("y")
            .skippingGaps()
            .windows()
            .lookback(1);
    BacktestResult result = Backtest.of("last", LAST).on(windows, 3).run();
    // Row 5 has no forecast because its input is missing, row 4 a forecast and no truth.
    assertArrayEquals(new double[] {3, 4, 6}, numbers(result.forecasts(), "row"));
    assertArrayEquals(new double[] {7, Double.NaN, 12}, numbers(result.forecasts(), "truth"));
    assertArrayEquals(new double[] {4, 7, 12}, numbers(result.forecasts(), "last"));
    assertEquals(1.5, result.table().doubleColumn("MAE").get(0));
    assertEquals(2, result.table().intColumn("values").get(0));
  }

  @Test
  void sameSeedGivesTheSameBits() {
    assertEquals(text(ofHours(hours(90))), text(ofHours(hours(90))));
  }

  private static String text(BacktestResult result) {
    return result.forecasts().printAll() + result.byFold().printAll();
  }

  /** Returns a backtest with a network that is interrupted in the fit with a number. */
  private Backtest interrupted(int fit, AtomicInteger fits) {
    ForecastMethod stopping =
        ForecastMethod.network(
            past -> {
              var model = Sequential.of(input(3, 1), gru(2), dense(1));
              model.compile(adam(), mae());
              return model;
            },
            () ->
                epochs(3)
                    .verbose(0)
                    .callbacks(
                        lambdaCallback()
                            .onEpochEnd(
                                (training, epoch, logs) -> {
                                  if (epoch == 1 && fits.incrementAndGet() == fit) {
                                    Thread.currentThread().interrupt();
                                  }
                                })));
    return Backtest.of("ridge", RIDGE)
        .and("network", stopping)
        .refitEvery(10)
        .on(series(wave(70)).lookback(3), 40)
        .folder(folder);
  }

  @Test
  void resumesAfterAnInterrupt() {
    AtomicInteger fits = new AtomicInteger();
    Backtest first = interrupted(2, fits);
    BacktestResult part = first.run();
    assertTrue(Thread.interrupted(), "the flag is kept");
    assertEquals(3, part.byFold().rowCount()); // ridge and network, ridge
    assertEquals(2, part.table().rowCount());
    assertEquals(10, part.table().intColumn("values").get(0), "only the completed fold");
    fits.set(10);
    BacktestResult whole = interrupted(-1, fits).run();
    assertEquals(12, fits.get(), "the first fit is not repeated");
    Path other = folder.resolve("other");
    assertEquals(text(interrupted(-1, fits).folder(other).run()), text(whole));
    String message =
        assertThrows(IllegalStateException.class, () -> interrupted(-1, fits).rolling(20).run())
            .getMessage();
    assertTrue(
        message.contains("must contain this backtest, but in fold-0-ridge.json, the past was"));
    assertFalse(Files.exists(folder.resolve(".unroll.lock")));
  }

  @Test
  void acceptsAMapOfMethodsAndSeveralTargets() {
    Map<String, ForecastMethod> methods = new LinkedHashMap<>();
    methods.put("last", LAST);
    methods.put("season", past -> Baseline.seasonal(2)::predict);
    Windows windows =
        TimeSeries.of(hours(30)).target("y", "x").windows().lookback(2).targetSteps(3);
    BacktestResult result = Backtest.of(methods).on(windows, 21).run();
    assertEquals(4, result.table().rowCount());
    assertEquals(List.of("y", "x", "y", "x"), result.table().stringColumn("target").asList());
    assertEquals(
        List.of("fold", "row", "time", "ahead", "target", "truth", "last", "season"),
        result.forecasts().columnNames());
    Table hours = hours(30);
    Table forecasts = result.forecasts();
    for (int i = 0; i < forecasts.rowCount(); i++) {
      int row = forecasts.intColumn("row").get(i);
      int last = row - forecasts.intColumn("ahead").get(i);
      String target = forecasts.stringColumn("target").get(i);
      assertEquals(
          hours.doubleColumn(target).get(row), forecasts.doubleColumn("truth").get(i), 1e-12);
      assertEquals(
          hours.doubleColumn(target).get(last), forecasts.doubleColumn("last").get(i), 1e-5);
      assertEquals(hours.dateTimeColumn("time").get(row), forecasts.dateTimeColumn("time").get(i));
    }
  }

  @Test
  void rejectsWhatCannotRun() {
    Windows windows = series(wave(40)).lookback(3);
    assertMessage("must have windows before it runs", () -> Backtest.of("a", LAST).run());
    assertMessage("different names", () -> Backtest.of("a", LAST).and("a", LAST));
    assertMessage("but was 'truth'", () -> Backtest.of("truth", LAST));
    assertMessage("every must be at least 1 row", () -> Backtest.of("a", LAST).every(0));
    assertMessage("but was in row 40", () -> Backtest.of("a", LAST).on(windows, 40));
    assertMessage("but was in row 1", () -> Backtest.of("a", LAST).on(windows, 1));
    assertMessage(
        "a multiple of the 4 rows",
        () -> Backtest.of("a", LAST).every(4).refitEvery(6).on(windows, 20).run());
    assertMessage(
        "'a' returned 1 rows, the first with 2.",
        () -> Backtest.of("a", past -> w -> new double[1][2]).on(windows, 20).run());
    assertMessage(
        "'a' predicted NaN for row 20",
        () ->
            Backtest.of("a", past -> w -> new double[][] {{Double.NaN}})
                .refitEvery(1)
                .on(windows, 20)
                .run());
    assertMessage("but was 'A'", () -> Backtest.of("a", LAST).and("A", LAST));
    assertMessage("but was 'Row'", () -> Backtest.of("Row", LAST));
    assertMessage(
        "at least one window of 4 rows to fit on, in the rows 4 … 39, but was in row 3",
        () -> Backtest.of("a", LAST).on(windows, 3));
    assertEquals(36, Backtest.of("a", LAST).on(windows, 4).run().forecasts().rowCount());
  }

  /** The first 20 rows are constant: there is no difference that could scale the error. */
  @Test
  void constantTargetHasNoScaledError() {
    double[] values = new double[24];
    values[22] = 3;
    BacktestResult result = Backtest.of("a", LAST).on(series(values).lookback(3), 20).run();
    assertEquals(6 / 4.0, result.table().doubleColumn("MAE").get(0));
    assertTrue(result.table().doubleColumn("MASE").isMissing(0));
  }

  @Test
  void constantInputOfALaterFoldIsFoundBeforeTheFirstFit() {
    double[] values = wave(60);
    Arrays.fill(values, 30, 60, 7);
    AtomicInteger fits = new AtomicInteger();
    Windows normalized =
        TimeSeries.of(Table.create(DoubleColumn.create("y", values)))
            .target("y")
            .normalizedOn(0, 30)
            .windows()
            .lookback(3);
    Backtest backtest =
        Backtest.of(
                "a",
                past -> {
                  fits.incrementAndGet();
                  return Baseline.lastValue()::predict;
                })
            .refitEvery(5)
            .rolling(15)
            .on(normalized, 25);
    assertMessage("must vary", backtest::run);
    assertEquals(0, fits.get());
  }

  /** Normalized values are the same in both units, but the forecasts are not. */
  @Test
  void doesNotResumeWithOtherValues() {
    for (double factor : new double[] {1000, 1}) {
      Table table = hours(60);
      DoubleColumn y = table.doubleColumn("y");
      table.replaceColumn("y", y.multiply(factor).setName("y"));
      Backtest backtest =
          Backtest.of("last", LAST)
              .folder(folder)
              .on(TimeSeries.of(table).target("y").normalizedOn(0, 40).windows().lookback(3), 40);
      if (factor == 1) {
        assertMessage("must contain this backtest", backtest::run);
      } else {
        backtest.run();
      }
    }
  }

  /** Methods may predict while they are fitted, which throws if the thread is interrupted. */
  @Test
  void interruptWithinAFitKeepsWhatIsCompleted() {
    ForecastMethod stopped =
        past -> {
          Thread.currentThread().interrupt();
          throw new CancellationException("interrupted");
        };
    BacktestResult result =
        Backtest.of("last", LAST)
            .and("stopped", stopped)
            .on(series(wave(40)).lookback(3), 20)
            .run();
    assertTrue(Thread.interrupted());
    assertEquals(1, result.byFold().rowCount());
  }

  private static void assertMessage(String part, Runnable call) {
    String message = assertThrows(RuntimeException.class, call::run).getMessage();
    assertTrue(message.contains(part), message);
  }
}
