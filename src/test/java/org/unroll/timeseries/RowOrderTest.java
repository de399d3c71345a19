package org.unroll.timeseries;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.unroll.ErrorMessages.assertMessageContains;

import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import tech.tablesaw.api.DateColumn;
import tech.tablesaw.api.DateTimeColumn;
import tech.tablesaw.api.DoubleColumn;
import tech.tablesaw.api.IntColumn;
import tech.tablesaw.api.StringColumn;
import tech.tablesaw.api.Table;

class RowOrderTest {
  /** The night in which clocks in Berlin were set back from 03:00 to 02:00, in half hours. */
  private static Table autumn() {
    List<LocalDateTime> times =
        Stream.of("01:30", "02:00", "02:30", "02:00", "02:30", "03:00")
            .map(time -> LocalDateTime.parse("2025-10-26T" + time))
            .toList();
    return Table.create(
        DateTimeColumn.create("time", times), DoubleColumn.create("x", 1, 2, 3, 4, 5, 6));
  }

  @Test
  void clockChangeIsNotAveraged() {
    Table table = autumn();
    String expected =
        "The times must be in order, but row 3 (2025-10-26 02:00) is not after row 2 (2025-10-26 02:30),"
            + " as when clocks are set back in autumn. Resampler would average the two hours. Convert the"
            + " local times to instants with their time zone: TimeTable.inZone(table,"
            + " \"Europe/Berlin\")";
    assertMessageContains(
        expected, () -> Resampler.of(table).every(Duration.ofMinutes(30)).table());
    assertMessageContains(expected, () -> TimeSeries.of(table).target("x").windows());
    Table sorted = table.sortOn("time");
    assertMessageContains(
        "as when clocks are set back",
        () -> Resampler.of(sorted).every(Duration.ofMinutes(30)).table());
    Table hours = table.dropRows(0, 2, 4);
    assertMessageContains(
        "as when clocks are set back",
        () -> Resampler.of(hours).every(Duration.ofHours(1)).table());
  }

  /** The expected instants were converted by hand: UTC+2 before, UTC+1 after the change. */
  @Test
  void instantsKeepBothHours() {
    Table table = TimeTable.inZone(autumn(), "Europe/Berlin");
    assertEquals(
        Stream.of("23:30", "00:00", "00:30", "01:00", "01:30", "02:00")
            .map(time -> (time.startsWith("23") ? "2025-10-25T" : "2025-10-26T") + time + ":00Z")
            .map(Instant::parse)
            .toList(),
        table.instantColumn("time").asList());
    assertEquals(
        List.of(1.0, 2.0, 3.0, 4.0, 5.0, 6.0),
        Resampler.of(table).every(Duration.ofMinutes(30)).table().doubleColumn("x").asList());
    assertEquals(
        List.of(), TimeSeries.of(table).target("x").windows().lookback(2).describe().remarks());
  }

  @Test
  void springIsExplained() {
    DateTimeColumn times =
        DateTimeColumn.create(
            "time", IntStream.of(0, 1, 3, 4, 5).mapToObj(h -> LocalDateTime.of(2026, 3, 29, h, 0)));
    Table table = Table.create(times, DoubleColumn.create("x", 1, 2, 3, 4, 6));
    String remark =
        TimeSeries.of(table).target("x").windows().lookback(1).describe().remarks().get(0);
    assertTrue(
        remark.contains("convert the times to instants with their time zone, TimeTable.inZone("),
        remark);
    Table instants = TimeTable.inZone(table, "Europe/Berlin");
    assertEquals(
        List.of(), TimeSeries.of(instants).target("x").windows().lookback(1).describe().remarks());
    table.dateTimeColumn(0).set(1, LocalDateTime.of(2026, 3, 29, 2, 30));
    assertMessageContains(
        "that of row 1 (2026-03-29 02:30) was skipped when clocks were set forward",
        () -> TimeTable.inZone(table, "Europe/Berlin"));
  }

  /** Two stores with two items each: only both columns together distinguish the rows. */
  @Test
  void findsSeriesOfTwoColumns() {
    List<LocalDate> days =
        IntStream.range(0, 12).mapToObj(i -> LocalDate.of(2026, 1, 1 + i / 4)).toList();
    Table table =
        Table.create(
            DateColumn.create("date", days),
            StringColumn.create(
                "store", IntStream.range(0, 12).mapToObj(i -> i % 4 < 2 ? "a" : "b")),
            IntColumn.create("item_id", IntStream.range(0, 12).map(i -> i % 2 + 100).toArray()),
            DoubleColumn.create("sales", IntStream.range(0, 12).asDoubleStream().toArray()));
    String expected =
        "the columns 'store', 'item_id' distinguish 4 series with the same times. Select one series at"
            + " a time: table.where(table.stringColumn(\"store\").isEqualTo(\"a\").and("
            + "table.numberColumn(\"item_id\").isEqualTo(100))). To get a table of each series, use"
            + " table.splitOn(\"store\", \"item_id\").asTableList().";
    assertMessageContains(expected, () -> TimeSeries.of(table).target("sales").windows());
    assertMessageContains(expected, () -> Resampler.of(table).every(Duration.ofDays(1)).table());
    Table one =
        table.where(
            table
                .stringColumn("store")
                .isEqualTo("a")
                .and(table.numberColumn("item_id").isEqualTo(100)));
    assertEquals(3, Resampler.of(one).every(Duration.ofDays(1)).table().rowCount());
    assertEquals(4, table.splitOn("store", "item_id").asTableList().size());
  }

  @Test
  void hoursBelongToTheTime() {
    Table table =
        Table.create(
            DateColumn.create(
                "dteday", IntStream.range(0, 48).mapToObj(i -> LocalDate.of(2026, 1, 1 + i / 24))),
            IntColumn.create("hr", IntStream.range(0, 48).map(i -> i % 24).toArray()),
            DoubleColumn.create("x", IntStream.range(0, 48).asDoubleStream().toArray()));
    assertMessageContains(
        "Join the two columns: TimeTable.withTimes(table, \"yyyy-MM-dd H\", \"dteday\", \"hr\").",
        () -> TimeSeries.of(table).target("x").windows());
    Table joined = TimeTable.withTimes(table, "yyyy-MM-dd H", "dteday", "hr");
    assertEquals(List.of("dteday hr", "hr", "x"), joined.columnNames());
    TimeSeries series = TimeSeries.of(joined).target("x").normalizedOn(0, 48);
    assertEquals(List.of(), series.windows().lookback(2).describe().remarks());
  }
}
