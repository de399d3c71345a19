package org.unroll.timeseries;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.unroll.ErrorMessages.assertMessageContains;

import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.function.IntFunction;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;
import tech.tablesaw.api.BooleanColumn;
import tech.tablesaw.api.ColumnType;
import tech.tablesaw.api.DateColumn;
import tech.tablesaw.api.DateTimeColumn;
import tech.tablesaw.api.DoubleColumn;
import tech.tablesaw.api.InstantColumn;
import tech.tablesaw.api.IntColumn;
import tech.tablesaw.api.StringColumn;
import tech.tablesaw.api.Table;
import tech.tablesaw.columns.Column;
import tech.tablesaw.io.csv.CsvReadOptions;

/** Checks the remarks of windows about the times of their rows, on tables made by hand. */
class TimestampsTest {
  private static final LocalDateTime MONDAY = LocalDateTime.of(2026, 3, 2, 0, 0);

  private static List<String> remarks(Column<?> times) {
    double[] x = IntStream.range(0, times.size()).mapToDouble(i -> i % 2).toArray();
    return remarks(Table.create(times, DoubleColumn.create("x", x)));
  }

  private static List<String> remarks(Table table) {
    return TimeSeries.of(table).target("x").windows().lookback(1).describe().remarks();
  }

  private static DateTimeColumn hours(int... hours) {
    return DateTimeColumn.create("time", IntStream.of(hours).mapToObj(MONDAY::plusHours));
  }

  private static DateColumn days(int count, IntFunction<LocalDate> day) {
    return DateColumn.create("day", IntStream.range(0, count).mapToObj(day));
  }

  private static void assertRemarkStartsWith(String expected, List<String> remarks) {
    assertEquals(1, remarks.size(), remarks.toString());
    assertTrue(remarks.get(0).startsWith(expected), remarks.get(0));
  }

  @Test
  void evenTimesCauseNoRemark() {
    assertEquals(List.of(), remarks(hours(0, 6, 12, 18, 24)));
    assertEquals(List.of(), remarks(days(5, MONDAY.toLocalDate()::plusDays)));
    Instant instant = Instant.parse("2026-03-02T00:00:00Z");
    assertEquals(
        List.of(),
        remarks(
            InstantColumn.create(
                "t", IntStream.range(0, 5).mapToObj(i -> instant.plusSeconds(90L * i)))));
  }

  /**
   * The ends of months are 28 to 31 days apart and those of quarters 90 to 92; both count as even.
   */
  @Test
  void monthsOfDifferentLengthsAreEven() {
    LocalDate end = LocalDate.of(2025, 1, 31);
    assertEquals(List.of(), remarks(days(14, end::plusMonths)));
    assertEquals(List.of(), remarks(days(8, i -> end.plusMonths(3L * i))));
    assertEquals(List.of(), remarks(days(20, i -> end.plusDays(30L * i))), "thirty days are even");
    assertRemarkStartsWith(
        "1 of the 4 steps from row to row are not the usual P1M; the first is from row 2"
            + " (2025-03-31) to row 3 (2025-05-31). Windows count rows, not time. Resample the table to a"
            + " regular grid with Resampler.every(Period.ofMonths(1)).",
        remarks(days(5, i -> end.plusMonths(i < 3 ? i : i + 1))));
  }

  /** Two rows a month apart, or years of 365 days, are months and not a number of days. */
  @Test
  void shortWindowsOfMonthsAndYearsAreFollowedByMonthsAndYears() {
    LocalDate first = LocalDate.of(2024, 7, 1);
    assertEquals(LocalDate.of(2024, 10, 1), next(days(3, first::plusMonths), 1));
    LocalDate year = LocalDate.of(2021, 1, 1);
    assertEquals(LocalDate.of(2025, 1, 1), next(days(4, year::plusYears), 2));
    LocalDate end = LocalDate.of(2023, 12, 31);
    assertEquals(LocalDate.of(2024, 2, 29), next(days(2, end::plusMonths), 1));
  }

  /** Returns the time of the forecast of the row after all rows. */
  private static LocalDate next(Column<?> times, int lookback) {
    double[] values = IntStream.range(0, times.size()).mapToDouble(i -> i).toArray();
    Windows windows =
        TimeSeries.of(Table.create(times, DoubleColumn.create("y", values)))
            .columns("y")
            .target("y")
            .windows()
            .lookback(lookback);
    return windows.forecast(new double[] {1}).dateColumn(0).get(0);
  }

  @Test
  void reportsUnevenSteps() {
    assertRemarkStartsWith(
        "2 of the 7 steps from row to row are not the usual PT1H; the first is from row 2"
            + " (2026-03-02 02:00) to row 3 (2026-03-02 05:00).",
        remarks(hours(0, 1, 2, 5, 6, 7, 9, 10)));
    DateTimeColumn incomplete = hours(0, 1, 2, 3, 4);
    incomplete.setMissing(3);
    assertRemarkStartsWith(
        "2 of the 4 steps from row to row are not the usual PT1H; the first is from row 2"
            + " (2026-03-02 02:00) to row 3 (no time).",
        remarks(incomplete));
  }

  /** Some of 40 hours are omitted. There are as many uneven steps as gaps. */
  @Property(tries = 100)
  void everyGapIsOneUnevenStep(
      @ForAll @Size(max = 6) Set<@IntRange(min = 3, max = 36) Integer> missing) {
    int[] rest = IntStream.range(0, 40).filter(hour -> !missing.contains(hour)).toArray();
    long gaps = missing.stream().filter(hour -> !missing.contains(hour - 1)).count();
    if (gaps == 0) {
      assertEquals(List.of(), remarks(hours(rest)));
    } else {
      int first = Collections.min(missing);
      assertRemarkStartsWith(
          gaps
              + " of the "
              + (rest.length - 1)
              + " steps from row to row are not the usual PT1H; the first is from row "
              + (first - 1)
              + " (",
          remarks(hours(rest)));
    }
  }

  /** Working days: two days are omitted after every five. */
  @Test
  void resamplesDates() {
    DateColumn workingDays = days(10, i -> MONDAY.toLocalDate().plusDays(i + i / 5 * 2));
    assertRemarkStartsWith(
        "1 of the 9 steps from row to row are not the usual PT24H; the first is from",
        remarks(workingDays));
    double[] x = IntStream.range(0, 10).asDoubleStream().toArray();
    Table table = Table.create(workingDays, DoubleColumn.create("x", x));
    Table daily = Resampler.of(table).every(Duration.ofDays(1)).table();
    assertEquals(12, daily.rowCount());
    assertEquals(ColumnType.LOCAL_DATE, daily.column("day").type());
    assertEquals(2, daily.doubleColumn("x").countMissing());
    assertMessageContains(
        "The times must fit the type of the column 'day', whose values are like 2026-03-02, but one is"
            + " 2026-03-02T12:00.",
        () -> Resampler.of(table).every(Duration.ofHours(12)).table());
  }

  /**
   * The hours 3 and 4 are missing values of the grid, so the windows that contain them are left
   * out.
   */
  @Test
  void adviceOfTheRemarkWorks() {
    DateTimeColumn times = hours(0, 1, 2, 5, 6, 7, 8, 9);
    Table table = Table.create(times, DoubleColumn.create("x", 0, 1, 2, 5, 6, 7, 8, 9));
    Table grid = Resampler.of(table).every(Duration.ofHours(1)).table();
    WindowsDescription skipped =
        TimeSeries.of(grid).target("x").skippingGaps().windows().lookback(2).horizon(1).describe();
    assertEquals(List.of(), skipped.remarks());
    // The windows of rows 0 … 9 begin in rows 0 … 7. Those of 0, 5, 6 and 7 contain neither 3 nor
    // 4.
    assertEquals(4, skipped.windows());
    assertEquals(4, skipped.skipped());
  }

  @Test
  void rejectsTimesThatAreNotInOrder() {
    String advice = " Sort the table: table.sortOn(\"time\").";
    for (int[] hours : new int[][] {{3, 2, 1, 0}, {3, 2, 2, 4}}) {
      assertMessageContains(
          "The times must be in order, but row 1 (2026-03-02 02:00) is before row 0 (2026-03-02"
              + " 03:00)."
              + advice,
          () -> remarks(hours(hours)));
    }
    DateTimeColumn incomplete = hours(0, 1, 2, 1);
    incomplete.setMissing(1);
    assertMessageContains(
        "row 3 (2026-03-02 01:00) is before row 2 (2026-03-02 02:00)", () -> remarks(incomplete));
    LocalDate monday = MONDAY.toLocalDate();
    assertMessageContains(
        "row 1 (2026-03-01) is before row 0 (2026-03-02). Sort the table: table.sortOn(\"day\")",
        () -> remarks(days(3, monday::minusDays)));
    Instant instant = Instant.parse("2026-03-02T00:00:00Z");
    assertMessageContains(
        "The times must be in order, but row 1",
        () -> remarks(InstantColumn.create("t", Stream.of(instant, instant.minusSeconds(1)))));
  }

  /** The advice of the message: the sorted table has windows. */
  @Test
  void sortedTableIsAccepted() {
    Table table =
        Table.create(hours(3, 2, 1, 0), DoubleColumn.create("x", 3, 2, 1, 0)).sortOn("time");
    assertEquals(List.of(), remarks(table));
  }

  @Test
  void rejectsRepeatedTimes() {
    assertMessageContains(
        "Every time must occur only once, but rows 1 and 2 both have 2026-03-02 01:00. Remove"
            + " repeated rows with table.dropDuplicateRows(), or combine the rows of the same time"
            + " with Resampler.",
        () -> remarks(hours(0, 1, 1, 2)));
  }

  @Test
  void rejectsASingleRepeatedRowAmongMany() {
    int[] hours = IntStream.range(0, 200).map(hour -> hour < 50 ? hour : hour - 1).toArray();
    assertMessageContains("but rows 49 and 50 both have", () -> remarks(hours(hours)));
  }

  private static Table sales(Column<?> store) {
    return Table.create(
        hours(0, 1, 2, 0, 1, 2), store, DoubleColumn.create("x", 1, 2, 3, 10, 20, 30));
  }

  @Test
  void rejectsSeveralSeriesWithTheSameTimes() {
    Table byName = sales(StringColumn.create("store", "a", "a", "a", "b", "b", "b"));
    String expected =
        "The table must contain a single series, but the column 'store' distinguishes 2 series with"
            + " the same times. Select one series at a time: table.where(table.";
    String advice = "stringColumn(\"store\").isEqualTo(\"a\")).";
    assertMessageContains(expected + advice, () -> remarks(byName));
    assertMessageContains(expected + advice, () -> remarks(byName.sortOn("time")));
    assertMessageContains(
        expected + advice, () -> Resampler.of(byName).every(Duration.ofHours(1)).table());
    Table one = byName.where(byName.stringColumn("store").isEqualTo("a"));
    assertEquals(3, Resampler.of(one).every(Duration.ofHours(1)).table().rowCount());

    Table byId = sales(IntColumn.create("store", new int[] {7, 7, 7, 8, 8, 8}));
    assertMessageContains(
        expected + "numberColumn(\"store\").isEqualTo(7)).",
        () -> Resampler.of(byId).every(Duration.ofHours(1)).table());
    assertEquals(3, byId.where(byId.numberColumn("store").isEqualTo(7)).rowCount());
  }

  /** Rows that came twice, and counts that happen to differ, are not several series. */
  @Test
  void resamplesRepeatedTimesOfOneSeries() {
    Table twice =
        Table.create(
            hours(0, 1, 1, 2),
            StringColumn.create("weather", "dry", "wet", "wet", "dry"),
            IntColumn.create("count", new int[] {3, 5, 9, 4}));
    Table hourly = Resampler.of(twice).every(Duration.ofHours(1)).table();
    assertEquals(List.of(3.0, 7.0, 4.0), hourly.doubleColumn("count").asList());
  }

  private static final String CSV =
      """
      Zeit;x;weather;wet
      02.03.2026 00:00;1;dry;false
      02.03.2026 01:00;2;rain;true
      02.03.2026 02:00;3;rain;true
      02.03.2026 03:00;4;dry;false
      02.03.2026 04:00;5;dry;false
      """;

  private static CsvReadOptions.Builder csv(String text) {
    return CsvReadOptions.builderFromString(text).separator(';');
  }

  @Test
  void readsTimesThatAreText() {
    Table table = Table.read().usingOptions(csv(CSV));
    assertEquals(ColumnType.STRING, table.column("Zeit").type());
    TimeSeries series = TimeSeries.of(table);
    assertEquals(2, series.rowAt(MONDAY.plusMinutes(61)));
    assertEquals(
        List.of(
            "Columns that are not numeric are left out: 'weather' of type STRING (row 0 contains 'dry'),"
                + " 'wet' of type BOOLEAN. Convert those that the model should see to numbers, or select"
                + " the columns with columns(…)."),
        remarks(table).stream().filter(remark -> !remark.contains("row numbers")).toList());
  }

  /** Neither of the dates has a day above 12, so they are not read as times. */
  @Test
  void reportsAmbiguousDates() {
    Table table =
        Table.create(
            StringColumn.create("date", "03/04/2020", "04/04/2020"),
            DoubleColumn.create("x", 1, 2));
    String advice =
        "Convert the times, with their pattern: TimeTable.withTimes(table, \"dd/MM/yyyy\", \"date\").";
    List<String> remarks = remarks(table);
    assertRemarkStartsWith("The times were read as text: 'date' of type STRING", remarks);
    assertTrue(
        remarks.get(0).contains("'03/04/2020' may begin with the day or with the month"),
        remarks.get(0));
    assertTrue(remarks.get(0).endsWith(advice), remarks.get(0));
    assertMessageContains(advice, () -> TimeSeries.of(table).rowAt(MONDAY));
    assertMessageContains(advice, () -> Resampler.of(table));
    assertMessageContains(advice, () -> Cycle.addTo(table, Cycle.YEAR));
    Table dated = TimeTable.withTimes(table, "dd/MM/yyyy", "date");
    assertEquals(1, TimeSeries.of(dated).rowAt(LocalDate.of(2020, 4, 4)));
  }

  @Test
  void reportsColumnsThatAreNotNumeric() {
    Table table =
        Table.create(
            BooleanColumn.create("wet", true, false, true), DoubleColumn.create("x", 1, 2, 3));
    assertEquals(
        List.of(
            "Columns that are not numeric are left out: 'wet' of type BOOLEAN. Convert those that the"
                + " model should see to numbers, or select the columns with columns(…)."),
        remarks(table));
    assertEquals(List.of(), remarks(table.retainColumns("x")));
  }
}
