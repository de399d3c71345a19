package org.unroll.timeseries;

import java.time.LocalDateTime;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import tech.tablesaw.api.ColumnType;
import tech.tablesaw.columns.Column;

/**
 * Rejects rows that are not those of a single series in the order of time: rows in another order,
 * repeated times, clocks that were set back, and several series with the same times, such as the
 * sales of several stores.
 */
final class RowOrder {
  private static final List<ColumnType> INTEGERS =
      List.of(ColumnType.SHORT, ColumnType.INTEGER, ColumnType.LONG);

  private RowOrder() {}

  /**
   * Checks that each time is after the time before it. Missing times are not checked.
   *
   * @throws IllegalArgumentException otherwise; the message explains how to correct the table
   */
  static void requireAscending(Timestamps times) {
    int previous = -1;
    for (int row = 0; row < times.size(); row++) {
      if (times.at(row) != null) {
        if (previous >= 0 && !times.at(previous).isBefore(times.at(row))) {
          requireSingleSeries(times);
          throw times.at(row).equals(times.at(previous))
              ? repeated(times, previous, row)
              : notAscending(times, previous, row);
        }
        previous = row;
      }
    }
  }

  private static IllegalArgumentException repeated(Timestamps times, int previous, int row) {
    return new IllegalArgumentException(
        "Every time must occur only once, but rows "
            + previous
            + " and "
            + row
            + " both have "
            + times.nameOf(row)
            + ". Remove repeated rows with table.dropDuplicateRows(), or combine the rows of the"
            + " same time with Resampler.");
  }

  static IllegalArgumentException notAscending(Timestamps times, int previous, int row) {
    return new IllegalArgumentException(
        "The times must be in order, but row "
            + row
            + " ("
            + times.nameOf(row)
            + ") is before row "
            + previous
            + " ("
            + times.nameOf(previous)
            + "). "
            + sortingAdvice(times));
  }

  private static String sortingAdvice(Timestamps times) {
    TimeFormat format = times.columns().format();
    String names =
        String.join("\", \"", times.columns().columns().stream().map(Column::name).toList());
    if (format == null || format.isEpoch() || format.toString().startsWith("yyyy")) {
      return "Sort the table: table.sortOn(\"" + names + "\").";
    }
    return "Convert the text to times and sort the table: TimeTable.withTimes(table, \""
        + format
        + "\", \""
        + names
        + "\").sortOn(\""
        + times.columns().name()
        + "\").";
  }

  /**
   * Checks that no columns distinguish rows of the same time, and that no hour occurs twice because
   * clocks were set back.
   *
   * @throws IllegalArgumentException otherwise; the message explains how to select one of the
   *     series or how to convert the times
   */
  static void requireSingleSeries(Timestamps times) {
    Map<LocalDateTime, Integer> rowsOfTime = new HashMap<>();
    for (int row = 0; row < times.size(); row++) {
      if (times.at(row) != null) {
        rowsOfTime.merge(times.at(row), 1, Integer::sum);
      }
    }
    int most = rowsOfTime.values().stream().mapToInt(Integer::intValue).max().orElse(1);
    if (most > 1) {
      long repeated = rowsOfTime.values().stream().filter(rows -> rows > 1).count();
      requireHours(times, rowsOfTime.size());
      List<Column<?>> keys = keys(times, most, 2 * repeated >= rowsOfTime.size());
      if (!keys.isEmpty()) {
        throw severalSeries(times, keys);
      }
    }
    int back = ClockChange.back(times);
    if (back >= 0) {
      throw ClockChange.error(times, back);
    }
  }

  /** Rejects dates whose hours are in a column of numbers. */
  private static void requireHours(Timestamps times, int dates) {
    if (!times.columns().areDates() || 2 * dates > times.size()) {
      return;
    }
    for (Column<?> column : times.table().columns()) {
      if (INTEGERS.contains(column.type())
          && TimeParts.isHour(column.name())
          && distinguish(List.of(column), times)) {
        String pattern =
            times.columns().format() == null ? "yyyy-MM-dd" : times.columns().format().toString();
        throw new IllegalArgumentException(
            "Every time must occur only once, but the dates in column '"
                + times.columns().name()
                + "' repeat, and the column '"
                + column.name()
                + "' contains the hours. Join the two columns: TimeTable.withTimes(table, \""
                + pattern
                + " H\", \""
                + times.columns().name()
                + "\", \""
                + column.name()
                + "\").");
      }
    }
  }

  /** Returns the columns that distinguish the series; none if there is a single series. */
  private static List<Column<?>> keys(Timestamps times, int most, boolean usuallyRepeated) {
    Predicate<Column<?>> isText =
        column -> column.type() == ColumnType.STRING && column.countUnique() <= times.size() / 2;
    Predicate<Column<?>> isId =
        column ->
            INTEGERS.contains(column.type())
                && usuallyRepeated
                && (column.countUnique() == most || TimeParts.isId(column.name()));
    List<Column<?>> candidates =
        times.table().columns().stream()
            .filter(column -> !times.isIn(column))
            .filter(isText.or(isId))
            .filter(column -> column.countUnique() > 1 && column.countUnique() < times.size())
            .toList();
    for (Column<?> column : candidates) {
      if (distinguish(List.of(column), times)) {
        return List.of(column);
      }
    }
    List<Column<?>> keys = new ArrayList<>(candidates);
    if (!usuallyRepeated || !distinguish(keys, times)) {
      return List.of();
    }
    for (Column<?> column : candidates) {
      List<Column<?>> rest = keys.stream().filter(key -> key != column).toList();
      if (distinguish(rest, times)) {
        keys.remove(column);
      }
    }
    return keys;
  }

  /** Returns whether no two rows have both the same time and the same values in these columns. */
  private static boolean distinguish(List<Column<?>> columns, Timestamps times) {
    Set<List<Object>> seen = new HashSet<>();
    for (int row = 0; row < times.size(); row++) {
      Object[] key = new Object[columns.size() + 1];
      key[0] = times.at(row);
      for (int i = 0; i < columns.size(); i++) {
        key[i + 1] = columns.get(i).get(row);
      }
      if (key[0] != null && !seen.add(Arrays.asList(key))) {
        return false;
      }
    }
    return true;
  }

  private static IllegalArgumentException severalSeries(Timestamps times, List<Column<?>> keys) {
    Set<List<Object>> series = new HashSet<>();
    for (int row = 0; row < times.size(); row++) {
      int at = row;
      series.add(keys.stream().<Object>map(key -> key.getUnformattedString(at)).toList());
    }
    List<String> conditions = new ArrayList<>();
    for (Column<?> key : keys) {
      boolean text = key.type() == ColumnType.STRING;
      String value = key.getUnformattedString(0);
      conditions.add(
          (text ? "table.stringColumn" : "table.numberColumn")
              + "(\""
              + key.name()
              + "\").isEqualTo("
              + (text ? "\"" + value + "\"" : value)
              + ")");
    }
    List<String> names = keys.stream().map(Column::name).toList();
    boolean one = names.size() == 1;
    return new IllegalArgumentException(
        "The table must contain a single series, but the column"
            + (one ? " '" : "s '")
            + String.join("', '", names)
            + (one ? "' distinguishes " : "' distinguish ")
            + series.size()
            + " series with the same times. Select one series at a time: table.where("
            + String.join(".and(", conditions)
            + ")".repeat(conditions.size())
            + ". To get a table of each series, use table.splitOn(\""
            + String.join("\", \"", names)
            + "\").asTableList().");
  }
}
