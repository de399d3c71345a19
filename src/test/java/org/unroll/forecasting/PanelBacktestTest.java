package org.unroll.forecasting;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.unroll.ErrorMessages.assertMessageContains;
import static org.unroll.layers.Layers.concatenate;
import static org.unroll.layers.Layers.dense;
import static org.unroll.layers.Layers.flatten;
import static org.unroll.layers.Layers.gru;
import static org.unroll.layers.Layers.input;
import static org.unroll.losses.Losses.mae;
import static org.unroll.optimizers.Optimizers.adam;
import static org.unroll.training.FitOptions.epochs;

import java.nio.file.Path;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.Period;
import java.time.YearMonth;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicInteger;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.unroll.Model;
import org.unroll.forecasting.panel.Panel;
import org.unroll.forecasting.panel.PanelWindows;
import org.unroll.timeseries.Baseline;
import org.unroll.timeseries.Ridge;
import tech.tablesaw.api.DateColumn;
import tech.tablesaw.api.DoubleColumn;
import tech.tablesaw.api.StringColumn;
import tech.tablesaw.api.Table;

class PanelBacktestTest {
  private static final LocalDate START = LocalDate.of(2024, 1, 1);
  private static final ForecastMethod LAST = past -> Baseline.lastValue()::predict;

  @TempDir Path folder;

  /** Returns a table with the columns store, day, y and x. */
  private static Table table() {
    return Table.create(
        "sales",
        StringColumn.create("store"),
        DateColumn.create("day"),
        DoubleColumn.create("y"),
        DoubleColumn.create("x"));
  }

  private static void add(Table table, String store, int day, double y, double x) {
    table.stringColumn("store").append(store);
    table.dateColumn("day").append(START.plusDays(day));
    table.doubleColumn("y").append(y);
    table.doubleColumn("x").append(x);
  }

  private static Panel panel(Table table) {
    return Panel.of(table).series("store").time("day").target("y").every(Period.ofDays(1));
  }

  /** Series b begins on day 2 and is 10 times series a. */
  private static Table two() {
    Table table = table();
    double[] values = {1, 2, 4, 7, 11, 16, 22, 29};
    for (int day = 0; day < values.length; day++) {
      add(table, "a", day, values[day], 0);
      if (day >= 2) {
        add(table, "b", day, 10 * values[day], 0);
      }
    }
    return table;
  }

  /**
   * Series a is that of BacktestTest: the errors of the last value, 2 steps ahead, are −4, −9 from
   * day 4 and −6, −13 from day 6; the mean differences before are 2 and 3. Before day 4, series b
   * has no window of 3 rows. From day 6 its errors are −60, −130; the mean difference before is (30
   * + 40 + 50) / 3 = 40.
   */
  @Test
  void computesErrorsByFoldHorizonAndSeries() {
    PanelWindows windows = panel(two()).windows().lookback(1).targetSteps(2);
    BacktestResult result =
        Backtest.of("last", LAST).refitEvery(2).on(windows, START.plusDays(4)).run();
    assertEquals(List.of("a", "b"), result.bySeries().stringColumn("series").asList());
    assertErrors(
        result.bySeries(),
        new double[][] {
          {8, Math.sqrt(302 / 4.0), (13 / 2.0 + 19 / 3.0) / 4, -8},
          {95, Math.sqrt((3600 + 16900) / 2.0), 95 / 40.0, -95}
        });
    assertErrors(
        result.byFold(),
        new double[][] {
          {6.5, Math.sqrt(97 / 2.0), 3.25, -6.5},
          {209 / 4.0, Math.sqrt(20705 / 4.0), (19 / 3.0 + 190 / 40.0) / 4, -209 / 4.0}
        });
    assertErrors(
        result.byHorizon(),
        new double[][] {
          {70 / 3.0, Math.sqrt(3652 / 3.0), (4 / 2.0 + 6 / 3.0 + 60 / 40.0) / 3, -70 / 3.0},
          {152 / 3.0, Math.sqrt(17150 / 3.0), (9 / 2.0 + 13 / 3.0 + 130 / 40.0) / 3, -152 / 3.0}
        });
    Table forecasts = result.forecasts();
    assertEquals(
        List.of("fold", "series", "time", "ahead", "truth", "last"), forecasts.columnNames());
    assertEquals(List.of("a", "a", "a", "a", "b", "b"), forecasts.stringColumn("series").asList());
    assertEquals(
        LocalDateTime.of(2024, 1, 8, 0, 0), forecasts.dateTimeColumn("time").get(5)); // day 7
    assertArrayEquals(
        new double[] {11, 16, 22, 29, 220, 290}, forecasts.doubleColumn("truth").asDoubleArray());
    assertArrayEquals(
        new double[] {7, 7, 16, 16, 160, 160}, forecasts.doubleColumn("last").asDoubleArray());
    assertEquals(
        List.of(START.plusDays(4).atStartOfDay(), START.plusDays(6).atStartOfDay()),
        result.byFold().dateTimeColumn("time").asList());
    assertTrue(
        assertThrows(IllegalStateException.class, result::plotForecasts)
            .getMessage()
            .startsWith("A plot of forecasts must be of one series"));
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

  /** Series c does not vary before day 4: its errors 1 and 2 have no scale. */
  @Test
  void countsErrorsWithoutScale() {
    Table table = two();
    double[] values = {5, 5, 5, 5, 6, 7};
    for (int day = 0; day < values.length; day++) {
      add(table, "c", day, values[day], 0);
    }
    PanelWindows windows = panel(table).windows().lookback(1).targetSteps(2);
    BacktestResult result = Backtest.of("last", LAST).on(windows, START.plusDays(4)).run();
    assertTrue(result.bySeries().doubleColumn("MASE").isMissing(1));
    assertEquals(2, result.table().intColumn("unscaled").get(0));
    assertEquals(
        (4 + 9 + 6 + 13) / 2.0 / 4, result.table().doubleColumn("MASE").get(0), 1e-12); // of a
    assertEquals((4 + 9 + 6 + 13 + 1 + 2) / 6.0, result.table().doubleColumn("MAE").get(0), 1e-12);
  }

  /** A forecast of the plain loop. */
  private record Expected(String series, int fold, int day, double truth, double last) {}

  /** Compares with a plain loop over the days of each series. */
  @Property(tries = 100)
  void foldsAreThoseOfAPlainLoop(@ForAll long seed) {
    Random random = new Random(seed);
    int step = 1 + random.nextInt(2);
    int inputs = 1 + random.nextInt(3);
    int horizon = 1 + random.nextInt(3);
    int targets = 1 + random.nextInt(3);
    int every = 1 + random.nextInt(4);
    int rows = every * (1 + random.nextInt(4));
    int first = 20;
    boolean refits = random.nextBoolean();
    Integer rolling = random.nextBoolean() ? 14 : null;
    Table table = table();
    Map<String, TreeMap<Integer, double[]>> series = new LinkedHashMap<>();
    for (int s = 0; s < 4; s++) {
      TreeMap<Integer, double[]> days = new TreeMap<>();
      int from = s == 0 ? 0 : random.nextInt(25);
      double gaps = random.nextInt(3) * 0.04;
      for (int day = from; day < (s == 0 ? 50 : 30 + random.nextInt(20)); day++) {
        if (random.nextDouble() >= gaps || s == 0) {
          double y = s > 0 && random.nextDouble() < gaps ? Double.NaN : 100 * s + day;
          days.put(day, new double[] {y, random.nextDouble()});
          add(table, "s" + s, day, y, days.get(day)[1]);
        }
      }
      series.put("s" + s, days);
    }
    List<Expected> expected = new ArrayList<>();
    int span = (inputs - 1) * step + horizon + (targets - 1) * step;
    series.forEach(
        (name, days) -> {
          for (int day = first; day + (targets - 1) * step <= days.lastKey(); day += every) {
            int fold = (day - first) / rows;
            int end = first + (refits ? fold * rows : 0) - horizon + 1;
            boolean fitted = false;
            for (int last = 0; last < end; last++) {
              boolean inRange = rolling == null || last - span >= end - rolling;
              fitted |=
                  inRange
                      && complete(days, last - span, inputs, step)
                      && complete(days, last - (targets - 1) * step, targets, step);
            }
            int begin = day - horizon - (inputs - 1) * step;
            if (fitted && complete(days, begin, inputs, step)) {
              for (int k = 0; k < targets; k++) {
                double[] truth = days.get(day + k * step);
                expected.add(
                    new Expected(
                        name,
                        fold,
                        day + k * step,
                        truth == null ? Double.NaN : truth[0],
                        days.get(day - horizon)[0]));
              }
            }
          }
        });
    PanelWindows windows =
        panel(table).past("x").windows().step(step).horizon(horizon).targetSteps(targets);
    windows = windows.lookback(inputs * step);
    if (random.nextBoolean()) {
      windows = windows.normalizedPerWindow();
    }
    GlobalMethod global =
        GlobalMethod.of(
            past ->
                later -> {
                  double[][] last = new double[later.size()][targets];
                  for (int i = 0; i < last.length; i++) {
                    Arrays.fill(last[i], later.input(i)[inputs - 1][0]);
                  }
                  return last;
                });
    Backtest backtest = Backtest.of("last", LAST).and("global", global).every(every);
    backtest = refits ? backtest.refitEvery(rows) : backtest.withoutRefitting(rows);
    backtest = rolling == null ? backtest : backtest.rolling(rolling);
    Table forecasts = backtest.on(windows, START.plusDays(first)).run().forecasts();
    List<String> found = new ArrayList<>();
    for (int i = 0; i < forecasts.rowCount(); i++) {
      assertEquals(
          forecasts.doubleColumn("last").get(i), forecasts.doubleColumn("global").get(i), 1e-3);
      found.add(
          new Expected(
                  forecasts.stringColumn("series").get(i),
                  forecasts.intColumn("fold").get(i),
                  (int)
                      (forecasts.dateTimeColumn("time").get(i).toLocalDate().toEpochDay()
                          - START.toEpochDay()),
                  forecasts.doubleColumn("truth").getDouble(i),
                  forecasts.doubleColumn("last").getDouble(i))
              .toString());
    }
    assertEquals(
        expected.stream().map(Expected::toString).sorted().toList(),
        found.stream().sorted().toList());
  }

  private static boolean complete(TreeMap<Integer, double[]> days, int first, int count, int step) {
    for (int i = 0; i < count; i++) {
      double[] day = days.get(first + i * step);
      if (first < 0 || day == null || Double.isNaN(day[0])) {
        return false;
      }
    }
    return true;
  }

  private static Table waves(int days) {
    Table table = table();
    table.addColumns(DoubleColumn.create("area"));
    for (int s = 0; s < 3; s++) {
      for (int day = 3 * s; day < days; day++) {
        double wave = Math.sin(day * 0.9 + s) + 0.3 * Math.cos(day * day);
        add(table, "s" + s, day, 20 + 5 * wave * (s + 1), day % 4 + s);
        table.doubleColumn("area").append(10 * s);
      }
    }
    return table;
  }

  /** A network that reads the past, the known future and the fixed features. */
  private static GlobalMethod network() {
    return GlobalMethod.network(
        windows -> windows.batchSize(16).shuffled(4),
        windows -> {
          var past = input(windows.inputShape().toArray());
          var known = input(2, 1);
          var area = input(1);
          var all = concatenate().on(gru(3).on(past), flatten().on(known), area);
          Model model = Model.seeded(1, List.of(past, known, area), List.of(dense(2).on(all)));
          model.compile(adam(0.01), mae());
          return model;
        },
        () -> epochs(2).verbose(0));
  }

  private static BacktestResult ofWaves(Table table, Path files) {
    PanelWindows windows =
        panel(table)
            .known("x")
            .fixed("area")
            .normalizedBefore(START.plusDays(49)) // which the backtest must not use
            .windows()
            .lookback(4)
            .targetSteps(2)
            .normalizedPerWindow();
    return Backtest.of("last", LAST)
        .and("season", past -> Baseline.seasonal(9)::predict)
        .and("ridge", past -> Ridge.fit(past, 0.1)::predict)
        .and("network", network())
        .every(3)
        .refitEvery(6)
        .folder(files)
        .on(windows, START.plusDays(30))
        .run();
  }

  @Test
  void forecastsDoNotDependOnLaterRows() {
    List<String> methods = List.of("last", "season", "ridge", "network");
    Table clean = ofWaves(waves(50), null).forecasts();
    for (double poison : new double[] {1e30, Double.NaN}) {
      for (int from : new int[] {30, 36, 42}) {
        Table table = waves(50);
        for (int row = 0; row < table.rowCount(); row++) {
          if (!table.dateColumn("day").get(row).isBefore(START.plusDays(from))) {
            table.doubleColumn("y").set(row, poison);
            // Known columns of the target rows may be used: 2 steps from the last input row.
            if (!table.dateColumn("day").get(row).isBefore(START.plusDays(from + 2))) {
              table.doubleColumn("x").set(row, poison);
            }
          }
        }
        Table poisoned = ofWaves(table, null).forecasts();
        Map<List<Object>, Integer> rows = new LinkedHashMap<>();
        for (int i = 0; i < poisoned.rowCount(); i++) {
          rows.put(key(poisoned, i), i);
        }
        int compared = 0;
        for (int i = 0; i < clean.rowCount(); i++) {
          LocalDate day = clean.dateTimeColumn("time").get(i).toLocalDate();
          int ahead = clean.intColumn("ahead").get(i);
          if (day.minusDays(ahead).isBefore(START.plusDays(from))) {
            for (String method : methods) {
              assertEquals(
                  clean.doubleColumn(method).get(i),
                  poisoned.doubleColumn(method).get(rows.get(key(clean, i))),
                  0);
            }
            compared++;
          }
        }
        assertEquals(((from - 30) / 3 + 1) * 2 * 3, compared);
      }
    }
  }

  private static List<Object> key(Table table, int row) {
    return List.of(
        table.stringColumn("series").get(row),
        table.dateTimeColumn("time").get(row),
        table.intColumn("ahead").get(row));
  }

  /** The means of 1, 3, 5; 1, 3, 5, 7; and so on, and 10 times that. */
  @Test
  void normalizesEachSeriesOnThePastOfEachFold() {
    Table table = table();
    double[] values = {1, 3, 5, 7, 9, 50, 60};
    for (int day = 0; day < values.length; day++) {
      add(table, "a", day, values[day], 0);
      add(table, "b", day, 10 * values[day], 0);
    }
    PanelWindows windows = panel(table).normalizedBefore(START.plusDays(6)).windows().lookback(1);
    List<Double> means = new ArrayList<>();
    List<Double> ofSeries = new ArrayList<>();
    GlobalMethod watching =
        GlobalMethod.of(
            past -> {
              means.addAll(past.panel().scaling().doubleColumn("mean").asList());
              return later -> new double[later.size()][1];
            });
    ForecastMethod bySeries =
        past -> {
          ofSeries.add(past.series().mean("y"));
          return Baseline.lastValue()::predict;
        };
    Backtest backtest =
        Backtest.of("global", watching)
            .and("by series", bySeries)
            .refitEvery(1)
            .on(windows, START.plusDays(3));
    List<Double> expected = List.of(3.0, 30.0, 4.0, 40.0, 5.0, 50.0, 75 / 6.0, 750 / 6.0);
    BacktestResult result = backtest.run();
    assertEquals(expected, means);
    assertEquals(expected, ofSeries);
    // A normalized prediction of 0 is the mean.
    assertArrayEquals(
        new double[] {3, 30, 4, 40, 5, 50, 75 / 6.0, 750 / 6.0},
        result.forecasts().doubleColumn("global").asDoubleArray(),
        1e-12);
    means.clear();
    backtest.rolling(2).run();
    assertEquals(List.of(4.0, 40.0, 6.0, 60.0, 8.0, 80.0, 29.5, 295.0), means);
  }

  @Test
  void resumesOnlyTheSameBacktest() {
    Table table = waves(50);
    String first = ofWaves(table, folder).forecasts().printAll();
    assertEquals(first, ofWaves(table, folder).forecasts().printAll());
    assertEquals(first, ofWaves(waves(50), null).forecasts().printAll());
    for (String column : List.of("y", "x", "area")) {
      Table other = waves(50);
      DoubleColumn changed = other.doubleColumn(column);
      for (int row = 0; row < other.rowCount(); row++) {
        if (other.stringColumn("store").get(row).equals("s1")) {
          changed.set(row, changed.get(row) + 1);
        }
      }
      assertTrue(
          assertThrows(IllegalStateException.class, () -> ofWaves(other, folder))
              .getMessage()
              .contains("must contain this backtest"));
    }
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

  @Test
  void rejectsWhatCannotRun() {
    PanelWindows windows = panel(two()).windows().lookback(2);
    Backtest backtest = Backtest.of("a", LAST);
    assertMessageContains(
        "in the rows that a fold is fitted on", () -> backtest.on(windows, START.plusDays(2)));
    assertMessageContains("2024-01-20", () -> backtest.on(windows, START.plusDays(19)));
    Table unknown = two();
    add(unknown, "a", 8, Double.NaN, 0);
    assertMessageContains(
        "these are the latest windows",
        () -> backtest.on(panel(unknown).windows().lookback(2).latest(), START.plusDays(4)));
    assertMessageContains(
        "'a' returned 1 rows, the first with 2.",
        () ->
            Backtest.of("a", GlobalMethod.of(past -> later -> new double[1][2]))
                .on(windows, START.plusDays(5))
                .run());
    assertMessageContains(
        "'a' predicted NaN for the forecast of 'a' from 2024-01-06T00:00 on",
        () ->
            Backtest.of(
                    "a",
                    GlobalMethod.of(
                        past ->
                            later -> {
                              double[][] none = new double[later.size()][1];
                              none[0][0] = Double.NaN;
                              return none;
                            }))
                .on(windows, START.plusDays(5))
                .run());
    AtomicInteger fits = new AtomicInteger();
    ForecastMethod counted =
        past -> {
          fits.incrementAndGet();
          return Baseline.lastValue()::predict;
        };
    assertMessageContains(
        "A global method must be fitted on a panel, but 'global'",
        () ->
            Backtest.of("counted", counted)
                .and("global", network())
                .on(windows.panel().timeSeries("a").windows().lookback(2), 5)
                .run());
    assertEquals(0, fits.get());
    assertMessageContains("but was 'Series'", () -> Backtest.of("Series", LAST));
  }
}
