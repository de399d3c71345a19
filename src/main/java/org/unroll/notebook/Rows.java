package org.unroll.notebook;

import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import tech.tablesaw.api.BooleanColumn;
import tech.tablesaw.api.ColumnType;
import tech.tablesaw.api.Table;
import tech.tablesaw.columns.Column;

/**
 * The rows of a small table, such as one row for each model of a comparison. {@link #table} returns
 * them as a Tablesaw table.
 *
 * <pre>{@code
 * Table errors = Rows.of("layer", "MAE (°C)", "epochs")
 *     .add("LSTM", 2.31, 4)
 *     .add("GRU", 2.34, 7)
 *     .table("Test errors");
 * }</pre>
 *
 * <p>In a loop, keep the rows in a variable. As the result of a cell, they are rendered as a table
 * without a name.
 *
 * <pre>{@code
 * Rows counts = Rows.of("units", "parameters");
 * for (int units : new int[] {8, 16, 32}) {
 *   counts.add(units, units * (units + 2));
 * }
 * }</pre>
 *
 * <p>The type of a column is the type of its values: String, Boolean, Integer, Long, Double,
 * LocalDate, LocalTime or LocalDateTime. An enum constant is stored as its name. A column that
 * contains a Double and other numbers is a double column; one that contains a Long and no Double is
 * a long column. Byte and Short count as Integer, Float counts as Double. {@code null} and {@code
 * NaN} are missing values.
 */
public final class Rows {

  /** The column type of every type of values, without the numbers. */
  private static final Map<Class<?>, ColumnType> TYPES = new LinkedHashMap<>();

  static {
    TYPES.put(String.class, ColumnType.STRING);
    TYPES.put(Boolean.class, ColumnType.BOOLEAN);
    TYPES.put(LocalDate.class, ColumnType.LOCAL_DATE);
    TYPES.put(LocalTime.class, ColumnType.LOCAL_TIME);
    TYPES.put(LocalDateTime.class, ColumnType.LOCAL_DATE_TIME);
  }

  private static final List<ColumnType> NUMBERS =
      List.of(ColumnType.INTEGER, ColumnType.LONG, ColumnType.DOUBLE);

  private final List<String> names;

  /** The type of each column, null as long as it contains no value. */
  private final ColumnType[] types;

  private final List<Object[]> rows = new ArrayList<>();

  private Rows(List<String> names) {
    this.names = names;
    this.types = new ColumnType[names.size()];
  }

  /**
   * Returns an empty list of rows with these columns.
   *
   * @param columns at least one name; the names must differ, in more than upper and lower case
   */
  public static Rows of(String... columns) {
    List<String> names = List.of(columns);
    if (names.isEmpty()) {
      throw new IllegalArgumentException("A table must have at least one column.");
    }
    for (int i = 0; i < names.size(); i++) {
      for (int j = 0; j < i; j++) {
        if (names.get(i).equalsIgnoreCase(names.get(j))) {
          throw new IllegalArgumentException(
              "Column names must differ in more than upper and lower case, but were " + names + ".");
        }
      }
    }
    return new Rows(names);
  }

  /**
   * Adds a row.
   *
   * @param values one value for each column
   * @return these rows
   * @throws IllegalArgumentException if the number of values differs from the number of columns, or
   *     a value has a type that its column cannot hold; the row is not added
   */
  public Rows add(Object... values) {
    int row = rows.size() + 1;
    // A call such as add(null) passes null instead of an array.
    Object[] received = values == null ? new Object[1] : values;
    if (received.length != types.length) {
      throw new IllegalArgumentException(
          String.format(
              "Row %d must have %d values, one for each of the columns %s, but has %d: %s.",
              row, types.length, names, received.length, Arrays.toString(received)));
    }
    ColumnType[] wider = new ColumnType[types.length];
    Object[] cells = new Object[types.length];
    for (int c = 0; c < types.length; c++) {
      cells[c] = received[c] instanceof Enum<?> constant ? constant.name() : received[c];
      wider[c] = cells[c] == null ? types[c] : common(c, row, cells[c]);
    }
    System.arraycopy(wider, 0, types, 0, types.length);
    rows.add(cells);
    return this;
  }

  /** Returns the type of a column that also holds this value. */
  private ColumnType common(int c, int row, Object value) {
    ColumnType type = type(value);
    if (type == null) {
      throw new IllegalArgumentException(
          String.format(
              "The values of a table must be numbers, strings, booleans, dates or times, but row"
                  + " %d, column '%s' is a %s: %s. Convert it, for example with String.valueOf.",
              row, names.get(c), value.getClass().getSimpleName(), value));
    }
    if (types[c] == null || types[c].equals(type)) {
      return type;
    }
    int before = NUMBERS.indexOf(types[c]);
    int now = NUMBERS.indexOf(type);
    if (before < 0 || now < 0) {
      throw new IllegalArgumentException(
          String.format(
              "All values of the column '%s' must have one type. It is %s in the rows above, but"
                  + " row %d is %s: %s.",
              names.get(c), word(types[c]), row, word(type), value));
    }
    return NUMBERS.get(Math.max(before, now));
  }

  private static ColumnType type(Object value) {
    if (value instanceof Integer || value instanceof Short || value instanceof Byte) {
      return ColumnType.INTEGER;
    }
    if (value instanceof Double || value instanceof Float) {
      return ColumnType.DOUBLE;
    }
    return value instanceof Long ? ColumnType.LONG : TYPES.get(value.getClass());
  }

  private static String word(ColumnType type) {
    return type.name().toLowerCase(Locale.ROOT).replace('_', ' ');
  }

  /**
   * Returns the rows as a table. Rows that are added later do not change it.
   *
   * @param name the name of the table
   * @throws IllegalStateException if a column contains no value, because its type is then unknown
   */
  public Table table(String name) {
    Table table = Table.create(name);
    for (int c = 0; c < types.length; c++) {
      if (types[c] == null) {
        throw new IllegalStateException(
            String.format(
                "Every column must contain a value, but '%s' has none in %d rows.",
                names.get(c), rows.size()));
      }
      Column<?> column = types[c].create(names.get(c));
      for (Object[] row : rows) {
        append(column, row[c]);
      }
      table.addColumns(column);
    }
    return table;
  }

  private static void append(Column<?> column, Object value) {
    if (value == null) {
      column.appendMissing();
    } else if (column instanceof BooleanColumn booleans) {
      booleans.append((Boolean) value);
    } else if (value instanceof Number number) {
      column.appendObj(
          column.type().equals(ColumnType.DOUBLE)
              ? (Object) number.doubleValue()
              : column.type().equals(ColumnType.LONG)
                  ? (Object) number.longValue()
                  : (Object) number.intValue());
    } else {
      column.appendObj(value);
    }
  }

  boolean isEmpty() {
    return rows.isEmpty();
  }

  /** Returns the table as text. */
  @Override
  public String toString() {
    return isEmpty() ? "No rows of " + names : table("").print();
  }
}
