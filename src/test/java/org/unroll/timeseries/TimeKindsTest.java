package org.unroll.timeseries;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.unroll.ErrorMessages.assertMessageContains;

import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.OffsetDateTime;
import java.time.Period;
import java.time.YearMonth;
import java.time.ZoneOffset;
import java.time.temporal.Temporal;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import tech.tablesaw.api.DateColumn;
import tech.tablesaw.api.DateTimeColumn;
import tech.tablesaw.api.DoubleColumn;
import tech.tablesaw.api.InstantColumn;
import tech.tablesaw.api.IntColumn;
import tech.tablesaw.api.LongColumn;
import tech.tablesaw.api.StringColumn;
import tech.tablesaw.api.Table;
import tech.tablesaw.api.TimeColumn;
import tech.tablesaw.columns.Column;

/** Checks that times of every kind work in every place. All rows are 12 apart from the first. */
class TimeKindsTest {
  private static final LocalDateTime START = LocalDateTime.of(2026, 1, 31, 0, 0);
  private static final int ROWS = 12;

  /**
   * A kind of times.
   *
   * @param times the columns of the times
   * @param third a time that finds row 3
   * @param next the cells of the first row of a forecast after the last row
   */
  record Kind(String name, List<Column<?>> times, Temporal third, List<String> next) {
    Table table() {
      Table table = Table.create(name);
      times.forEach(table::addColumns);
      double[] x = IntStream.range(0, ROWS).mapToDouble(Math::sqrt).toArray();
      return table.addColumns(DoubleColumn.create("x", x));
    }

    @Override
    public String toString() {
      return name;
    }
  }

  private static IntStream rows() {
    return IntStream.range(0, ROWS);
  }

  private static Instant instant(int row) {
    return START.plusHours(6L * row).toInstant(ZoneOffset.UTC);
  }

  static Stream<Kind> kinds() {
    return Stream.of(
        new Kind(
            "dates with times",
            List.of(DateTimeColumn.create("t", rows().mapToObj(row -> START.plusHours(6L * row)))),
            START.plusHours(18),
            List.of("2026-02-03T00:00")),
        new Kind(
            "instants",
            List.of(InstantColumn.create("t", rows().mapToObj(TimeKindsTest::instant))),
            OffsetDateTime.parse("2026-01-31T19:00:00+01:00"),
            List.of("2026-02-03T00:00:00Z")),
        new Kind(
            "dates",
            List.of(
                DateColumn.create("t", rows().mapToObj(row -> START.toLocalDate().plusDays(row)))),
            LocalDate.of(2026, 2, 3),
            List.of("2026-02-12")),
        new Kind(
            "ends of months",
            List.of(
                DateColumn.create(
                    "t", rows().mapToObj(row -> START.toLocalDate().plusMonths(row)))),
            YearMonth.of(2026, 4),
            List.of("2027-01-31")),
        new Kind(
            "months",
            List.of(
                StringColumn.create(
                    "Month", rows().mapToObj(row -> YearMonth.of(1949, 1).plusMonths(row) + ""))),
            YearMonth.of(1949, 4),
            List.of("1950-01")),
        new Kind(
            "quarters",
            List.of(
                StringColumn.create(
                    "quarter", rows().mapToObj(row -> (2000 + row / 4) + "-Q" + (row % 4 + 1)))),
            LocalDate.of(2000, 10, 1),
            List.of("2003-Q1")),
        new Kind(
            "years",
            List.of(IntColumn.create("Year", rows().map(row -> 1900 + row).toArray())),
            LocalDate.of(1903, 1, 1),
            List.of("1912")),
        new Kind(
            "text",
            List.of(
                StringColumn.create(
                    "Zeit",
                    rows()
                        .mapToObj(
                            row -> "0" + (row / 4 + 1) + ".03.2026 0" + row % 4 * 2 + ":00"))),
            LocalDateTime.of(2026, 3, 1, 6, 0),
            null),
        new Kind(
            "epoch seconds",
            List.of(
                LongColumn.create(
                    "timestamp", rows().mapToLong(row -> instant(row).getEpochSecond()).toArray())),
            instant(3),
            List.of(String.valueOf(instant(12).getEpochSecond()))),
        new Kind(
            "epoch milliseconds",
            List.of(
                LongColumn.create(
                    "unix time", rows().mapToLong(row -> instant(row).toEpochMilli()).toArray())),
            instant(3),
            List.of(String.valueOf(instant(12).toEpochMilli()))),
        new Kind(
            "a date and a time",
            List.of(
                DateColumn.create(
                    "date", rows().mapToObj(row -> START.plusHours(6L * row).toLocalDate())),
                TimeColumn.create(
                    "time", rows().mapToObj(row -> START.plusHours(6L * row).toLocalTime()))),
            START.plusHours(18),
            List.of("2026-02-03", "00:00")));
  }

  @ParameterizedTest
  @MethodSource("kinds")
  void worksEverywhere(Kind kind) {
    Table table = kind.table();
    TimeSeries series = TimeSeries.of(table).target("x");
    assertEquals(List.of("x"), series.columnNames(), "times are no features");
    assertEquals(3, series.rowAt(kind.third));
    Windows windows = series.windows().lookback(2);
    assertEquals(ROWS - 2, windows.size());
    Table targets = windows.targets();
    Table truth = Cycle.addTo(table, Cycle.YEAR);
    assertTrue(Math.abs(truth.doubleColumn("year sin").get(0)) <= 1);
    for (int j = 0; j < kind.times.size(); j++) {
      Column<?> column = kind.times.get(j);
      assertEquals(column.type(), targets.column(j).type());
      assertEquals(column.get(2), targets.column(j).get(0));
      if (kind.next != null) {
        Column<?> forecast = windows.forecast(new double[] {0}).column(j);
        assertEquals(column.name(), forecast.name());
        assertEquals(column.type(), forecast.type());
        assertEquals(kind.next.get(j), String.valueOf(forecast.get(0)));
        assertEquals(List.of(), windows.describe().remarks());
      }
    }
  }

  @ParameterizedTest
  @MethodSource("kinds")
  void resamples(Kind kind) {
    Table table = kind.table();
    TimeSeries series = TimeSeries.of(table);
    boolean months = Duration.between(series.timeOf(0), series.timeOf(1)).toDays() > 1;
    Resampler resampler = Resampler.of(table);
    Table coarse =
        (months ? resampler.every(Period.ofYears(3)) : resampler.every(Duration.ofDays(1))).table();
    assertEquals(kind.times.get(0).type(), coarse.column(0).type());
    assertTrue(coarse.rowCount() <= ROWS);
    long first =
        rows()
            .filter(
                row ->
                    series
                        .timeOf(row)
                        .isBefore(
                            months
                                ? series.timeOf(0).withDayOfYear(1).plusYears(3)
                                : series.timeOf(0).toLocalDate().plusDays(1).atStartOfDay()))
            .count();
    double mean = rows().limit(first).mapToDouble(Math::sqrt).average().orElseThrow();
    assertEquals(mean, coarse.doubleColumn("x").get(0), 1e-12);
  }

  /** Computed by hand: half of a day after midnight in UTC. */
  @Test
  void cyclesOfInstantsAreThoseOfUtc() {
    Table table =
        Cycle.addTo(
            Table.create(InstantColumn.create("t", Instant.parse("2026-01-01T12:00:00Z"))),
            Cycle.DAY);
    assertEquals(-1, table.doubleColumn("day cos").get(0), 1e-12);
  }

  @Test
  void localTimesHaveNoInstants() {
    TimeSeries series = TimeSeries.of(kinds().findFirst().orElseThrow().table());
    assertMessageContains(
        "The time must be a LocalDateTime, a LocalDate or a YearMonth, as in the column 't', which has"
            + " no time zone, but was the Instant 2026-01-31T00:00:00Z.",
        () -> series.rowAt(instant(0)));
    assertMessageContains("but was the LocalTime 12:00", () -> series.rowAt(LocalTime.NOON));
  }

  @Test
  void missingTimesAreReported() {
    Table table = kinds().findFirst().orElseThrow().table();
    ((DateTimeColumn) table.column(0)).setMissing(3);
    TimeSeries series = TimeSeries.of(table).target("x");
    assertNull(series.timeOf(3));
    assertEquals(2, series.rowAt(START.plusHours(12)), "not affected");
    assertEquals(4, series.rowAt(START.plusHours(24)), "not affected");
    String missing =
        "Every row must have a time, but row 3 of column 't' has none (1 of 12 are missing). Remove such"
            + " rows: table.where(table.column(\"t\").isNotMissing())";
    assertMessageContains(missing, () -> series.rowAt(START.plusHours(13)));
    Windows windows = series.windows().lookback(2).range(0, 5);
    assertMessageContains(missing, () -> windows.forecast(new double[] {0}));
    assertMessageContains(missing, () -> Cycle.addTo(table, Cycle.DAY));
    assertMessageContains(missing, () -> Resampler.of(table));
    assertEquals(11, table.where(table.column("t").isNotMissing()).rowCount());
  }

  @Test
  void partsOfTimesAreNamed() {
    Table table =
        Table.create(
            IntColumn.create("year", new int[] {2010, 2010}),
            IntColumn.create("month", new int[] {1, 1}),
            IntColumn.create("day", new int[] {31, 31}),
            IntColumn.create("hour", new int[] {22, 23}),
            DoubleColumn.create("x", 1, 2));
    assertMessageContains(
        "TimeTable.withTimes(table, \"yyyy M d H\", \"year\", \"month\", \"day\", \"hour\").",
        () -> TimeSeries.of(table).rowAt(START));
    Table dated = TimeTable.withTimes(table, "yyyy M d H", "year", "month", "day", "hour");
    assertEquals(1, TimeSeries.of(dated).rowAt(LocalDateTime.of(2010, 1, 31, 23, 0)));
  }

  @Test
  void rowNumbersAndIdsAreReported() {
    Table table =
        Table.create(
            IntColumn.create("No", new int[] {1, 2, 3}),
            IntColumn.create("station_id", new int[] {7, 7, 7}),
            DoubleColumn.create("x", 1, 5, 2));
    assertEquals(
        List.of(
            "These columns look like row numbers, ids or epoch times, but are features: 'No',"
                + " 'station_id'. Leave them out by selecting the other columns with"
                + " TimeSeries.columns(…)."),
        TimeSeries.of(table).target("x").windows().lookback(1).describe().remarks());
  }
}
