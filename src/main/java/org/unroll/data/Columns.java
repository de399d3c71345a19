package org.unroll.data;

import java.util.List;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import tech.tablesaw.api.ColumnType;
import tech.tablesaw.api.DateTimeColumn;
import tech.tablesaw.api.NumericColumn;
import tech.tablesaw.api.Table;
import tech.tablesaw.columns.Column;

/** Finds the numeric columns of a table, with errors that name what there is instead. */
public final class Columns {
  /** What to do about times that were read as text. */
  public static final String NAME_THE_FORM =
      "Name the form of the times where the table is read, for example"
          + " CsvReadOptions.builder(file)"
          + ".dateTimeFormat(DateTimeFormatter.ofPattern(\"dd.MM.yyyy HH:mm\")).";

  private Columns() {}

  /**
   * The columns of these names.
   *
   * @throws IllegalArgumentException if one is missing or not numeric
   */
  public static List<NumericColumn<?>> numeric(Table table, List<String> names) {
    return names.stream().<NumericColumn<?>>map(name -> numeric(table, name)).toList();
  }

  /** All columns, each of which must be numeric. */
  public static List<NumericColumn<?>> allNumeric(Table table) {
    return numeric(table, table.columnNames());
  }

  /** The number in a row, NaN where it is missing. */
  public static double value(NumericColumn<?> column, int row) {
    return column.isMissing(row) ? Double.NaN : column.getDouble(row);
  }

  /**
   * The first column of dates with times, in which none may be missing.
   *
   * @throws IllegalArgumentException if there is none, or a time is missing
   */
  public static DateTimeColumn times(Table table) {
    for (Column<?> column : table.columns()) {
      if (column instanceof DateTimeColumn times) {
        int missing = times.isMissing().isEmpty() ? -1 : times.isMissing().toArray()[0];
        if (missing >= 0) {
          throw new IllegalArgumentException(
              "Every row needs a time. Received: none in row "
                  + missing
                  + " of column '"
                  + times.name()
                  + "' ("
                  + times.countMissing()
                  + " of "
                  + times.size()
                  + " are missing). Remove such rows: table.where("
                  + "table.dateTimeColumn(\""
                  + times.name()
                  + "\").isNotMissing())");
        }
        return times;
      }
    }
    throw new IllegalArgumentException(
        "A column of dates with times is needed. Received: "
            + table.columns().stream().map(Columns::described).collect(Collectors.joining(", "))
            + ". "
            + NAME_THE_FORM);
  }

  /** A column's name and type, with its first cell where it is text. */
  public static String described(Column<?> column) {
    String type = column.type().name();
    boolean text = column.type() == ColumnType.STRING && !column.isEmpty();
    return "'"
        + column.name()
        + "' of type "
        + type
        + (text ? " (row 0 holds '" + column.getUnformattedString(0) + "')" : "");
  }

  private static NumericColumn<?> numeric(Table table, String name) {
    if (!table.containsColumn(name)) {
      throw new IllegalArgumentException(
          "The table has no column '" + name + "'. Its columns are: " + names(table));
    }
    Column<?> column = table.column(name);
    if (column instanceof NumericColumn<?> numbers) {
      return numbers;
    }
    throw notNumeric(column);
  }

  /**
   * The complaint about a column that ought to be numbers: its first cell that is none is shown,
   * and the first that is one with a comma.
   */
  public static IllegalArgumentException notNumeric(Column<?> column) {
    int text = firstRow(column, cell -> !isNumber(cell));
    int comma = firstRow(column, cell -> cell.contains(",") && isNumber(cell));
    boolean onlyCommas = text < 0 && comma >= 0;
    return new IllegalArgumentException(
        "The column '"
            + column.name()
            + "' is of type "
            + column.type().name()
            + ", not a number column"
            + (text < 0
                ? ""
                : "; row " + text + " holds '" + column.getUnformattedString(text) + "'")
            + (onlyCommas
                ? "."
                : ". Correct the cell where the table is read, or choose the columns by name.")
            + (comma < 0 ? "" : " " + decimalComma(column, comma)));
  }

  private static String decimalComma(Column<?> column, int row) {
    return ("Row %s holds '%s'. If that is a decimal comma, make numbers of the text:"
            + " table.replaceColumn(\"%3$s\", table.stringColumn(\"%3$s\")"
            + ".replaceAll(\",\", \".\").parseDouble().setName(\"%3$s\"))."
            + " Tablesaw's readers leave commas out, whatever the locale: 17,0 becomes 170.")
        .formatted(row, column.getUnformattedString(row), column.name());
  }

  /** Whether a text column holds at least one number, and so was probably meant as one. */
  public static boolean holdsNumbers(Column<?> column) {
    return firstRow(column, Columns::isNumber) >= 0;
  }

  /** The first row with such a cell, −1 where there is none. */
  private static int firstRow(Column<?> column, Predicate<String> cell) {
    for (int row = 0; row < column.size(); row++) {
      if (!column.isMissing(row) && cell.test(column.getUnformattedString(row))) {
        return row;
      }
    }
    return -1;
  }

  /** Whether Tablesaw's readers would take it for a number; they leave commas out. */
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
