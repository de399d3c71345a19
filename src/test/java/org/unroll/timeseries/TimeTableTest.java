package org.unroll.timeseries;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.unroll.ErrorMessages.assertMessageContains;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Locale;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tech.tablesaw.api.ColumnType;
import tech.tablesaw.api.Table;

/** Reads small files whose values can be seen in the test. */
class TimeTableTest {
  @TempDir Path folder;

  private TimeTable file(String... lines) throws IOException {
    return file(StandardCharsets.UTF_8, String.join("\n", lines) + "\n");
  }

  private TimeTable file(Charset encoding, String text) throws IOException {
    return TimeTable.read(Files.writeString(folder.resolve("data.csv"), text, encoding));
  }

  private static double[] doubles(Table table, String column) {
    return table.numberColumn(column).asDoubleArray();
  }

  // Properties.

  private static final List<String> PATTERNS =
      List.of(
          "yyyy-MM-dd'T'HH:mm",
          "yyyy-MM-dd HH:mm:ss",
          "dd.MM.yyyy HH:mm",
          "dd/MM/yyyy HH:mm",
          "MM/dd/yyyy h:mm a",
          "d MMM yyyy HH:mm",
          "yyyy/MM/dd HH:mm:ss.SSS");

  /** Writes numbers and times, also quoted, and reads the same values. */
  @Property(tries = 300)
  void readsWhatWasWritten(
      @ForAll @IntRange(max = 3) int separatorIndex,
      @ForAll boolean comma,
      @ForAll @IntRange(max = 6) int patternIndex,
      @ForAll @IntRange(max = 3) int missingIndex,
      @ForAll @IntRange(max = 2) int linesAbove,
      @ForAll boolean grouped,
      @ForAll @Size(min = 2, max = 20)
          List<@IntRange(min = -9_999_999, max = 9_999_999) Integer> numbers)
      throws IOException {
    String separator = List.of(",", ";", "\t", "|").get(separatorIndex);
    String missing = List.of("", "NA", "-", "?").get(missingIndex);
    var format = DateTimeFormatter.ofPattern(PATTERNS.get(patternIndex), Locale.ENGLISH);
    var text = new StringBuilder("Station Jena\n".repeat(linesAbove));
    text.append(String.join(separator, "when", "x", "n", "y")).append('\n');
    LocalDateTime start = LocalDateTime.of(2026, 1, 13, 0, 0);
    for (int i = 0; i < numbers.size(); i++) {
      String x = String.format(Locale.ROOT, grouped ? "%,.2f" : "%.2f", numbers.get(i) / 100.0);
      if (comma) {
        x = x.replace(',', '_').replace('.', ',').replace('_', '.');
      }
      text.append(start.plusHours(7L * i).format(format))
          .append(separator)
          .append('"')
          .append(x)
          .append('"')
          .append(separator)
          .append(i == 1 ? missing : numbers.get(i))
          .append(separator)
          .append(comma ? "0,5" : "0.5")
          .append('\n');
    }
    Path path = Files.createTempFile("unroll", ".csv");
    try {
      Files.writeString(
          path, text.toString().replace(",5\n", separator.equals(",") ? ".5\n" : ",5\n"));
      if (comma && separator.equals(",")) {
        Files.writeString(
            path, text.toString().replace(separator + "0,5\n", separator + "\"0,5\"\n"));
      }
      Table table = TimeTable.read(path).table();
      assertEquals(List.of("when", "x", "n", "y"), table.columnNames());
      for (int i = 0; i < numbers.size(); i++) {
        assertEquals(start.plusHours(7L * i), table.dateTimeColumn("when").get(i));
        assertEquals(numbers.get(i) / 100.0, table.doubleColumn("x").get(i), 1e-9);
        assertEquals(i == 1, table.column("n").isMissing(i));
        assertEquals(0.5, table.doubleColumn("y").get(i));
      }
    } finally {
      Files.delete(path);
    }
  }

  // Numbers.

  @Test
  void readsDecimalCommas() throws IOException {
    Table table =
        file(
                "Zeit;T;euro;n",
                "03.11.2025 00:07;38,1;12.103,00;1.500",
                "04.11.2025 00:19;17,0;180,25;2.000")
            .table();
    assertArrayEquals(new double[] {38.1, 17}, doubles(table, "T"));
    assertArrayEquals(new double[] {12_103, 180.25}, doubles(table, "euro"));
    assertArrayEquals(new double[] {1500, 2000}, doubles(table, "n"));
    assertEquals(LocalDateTime.of(2025, 11, 4, 0, 19), table.dateTimeColumn("Zeit").get(1));
  }

  @Test
  void asksForTheDecimalSign() throws IOException {
    TimeTable file = file("day;a", "2026-01-01;1.234", "2026-01-02;5.678");
    assertMessageContains(
        "data.csv must be unambiguous, but '1.234' in column 'a' may be 1.234 or 1234. Set it: .decimal('.')"
            + " or .decimal(',').",
        file::table);
    assertArrayEquals(new double[] {1.234, 5.678}, doubles(file.decimal('.').table(), "a"));
    assertArrayEquals(new double[] {1234, 5678}, doubles(file.decimal(',').table(), "a"));
    assertMessageContains("must be '.' or ',', but was ';'", () -> file.decimal(';'));
    TimeTable mixed = file("day;a", "2026-01-01;1.5", "2026-01-02;1,5");
    assertMessageContains("numbers with points and numbers with commas", mixed::table);
  }

  @Test
  void decidesByAllCells() throws IOException {
    StringBuilder text = new StringBuilder("day,a,b\n");
    LocalDate day = LocalDate.of(2000, 1, 1);
    for (int i = 0; i < 5000; i++) {
      text.append(day.plusDays(i)).append(',').append(i).append(',').append(i).append('\n');
    }
    text.append(day.plusDays(5000)).append(",0.5,oops\n");
    TimeTable file = file(StandardCharsets.UTF_8, text.toString());
    assertMessageContains(
        "Line 5002 of "
            + folder.resolve("data.csv")
            + " has 'oops' in column 'b', which is not a"
            + " number, but 5,000 of the 5,001 values are. Correct the line, or set .missing(\"oops\")",
        file::table);
    Table table = file.missing("oops").table();
    assertEquals(ColumnType.DOUBLE, table.column("a").type());
    assertEquals(ColumnType.INTEGER, table.column("b").type());
    assertTrue(table.column("b").isMissing(5000));
    assertEquals("oops", file.text("b").table().stringColumn("b").get(5000));
  }

  @Test
  void reportsButKeepsSuspiciousNumbers() throws IOException {
    TimeTable file = file("day,T", "2026-01-01,5.5", "2026-01-02,-999", "2026-01-03,7");
    assertArrayEquals(new double[] {5.5, -999, 7}, doubles(file.table(), "T"));
    assertTrue(
        file.toString().contains("If it stands for a missing value, set .missing(\"-999\")."),
        file.toString());
    assertTrue(file.missing("-999").table().column("T").isMissing(1));
    TimeTable decimals = file("day,T", "2026-01-01,5.5", "2026-01-02,-999.0", "2026-01-03,7");
    assertTrue(decimals.missing("-999").table().column("T").isMissing(1));
  }

  // Times.

  @Test
  void asksForTheOrderOfDayAndMonth() throws IOException {
    TimeTable file = file("date,x", "03/04/2020,1", "04/04/2020,2");
    assertMessageContains("The order of day and month in column 'date'", file::table);
    assertMessageContains(
        "but '03/04/2020' and all other values can be read in both ways. Set .dayFirst() or"
            + " .monthFirst(), or the format: .time(\"date\").timeFormat(\"dd/MM/yyyy\").",
        file::table);
    LocalDate april = LocalDate.of(2020, 4, 3);
    assertEquals(april, file.dayFirst().table().dateColumn("date").get(0));
    assertEquals(LocalDate.of(2020, 3, 4), file.monthFirst().table().dateColumn("date").get(0));
    assertEquals(
        april, file.time("date").timeFormat("dd/MM/yyyy").table().dateColumn("date").get(0));
    TimeTable resolved = file("date,x", "03/04/2020,1", "04/13/2020,2");
    assertEquals(LocalDate.of(2020, 3, 4), resolved.table().dateColumn("date").get(0));
  }

  @Test
  void joinsColumnsOfTimes() throws IOException {
    LocalDateTime evening = LocalDateTime.of(2004, 3, 13, 18, 0);
    Table air =
        file("Date;Time;CO;;", "13/03/2004;18.00.00;2,6;;", "13/03/2004;19.00.00;2,5;;", ";;;;")
            .table();
    assertEquals(List.of("Date Time", "CO"), air.columnNames());
    assertEquals(2, air.rowCount());
    assertEquals(evening, air.dateTimeColumn(0).get(0));
    Table parts = file("No,year,month,day,hour,x", "1,2004,3,13,18,5", "2,2004,3,13,19,6").table();
    assertEquals(evening, parts.dateTimeColumn("year month day hour").get(0));
    assertEquals(2004, parts.intColumn("year").get(0));
    Table hours = file("dteday,hr,x", "2004-03-13,18,5", "2004-03-13,19,6").table();
    assertEquals(evening, hours.dateTimeColumn("dteday hr").get(0));
  }

  @Test
  void readsMonthsInstantsAndEpochTimes() throws IOException {
    Table months = file("Month,n", "1949-01,112", "1949-02,118").table();
    assertEquals(LocalDate.of(1949, 2, 1), months.dateColumn("Month").get(1));
    Table words = file("Month,n", "May 2020,112", "June 2020,118").table();
    assertEquals(LocalDate.of(2020, 6, 1), words.dateColumn("Month").get(1));
    Table instants = file("t,x", "2026-01-01T00:00:00+01:00,1", "2026-01-01T01:00:00Z,2").table();
    assertEquals(Instant.parse("2025-12-31T23:00:00Z"), instants.instantColumn("t").get(0));
    Table epoch = file("timestamp,x", "1600000000,1", "1600000060,5").table();
    assertEquals(List.of("x"), TimeSeries.of(epoch).columnNames());
    Table local = file("t,x", "2026-03-29 01:30,1", "2026-03-29 03:00,2").table();
    assertEquals(2, local.rowCount());
  }

  @Test
  void localTimesBecomeInstants() throws IOException {
    Table table =
        file("t,x", "2025-10-26 02:30,1", "2025-10-26 02:30,2").zone("Europe/Berlin").table();
    assertEquals(
        List.of(Instant.parse("2025-10-26T00:30:00Z"), Instant.parse("2025-10-26T01:30:00Z")),
        table.instantColumn("t").asList());
  }

  @Test
  void reportsAnInvalidTime() throws IOException {
    assertMessageContains(
        "has '31.02.2026' in column 'day', which is not a time like dd.MM.yyyy",
        file("day;x", "30.01.2026;1", "31.01.2026;2", "31.02.2026;3")::table);
  }

  // Layout.

  @Test
  void findsTheHeaderBelowOtherLines() throws IOException {
    TimeTable file =
        file(
            "Report, 2026",
            "",
            "# a comment",
            "time;a;b",
            ";degC;mm",
            "2026-01-01T00:00;1;2",
            "2026-01-01T01:00;3;4",
            "2026-01-01T02:00;3;9");
    assertArrayEquals(new double[] {2, 4, 9}, doubles(file.table(), "b"));
    assertTrue(file.toString().contains("header in line 4"), file.toString());
    assertTrue(
        file.toString().contains("Line 5 is left out because it contains no data: ;degC;mm"));
  }

  @Test
  void asksWhetherALineOfNumbersIsTheHeader() throws IOException {
    TimeTable file = file("1,2,4", "3,4,9", "5,6,2");
    assertMessageContains(
        "If there is no header, set .noHeader(); otherwise set .header(1).", file::table);
    assertEquals(3, file.noHeader().table().rowCount());
    assertEquals(List.of("1", "2", "4"), file.header(1).table().columnNames());
    TimeTable dated = file("2026-01-01,2", "2026-01-02,4");
    assertEquals(List.of("column 1", "column 2"), dated.table().columnNames());
  }

  @Test
  void readsQuotesEncodingsAndByteOrderMarks() throws IOException {
    String text = "day;\"T; °C\"\n2026-01-01;1,5\n2026-01-02;\"2,5\"\n";
    for (Charset encoding : List.of(StandardCharsets.UTF_8, Charset.forName("windows-1252"))) {
      assertArrayEquals(new double[] {1.5, 2.5}, doubles(file(encoding, text).table(), "T; °C"));
    }
    for (Charset encoding :
        List.of(StandardCharsets.UTF_8, StandardCharsets.UTF_16LE, StandardCharsets.UTF_16BE)) {
      Table table = file(encoding, "\uFEFF" + text).table();
      assertEquals(List.of("day", "T; °C"), table.columnNames());
    }
    assertMessageContains(".encoding(", file(StandardCharsets.UTF_16LE, text)::table);
    TimeTable file = file(StandardCharsets.UTF_16LE, text).encoding("UTF-16LE");
    assertEquals(2, file.table().rowCount());
  }

  @Test
  void reportsMalformedRows() throws IOException {
    TimeTable file =
        file("day,x,y", "2026-01-01,1,2", "2026-01-02,3,4", "2026-01-03,5", "2026-01-04,6,7");
    assertMessageContains(
        "data.csv must have 3 values, like the header in line 1, but line 4 has 2: 2026-01-03,5.",
        file::table);
    assertEquals(2, file.lastLine(3).table().rowCount());
    assertMessageContains("must have a header and rows, but is empty", file("")::table);
    assertThrows(UncheckedIOException.class, () -> TimeTable.read("no such file.csv"));
  }

  @Test
  void reportsSeveralSeriesAndRowNumbers() throws IOException {
    TimeTable file =
        file(
            "No,store,date,sales",
            "1,a,2026-01-01,5",
            "2,a,2026-01-02,7",
            "3,b,2026-01-01,6",
            "4,b,2026-01-02,4");
    assertTrue(file.toString().contains("'store' distinguishes 2 series"), file.toString());
    assertTrue(
        file.toString()
            .contains("look like row numbers, ids or epoch times, but are features: 'No'"));
  }

  /** The format of Brazil's weather service. */
  @Test
  void readsTimesOfTheDayWithoutAMarkBeforeUtc() throws IOException {
    TimeTable file =
        file(
            "ALTITUDE:;4,87",
            "Data;Hora UTC;T (°C)",
            "2019/01/01;0000 UTC;27,1",
            "2019/01/01;0130 UTC;",
            "2019/01/02;2300 UTC;-0,5");
    Table table = file.table();
    assertEquals(List.of("Data Hora UTC", "T (°C)"), table.columnNames());
    assertEquals(
        List.of("2019-01-01T00:00:00Z", "2019-01-01T01:30:00Z", "2019-01-02T23:00:00Z"),
        table.instantColumn(0).asList().stream().map(Instant::toString).toList());
    assertEquals(-0.5, table.doubleColumn(1).get(2));
    assertTrue(file.toString().contains("yyyy/MM/dd HHmm 'UTC'"), file::toString);
    assertEquals(1.0, table.doubleColumn(1).countMissing());
  }
}
