package org.unroll.data;

import java.time.LocalDateTime;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.ejml.data.DMatrix;
import org.ejml.simple.SimpleMatrix;
import tech.tablesaw.api.ColumnType;
import tech.tablesaw.api.DoubleColumn;
import tech.tablesaw.api.NumericColumn;
import tech.tablesaw.api.Table;
import tech.tablesaw.columns.Column;

/**
 * Columns of numbers measured one after the other, ready to be cut into {@link Windows}: which
 * columns a model sees, which it is to predict, how missing values are filled, and how the values
 * are scaled.
 *
 * <pre>{@code
 * var series = TimeSeries.of(jena).target("T (degC)").normalizedOn(0, 200_000);
 * var windows = series.windows().lookback(1440).step(6).delay(144);
 * }</pre>
 *
 * <p>Immutable: each setting returns a new series over the same table, in whatever order they are
 * given. Values are read from the table when they are first needed, in the order select, fill,
 * normalize; the table must not be changed in between. Settings about columns and rows that do not
 * exist fail at once.
 *
 * <p><b>Missing values</b> (cells that Tablesaw calls missing, NaN among them) are an error that
 * names the first of them, unless {@link #interpolated()} or {@link #forwardFilled()} says how to
 * fill them.
 *
 * <p><b>Normalization</b> is z = (x − mean) / std, column by column, std being the population
 * standard deviation (NumPy's default, divided by n), both computed in double precision over the
 * rows of {@link #normalizedOn} alone, so that nothing of the validation and test rows leaks into
 * them. A series without it keeps its own units: mean 0 and std 1.
 */
public final class TimeSeries {
  private enum Filling {
    NONE,
    INTERPOLATE,
    FORWARD
  }

  /**
   * What windows are cut from.
   *
   * @param values rows × columns, normalized, row-major; the input columns first, then those
   *     targets that are no inputs
   * @param raw each column in its own units, gaps filled; null for columns that are no target
   */
  record Numbers(float[] values, int columns, double[] mean, double[] std, double[][] raw) {}

  private final Table table;
  private final Column<?> timestamps;
  private final List<String> inputs;
  private final List<Column<?>> leftOut;
  private final List<String> targets;
  private final Filling filling;
  private final int from;
  private final int to;
  private Numbers numbers;

  private TimeSeries(
      Table table,
      Column<?> timestamps,
      List<String> inputs,
      List<Column<?>> leftOut,
      List<String> targets,
      Filling filling,
      int from,
      int to) {
    this.table = table;
    this.timestamps = timestamps;
    this.inputs = inputs;
    this.leftOut = leftOut;
    this.targets = targets;
    this.filling = filling;
    this.from = from;
    this.to = to;
  }

  /**
   * All numeric columns of a table, in its order. The first date or time column (or, failing that,
   * the first text column with "date" or "time" in its name) becomes the timestamps. Other columns
   * without any number in them are left out; a text column that does hold numbers is an error once
   * its values are needed, because one bad cell is what usually makes it text, unless {@link
   * #columns} leaves it out.
   *
   * @throws IllegalArgumentException if the table has no rows
   */
  public static TimeSeries of(Table table) {
    if (table.rowCount() == 0) {
      throw new IllegalArgumentException(
          "A time series needs rows. Received: the table '"
              + table.name()
              + "' with none and "
              + table.columnCount()
              + " columns");
    }
    Column<?> timestamps = findTimestamps(table);
    List<String> inputs = new ArrayList<>();
    List<Column<?>> leftOut = new ArrayList<>();
    for (Column<?> column : table.columns()) {
      if (column instanceof NumericColumn<?>) {
        inputs.add(column.name());
      } else if (column != timestamps) {
        leftOut.add(column);
      }
    }
    return new TimeSeries(
        table,
        timestamps,
        List.copyOf(inputs),
        List.copyOf(leftOut),
        List.of(),
        Filling.NONE,
        0,
        0);
  }

  /**
   * A series from an array of rows.
   *
   * @param rows rows[i][j] is column j at time i
   * @param names the name of each column; x0, x1, … if none is given
   * @throws IllegalArgumentException if there are no rows, rows differ in length, or the number of
   *     names is not the number of columns
   */
  public static TimeSeries of(double[][] rows, String... names) {
    int columns = rows.length == 0 ? 0 : rows[0].length;
    for (int i = 0; i < rows.length; i++) {
      if (rows[i].length != columns) {
        throw new IllegalArgumentException(
            "All rows must have one length. Received: row "
                + i
                + " with "
                + rows[i].length
                + " values, row 0 with "
                + columns);
      }
    }
    DoubleColumn[] made = new DoubleColumn[columns];
    String[] chosen = names(columns, names);
    for (int j = 0; j < columns; j++) {
      int column = j;
      made[j] = DoubleColumn.create(chosen[j], Arrays.stream(rows).mapToDouble(row -> row[column]));
    }
    return of(Table.create("rows", made));
  }

  /**
   * A series from an EJML matrix, one row a time step; otherwise as {@link #of(double[][],
   * String...)}.
   */
  public static TimeSeries of(DMatrix matrix, String... names) {
    return of(rows(SimpleMatrix.wrap(matrix)), names);
  }

  /**
   * A series from an EJML matrix, one row a time step; otherwise as {@link #of(double[][],
   * String...)}.
   */
  public static TimeSeries of(SimpleMatrix matrix, String... names) {
    return of(rows(matrix), names);
  }

  private static double[][] rows(SimpleMatrix matrix) {
    double[][] rows = new double[matrix.getNumRows()][matrix.getNumCols()];
    for (int i = 0; i < rows.length; i++) {
      for (int j = 0; j < rows[i].length; j++) {
        rows[i][j] = matrix.get(i, j);
      }
    }
    return rows;
  }

  private static String[] names(int columns, String[] names) {
    if (names.length == 0) {
      return IntStream.range(0, columns).mapToObj(j -> "x" + j).toArray(String[]::new);
    }
    if (names.length != columns) {
      throw new IllegalArgumentException(
          "Every column needs one name. Received: "
              + columns
              + " columns and "
              + names.length
              + " names: "
              + String.join(", ", names));
    }
    return names;
  }

  private static Column<?> findTimestamps(Table table) {
    List<ColumnType> types =
        List.of(ColumnType.LOCAL_DATE_TIME, ColumnType.INSTANT, ColumnType.LOCAL_DATE);
    return Stream.concat(
            table.columns().stream().filter(column -> types.contains(column.type())),
            table.columns().stream().filter(TimeSeries::isDateText))
        .findFirst()
        .orElse(null);
  }

  private static boolean isDateText(Column<?> column) {
    String name = column.name().toLowerCase(Locale.ROOT);
    return (name.contains("date") || name.contains("time")) && column.type() == ColumnType.STRING;
  }

  /**
   * The columns a model sees, in this order, in place of all numeric ones.
   *
   * @throws IllegalArgumentException if none is named, one is named twice, is not in the table or
   *     not numeric
   */
  public TimeSeries columns(String... names) {
    return new TimeSeries(table, timestamps, checked(names), List.of(), targets, filling, from, to);
  }

  /**
   * The column, or columns, to predict; each may but need not be among the columns a model sees.
   *
   * @throws IllegalArgumentException if none is named, one is named twice, is not in the table or
   *     not numeric
   */
  public TimeSeries target(String... names) {
    return new TimeSeries(table, timestamps, inputs, leftOut, checked(names), filling, from, to);
  }

  private List<String> checked(String... names) {
    if (names.length == 0 || Set.copyOf(Arrays.asList(names)).size() < names.length) {
      throw new IllegalArgumentException(
          "Name at least one column, each once. Received: " + Arrays.toString(names));
    }
    return Columns.numeric(table, List.of(names)).stream().map(Column::name).toList();
  }

  /**
   * Fills each gap with the straight line between the values before and after it. The filled values
   * look ahead to the end of the gap; {@link #forwardFilled()} does not. A gap at the very
   * beginning or end stays an error.
   */
  public TimeSeries interpolated() {
    return filled(Filling.INTERPOLATE);
  }

  /** Fills each gap with the last value before it. A gap at the very beginning stays an error. */
  public TimeSeries forwardFilled() {
    return filled(Filling.FORWARD);
  }

  private TimeSeries filled(Filling how) {
    return new TimeSeries(table, timestamps, inputs, leftOut, targets, how, from, to);
  }

  /**
   * Normalizes all columns with the mean and the standard deviation of the rows {@code from} …
   * {@code to}−1, usually the training rows. A column that is constant there is an error once
   * values are needed.
   *
   * @throws IllegalArgumentException if the range is empty or reaches outside the table
   */
  public TimeSeries normalizedOn(int from, int to) {
    checkRange(from, to, rows());
    return new TimeSeries(table, timestamps, inputs, leftOut, targets, filling, from, to);
  }

  static void checkRange(int from, int to, int rows) {
    if (from < 0 || to > rows || from >= to) {
      throw new IllegalArgumentException(
          "A range takes rows from … to−1 with 0 ≤ from < to ≤ "
              + rows
              + ", the number of rows. Received: from="
              + from
              + ", to="
              + to);
    }
  }

  /**
   * Windows over all rows, still without a lookback.
   *
   * @throws IllegalArgumentException if values are missing, not numeric, not finite, or constant
   *     where they are to be normalized
   * @throws IllegalStateException if no target is named
   */
  public Windows windows() {
    if (targets.isEmpty()) {
      throw new IllegalStateException(
          "Windows need something to predict: name it with target(\"…\"). The columns are: "
              + String.join(", ", columnNames()));
    }
    return new Windows(this);
  }

  /** The number of rows. */
  public int rows() {
    return table.rowCount();
  }

  /** The names of the columns a model sees, in the order of its features. */
  public List<String> columnNames() {
    return inputs;
  }

  /** The names of the columns to predict; none before {@link #target}. */
  public List<String> targetNames() {
    return targets;
  }

  /** The table this series reads. */
  public Table table() {
    return table;
  }

  /** The column of timestamps, or null if the table has none. */
  public Column<?> timestamps() {
    return timestamps;
  }

  /** A row as people would name it: its timestamp, or its number where there are no timestamps. */
  String nameOfRow(int row) {
    if (timestamps == null) {
      return "row " + row;
    }
    return timestamps.get(row) instanceof LocalDateTime time
        ? time.toString().replace('T', ' ')
        : timestamps.getString(row);
  }

  /**
   * The mean of a column that normalization subtracts; 0 without normalization.
   *
   * @throws IllegalArgumentException if the series has no such column
   */
  public double mean(String column) {
    return numbers().mean[position(column)];
  }

  /**
   * The standard deviation of a column that normalization divides by; 1 without normalization.
   *
   * @throws IllegalArgumentException if the series has no such column
   */
  public double std(String column) {
    return numbers().std[position(column)];
  }

  /** A value of a column on the scale that a model sees: (value − mean) / std. */
  public double normalize(String column, double value) {
    return (value - mean(column)) / std(column);
  }

  /** A value of a column in its own units: value · std + mean. */
  public double denormalize(String column, double value) {
    return value * std(column) + mean(column);
  }

  /**
   * A prediction in the units of the target: value · std + mean.
   *
   * @throws IllegalStateException unless there is exactly one target
   */
  public double denormalize(double value) {
    return denormalize(onlyTarget("denormalize"), value);
  }

  /** A mean absolute error, or another difference, of a column in its own units: error · std. */
  public double denormalizeError(String column, double error) {
    return error * std(column);
  }

  /**
   * A mean absolute error, or another difference, in the units of the target: error · std.
   *
   * @throws IllegalStateException unless there is exactly one target
   */
  public double denormalizeError(double error) {
    return denormalizeError(onlyTarget("denormalizeError"), error);
  }

  private String onlyTarget(String method) {
    if (targets.size() != 1) {
      throw new IllegalStateException(
          method
              + "(value) needs exactly one target; name the column with "
              + method
              + "(column, value). The targets are: "
              + targets);
    }
    return targets.get(0);
  }

  private int position(String column) {
    int position = stored().indexOf(column);
    if (position < 0) {
      throw new IllegalArgumentException(
          "The series has no column '" + column + "'. Its columns are: " + stored());
    }
    return position;
  }

  /** The columns that are kept: the inputs, then those targets that are no inputs. */
  private List<String> stored() {
    Set<String> stored = new LinkedHashSet<>(inputs);
    stored.addAll(targets);
    return List.copyOf(stored);
  }

  /** Where the targets stand among the stored columns. */
  int[] targetPositions() {
    return targets.stream().mapToInt(stored()::indexOf).toArray();
  }

  /** The values, read and scaled at the first call. */
  synchronized Numbers numbers() {
    if (numbers == null) {
      numbers = readNumbers();
    }
    return numbers;
  }

  private Numbers readNumbers() {
    for (Column<?> column : leftOut) {
      if (Columns.holdsNumbers(column)) {
        throw Columns.notNumeric(column);
      }
    }
    List<String> names = stored();
    if (names.isEmpty()) {
      throw new IllegalArgumentException(
          "The table '" + table.name() + "' has no number column: " + table.columnNames());
    }
    int columns = names.size();
    long size = (long) rows() * columns;
    if (size > Integer.MAX_VALUE - 8) {
      throw new IllegalArgumentException(
          "A series holds at most 2^31 - 9 numbers. Received: "
              + rows()
              + " rows of "
              + columns
              + " columns. Use fewer of them.");
    }
    float[] values = new float[(int) size];
    double[] mean = new double[columns];
    double[] std = new double[columns];
    double[][] raw = new double[columns][];
    Arrays.fill(std, 1);
    for (int j = 0; j < columns; j++) {
      double[] column = filled(Columns.numeric(table, names).get(j));
      if (to > 0) {
        mean[j] = Arrays.stream(column, from, to).sum() / (to - from);
        std[j] = deviation(names.get(j), column, mean[j]);
      }
      for (int i = 0; i < column.length; i++) {
        values[i * columns + j] = (float) ((column[i] - mean[j]) / std[j]);
        if (!Float.isFinite(values[i * columns + j])) {
          throw new IllegalArgumentException(
              "Every value must be finite and within the range of a float. Received: "
                  + column[i]
                  + place(names.get(j), i));
        }
      }
      raw[j] = targets.contains(names.get(j)) ? column : null;
    }
    return new Numbers(values, columns, mean, std, raw);
  }

  private double deviation(String name, double[] column, double mean) {
    double min = Double.POSITIVE_INFINITY;
    double max = Double.NEGATIVE_INFINITY;
    double squares = 0;
    for (int i = from; i < to; i++) {
      min = Math.min(min, column[i]);
      max = Math.max(max, column[i]);
      squares += (column[i] - mean) * (column[i] - mean);
    }
    if (min == max) {
      throw new IllegalArgumentException(
          "The column '"
              + name
              + "' is "
              + min
              + " in all rows "
              + from
              + " … "
              + (to - 1)
              + ", so it has no standard deviation to normalize by. Leave it out with columns(…) or"
              + " normalize on other rows.");
    }
    return Math.sqrt(squares / (to - from));
  }

  private double[] filled(NumericColumn<?> column) {
    double[] values = new double[rows()];
    int gap = -1;
    for (int i = 0; i < values.length; i++) {
      values[i] = Columns.value(column, i);
      if (!Double.isNaN(values[i])) {
        fill(column, values, gap < 0 ? i : gap, i);
        gap = -1;
      } else if (gap < 0) {
        gap = i;
      }
    }
    fill(column, values, gap < 0 ? values.length : gap, values.length);
    return values;
  }

  /** Fills the gap from … to−1 of a column. */
  private void fill(NumericColumn<?> column, double[] values, int from, int to) {
    boolean open =
        filling == Filling.NONE
            || from == 0
            || (filling == Filling.INTERPOLATE && to == values.length);
    if (open && from < to) {
      throw new IllegalArgumentException(
          "A value is missing"
              + place(column.name(), from)
              + "; the column misses "
              + column.countMissing()
              + " of "
              + values.length
              + ". "
              + (filling == Filling.NONE
                  ? "Fill gaps with interpolated() or forwardFilled(), or remove the rows."
                  : "There is nothing on one side of this gap to fill it from: remove its rows."));
    }
    for (int i = from; i < to; i++) {
      double share = filling == Filling.FORWARD ? 0 : (i - from + 1.0) / (to - from + 1.0);
      values[i] =
          share == 0 ? values[from - 1] : values[from - 1] * (1 - share) + values[to] * share;
    }
  }

  private String place(String column, int row) {
    return " in column '"
        + column
        + "', row "
        + row
        + (timestamps == null ? "" : " (" + nameOfRow(row) + ")");
  }

  @Override
  public String toString() {
    return rows()
        + " rows of "
        + columnNames()
        + (targets.isEmpty() ? "" : ", target " + targets)
        + (to > 0 ? ", normalized on rows " + from + " … " + (to - 1) : "");
  }
}
