package org.unroll.timeseries;

import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.time.YearMonth;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.temporal.Temporal;
import java.time.temporal.TemporalAmount;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.unroll.data.Columns;
import tech.tablesaw.api.Table;
import tech.tablesaw.columns.Column;

/** The times of the rows of a table: their columns, the name of a row, and where a time is. */
final class Timestamps {
  /** Two of day, month and year, or hours and minutes. */
  private static final Pattern TIME =
      Pattern.compile("\\d{1,4}[-./]\\d{1,2}[-./]\\d{1,4}|\\d{1,2}:\\d{2}");

  private final Table table;

  /** Where the times are, or null if they are unknown. */
  private final TimeColumns columns;

  /** The column that names the rows, or null; text that is no time if the times are unknown. */
  private final Column<?> label;

  private LocalDateTime[] times;

  private Timestamps(Table table, TimeColumns columns, Column<?> label) {
    this.table = table;
    this.columns = columns;
    this.label = label;
  }

  /** Returns the times of a table by the rule of {@link TimeSeries#of(Table)}. */
  static Timestamps of(Table table) {
    TimeColumns columns = TimeColumns.of(table);
    Column<?> label =
        columns != null
            ? columns.columns().get(0)
            : table.columns().stream()
                .filter(column -> TimeColumns.isText(column))
                .filter(column -> TimeFormats.isTimeLike(column.name()))
                .findFirst()
                .orElse(null);
    return new Timestamps(table, columns, label);
  }

  /**
   * Returns the times of a table, all of which must be known.
   *
   * @throws IllegalArgumentException if the table has no times, or one is missing
   */
  static Timestamps complete(Table table) {
    return of(table).complete();
  }

  /**
   * Returns these times, all of which must be known.
   *
   * @throws IllegalArgumentException if the table has no times, or one is missing
   */
  Timestamps complete() {
    known();
    for (int row = 0; row < size(); row++) {
      requireTime(row);
    }
    return this;
  }

  /**
   * Returns the times of another table. If it has columns of the same names and types, they are
   * read in the same format, in which they need not be unambiguous.
   */
  Timestamps like(Table other) {
    if (columns == null
        || !columns.columns().stream()
            .allMatch(
                column ->
                    other.containsColumn(column.name())
                        && other.column(column.name()).type().equals(column.type()))) {
      return of(other);
    }
    List<Column<?>> same =
        columns.columns().stream().<Column<?>>map(column -> other.column(column.name())).toList();
    return new Timestamps(other, new TimeColumns(same, columns.format()), same.get(0));
  }

  /** Returns the column that names the rows, or null if there is none. */
  Column<?> column() {
    return label;
  }

  /** Returns where the times are, or null if they are unknown. */
  TimeColumns columns() {
    return columns;
  }

  /** Returns whether a column contains the times or names the rows. */
  boolean isIn(Column<?> column) {
    return column == label || (columns != null && columns.columns().contains(column));
  }

  Table table() {
    return table;
  }

  int size() {
    return table.rowCount();
  }

  /** Returns the time of a row, in UTC for instants, or null if it is missing or unknown. */
  LocalDateTime at(int row) {
    if (columns == null) {
      return null;
    }
    if (times == null) {
      times = IntStream.range(0, size()).mapToObj(columns::at).toArray(LocalDateTime[]::new);
    }
    return times[row];
  }

  /**
   * Returns the time of a row.
   *
   * @throws IllegalArgumentException if it is missing
   */
  LocalDateTime requireTime(int row) {
    LocalDateTime time = at(row);
    if (time == null) {
      throw new IllegalArgumentException(
          "Every row must have a time, but row "
              + row
              + " of column '"
              + columns.name()
              + "' has none ("
              + IntStream.range(0, size()).filter(i -> at(i) == null).count()
              + " of "
              + size()
              + " are missing). Remove such rows: table.where(table.column(\""
              + columns.name()
              + "\").isNotMissing())");
    }
    return time;
  }

  /** Returns the columns of the times in some of the rows, or those that name them. */
  List<Column<?>> subset(int[] rows) {
    if (columns == null) {
      return label == null ? List.of() : List.of(label.subset(rows));
    }
    return columns.columns().stream().<Column<?>>map(column -> column.subset(rows)).toList();
  }

  /** Returns the time of a row, or its number if there are no times. */
  String nameOf(int row) {
    if (label == null) {
      return "row " + row;
    }
    if (label.isMissing(row)) {
      return "no time";
    }
    LocalDateTime time = at(row);
    if (time == null || columns.format() != null || columns.areDates()) {
      return label.getUnformattedString(row);
    }
    return time.toString().replace('T', ' ') + (columns.areInstants() ? " UTC" : "");
  }

  /** Returns the position of a value, for error messages. */
  String place(String columnName, int row) {
    return " in column '"
        + columnName
        + "', row "
        + row
        + (label == null ? "" : " (" + nameOf(row) + ")");
  }

  /**
   * Returns these times if they are known.
   *
   * @throws IllegalArgumentException otherwise; the message names the call that helps
   */
  Timestamps known() {
    if (columns == null) {
      throw new IllegalArgumentException(
          "The table must have a column of times, dates or instants, but "
              + (table.columns().isEmpty()
                  ? "has no columns."
                  : "its columns are: "
                      + String.join(", ", table.columns().stream().map(Columns::described).toList())
                      + ". "
                      + advice()));
    }
    return this;
  }

  /** Returns the call that makes times of the columns of the table that look like times. */
  private String advice() {
    Column<?> text = readAsText();
    List<String> parts = text == null ? TimeParts.of(table.columnNames()) : List.of(text.name());
    String pattern = text == null ? TimeParts.pattern(parts.size()) : "dd.MM.yyyy HH:mm";
    if (text != null) {
      TimeFormat format = TimeFormats.of(text).best();
      pattern = format == null ? pattern : format.toString();
    }
    if (parts.isEmpty()) {
      return "Read the file with TimeTable.read(path).time(\"…\"), which converts the columns of"
          + " the times.";
    }
    return "Convert the times, with their pattern: TimeTable.withTimes(table, \""
        + pattern
        + "\", \""
        + String.join("\", \"", parts)
        + "\").";
  }

  /**
   * Returns the first row at or after a time, see {@link TimeSeries#rowAt}. Rows without a time are
   * passed over unless the result depends on them.
   */
  int rowAt(Temporal time) {
    known();
    LocalDateTime wanted = local(time);
    int previous = -1;
    for (int row = 0; row < size(); row++) {
      if (at(row) == null) {
        continue;
      }
      if (previous >= 0 && at(row).isBefore(at(previous))) {
        throw RowOrder.notAscending(this, previous, row);
      }
      if (!at(row).isBefore(wanted)) {
        if (row > previous + 1 && !at(row).equals(wanted)) {
          requireTime(previous + 1);
        }
        requireOrderFrom(row);
        return row;
      }
      previous = row;
    }
    throw new IllegalArgumentException(
        "The time must not be after the end of the series, "
            + (previous < 0 ? "which has no times" : nameOf(previous))
            + ", but was "
            + time
            + ".");
  }

  private void requireOrderFrom(int row) {
    int previous = row;
    for (int next = row + 1; next < size(); next++) {
      if (at(next) != null) {
        if (at(next).isBefore(at(previous))) {
          throw RowOrder.notAscending(this, previous, next);
        }
        previous = next;
      }
    }
  }

  /** Returns a time as these times are stored: in UTC if they are instants. */
  private LocalDateTime local(Temporal time) {
    if (time instanceof LocalDateTime local) {
      return local;
    }
    if (time instanceof LocalDate date) {
      return date.atStartOfDay();
    }
    if (time instanceof YearMonth month) {
      return month.atDay(1).atStartOfDay();
    }
    Instant instant =
        time instanceof Instant given
            ? given
            : time instanceof ZonedDateTime zoned
                ? zoned.toInstant()
                : time instanceof OffsetDateTime offset ? offset.toInstant() : null;
    if (instant == null || !columns.areInstants()) {
      throw new IllegalArgumentException(
          "The time must be a LocalDateTime, a LocalDate or a YearMonth"
              + (columns.areInstants() ? ", or an instant" : "")
              + ", as in the column '"
              + columns.name()
              + "'"
              + (columns.areInstants() ? "" : ", which has no time zone")
              + ", but was the "
              + time.getClass().getSimpleName()
              + " "
              + time
              + ".");
    }
    return LocalDateTime.ofInstant(instant, ZoneOffset.UTC);
  }

  /**
   * Returns the times after the last of some consecutive rows, which must be evenly spaced.
   *
   * @param from the first of the rows
   * @param last the last of the rows
   * @param ahead the number of rows after the last one, for each time
   * @throws IllegalArgumentException if the rows are not evenly spaced, or have no time
   */
  List<Column<?>> after(int from, int last, int[] ahead) {
    LocalDateTime[] known =
        IntStream.rangeClosed(from, last).mapToObj(this::requireTime).toArray(LocalDateTime[]::new);
    TimeIntervals steps = TimeIntervals.of(known);
    if (steps.usual() == null || steps.uneven().length > 0) {
      int uneven = steps.uneven().length == 0 ? from : from + steps.uneven()[0];
      throw new IllegalArgumentException(
          "The rows must be evenly spaced in time to forecast the next time, but row "
              + uneven
              + " ("
              + nameOf(uneven)
              + ") is "
              + (uneven == from
                  ? "the only one"
                  : "not "
                      + steps.name()
                      + " after the row before it ("
                      + nameOf(uneven - 1)
                      + "), as the others are")
              + ". Resample the table with Resampler.");
    }
    TemporalAmount step = steps.usual();
    return columns.with(
        IntStream.of(ahead)
            .mapToObj(rows -> TimeIntervals.after(known[known.length - 1], step, rows, known))
            .toList());
  }

  /**
   * Returns the text column that seems to contain times in an unknown format, or null if there is
   * none.
   */
  Column<?> readAsText() {
    if (columns != null) {
      return null;
    }
    return Stream.concat(Stream.ofNullable(label), table.columns().stream())
        .filter(column -> column == label || looksLikeTimes(column))
        .findFirst()
        .orElse(null);
  }

  private static boolean looksLikeTimes(Column<?> column) {
    return TimeColumns.isText(column)
        && IntStream.range(0, column.size())
            .filter(row -> !column.isMissing(row))
            .mapToObj(column::getUnformattedString)
            .findFirst()
            .map(text -> TIME.matcher(text).find())
            .orElse(false);
  }

  /** Returns a remark if the rows are not evenly spaced in time, or if that is unknown. */
  Optional<String> remark() {
    Column<?> text = readAsText();
    if (text != null) {
      String ambiguous = TimeFormats.of(text).ambiguous();
      return Optional.of(
          "The times were read as text: "
              + Columns.described(text)
              + (ambiguous == null
                  ? ""
                  : ", and '" + ambiguous + "' may begin with the day or with the month")
              + ". Gaps between the rows and the times of forecasts are therefore unknown. "
              + advice());
    }
    if (columns == null) {
      return Optional.empty();
    }
    return TimeIntervals.remark(this);
  }
}
