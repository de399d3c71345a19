package org.unroll.forecasting;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.unroll.forecasting.PanelBacktestTest.LAST;
import static org.unroll.forecasting.PanelBacktestTest.START;
import static org.unroll.forecasting.PanelBacktestTest.add;
import static org.unroll.forecasting.PanelBacktestTest.panel;
import static org.unroll.forecasting.PanelBacktestTest.table;
import static org.unroll.forecasting.PanelBacktestTest.two;

import java.nio.file.Path;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.Period;
import java.time.YearMonth;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.api.io.TempDir;
import org.unroll.forecasting.panel.Panel;
import org.unroll.forecasting.panel.PanelWindows;
import org.unroll.timeseries.Baseline;
import tech.tablesaw.api.StringColumn;
import tech.tablesaw.api.Table;

/** Which series are in a fold of a panel, what resumes a backtest, errors and interrupts. */
class PanelBacktestFoldsTest {
  @TempDir Path folder;

  /**
   * Series b has a window before day 4, but none to predict on day 4: day 3 is missing. Its first
   * forecast is that of day 6, in the second fold.
   */
  @Test
  void fitsSeriesWithoutAForecastInTheFirstFold() {
    Table table = table();
    for (int day = 0; day < 8; day++) {
      add(table, "a", day, day, 0);
      if (day != 3) {
        add(table, "b", day, 10 * day, 0);
      }
    }
    PanelWindows windows = panel(table).windows().lookback(1);
    for (int run = 0; run < 2; run++) {
      Backtest backtest =
          Backtest.of("last", LAST)
              .every(2)
              .withoutRefitting(2)
              .folder(folder)
              .on(windows, START.plusDays(4));
      assertArrayEquals(
          new double[] {3, 5, 50}, backtest.run().forecasts().doubleColumn("last").asDoubleArray());
      if (run == 0) { // resumed in the second fold
        assertTrue(folder.resolve("fold-1-last.json").toFile().delete());
      }
    }
  }

  /** Store c opens on day 6, with another region and a far larger area. */
  @Test
  void fixedFeaturesAreThoseOfTheSeriesThatHaveBegun() {
    for (boolean normalized : new boolean[] {false, true}) {
      Table table = table();
      StringColumn region = StringColumn.create("region");
      for (int s = 0; s < 3; s++) {
        for (int day = s == 2 ? 6 : 0; day < 12; day++) {
          add(table, "abc".substring(s, s + 1), day, day, new double[] {1, 3, 50}[s]);
          region.append(new String[] {"north", "west", "south"}[s]);
        }
      }
      Panel panel = panel(table.addColumns(region)).fixed("x", "region");
      panel = normalized ? panel.normalizedBefore(START.plusDays(5)) : panel;
      List<List<String>> names = new ArrayList<>();
      List<double[]> features = new ArrayList<>();
      GlobalMethod watching =
          GlobalMethod.of(
              past -> {
                names.add(past.panel().fixedNames());
                features.add(past.fixed(past.size() - 1));
                return later -> new double[later.size()][1];
              });
      BacktestResult result =
          Backtest.of("global", watching)
              .and("last", LAST)
              .refitEvery(4)
              .on(panel.windows().lookback(1), START.plusDays(4))
              .run();
      assertEquals(
          List.of(
              List.of("x", "region=north", "region=west"),
              List.of("x", "region=north", "region=south", "region=west")),
          names);
      // The mean of 1, 3 and 50 is 18.
      double last = 32 / Math.sqrt((17 * 17 + 15 * 15 + 32 * 32) / 3.0);
      assertArrayEquals(new double[] {normalized ? 1 : 3, 0, 1}, features.get(0), 1e-6);
      assertArrayEquals(new double[] {normalized ? last : 50, 0, 1, 0}, features.get(1), 1e-6);
      assertEquals(
          List.of("a", "b", "c"), result.bySeries().stringColumn("series").unique().asList());
    }
  }

  /** A series among 30, of which the fingerprint reads the fixed features of 16 windows. */
  @Test
  void fixedFeaturesOfEachSeriesIdentifyABacktest() {
    for (int changed = -1; changed < 30; changed++) {
      Table table = table();
      StringColumn kind = StringColumn.create("kind");
      for (int s = 0; s < 30; s++) {
        for (int day = 0; day < 5; day++) {
          add(table, "s" + s, day, day, 0);
          kind.append((s + (s == changed ? 1 : 0)) % 2 == 0 ? "even" : "odd");
        }
      }
      PanelWindows windows = panel(table.addColumns(kind)).fixed("kind").windows().lookback(1);
      Backtest backtest = Backtest.of("last", LAST).folder(folder).on(windows, START.plusDays(4));
      if (changed < 0) {
        backtest.run();
      } else {
        assertMessage(IllegalStateException.class, backtest::run, "must contain this backtest");
      }
    }
  }

  /** The forecast of day 8 is the value of day 1, which is before the range of the windows. */
  @Test
  void valuesBeforeTheRangeIdentifyABacktest() {
    for (double value : new double[] {5, 6}) {
      Table table = table();
      for (int day = 0; day < 9; day++) {
        add(table, "a", day, day == 1 ? value : day, 0);
      }
      PanelWindows windows = panel(table).windows().lookback(1).from(START.plusDays(4));
      Backtest backtest =
          Backtest.of("season", past -> Baseline.seasonal(7)::predict)
              .folder(folder)
              .on(windows, START.plusDays(8));
      if (value == 5) {
        assertEquals(5, backtest.run().forecasts().doubleColumn("season").get(0));
      } else {
        assertMessage(IllegalStateException.class, backtest::run, "must contain this backtest");
      }
    }
  }

  private static void assertMessage(
      Class<? extends Throwable> type, Executable executable, String... parts) {
    String message = assertThrows(type, executable).getMessage();
    for (String part : parts) {
      assertTrue(message.contains(part), message);
    }
  }

  @Test
  void errorsOfAMethodForEachSeriesNameTheSeries() {
    PanelWindows windows = panel(two()).windows().lookback(1);
    ForecastMethod failing =
        past -> {
          if (past.series().table().name().equals("b")) {
            throw new UnsupportedOperationException("no b");
          }
          return Baseline.lastValue()::predict;
        };
    assertMessage(
        IllegalStateException.class,
        () -> Backtest.of("own", failing).on(windows, START.plusDays(6)).run(),
        "'own', series 'b'",
        "no b");
    ForecastMethod infinite =
        past ->
            later -> {
              double[][] values = Baseline.lastValue().predict(later);
              values[values.length - 1][0] =
                  later.series().table().name().equals("b") ? Double.NaN : 1;
              return values;
            };
    assertMessage(
        IllegalArgumentException.class,
        () -> Backtest.of("own", infinite).on(windows, START.plusDays(6)).run(),
        "'own', series 'b'",
        "predicted NaN for row 5, 2024-01-08T00:00");
  }

  /** An interrupt in the fit, or the prediction, of the first series stops before the second. */
  @Test
  void stopsBetweenSeriesIfInterrupted() {
    PanelWindows windows = panel(two()).windows().lookback(1);
    for (boolean fit : new boolean[] {true, false}) {
      AtomicInteger calls = new AtomicInteger();
      Runnable stop =
          () -> {
            calls.incrementAndGet();
            Thread.currentThread().interrupt();
          };
      ForecastMethod stopping =
          past -> {
            if (fit) {
              stop.run();
            }
            return later -> {
              stop.run();
              return Baseline.lastValue().predict(later);
            };
          };
      BacktestResult result =
          Backtest.of("last", LAST).and("stopping", stopping).on(windows, START.plusDays(6)).run();
      assertTrue(Thread.interrupted());
      assertEquals(1, calls.get());
      assertEquals(0, result.table().intColumn("values").get(0));
      assertEquals(List.of("last"), result.byFold().stringColumn("method").asList());
    }
  }

  /** Counts the fits of a method for each series, of which there are two, and of a global one. */
  private BacktestResult counted(
      AtomicInteger fits, boolean global, UnaryOperator<Backtest> settings) {
    Table table = table();
    for (int day = 0; day < 14; day++) {
      add(table, "a", day, day, 0);
      add(table, "b", day, 10 * day, 0);
    }
    Backtest backtest =
        Backtest.of(
            "own",
            past -> {
              fits.incrementAndGet();
              return Baseline.lastValue()::predict;
            });
    if (global) {
      backtest.and(
          "global",
          GlobalMethod.of(
              past -> {
                fits.incrementAndGet();
                return later -> new double[later.size()][1];
              }));
    }
    PanelWindows windows = panel(table).windows().lookback(2);
    return settings
        .apply(backtest.every(2).refitEvery(4).folder(folder).on(windows, START.plusDays(6)))
        .run();
  }

  @Test
  void readsWhatIsInTheFolderInsteadOfFitting() {
    AtomicInteger fits = new AtomicInteger();
    BacktestResult first = counted(fits, false, backtest -> backtest);
    assertEquals(2 * 2, fits.getAndSet(0)); // the folds from days 6 and 10
    BacktestResult second = counted(fits, false, backtest -> backtest);
    assertEquals(0, fits.get());
    assertEquals(first.forecasts().printAll(), second.forecasts().printAll());
    Table more = counted(fits, true, backtest -> backtest).forecasts();
    assertEquals(2, fits.getAndSet(0)); // of the global method
    double[] ofSeries = {5, 7, 50, 70, 9, 11, 90, 110};
    assertArrayEquals(ofSeries, more.doubleColumn("own").asDoubleArray());
    assertArrayEquals(new double[8], more.doubleColumn("global").asDoubleArray());
    List<UnaryOperator<Backtest>> changes =
        List.of(
            backtest -> backtest.every(1),
            backtest -> backtest.refitEvery(2),
            backtest -> backtest.rolling(5),
            backtest -> backtest.every(4));
    for (UnaryOperator<Backtest> change : changes) {
      assertMessage(
          IllegalStateException.class,
          () -> counted(fits, true, change),
          "must contain this backtest");
    }
    assertEquals(0, fits.get());
  }

  /** The rows of a are on even days, those of b on odd days; x is −y. */
  @Test
  void seriesMayHaveDifferentPhasesAndSeveralTargets() {
    Table table = table();
    for (int day = 0; day < 10; day++) {
      add(table, day % 2 == 0 ? "a" : "b", day, day * day, -day * day);
    }
    PanelWindows windows =
        panel(table)
            .every(Period.ofDays(2))
            .target("y", "x")
            .normalizedBefore(START.plusDays(9))
            .windows()
            .lookback(1);
    List<Double> means = new ArrayList<>();
    GlobalMethod watching =
        GlobalMethod.of(
            past -> {
              means.addAll(past.panel().scaling().doubleColumn("mean").asList());
              return later -> new double[later.size()][2];
            });
    BacktestResult result =
        Backtest.of("last", LAST)
            .and("mean", watching)
            .refitEvery(1)
            .rolling(Integer.MAX_VALUE)
            .on(windows, START.plusDays(6))
            .run();
    // The squares of 0, 2, 4 and of 1, 3, 5, then those of 0, 2, 4, 6.
    double a = 20 / 3.0;
    double b = 35 / 3.0;
    assertEquals(List.of(a, -a, b, -b, 14.0, -14.0, 21.0, -21.0), means);
    Table forecasts = result.forecasts();
    assertEquals(
        List.of("a", "a", "b", "b", "a", "a", "b", "b"), forecasts.stringColumn("series").asList());
    assertArrayEquals(
        new double[] {36, -36, 49, -49, 64, -64, 81, -81},
        forecasts.doubleColumn("truth").asDoubleArray());
    assertArrayEquals(
        new double[] {16, -16, 25, -25, 36, -36, 49, -49},
        forecasts.doubleColumn("last").asDoubleArray(),
        1e-5);
    assertArrayEquals(
        new double[] {a, -a, b, -b, 14, -14, 21, -21},
        forecasts.doubleColumn("mean").asDoubleArray(),
        1e-12);
    Table errors = result.bySeries(); // of last, mean for y, x of a, then of b
    assertArrayEquals(
        new double[] {24, 24, (36 - a + 50) / 2, (36 - a + 50) / 2},
        errors.first(4).doubleColumn("MAE").asDoubleArray(),
        1e-5);
  }

  /** Before day 9, the windows of lookback 2 have the targets of days 2 … 8. */
  @Test
  void globalMethodsMayValidateOnTheLatestWindowsOfAllSeries() {
    Table table = table();
    for (int day = 0; day < 12; day++) {
      add(table, "a", day, day, 0);
      add(table, "b", day, day, 0);
    }
    LocalDate border = START.plusDays(5);
    List<List<Double>> parts = new ArrayList<>();
    GlobalMethod watching =
        GlobalMethod.of(
            past -> {
              for (PanelWindows part : List.of(past.before(border), past.from(border))) {
                parts.add(part.targets().doubleColumn("y").asList());
              }
              return later -> new double[later.size()][1];
            });
    Backtest.of("global", watching).on(panel(table).windows().lookback(2), START.plusDays(9)).run();
    assertEquals(
        List.of(List.of(2.0, 3.0, 4.0, 2.0, 3.0, 4.0), List.of(7.0, 8.0, 7.0, 8.0)), parts);
  }

  /** Months end on different days, and February is missing in the table. */
  @Test
  void timesOfMonthsAreThoseOfTheCalendar() {
    Table table = table();
    for (int month = 0; month < 12; month++) {
      if (month != 7) {
        int day = (int) (YearMonth.of(2023, 7).plusMonths(month).atEndOfMonth().toEpochDay());
        add(table, "a", (int) (day - START.toEpochDay()), month, 0);
      }
    }
    PanelWindows windows =
        Panel.of(table)
            .series("store")
            .time("day")
            .target("y")
            .windows()
            .lookback(1)
            .targetSteps(3);
    Table forecasts =
        Backtest.of("last", LAST).on(windows, LocalDate.of(2024, 1, 31)).run().forecasts();
    assertEquals(
        List.of("2024-01-31T00:00", "2024-02-29T00:00", "2024-03-31T00:00"),
        forecasts.dateTimeColumn("time").asList().subList(0, 3).stream()
            .map(LocalDateTime::toString)
            .toList());
    assertTrue(forecasts.doubleColumn("truth").isMissing(1));
    assertEquals(8, forecasts.doubleColumn("truth").get(2));
  }

  /** A method of one series may have the name of a column of panels. */
  @Test
  void onlyPanelsReserveTheNameSeries() {
    Table forecasts =
        Backtest.of("series", LAST)
            .on(panel(two()).timeSeries("a").windows().lookback(1), 6)
            .run()
            .forecasts();
    assertArrayEquals(
        new double[] {16, 22}, forecasts.doubleColumn("series").asDoubleArray(), 1e-5);
  }
}
