package org.unroll.timeseries;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import tech.tablesaw.api.ColumnType;
import tech.tablesaw.api.NumericColumn;
import tech.tablesaw.columns.Column;

/** Recognizes columns of numbers by their names: parts of times, such as years, and ids. */
final class TimeParts {
  private static final List<Set<String>> NAMES =
      List.of(
          Set.of("year", "yyyy", "jahr"),
          Set.of("month", "mm", "mo", "monat"),
          Set.of("day", "dd", "tag"),
          Set.of("hour", "hr", "hh", "stunde"),
          Set.of("minute", "min"));

  private static final String[] PATTERNS = {
    "yyyy", "yyyy M", "yyyy M d", "yyyy M d H", "yyyy M d H m"
  };

  private TimeParts() {}

  /**
   * Returns the names of the columns of years, months, days, hours and minutes; none without
   * months.
   */
  static List<String> of(List<String> columns) {
    List<String> parts = new ArrayList<>();
    for (Set<String> names : NAMES) {
      columns.stream().filter(name -> isOneOf(names, name)).findFirst().ifPresent(parts::add);
      if (parts.size() <= NAMES.indexOf(names)) {
        break;
      }
    }
    return parts.size() < 2 ? List.of() : parts;
  }

  /** Returns the pattern of years, months and further parts, joined by spaces. */
  static String pattern(int parts) {
    return parts == 0 ? "" : PATTERNS[parts - 1];
  }

  /** Returns whether a column contains years by its name. */
  static boolean isYear(String name) {
    return isOneOf(NAMES.get(0), name);
  }

  /** Returns whether a column contains hours by its name. */
  static boolean isHour(String name) {
    return isOneOf(NAMES.get(3), name);
  }

  private static boolean isOneOf(Set<String> names, String name) {
    return names.contains(name.strip().toLowerCase(Locale.ROOT));
  }

  /** Returns a remark that names the columns that look like row numbers, ids or epoch times. */
  static Optional<String> remark(List<NumericColumn<?>> features) {
    List<String> counters =
        features.stream().filter(TimeParts::countsRows).map(Column::name).toList();
    return counters.isEmpty()
        ? Optional.empty()
        : Optional.of(
            "These columns look like row numbers, ids or epoch times, but are features: '"
                + String.join("', '", counters)
                + "'. Leave them out by selecting the other columns with TimeSeries.columns(…).");
  }

  /**
   * Returns whether a column of numbers looks like row numbers (whole numbers that increase by one
   * from row to row), ids (whole numbers in a column with the name of an id) or epoch times.
   */
  private static boolean countsRows(NumericColumn<?> column) {
    boolean whole =
        column.type() == ColumnType.INTEGER
            || column.type() == ColumnType.LONG
            || column.type() == ColumnType.SHORT;
    if (!whole || column.size() < 3 || column.isMissing(0)) {
      return false;
    }
    if (isId(column.name())
        || (TimeFormats.isTimeLike(column.name())
            && TimeFormat.ofEpoch(column.getDouble(0)) != null)) {
      return true;
    }
    for (int row = 1; row < column.size(); row++) {
      if (column.isMissing(row) || column.getDouble(row) != column.getDouble(row - 1) + 1) {
        return false;
      }
    }
    return true;
  }

  /** Returns whether a column contains ids or row numbers by its name. */
  static boolean isId(String name) {
    return name.matches(
        "(?i)(.*[_ .-])?(id|no|nr|number|index|key|code|uid)|.*[a-z]I[dD]|unnamed.*");
  }
}
