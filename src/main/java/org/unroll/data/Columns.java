package org.unroll.data;

import java.util.List;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.unroll.internal.Suggestion;
import tech.tablesaw.api.ColumnType;
import tech.tablesaw.api.NumericColumn;
import tech.tablesaw.api.Table;
import tech.tablesaw.columns.Column;

/**
 * Finds the columns of a table, with error messages that describe what the table contains instead.
 *
 * @hidden
 */
public final class Columns {
  /** A message names at most this many rows. */
  private static final int MOST_ROWS = 10;

  private Columns() {}

  /**
   * Returns the columns with these names.
   *
   * @throws IllegalArgumentException if a column is missing or not numeric
   */
  public static List<NumericColumn<?>> numeric(Table table, List<String> names) {
    return names.stream().<NumericColumn<?>>map(name -> numeric(table, name)).toList();
  }

  /**
   * Returns all columns, each of which must be numeric.
   *
   * @throws IllegalArgumentException if a column is not numeric
   */
  public static List<NumericColumn<?>> allNumeric(Table table) {
    return numeric(table, table.columnNames());
  }

  /** Returns the number in a row, or NaN if it is missing. */
  public static double value(NumericColumn<?> column, int row) {
    return column.isMissing(row) ? Double.NaN : column.getDouble(row);
  }

  /** Returns a column's name and type, and its first cell if it is a text column. */
  public static String described(Column<?> column) {
    String type = column.type().name();
    boolean text = column.type() == ColumnType.STRING && !column.isEmpty();
    return "'"
        + column.name()
        + "' of type "
        + type
        + (text ? " (row 0 contains '" + column.getUnformattedString(0) + "')" : "");
  }

  /**
   * Returns a column of any type.
   *
   * @throws IllegalArgumentException if there is no column with this name
   */
  public static Column<?> named(Table table, String name) {
    if (!table.containsColumn(name)) {
      throw new IllegalArgumentException(
          "The table must have a column '"
              + name
              + "', but its columns are: "
              + names(table)
              + "."
              + Suggestion.of(name, table.columnNames()));
    }
    return table.column(name);
  }

  /**
   * Returns the cells of a column as text.
   *
   * @param what what a cell contains, for the message
   * @throws IllegalArgumentException if the column is empty or a cell is missing; the message names
   *     the rows
   */
  public static List<String> texts(Column<?> column, String what) {
    if (column.isEmpty()) {
      throw new IllegalArgumentException(
          "There must be at least one " + what + ", but column '" + column.name() + "' is empty.");
    }
    List<Integer> missing =
        IntStream.range(0, column.size()).filter(column::isMissing).boxed().toList();
    if (!missing.isEmpty()) {
      List<Integer> first = missing.subList(0, Math.min(missing.size(), MOST_ROWS));
      throw new IllegalArgumentException(
          "Every row must have a "
              + what
              + ", but "
              + (missing.size() == 1 ? "row " : "rows ")
              + first.stream().map(String::valueOf).collect(Collectors.joining(", "))
              + (missing.size() > MOST_ROWS ? ", … (" + missing.size() + " in all)" : "")
              + " of column '"
              + column.name()
              + (missing.size() == 1 ? "' has none." : "' have none.")
              + " Remove such rows, or replace the missing "
              + what
              + "s.");
    }
    return IntStream.range(0, column.size()).mapToObj(column::getUnformattedString).toList();
  }

  private static NumericColumn<?> numeric(Table table, String name) {
    Column<?> column = named(table, name);
    if (column instanceof NumericColumn<?> numbers) {
      return numbers;
    }
    throw notNumeric(column);
  }

  /**
   * Returns an exception that reports a column that must be numeric. Its message quotes the first
   * cell that is not a number and the first number with a comma.
   */
  public static IllegalArgumentException notNumeric(Column<?> column) {
    int text = firstRow(column, cell -> !isNumber(cell));
    int comma = firstRow(column, cell -> cell.contains(",") && isNumber(cell));
    boolean onlyCommas = text < 0 && comma >= 0;
    return new IllegalArgumentException(
        "The column '"
            + column.name()
            + "' must be numeric, but is of type "
            + column.type().name()
            + (text < 0
                ? ""
                : "; row " + text + " contains '" + column.getUnformattedString(text) + "'")
            + (onlyCommas
                ? "."
                : ". Correct the cell before the table is read, or select the columns by name.")
            + (comma < 0 ? "" : " " + decimalComma(column, comma))
            + (column.type() == ColumnType.STRING && !holdsNumbers(column)
                ? " If these are class labels, encode them: LabelEncoder.of(column).encode(column)."
                : ""));
  }

  private static String decimalComma(Column<?> column, int row) {
    return ("Row %s contains '%s'. If that is a decimal comma, convert the text to numbers:"
            + " table.replaceColumn(\"%3$s\", table.stringColumn(\"%3$s\")"
            + ".replaceAll(\",\", \".\").parseDouble().setName(\"%3$s\"))."
            + " Tablesaw's readers drop commas in every locale: 17,0 becomes 170.")
        .formatted(row, column.getUnformattedString(row), column.name());
  }

  /**
   * Returns whether a column contains at least one number, so that it was probably meant to be
   * numeric.
   */
  public static boolean holdsNumbers(Column<?> column) {
    return firstRow(column, Columns::isNumber) >= 0;
  }

  /** Returns the first row whose cell satisfies a condition, or −1 if there is none. */
  private static int firstRow(Column<?> column, Predicate<String> cell) {
    for (int row = 0; row < column.size(); row++) {
      if (!column.isMissing(row) && cell.test(column.getUnformattedString(row))) {
        return row;
      }
    }
    return -1;
  }

  /** Returns whether Tablesaw's readers would parse a text as a number. They drop commas. */
  private static boolean isNumber(String text) {
    try {
      Double.parseDouble(text.replace(",", ""));
      return true;
    } catch (NumberFormatException e) {
      return false;
    }
  }

  private static String names(Table table) {
    return table.columnNames().stream()
        .map(name -> "'" + name + "'")
        .collect(Collectors.joining(", "));
  }
}
