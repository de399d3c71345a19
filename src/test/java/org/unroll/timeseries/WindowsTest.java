package org.unroll.timeseries;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.unroll.ErrorMessages.assertMessageContains;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.time.LocalDateTime;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Collections;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.unroll.data.Shape;
import tech.tablesaw.api.DateTimeColumn;
import tech.tablesaw.api.DoubleColumn;
import tech.tablesaw.api.StringColumn;
import tech.tablesaw.api.Table;

class WindowsTest {
  /** Column a holds the row number, b its negative, so that a value tells where it comes from. */
  private static TimeSeries counting(int rows) {
    double[][] values = new double[rows][];
    for (int i = 0; i < rows; i++) {
      values[i] = new double[] {i, -i};
    }
    return TimeSeries.of(values, "a", "b").target("a");
  }

  // The book's generator.

  static Stream<JsonNode> bookCases() throws IOException {
    var resource = WindowsTest.class.getResource("book_windows.json");
    JsonNode cases = new ObjectMapper().readTree(resource);
    return IntStream.range(0, cases.size()).mapToObj(cases::get);
  }

  @ParameterizedTest
  @MethodSource("bookCases")
  void theWindowsAreThoseOfTheBook(JsonNode book) {
    int rows = book.get("rows").asInt();
    int delay = book.get("delay").asInt();
    JsonNode max = book.get("max_index");
    Windows windows =
        counting(rows)
            .windows()
            .lookback(book.get("lookback").asInt())
            .step(book.get("step").asInt())
            .delay(delay)
            .range(book.get("min_index").asInt(), max.isNull() ? rows - 1 : max.asInt() + delay);
    assertEquals(book.get("count").asInt(), windows.size());
    assertIsWindow(book.get("first"), windows, 0);
    assertIsWindow(book.get("last"), windows, windows.size() - 1);
    for (int i = 0; i < book.get("windows").size(); i++) {
      assertIsWindow(book.get("windows").get(i), windows, i);
    }
  }

  private static void assertIsWindow(JsonNode expected, Windows windows, int sample) {
    double[] rows = new ObjectMapper().convertValue(expected.get(0), double[].class);
    double[] seen = Arrays.stream(windows.input(sample)).mapToDouble(row -> row[0]).toArray();
    assertArrayEquals(rows, seen);
    assertEquals(expected.get(1).asDouble(), windows.target(sample)[0]);
    assertEquals(expected.get(1).asInt(), windows.targetRow(sample));
    assertEquals((int) rows[rows.length - 1], windows.lastRow(sample));
  }

  /** 198,416 = 200,000 − 1440 − 144 and so on: delay fewer than the book has in a bounded range. */
  @Test
  void theBooksRangesWithoutTheirLeak() {
    Windows windows = counting(420_551).windows().lookback(1440).step(6).delay(144).batchSize(128);
    assertEquals(198_416, windows.range(0, 200_000).size());
    assertEquals(98_415, windows.range(200_001, 300_000).size());
    assertEquals(118_966, windows.range(300_001).size());
    assertEquals(1551, windows.range(0, 200_000).batches());
    assertEquals(199_999, windows.range(0, 200_000).targetRow(198_415));
    assertEquals(Shape.of(240, 2), windows.inputShape());
  }

  // Any windows.

  record Setting(
      int rows,
      int from,
      int to,
      int steps,
      int step,
      int ahead,
      int targetSteps,
      boolean horizon) {
    Windows windows() {
      Windows windows = counting(rows).target("b", "a").windows();
      windows = horizon ? windows.horizon(ahead) : windows.delay(ahead);
      return windows.step(step).lookback(steps * step).targetSteps(targetSteps).range(from, to);
    }

    int firstTargetAfterFirstRow() {
      return steps * step + (horizon ? ahead - step : ahead);
    }
  }

  @Provide
  static Arbitrary<Setting> settings() {
    Arbitrary<Integer> small = Arbitraries.integers().between(1, 6);
    Arbitrary<Integer> rest = Arbitraries.integers().between(0, 40);
    return Combinators.combine(
            small, small, small, small, Arbitraries.of(true, false), rest, rest, rest)
        .as(
            (steps, step, ahead, targetSteps, horizon, before, more, after) -> {
              var bare = new Setting(0, 0, 0, steps, step, ahead, targetSteps, horizon);
              int span = bare.firstTargetAfterFirstRow() + (targetSteps - 1) * step + 1;
              int to = before + span + more;
              return new Setting(to + after, before, to, steps, step, ahead, targetSteps, horizon);
            });
  }

  @Property
  void theCountIsAllThatFit(@ForAll("settings") Setting setting) {
    int fitting = 0;
    for (int first = setting.from; first < setting.to; first++) {
      int lastTarget =
          first + setting.firstTargetAfterFirstRow() + (setting.targetSteps - 1) * setting.step;
      fitting += lastTarget < setting.to ? 1 : 0;
    }
    assertEquals(fitting, setting.windows().size());
  }

  @Property
  void noRowAndNoTargetLiesOutsideTheRange(@ForAll("settings") Setting setting) {
    Windows windows = setting.windows();
    double least = Double.POSITIVE_INFINITY;
    double greatest = Double.NEGATIVE_INFINITY;
    for (int sample = 0; sample < windows.size(); sample++) {
      for (double[] row : windows.input(sample)) {
        least = Math.min(least, row[0]);
        greatest = Math.max(greatest, row[0]);
      }
      for (double target : windows.target(sample)) {
        assertTrue(Math.abs(target) > greatest, "a target is not seen before");
        assertTrue(Math.abs(target) < setting.to);
      }
    }
    assertEquals(setting.from, least);
    double[] last = windows.target(windows.size() - 1);
    assertEquals(setting.to - 1, last[last.length - 1]);
  }

  @Property
  void valuesAreThoseOfTheTable(@ForAll("settings") Setting setting) {
    Windows windows = setting.windows();
    for (int sample = 0; sample < windows.size(); sample++) {
      int first = setting.from + sample;
      assertEquals(first, windows.firstRow(sample));
      double[][] input = windows.input(sample);
      assertEquals(setting.steps, input.length);
      for (int t = 0; t < setting.steps; t++) {
        assertArrayEquals(
            new double[] {first + t * setting.step, -first - t * setting.step}, input[t]);
      }
      double[] expected = new double[2 * setting.targetSteps];
      for (int k = 0; k < setting.targetSteps; k++) {
        int row = first + setting.firstTargetAfterFirstRow() + k * setting.step;
        expected[2 * k] = -row;
        expected[2 * k + 1] = row;
      }
      assertArrayEquals(expected, windows.target(sample));
      float[] copied = new float[expected.length + 1];
      windows.copyTarget(sample, copied, 1);
      for (int k = 0; k < expected.length; k++) {
        assertEquals(expected[k], copied[k + 1]);
      }
    }
  }

  @Property
  void anEpochHasEverySampleOnceAndItsSlicesAreTimeMajor(
      @ForAll("settings") Setting setting, @ForAll long seed) {
    Windows windows = setting.windows().batchSize(7).shuffled(seed);
    int[] order = windows.order(3);
    var seen = new BitSet();
    int steps = setting.steps;
    for (int batch = 0; batch < windows.batches(); batch++) {
      int rows = Math.min(7, windows.size() - batch * 7);
      float[] slice = new float[rows * steps * 2];
      for (int row = 0; row < rows; row++) {
        windows.copyInput(order[batch * 7 + row], slice, row, rows);
      }
      for (int row = 0; row < rows; row++) {
        int first = (int) slice[2 * row];
        seen.set(first - setting.from);
        for (int t = 0; t < steps; t++) {
          assertEquals(first + t * setting.step, slice[(t * rows + row) * 2]);
          assertEquals(-first - t * setting.step, slice[(t * rows + row) * 2 + 1]);
        }
      }
    }
    assertEquals(windows.size(), seen.cardinality());
    assertEquals(order.length, windows.size());
  }

  // Settings one by one.

  @Test
  void theHorizonIsMeasuredFromTheLastRowSeen() {
    Windows windows = counting(100).windows().lookback(12).step(6).horizon(3);
    assertEquals(6, windows.lastRow(0));
    assertEquals(9, windows.targetRow(0));
    assertEquals(15, windows.delay(3).targetRow(0));
  }

  @Test
  void targetShapes() {
    TimeSeries series = counting(50);
    Windows one = series.windows().lookback(4);
    assertEquals(Shape.of(1), one.targetShape());
    assertEquals(Shape.of(3), one.targetSteps(3).targetShape());
    Windows two = series.target("a", "b").windows().lookback(4);
    assertEquals(Shape.of(2), two.targetShape());
    assertEquals(Shape.of(3, 2), two.targetSteps(3).targetShape());
  }

  @Test
  void aTargetNeedNotBeSeen() {
    Windows windows = counting(20).columns("b").windows().lookback(2);
    assertEquals(Shape.of(2, 1), windows.inputShape());
    assertArrayEquals(new double[][] {{0}, {-1}}, windows.input(0));
    assertArrayEquals(new double[] {3}, windows.target(0));
  }

  @Test
  void theTruthComesInItsUnitsWithItsTimes() {
    Table table = hourly(10);
    Windows windows =
        TimeSeries.of(table).target("x").normalizedOn(0, 5).windows().lookback(3).horizon(2);
    Table truth = windows.range(1).targets();
    assertEquals(List.of("time", "x"), truth.columnNames());
    assertEquals(LocalDateTime.of(2020, 2, 28, 22, 0), truth.dateTimeColumn("time").get(0));
    assertArrayEquals(
        new double[] {104, 105, 106, 107, 108}, truth.doubleColumn("x").asDoubleArray());

    Table steps = windows.targetSteps(2).targets();
    assertEquals(List.of("time", "x +0", "x +1"), steps.columnNames());
    assertEquals(steps.doubleColumn("x +0").getDouble(1), steps.doubleColumn("x +1").getDouble(0));
  }

  private static Table hourly(int rows) {
    var start = LocalDateTime.of(2020, 2, 28, 17, 0);
    return Table.create(
        "hourly",
        DateTimeColumn.create("time", IntStream.range(0, rows).mapToObj(start::plusHours)),
        DoubleColumn.create("x", IntStream.range(0, rows).mapToDouble(i -> 99 + i)));
  }

  @Test
  void theDescriptionNamesFirstAndLast() {
    Windows windows = TimeSeries.of(hourly(40)).target("x").windows().lookback(6).step(2).delay(3);
    assertEquals(
        """
        31 windows in rows 0 … 39 of 40: lookback 6, step 2, delay 3
        input (3, 1), target (1,) x
        4 steps an epoch in batches of 10 (the last of 1), shuffled with seed 7
        first  rows 0 … 4 (2020-02-28 17:00 … 2020-02-28 21:00), target row 9 (2020-02-29 02:00)
        last   rows 30 … 34 (2020-02-29 23:00 … 2020-03-01 03:00), target row 39 (2020-03-01 08:00)""",
        windows.batchSize(10).shuffled(7).describe().toString());
    assertEquals("row 4", counting(40).windows().lookback(5).describe().first().lastTime());
  }

  /** Rows 4 and 5 are not there, which leaves one step of three hours among 37. */
  @Test
  void theDescriptionEndsWithWhatIsEasilyOverlooked() {
    Table table = hourly(40).dropRows(4, 5);
    table.addColumns(StringColumn.create("station", Collections.nCopies(38, "roof")));
    assertEquals(
        """
        34 windows in rows 0 … 37 of 38: lookback 4, step 1, delay 0
        input (4, 1), target (1,) x
        2 steps an epoch in batches of 32 (the last of 2), in order
        first  rows 0 … 3 (2020-02-28 17:00 … 2020-02-28 20:00), target row 4 (2020-02-28 23:00)
        last   rows 33 … 36 (2020-03-01 04:00 … 2020-03-01 07:00), target row 37 (2020-03-01 08:00)
        mind   1 of the 37 steps from row to row are not the usual PT1H; the first is from row 3 \
        (2020-02-28 20:00) to row 4 (2020-02-28 23:00). Windows count rows, not time. Put the table \
        onto a regular grid with Resampler: where nothing was measured, the grid has missing values, \
        which interpolated(…) or forwardFilled(…) fills; skippingGaps() leaves out the windows over \
        them.
        mind   A model sees numbers only. Left out: 'station' of type STRING (row 0 holds 'roof'). \
        Make numbers of what it should see, or choose its columns with columns(…).""",
        TimeSeries.of(table).target("x").windows().lookback(4).delay(0).describe().toString());
  }

  // What is refused.

  @Test
  void settingsThatCannotBe() {
    Windows windows = counting(50).windows();
    assertMessageContains("lookback=0", () -> windows.lookback(0));
    assertMessageContains("step=0", () -> windows.step(0));
    assertMessageContains("delay=-1", () -> windows.delay(-1));
    assertMessageContains("horizon=0", () -> windows.horizon(0));
    assertMessageContains("targetSteps=0", () -> windows.targetSteps(0));
    assertMessageContains("batchSize=0", () -> windows.batchSize(0));
    assertMessageContains(
        "lookback=10, step=4. The next that fit are 8 and 12.", () -> windows.lookback(10).step(4));
    assertMessageContains(
        "lookback=3, step=4. The next that fit are 4.", () -> windows.step(4).lookback(3));
  }

  @Test
  void rangesThatCannotBe() {
    Windows windows = counting(50).windows().lookback(10);
    assertMessageContains("0 ≤ from < to ≤ 50", () -> windows.range(20, 20));
    assertMessageContains("from=30, to=51", () -> windows.range(30, 51));
    assertMessageContains("from=-1", () -> windows.range(-1));
    assertMessageContains("from=50, to=50", () -> windows.range(50));
    assertMessageContains(
        "A window needs 12 rows from the first it sees to its last target (lookback 10, step 1,"
            + " delay 1). Received: the range 10 … 20 of 11 rows.",
        () -> windows.range(10, 21));
    assertEquals(1, windows.range(10, 22).size());
  }

  @Test
  void aLookbackLongerThanTheData() {
    assertMessageContains(
        "Received: a series of 50 rows", () -> counting(50).windows().lookback(60));
    assertMessageContains(
        "A window needs 2147483647 rows",
        () -> counting(50).windows().delay(Integer.MAX_VALUE).lookback(Integer.MAX_VALUE));
  }

  @Test
  void windowsWithoutLookbackOrTarget() {
    Windows bare = counting(50).windows();
    assertThrows(IllegalStateException.class, bare::size);
    assertThrows(IllegalStateException.class, bare::inputShape);
    assertEquals("Windows without a lookback", bare.toString());
    var error =
        assertThrows(
            IllegalStateException.class,
            () -> TimeSeries.of(new double[][] {{1, 2}, {3, 4}}).windows());
    assertEquals(
        "Windows need something to predict: name it with target(\"…\"). The columns are: x0, x1",
        error.getMessage());
  }

  @Test
  void thereAreNoOtherWindows() {
    Windows windows = counting(50).windows().lookback(10);
    assertThrows(IndexOutOfBoundsException.class, () -> windows.firstRow(windows.size()));
    assertThrows(IndexOutOfBoundsException.class, () -> windows.input(-1));
  }

  // Back in real units, and beyond the end.

  private static final LocalDateTime MONDAY = LocalDateTime.of(2026, 3, 2, 0, 0);

  /** Temperatures 10, 20, … and pressures 1000, 1001, … every half hour. */
  private static Windows weather(int rows) {
    DateTimeColumn times = DateTimeColumn.create("time");
    double[] temperature = new double[rows];
    double[] pressure = new double[rows];
    for (int i = 0; i < rows; i++) {
      times.append(MONDAY.plusMinutes(30L * i));
      temperature[i] = 10.0 * (i + 1);
      pressure[i] = 1000 + i;
    }
    return TimeSeries.of(
            Table.create(
                "t",
                times,
                DoubleColumn.create("T", temperature),
                DoubleColumn.create("p", pressure)))
        .target("p", "T")
        .normalizedOn(0, 3)
        .windows()
        .lookback(4)
        .step(2)
        .horizon(1)
        .targetSteps(2);
  }

  /** Perfect predictions, normalized, are the truth in its units. */
  @Test
  void forecastsAreLaidOutAsTheTargets() {
    Windows windows = weather(12);
    double[][] perfect =
        IntStream.range(0, windows.size()).mapToObj(windows::target).toArray(double[][]::new);
    Table truth = windows.targets();
    Table forecasts = windows.forecasts(perfect);
    assertEquals(List.of("time", "p +0", "T +0", "p +2", "T +2"), forecasts.columnNames());
    assertEquals(truth.columnNames(), forecasts.columnNames());
    assertEquals(MONDAY.plusMinutes(90), forecasts.dateTimeColumn("time").get(0));
    for (int row = 0; row < windows.size(); row++) {
      assertEquals(1003 + row, truth.doubleColumn("p +0").get(row));
      assertEquals(1003 + row, forecasts.doubleColumn("p +0").get(row), 1e-3);
      assertEquals(10 * (row + 6), forecasts.doubleColumn("T +2").get(row), 1e-4);
    }
    perfect[1] = new double[3];
    assertMessageContains(
        "4 targets of a window, shape (2, 2). Received: 3 numbers",
        () -> windows.forecasts(perfect));
    assertMessageContains(
        "each of the 7 windows. Received: 1", () -> windows.meanAbsoluteErrors(new double[1][4]));
  }

  /** By hand: T has mean 20 and std √(200/3), p mean 1001 and std √(2/3). */
  @Test
  void theForecastGoesOnWhereTheSeriesEnds() {
    Windows windows = weather(12);
    double[][] last = windows.lastInput();
    assertEquals(2, last.length);
    assertEquals((100 - 20) / Math.sqrt(200.0 / 3), last[0][0], 1e-6);
    assertEquals((1011 - 1001) / Math.sqrt(2.0 / 3), last[1][1], 1e-5);
    Table forecast = windows.forecast(new double[] {0, 1, -1, 0});
    assertEquals(List.of("time", "p", "T"), forecast.columnNames());
    assertEquals(
        List.of(MONDAY.plusHours(6), MONDAY.plusHours(7)), forecast.dateTimeColumn(0).asList());
    assertArrayEquals(
        new double[] {1001, 1001 - Math.sqrt(2.0 / 3)},
        forecast.doubleColumn("p").asDoubleArray(),
        1e-12);
    assertArrayEquals(
        new double[] {20 + Math.sqrt(200.0 / 3), 20},
        forecast.doubleColumn("T").asDoubleArray(),
        1e-12);
    assertMessageContains(
        "4 targets of a window, shape (2, 2). Received: 1 numbers. Let the model",
        () -> windows.forecast(new double[1]));
    Windows untimed = counting(9).windows().lookback(2).horizon(1).targetSteps(2);
    assertEquals(List.of(9, 10), untimed.forecast(new double[] {5, 6}).intColumn("row").asList());
  }

  @Test
  void aForecastNeedsEvenlySpacedTimes() {
    Windows windows = weather(12);
    ((DateTimeColumn) windows.series().timestamps()).set(10, MONDAY.plusMinutes(310));
    assertMessageContains(
        "row 10 (2026-03-02 05:10) PT40M after the row before",
        () -> windows.forecast(new double[4]));
  }
}
