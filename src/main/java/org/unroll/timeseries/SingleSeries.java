package org.unroll.timeseries;

import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import tech.tablesaw.api.ColumnType;
import tech.tablesaw.api.Table;
import tech.tablesaw.columns.Column;

/** Rejects tables with several series of the same times, such as the sales of several stores. */
final class SingleSeries {
  private static final List<ColumnType> INTEGERS =
      List.of(ColumnType.SHORT, ColumnType.INTEGER, ColumnType.LONG);

  private SingleSeries() {}

  /**
   * Checks that no text or id column distinguishes rows of the same time.
   *
   * @throws IllegalArgumentException if there is such a column; the message explains how to select
   *     one of the series
   */
  static void require(Table table, Column<?> times) {
    Map<Object, Integer> rowsOfTime = new HashMap<>();
    for (int row = 0; row < times.size(); row++) {
      rowsOfTime.merge(times.get(row), 1, Integer::sum);
    }
    int most = rowsOfTime.values().stream().mapToInt(Integer::intValue).max().orElse(1);
    if (most == 1) {
      return;
    }
    long repeated = rowsOfTime.values().stream().filter(rows -> rows > 1).count();
    boolean usuallyRepeated = 2 * repeated >= rowsOfTime.size();
    for (Column<?> column : table.columns()) {
      boolean text = column.type() == ColumnType.STRING;
      boolean integer = INTEGERS.contains(column.type());
      if (column == times || !(text || (integer && usuallyRepeated))) {
        continue;
      }
      int values = column.countUnique();
      boolean id = text ? values <= table.rowCount() / 2 : values == most;
      if (values > 1 && id && distinguishes(column, times)) {
        throw severalSeries(column, values, text);
      }
    }
  }

  /** Returns whether no two rows have both the same time and the same value. */
  private static boolean distinguishes(Column<?> column, Column<?> times) {
    Set<List<Object>> seen = new HashSet<>();
    for (int row = 0; row < column.size(); row++) {
      if (!seen.add(Arrays.asList(times.get(row), column.get(row)))) {
        return false;
      }
    }
    return true;
  }

  private static IllegalArgumentException severalSeries(
      Column<?> column, int values, boolean text) {
    String value = column.getUnformattedString(0);
    return new IllegalArgumentException(
        "The table must contain a single series, but the column '"
            + column.name()
            + "' distinguishes "
            + values
            + " series with the same times. Select one series at a time: table.where(table."
            + (text ? "stringColumn" : "numberColumn")
            + "(\""
            + column.name()
            + "\").isEqualTo("
            + (text ? "\"" + value + "\"" : value)
            + ")).");
  }
}
