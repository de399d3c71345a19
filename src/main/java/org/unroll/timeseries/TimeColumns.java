package org.unroll.timeseries;

import java.math.BigDecimal;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.ZoneOffset;
import java.util.List;
import java.util.stream.IntStream;
import tech.tablesaw.api.ColumnType;
import tech.tablesaw.api.NumericColumn;
import tech.tablesaw.api.StringColumn;
import tech.tablesaw.api.Table;
import tech.tablesaw.columns.Column;

/**
 * The times of a table as they are stored: in a column of dates with times, instants or dates, in a
 * column of dates and another of times of the day, as text, or as numbers of seconds since 1970.
 * Instants are read and written in UTC.
 *
 * @param columns the column of the times or dates, and possibly that of the times of the day
 * @param format the format of text, the unit of numbers, or null for other columns
 */
record TimeColumns(List<Column<?>> columns, TimeFormat format) {
  private static final List<ColumnType> TIMES =
      List.of(ColumnType.LOCAL_DATE_TIME, ColumnType.INSTANT, ColumnType.LOCAL_DATE);

  /**
   * Returns the times of a table, or null if it has none: those of its first column of times or
   * dates; otherwise of its first text column in which every cell is a time of the same,
   * unambiguous format; otherwise of its first column of numbers whose name suggests times and
   * whose numbers are epoch times, dates such as 20260301, or ascending years.
   */
  static TimeColumns of(Table table) {
    for (Column<?> column : table.columns()) {
      if (TIMES.contains(column.type())) {
        return withTimesOfDay(column, null, table);
      }
    }
    for (Column<?> column : table.columns()) {
      TimeFormats formats = isText(column) ? TimeFormats.of(column) : null;
      TimeFormat format = formats == null ? null : formats.best();
      if (format != null && format.hasDate() && formats.ambiguous() == null) {
        return withTimesOfDay(column, format, table);
      }
    }
    boolean parts = !TimeParts.of(table.columnNames()).isEmpty();
    for (Column<?> column : table.columns()) {
      boolean year = TimeParts.isYear(column.name());
      if (column instanceof NumericColumn<?> numbers
          && (year ? !parts && ascends(numbers) : TimeFormats.isTimeLike(column.name()))) {
        TimeFormats formats = TimeFormats.of(column);
        if (formats.best() != null && formats.ambiguous() == null) {
          return withTimesOfDay(column, formats.best(), table);
        }
      }
    }
    return null;
  }

  static boolean isText(Column<?> column) {
    return column.type() == ColumnType.STRING;
  }

  /** Returns the times of a column, joined with the only times of the day if it has dates only. */
  private static TimeColumns withTimesOfDay(Column<?> column, TimeFormat format, Table table) {
    List<Column<?>> timesOfDay =
        table.columns().stream().filter(other -> other.type() == ColumnType.LOCAL_TIME).toList();
    boolean days =
        column.type() == ColumnType.LOCAL_DATE
            || (format != null && format.hasDay() && !format.hasTime());
    return new TimeColumns(
        days && timesOfDay.size() == 1 ? List.of(column, timesOfDay.get(0)) : List.of(column),
        format);
  }

  private static boolean ascends(NumericColumn<?> numbers) {
    return IntStream.range(1, numbers.size())
        .allMatch(row -> numbers.getDouble(row) > numbers.getDouble(row - 1));
  }

  /** Returns the text of a cell; whole numbers without decimals. */
  static String text(Column<?> column, int row) {
    if (column instanceof NumericColumn<?> numbers) {
      double number = numbers.getDouble(row);
      return number == Math.rint(number)
          ? String.valueOf((long) number)
          : BigDecimal.valueOf(number).toPlainString();
    }
    return column.getUnformattedString(row);
  }

  /** Returns the name of the first column. */
  String name() {
    return columns.get(0).name();
  }

  /** Returns whether the times are instants, which have a time zone. */
  boolean areInstants() {
    return format == null ? columns.get(0).type() == ColumnType.INSTANT : format.isInstant();
  }

  /** Returns whether the times are days, months or quarters without a time of the day. */
  boolean areDates() {
    return columns.size() == 1
        && (format == null ? columns.get(0).type() == ColumnType.LOCAL_DATE : !format.hasTime());
  }

  /** Returns the time of a row, or null if it is missing. */
  LocalDateTime at(int row) {
    for (Column<?> column : columns) {
      if (column.isMissing(row)) {
        return null;
      }
    }
    LocalDateTime time = first(row);
    return columns.size() == 1 ? time : time.with((LocalTime) columns.get(1).get(row));
  }

  private LocalDateTime first(int row) {
    Column<?> column = columns.get(0);
    if (format != null) {
      return format.parse(text(column, row));
    }
    Object time = column.get(row);
    if (time instanceof LocalDate date) {
      return date.atStartOfDay();
    }
    if (time instanceof Instant instant) {
      return LocalDateTime.ofInstant(instant, ZoneOffset.UTC);
    }
    return (LocalDateTime) time;
  }

  /**
   * Returns columns of the same names and types with other times.
   *
   * @throws IllegalArgumentException if a time cannot be stored in them, such as noon in a column
   *     of dates
   */
  List<Column<?>> with(List<LocalDateTime> times) {
    List<Column<?>> written = columns.stream().<Column<?>>map(Column::emptyCopy).toList();
    for (LocalDateTime time : times) {
      append(written.get(0), time);
      if (written.size() == 2) {
        written.get(1).appendObj(time.toLocalTime());
      }
    }
    TimeColumns copy = new TimeColumns(written, format);
    for (int row = 0; row < times.size(); row++) {
      if (times.get(row).plusNanos(-1_000_000).isAfter(copy.at(row))) {
        throw new IllegalArgumentException(
            "The times must fit the type of the column '"
                + name()
                + "', whose values are like "
                + columns.get(0).getString(0)
                + ", but one is "
                + times.get(row)
                + ". Use intervals of whole days or, for months, of whole months, such as"
                + " Period.ofMonths(1).");
      }
    }
    return written;
  }

  private void append(Column<?> column, LocalDateTime time) {
    if (column instanceof NumericColumn<?>) {
      column.appendCell(format.format(time));
    } else if (column instanceof StringColumn text) {
      text.append(format.format(time));
    } else if (column.type() == ColumnType.INSTANT) {
      column.appendObj(time.toInstant(ZoneOffset.UTC));
    } else {
      column.appendObj(column.type() == ColumnType.LOCAL_DATE ? time.toLocalDate() : time);
    }
  }
}
