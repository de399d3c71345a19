package org.unroll.timeseries;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.unroll.ErrorMessages.assertMessageContains;
import static tech.tablesaw.aggregate.AggregateFunctions.last;
import static tech.tablesaw.aggregate.AggregateFunctions.max;
import static tech.tablesaw.aggregate.AggregateFunctions.sum;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.LocalDateTime;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.api.io.TempDir;
import tech.tablesaw.api.DateTimeColumn;
import tech.tablesaw.api.DoubleColumn;
import tech.tablesaw.api.StringColumn;
import tech.tablesaw.api.Table;
import tech.tablesaw.io.csv.CsvReadOptions;

class ResamplerTest {
  private static final LocalDateTime NOON = LocalDateTime.of(2026, 3, 1, 12, 0);

  @TempDir Path folder;

  private static List<LocalDateTime> times(JsonNode node) {
    return StreamSupport.stream(node.spliterator(), false)
        .map(time -> LocalDateTime.parse(time.asText()))
        .toList();
  }

  private static double[] numbers(JsonNode node) {
    return IntStream.range(0, node.size())
        .mapToDouble(i -> node.get(i).isNull() ? Double.NaN : node.get(i).asDouble())
        .toArray();
  }

  private static Table table(List<LocalDateTime> times, double... values) {
    return Table.create(
        "t", DateTimeColumn.create("time", times), DoubleColumn.create("x", values));
  }

  @Test
  void agreesWithPandas() throws IOException {
    JsonNode pandas =
        new ObjectMapper().readTree(ResamplerTest.class.getResourceAsStream("resampling.json"));
    Table table =
        Table.create(
            "t",
            DoubleColumn.create("a", numbers(pandas.get("a"))),
            DateTimeColumn.create("time", times(pandas.get("times"))),
            DoubleColumn.create("b", numbers(pandas.get("b"))));
    for (JsonNode expected : pandas.get("cases")) {
      Resampler resampler =
          Resampler.of(table).every(Duration.parse(expected.get("every").asText()));
      Table mean = resampler.aggregate(sum, "b").table();
      assertEquals(List.of("time", "a", "b"), mean.columnNames());
      assertEquals(times(expected.get("times")), mean.dateTimeColumn("time").asList());
      assertArrayEquals(
          numbers(expected.get("mean")), mean.doubleColumn("a").asDoubleArray(), 1e-12);
      assertArrayEquals(
          numbers(expected.get("sum")), mean.doubleColumn("b").asDoubleArray(), 1e-12);
      Table others = resampler.aggregate(last, "a").aggregate(max, "b").table();
      assertArrayEquals(
          numbers(expected.get("last")), others.doubleColumn("a").asDoubleArray(), 1e-12);
      others = resampler.aggregate(max, "a", "b").table();
      assertArrayEquals(
          numbers(expected.get("max")), others.doubleColumn("a").asDoubleArray(), 1e-12);
    }
  }

  /** One value per second, which is the second itself, so that labels can be checked. */
  @Test
  void labelsIntervalsThatAreNotWholeMilliseconds() {
    LocalDateTime midnight = NOON.toLocalDate().atStartOfDay();
    Table seconds =
        table(
            IntStream.range(0, 600).mapToObj(midnight::plusSeconds).toList(),
            IntStream.range(0, 600).asDoubleStream().toArray());
    for (Duration interval :
        List.of(
            Duration.ofSeconds(1).dividedBy(3),
            Duration.ofNanos(16_666_667),
            Duration.ofNanos(1_900_000),
            Duration.ofSeconds(7).dividedBy(3))) {
      Table regular = Resampler.of(seconds).every(interval).aggregate(last, "x").table();
      int values = 0;
      for (int row = 0; row < regular.rowCount(); row++) {
        double second = regular.doubleColumn("x").getDouble(row);
        if (!Double.isNaN(second)) {
          LocalDateTime label = regular.dateTimeColumn("time").get(row);
          LocalDateTime time = midnight.plusSeconds((long) second);
          // Tablesaw stores milliseconds, so a label is up to one millisecond early.
          LocalDateTime end = label.plus(interval).plusNanos(1_000_000);
          assertTrue(!label.isAfter(time) && time.isBefore(end), label + ", " + time);
          values++;
        }
      }
      assertEquals(Math.min(600, regular.rowCount()), values);
    }
  }

  /** Rows of a regular table are kept, and an omitted row becomes a row with missing values. */
  @Test
  void addsTheMissingRowsOfARegularTable() {
    Table table = table(List.of(NOON, NOON.plusHours(1), NOON.plusHours(3)), 1, 2, 4);
    Table regular = Resampler.of(table).every(Duration.ofHours(1)).table();
    assertArrayEquals(
        new double[] {1, 2, Double.NaN, 4}, regular.doubleColumn("x").asDoubleArray());
    assertEquals(NOON.plusHours(2), regular.dateTimeColumn("time").get(2));
    assertEquals("t", regular.name());
  }

  @Test
  void leavesOutTextColumnsWithoutNumbers() {
    Table table = table(List.of(NOON, NOON.plusHours(1)), 1, 2);
    table.addColumns(StringColumn.create("station", "Jena", "Jena"));
    Resampler hourly = Resampler.of(table).every(Duration.ofHours(1));
    assertEquals(List.of("time", "x"), hourly.table().columnNames());
    table.addColumns(StringColumn.create("rain", "0.5", "none"));
    assertMessageContains(
        "The column 'rain' must be numeric, but is of type STRING; row 1 contains 'none'.",
        hourly::table);
  }

  /**
   * Follows the advice of the error message. The expected values were read from the text by eye.
   */
  @Test
  void adviceAboutDecimalCommasWorks() throws IOException {
    Path file = folder.resolve("logger.csv");
    Files.writeString(
        file, "time;T;wind\n2026-03-01T12:00;17,0;1.234,5\n2026-03-01T13:00;-3,25;calm\n");
    var options =
        CsvReadOptions.builder(file.toFile()).separator(';').locale(Locale.GERMANY).build();
    Table table = Table.read().usingOptions(options);
    assertEquals(
        170, table.numberColumn("T").getDouble(0), "Tablesaw does not support decimal commas");
    assertMessageContains(
        "The column 'wind' must be numeric, but is of type STRING; row 1 contains 'calm'. Correct",
        hourly(table));
    assertMessageContains(
        "by name. Row 0 contains '1.234,5'. If that is a decimal comma,", hourly(table));

    table = Table.create(table.dateTimeColumn("time"), StringColumn.create("T", "", "17,0"));
    assertMessageContains(
        "The column 'T' must be numeric, but is of type STRING. Row 1 contains '17,0'. If that is a"
            + " decimal comma, convert the text to numbers: table.replaceColumn(\"T\","
            + " table.stringColumn(\"T\").replaceAll(\",\", \".\").parseDouble().setName(\"T\")).",
        hourly(table));
    TimeSeries series = TimeSeries.of(table);
    assertMessageContains("Row 1 contains '17,0'", series::data);
    assertMessageContains("Row 1 contains '17,0'", () -> series.target("T"));
    table.replaceColumn(
        "T", table.stringColumn("T").replaceAll(",", ".").parseDouble().setName("T"));
    assertArrayEquals(
        new double[] {Double.NaN, 17},
        Resampler.of(table).every(Duration.ofHours(1)).table().doubleColumn("T").asDoubleArray());
  }

  private static Executable hourly(Table table) {
    return () -> Resampler.of(table).every(Duration.ofHours(1)).table();
  }

  @Test
  void errorsReportTheRow() {
    Table table = table(List.of(NOON, LocalDateTime.of(1970, 1, 1, 0, 0)), 1, 2);
    Resampler seconds = Resampler.of(table).every(Duration.ofSeconds(10));
    assertMessageContains(
        "There must not be more than 10000000 intervals, but from 1970-01-01T00:00 (row 1) to"
            + " 2026-03-01T12:00 (row 0) there are",
        seconds::table);
    assertMessageContains(
        "An interval must be at least a millisecond long, but was PT0S.",
        () -> Resampler.of(table).every(Duration.ZERO));
    assertMessageContains(
        "The table must have a column 'rain', but its columns are: 'time', 'x'.",
        () -> seconds.aggregate(sum, "rain"));
    Table empty = table.emptyCopy();
    assertMessageContains(
        "A table to resample must have rows, but the table 't' has none.",
        () -> Resampler.of(empty));
    assertThrows(IllegalStateException.class, () -> Resampler.of(table).table());
    Table text =
        Table.create("t", StringColumn.create("Zeit", "1. March"), DoubleColumn.create("x", 1));
    assertMessageContains(
        "but its columns are: 'Zeit' of type STRING (row 0 contains '1. March')",
        () -> Resampler.of(text));
    table.dateTimeColumn(0).setMissing(1);
    assertMessageContains(
        "Every row must have a time, but row 1 of column 'time' has none (1 of 2 are missing).",
        () -> Resampler.of(table));
  }
}
