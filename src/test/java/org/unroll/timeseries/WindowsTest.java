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
  /**
   * Column a contains the row number and b its negative, so every value identifies its row and
   * column.
   */
  private static TimeSeries counting(int rows) {
    double[][] values = new double[rows][];
    for (int i = 0; i < rows; i++) {
      values[i] = new double[] {i, -i};
    }
    return TimeSeries.of(values, "a", "b").target("a");
  }

  // Comparison with the book's generator.

  static Stream<JsonNode> bookCases() throws IOException {
    var resource = WindowsTest.class.getResourceAsStream("book_windows.json");
    JsonNode cases = new ObjectMapper().readTree(resource);
    return IntStream.range(0, cases.size()).mapToObj(cases::get);
  }

  @ParameterizedTest
  @MethodSource("bookCases")
  void agreesWithTheGeneratorOfTheBook(JsonNode book) {
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
    assertWindow(book.get("first"), windows, 0);
    assertWindow(book.get("last"), windows, windows.size() - 1);
    for (int i = 0; i < book.get("windows").size(); i++) {
      assertWindow(book.get("windows").get(i), windows, i);
    }
  }

  private static void assertWindow(JsonNode expected, Windows windows, int sample) {
    double[] rows = new ObjectMapper().convertValue(expected.get(0), double[].class);
    double[] seen = Arrays.stream(windows.input(sample)).mapToDouble(row -> row[0]).toArray();
    assertArrayEquals(rows, seen);
    assertEquals(expected.get(1).asDouble(), windows.target(sample)[0]);
    assertEquals(expected.get(1).asInt(), windows.targetRow(sample));
    assertEquals((int) rows[rows.length - 1], windows.lastRow(sample));
  }

  /**
   * For example, 198,416 = 200,000 − 1440 − 144: delay fewer windows than the book has in a bounded
   * range.
   */
  @Test
  void rangesDoNotLeakIntoTheNextRange() {
    Windows windows = counting(420_551).windows().lookback(1440).step(6).delay(144).batchSize(128);
    assertEquals(198_416, windows.range(0, 200_000).size());
    assertEquals(98_415, windows.range(200_001, 300_000).size());
    assertEquals(118_966, windows.range(300_001).size());
    assertEquals(1551, windows.range(0, 200_000).batches());
    assertEquals(199_999, windows.range(0, 200_000).targetRow(198_415));
    assertEquals(Shape.of(240, 2), windows.inputShape());
  }

  // Properties of all windows.

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
  void countsAllWindowsThatFit(@ForAll("settings") Setting setting) {
    int fitting = 0;
    for (int first = setting.from; first < setting.to; first++) {
      int lastTarget =
          first + setting.firstTargetAfterFirstRow() + (setting.targetSteps - 1) * setting.step;
      fitting += lastTarget < setting.to ? 1 : 0;
    }
    assertEquals(fitting, setting.windows().size());
  }

  @Property
  void inputsAndTargetsStayInTheRange(@ForAll("settings") Setting setting) {
    Windows windows = setting.windows();
    double least = Double.POSITIVE_INFINITY;
    double greatest = Double.NEGATIVE_INFINITY;
    for (int sample = 0; sample < windows.size(); sample++) {
      for (double[] row : windows.input(sample)) {
        least = Math.min(least, row[0]);
        greatest = Math.max(greatest, row[0]);
      }
      for (double target : windows.target(sample)) {
        assertTrue(Math.abs(target) > greatest, "a target must not be an input");
        assertTrue(Math.abs(target) < setting.to);
      }
    }
    assertEquals(setting.from, least);
    double[] last = windows.target(windows.size() - 1);
    assertEquals(setting.to - 1, last[last.length - 1]);
  }

  @Property
  void valuesAreTakenFromTheTable(@ForAll("settings") Setting setting) {
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
  void epochContainsEverySampleOnceInTimeMajorSlices(
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

  // Individual settings.

  @Test
  void horizonIsMeasuredFromTheLastInputRow() {
    Windows windows = counting(100).windows().lookback(12).step(6).horizon(3);
    assertEquals(6, windows.lastRow(0));
    assertEquals(9, windows.targetRow(0));
    assertEquals(15, windows.delay(3).targetRow(0));
  }

  @Test
  void targetShapeFollowsFromTargetsAndSteps() {
    TimeSeries series = counting(50);
    Windows one = series.windows().lookback(4);
    assertEquals(Shape.of(1), one.targetShape());
    assertEquals(Shape.of(3), one.targetSteps(3).targetShape());
    Windows two = series.target("a", "b").windows().lookback(4);
    assertEquals(Shape.of(2), two.targetShape());
    assertEquals(Shape.of(3, 2), two.targetSteps(3).targetShape());
  }

  @Test
  void targetNeedNotBeAnInput() {
    Windows windows = counting(20).columns("b").windows().lookback(2).delay(1);
    assertEquals(Shape.of(2, 1), windows.inputShape());
    assertArrayEquals(new double[][] {{0}, {-1}}, windows.input(0));
    assertArrayEquals(new double[] {3}, windows.target(0));
  }

  @Test
  void targetsHaveTheirUnitsAndTimes() {
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
  void describesTheFirstAndTheLastWindow() {
    TimeSeries series = TimeSeries.of(hourly(40)).target("x").normalizedOn(0, 20);
    Windows windows = series.windows().lookback(6).step(2).delay(3);
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

  /** Rows 4 and 5 are omitted, which leaves one step of three hours among 37. */
  @Test
  void descriptionEndsWithRemarks() {
    Table table = hourly(40).dropRows(4, 5);
    table.addColumns(StringColumn.create("station", Collections.nCopies(38, "roof")));
    TimeSeries series = TimeSeries.of(table).target("x").normalizedOn(0, 20);
    assertEquals(
        """
        34 windows in rows 0 … 37 of 38: lookback 4, step 1, delay 0
        input (4, 1), target (1,) x
        2 steps an epoch in batches of 32 (the last of 2), in order
        first  rows 0 … 3 (2020-02-28 17:00 … 2020-02-28 20:00), target row 4 (2020-02-28 23:00)
        last   rows 33 … 36 (2020-03-01 04:00 … 2020-03-01 07:00), target row 37 (2020-03-01 08:00)
        note   1 of the 37 steps from row to row are not the usual PT1H; the first is from row 3 \
        (2020-02-28 20:00) to row 4 (2020-02-28 23:00). Windows count rows, not time. Resample the \
        table to a regular grid with Resampler. Intervals without measurements become missing values, \
        which interpolated(…) or forwardFilled(…) fills; skippingGaps() leaves out the windows that \
        contain them.
        note   Columns that are not numeric are left out: 'station' of type STRING (row 0 contains \
        'roof'). Convert those that the model should see to numbers, or select the columns with \
        columns(…).""",
        series.windows().lookback(4).delay(0).describe().toString());
  }

  /** The values are 998 and 1002, and 3 and 7. */
  @Test
  void descriptionNamesInputsThatAreNotScaled() {
    double[][] rows = new double[40][];
    for (int i = 0; i < rows.length; i++) {
      int sign = i % 2 == 0 ? -1 : 1;
      rows[i] = new double[] {1000 + 2 * sign, 5 + 2 * sign};
    }
    TimeSeries series = TimeSeries.of(rows, "pressure", "wind").target("wind");
    assertEquals(
        List.of(
            "Input column 'pressure' is not scaled (mean 1000, std 2). Networks learn slowly or not"
                + " at all from such values. Call normalizedOn(from, to) on the series."),
        series.windows().lookback(4).describe().remarks());
    assertEquals(List.of(), series.normalizedOn(0, 40).windows().lookback(4).describe().remarks());
  }

  // Invalid arguments.

  @Test
  void rejectsInvalidSettings() {
    Windows windows = counting(50).windows();
    assertMessageContains("lookback must be at least 1, but was 0.", () -> windows.lookback(0));
    assertMessageContains("step must be at least 1, but was 0.", () -> windows.step(0));
    assertMessageContains("delay must be at least 0, but was -1.", () -> windows.delay(-1));
    assertMessageContains("horizon must be at least 1, but was 0.", () -> windows.horizon(0));
    assertMessageContains(
        "targetSteps must be at least 1, but was 0.", () -> windows.targetSteps(0));
    assertMessageContains("batchSize must be at least 1, but was 0.", () -> windows.batchSize(0));
    assertMessageContains(
        "lookback must be a multiple of step, but lookback=10 and step=4. The nearest valid lookback is"
            + " 8 or 12.",
        () -> windows.lookback(10).step(4));
    assertMessageContains(
        "lookback=3 and step=4. The nearest valid lookback is 4.",
        () -> windows.step(4).lookback(3));
  }

  @Test
  void rejectsInvalidRanges() {
    Windows windows = counting(50).windows().lookback(10).delay(1);
    assertMessageContains(
        "0 <= from < to <= 50, the number of rows, but was from=20, to=20.",
        () -> windows.range(20, 20));
    assertMessageContains("from=30, to=51", () -> windows.range(30, 51));
    assertMessageContains("from=-1", () -> windows.range(-1));
    assertMessageContains("from=50, to=50", () -> windows.range(50));
    assertMessageContains(
        "A window must fit into the rows. It spans 12 rows, from its first input row to its last target"
            + " (lookback 10, step 1, delay 1), but the range 10 … 20 has 11 rows. Use a smaller"
            + " lookback or more rows.",
        () -> windows.range(10, 21));
    assertEquals(1, windows.range(10, 22).size());
  }

  @Test
  void rejectsALookbackLongerThanTheSeries() {
    assertMessageContains("but the series has 50 rows.", () -> counting(50).windows().lookback(60));
    assertMessageContains(
        "It spans 2147483647 rows",
        () -> counting(50).windows().delay(Integer.MAX_VALUE).lookback(Integer.MAX_VALUE));
  }

  @Test
  void requiresALookbackAndATarget() {
    Windows bare = counting(50).windows();
    assertThrows(IllegalStateException.class, bare::size);
    assertThrows(IllegalStateException.class, bare::inputShape);
    assertEquals("Windows without a lookback", bare.toString());
    var error =
        assertThrows(
            IllegalStateException.class,
            () -> TimeSeries.of(new double[][] {{1, 2}, {3, 4}}).windows());
    assertEquals(
        "The column to predict must be set first, with target(\"…\"). The columns are: x0, x1.",
        error.getMessage());
  }

  @Test
  void rejectsIndicesOutOfBounds() {
    Windows windows = counting(50).windows().lookback(10);
    assertThrows(IndexOutOfBoundsException.class, () -> windows.firstRow(windows.size()));
    assertThrows(IndexOutOfBoundsException.class, () -> windows.input(-1));
  }

  // Forecasts in the units of the targets.

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

  /** Perfect predictions, normalized, are the true values in their units. */
  @Test
  void forecastsHaveTheLayoutOfTheTargets() {
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
        "A prediction must have one value for each of the 4 targets of a window, shape (2, 2), but has"
            + " 3 in row 1.",
        () -> windows.forecasts(perfect));
    assertMessageContains(
        "There must be one prediction for each of the 7 windows, but there are 1.",
        () -> windows.meanAbsoluteErrors(new double[1][4]));
  }

  /** Computed by hand: T has mean 20 and std √(200/3), p mean 1001 and std √(2/3). */
  @Test
  void forecastContinuesAfterTheLastRow() {
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
        "A prediction must have one value for each of the 4 targets of a window, shape (2, 2), but has"
            + " 1. Set the number of outputs of the model accordingly.",
        () -> windows.forecast(new double[1]));
    Windows untimed = counting(9).windows().lookback(2).horizon(1).targetSteps(2);
    assertEquals(List.of(9, 10), untimed.forecast(new double[] {5, 6}).intColumn("row").asList());
  }

  @Test
  void forecastRequiresEvenlySpacedTimes() {
    Table table = weather(12).series().table();
    table.dateTimeColumn("time").set(10, MONDAY.plusMinutes(310));
    Windows windows = TimeSeries.of(table).target("p", "T").windows().lookback(4).targetSteps(2);
    assertMessageContains(
        "The rows must be evenly spaced in time to forecast the next time, but row 10 (2026-03-02"
            + " 05:10) is not PT30M after the row before it (2026-03-02 04:30), as the others are",
        () -> windows.forecast(new double[4]));
  }
}
