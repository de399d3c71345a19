package org.unroll.timeseries;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.Charset;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.zone.ZoneRules;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.unroll.internal.Failures;
import org.unroll.internal.TableClass;
import tech.tablesaw.api.InstantColumn;
import tech.tablesaw.api.NumericColumn;
import tech.tablesaw.api.Table;
import tech.tablesaw.columns.Column;

/**
 * A table of measurements in a text file: comma-separated values and their relatives.
 *
 * <pre>
 * Table power = TimeTable.read(Path.of("power.csv")).table();
 * System.out.println(TimeTable.read(Path.of("power.csv"))); // what was found in the file
 * </pre>
 *
 * <p>All cells decide, not a sample. Found are the encoding (byte order mark, UTF-8, otherwise
 * windows-1252), the separator (comma, semicolon, tab, vertical bar or spaces), lines above the
 * header and a line of units below it, the decimal sign and the sign that groups digits, texts that
 * stand for missing values (those of pandas, and {@code -}, {@code ?}, {@code .} and {@code *} in
 * columns of numbers and times), and the times with their format: a column, a column of dates and
 * another one of times or hours, or columns named year, month, day and so on. {@link #describe()}
 * reports all of it.
 *
 * <p><b>What is not certain is an error</b> that names the option to set, such as the order of day
 * and month in {@code 03/04/2020} if no value of the column settles it, or whether {@code 1.234}
 * has decimals. So is a column in which most cells are numbers and some are not, and a row with the
 * wrong number of values; these messages contain the line.
 *
 * <p>Nothing is left out without a note. A number such as −999 that may stand for a missing value,
 * row numbers, ids, epoch times, and rows that are not in the order of time are reported, but kept.
 *
 * <p>Times become Tablesaw columns of instants (if they have an offset from UTC), dates with times,
 * or dates; months and quarters become the date of their first day. Columns of whole numbers become
 * {@code INTEGER} or {@code LONG}, other numbers {@code DOUBLE}.
 *
 * <p>Immutable: each setting returns a new object. The file is read when the table is first needed.
 */
public final class TimeTable {
  private final Path path;
  private final Options options;
  private TableDescription read;

  private TimeTable(Path path, Options options) {
    this.path = path;
    this.options = options;
  }

  /**
   * Returns the table of a file.
   *
   * @throws UncheckedIOException if there is no such file
   */
  public static TimeTable read(Path path) {
    if (!Files.isRegularFile(path)) {
      throw new UncheckedIOException(
          "The file to read must exist, but there is no file " + path.toAbsolutePath() + ".",
          new NoSuchFileException(path.toString()));
    }
    return new TimeTable(path, new Options());
  }

  /**
   * Returns the table of a file.
   *
   * @throws UncheckedIOException if there is no such file
   */
  public static TimeTable read(String path) {
    return read(Path.of(path));
  }

  private TimeTable with(Consumer<Options> setting) {
    Options changed = options.copy();
    setting.accept(changed);
    return new TimeTable(path, changed);
  }

  /** Sets the separator; a space stands for any number of spaces and tabs. */
  public TimeTable separator(char separator) {
    return with(changed -> changed.separator = separator);
  }

  /**
   * Sets the decimal sign of all numbers. The other one groups digits.
   *
   * @param sign '.' or ','
   */
  public TimeTable decimal(char sign) {
    if (sign != '.' && sign != ',') {
      throw new IllegalArgumentException(
          "The decimal sign must be '.' or ',', but was '" + sign + "'.");
    }
    return with(changed -> changed.decimal = sign);
  }

  /**
   * Sets the line of the header. Lines above it are left out.
   *
   * @param line from 1
   */
  public TimeTable header(int line) {
    if (line < 1) {
      throw new IllegalArgumentException("A line number must be at least 1, but was " + line + ".");
    }
    return with(changed -> changed.header = line);
  }

  /** Sets that the file has no header. The columns are named {@code column 1} and so on. */
  public TimeTable noHeader() {
    return with(changed -> changed.noHeader = true);
  }

  /** Sets the last line of the table. Lines below it are left out. */
  public TimeTable lastLine(int line) {
    return with(changed -> changed.lastLine = line);
  }

  /**
   * Sets the encoding, for example {@code UTF-16LE} or {@code windows-1250}.
   *
   * @throws IllegalArgumentException if there is no such encoding
   */
  public TimeTable encoding(String name) {
    Charset encoding = Charset.forName(name);
    return with(changed -> changed.encoding = encoding);
  }

  /** Adds texts or numbers that stand for missing values, for example {@code "-999"}. */
  public TimeTable missing(String... signs) {
    return with(changed -> changed.missing.addAll(Arrays.asList(signs)));
  }

  /** Sets columns to read as text, for example those of ids such as {@code 007}. */
  public TimeTable text(String... columns) {
    return with(changed -> changed.text.addAll(Arrays.asList(columns)));
  }

  /**
   * Sets the column of the times, or the columns whose cells, joined by spaces, are the times.
   *
   * @param columns for example "Date" and "Time"
   */
  public TimeTable time(String... columns) {
    return with(changed -> changed.time = List.of(columns));
  }

  /**
   * Sets the format of the times in the columns that {@link #time} names.
   *
   * @param pattern a pattern of {@link DateTimeFormatter}, such as {@code dd.MM.yyyy HH:mm}, or
   *     {@code epoch seconds}, {@code epoch milliseconds}
   * @throws IllegalArgumentException if the pattern is invalid
   */
  public TimeTable timeFormat(String pattern) {
    TimeFormat.of(pattern);
    return with(changed -> changed.timeFormat = pattern);
  }

  /** Sets that the day is before the month, so that 03/04/2020 is April 3. */
  public TimeTable dayFirst() {
    return with(changed -> changed.dayFirst = true);
  }

  /** Sets that the month is before the day, so that 03/04/2020 is March 4. */
  public TimeTable monthFirst() {
    return with(changed -> changed.dayFirst = false);
  }

  /**
   * Sets the time zone of local times, which are converted to instants as by {@link #inZone}.
   *
   * @param zone for example {@code Europe/Berlin}
   */
  public TimeTable zone(String zone) {
    ZoneId id = ZoneId.of(zone);
    return with(changed -> changed.zone = id);
  }

  /**
   * Returns the table.
   *
   * @throws UncheckedIOException if the file cannot be read
   * @throws IllegalArgumentException if something in the file is not certain or a row is malformed
   */
  public Table table() {
    return describe().table();
  }

  /** Returns a description of what was found in the file. Reads it, like {@link #table()}. */
  public synchronized TableDescription describe() {
    if (read == null) {
      if (options.timeFormat != null && options.time.isEmpty()) {
        throw new IllegalStateException(
            "The columns of the times must be set if their format is set: .time(\"…\").");
      }
      try {
        read =
            TableClass.initializeDuring(
                () -> new TableReader(CsvFile.read(path, options.encoding), options).read());
      } catch (IOException e) {
        throw new UncheckedIOException(
            "The file " + path + " could not be read: " + Failures.reason(e), e);
      }
    }
    return read;
  }

  /** Returns the description of the file. */
  @Override
  public String toString() {
    return describe().toString();
  }

  /**
   * Returns a copy of a table with a column of times made of one or several other columns: text,
   * numbers or dates. It takes the place of the first of them. The other columns are removed unless
   * they contain numbers.
   *
   * <pre>{@code
   * Table rides = Table.create(
   *     tech.tablesaw.api.StringColumn.create("day", "31/12/2025", "01/01/2026"),
   *     tech.tablesaw.api.IntColumn.create("hour", new int[] {23, 0}));
   * Table dated = TimeTable.withTimes(rides, "dd/MM/yyyy H", "day", "hour");
   * }</pre>
   *
   * @param pattern a pattern of {@link DateTimeFormatter} for the texts of the columns, joined by
   *     spaces, or {@code epoch seconds}, {@code epoch milliseconds}
   * @param columns the names of the columns
   * @throws IllegalArgumentException if a column is missing or a text has another format
   */
  public static Table withTimes(Table table, String pattern, String... columns) {
    TimeFormat format = TimeFormat.of(pattern);
    CellReader times = CellReader.ofTimes(String.join(" ", columns), format);
    for (String column : columns) {
      if (!table.containsColumn(column)) {
        throw new IllegalArgumentException(
            "The table must have the column '"
                + column
                + "', but its columns are "
                + table.columnNames()
                + ".");
      }
    }
    for (int row = 0; row < table.rowCount(); row++) {
      int at = row;
      List<Column<?>> parts = Arrays.stream(columns).<Column<?>>map(table::column).toList();
      boolean missing = parts.stream().anyMatch(part -> part.isMissing(at));
      times.add(
          missing
              ? ""
              : parts.stream()
                  .map(part -> TimeColumns.text(part, at))
                  .collect(Collectors.joining(" ")),
          row);
    }
    return withTimes(table, times.column(), columns);
  }

  private static Table withTimes(Table table, Column<?> times, String... replaced) {
    Table dated = Table.create(table.name());
    List<String> parts = Arrays.asList(replaced);
    for (Column<?> column : table.columns()) {
      boolean first = column.name().equalsIgnoreCase(replaced[0]);
      boolean isPart = parts.stream().anyMatch(column.name()::equalsIgnoreCase);
      if (first) {
        dated.addColumns(times);
      }
      boolean number = column instanceof NumericColumn<?>;
      if (!isPart || (number && !column.name().equalsIgnoreCase(times.name()))) {
        dated.addColumns(column);
      }
    }
    return dated;
  }

  /**
   * Returns a copy of a table whose local times are instants: the right form of times with daylight
   * saving time. Of an hour that occurs twice because clocks were set back, the rows that come
   * first are in daylight saving time.
   *
   * @param zone the time zone, for example {@code Europe/Berlin}
   * @throws IllegalArgumentException if the table has no local times, if its times are instants
   *     already, or if a time does not exist in the zone because clocks were set forward
   */
  public static Table inZone(Table table, String zone) {
    Timestamps times = Timestamps.of(table).known();
    if (times.columns().areInstants() || times.columns().areDates()) {
      throw new IllegalArgumentException(
          "The times must be local times of the day, but the column '"
              + times.columns().name()
              + "' has "
              + (times.columns().areInstants() ? "instants" : "dates")
              + ". They need no time zone.");
    }
    ZoneRules rules = ZoneId.of(zone).getRules();
    String[] replaced = times.columns().columns().stream().map(Column::name).toArray(String[]::new);
    InstantColumn instants = InstantColumn.create(String.join(" ", replaced));
    Instant last = null;
    for (int row = 0; row < times.size(); row++) {
      LocalDateTime local = times.at(row);
      if (local == null) {
        instants.appendMissing();
        continue;
      }
      List<ZoneOffset> offsets = rules.getValidOffsets(local);
      if (offsets.isEmpty()) {
        throw new IllegalArgumentException(
            "Every time must exist in the time zone "
                + zone
                + ", but that of row "
                + row
                + " ("
                + times.nameOf(row)
                + ") was skipped when clocks were set forward. Set the zone in which the times were recorded, for example \"UTC+1\".");
      }
      Instant instant = local.toInstant(offsets.get(0));
      boolean second =
          offsets.size() == 2
              && last != null
              && !instant.isAfter(last)
              && Duration.between(instant, last).compareTo(Duration.ofHours(2)) < 0;
      last = second ? local.toInstant(offsets.get(1)) : instant;
      instants.append(last);
    }
    return withTimes(table, instants, replaced);
  }

  /** What a user has set for a {@link TimeTable}; null, empty or false for what must be found. */
  static final class Options {
    Character separator;
    Character decimal;
    Integer header;
    boolean noHeader;
    long lastLine = Long.MAX_VALUE;
    Charset encoding;
    Boolean dayFirst;
    String timeFormat;
    ZoneId zone;
    List<String> time = List.of();
    Set<String> missing = new HashSet<>();
    Set<String> text = new HashSet<>();

    Options copy() {
      Options copy = new Options();
      copy.separator = separator;
      copy.decimal = decimal;
      copy.header = header;
      copy.noHeader = noHeader;
      copy.lastLine = lastLine;
      copy.encoding = encoding;
      copy.dayFirst = dayFirst;
      copy.timeFormat = timeFormat;
      copy.zone = zone;
      copy.time = time;
      copy.missing = new HashSet<>(missing);
      copy.text = new HashSet<>(text);
      return copy;
    }
  }
}
