package org.unroll.timeseries;

import java.time.LocalDateTime;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import org.ejml.data.DMatrix;
import org.ejml.simple.SimpleMatrix;
import org.unroll.data.Columns;
import org.unroll.timeseries.Normalization.Scale;
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
 * fill them, or {@link #skippingGaps()} to do without them.
 *
 * <p><b>Normalization</b> is z = (x − mean) / std, column by column, std being the population
 * standard deviation (NumPy's default, divided by n), both computed in double precision over the
 * rows of {@link #normalizedOn} alone, so that nothing of the validation and test rows leaks into
 * them. A series without it keeps its own units: mean 0 and std 1.
 */
public final class TimeSeries {
  /**
   * What windows are cut from.
   *
   * @param values rows × columns, normalized, row-major; the input columns first, then those
   *     targets that are no inputs
   * @param raw each column in its own units, gaps filled; null for columns that are no target
   * @param unseen the rows in which an input is still missing, of a series that skips gaps
   * @param unknown the rows in which a target is
   */
  record Numbers(
      float[] values,
      int columns,
      double[] mean,
      double[] std,
      double[][] raw,
      BitSet unseen,
      BitSet unknown) {}

  private final Table table;
  private final Timestamps times;
  private final List<String> inputs;
  private final List<Column<?>> leftOut;
  private final List<String> targets;
  private final Gaps gaps;
  private final Normalization normalization;
  private Numbers numbers;

  private TimeSeries(
      Table table,
      Timestamps times,
      List<String> inputs,
      List<Column<?>> leftOut,
      List<String> targets,
      Gaps gaps,
      Normalization normalization) {
    this.table = table;
    this.times = times;
    this.inputs = inputs;
    this.leftOut = leftOut;
    this.targets = targets;
    this.gaps = gaps;
    this.normalization = normalization;
  }

  /**
   * All numeric columns of a table, in its order. The first date or time column (or, failing that,
   * the first text column with "date" or "time" in its name) becomes the timestamps. Other columns
   * without any number in them are left out, as {@link Windows#describe()} tells; a text column
   * that does hold numbers, with points or with commas, is an error once its values are needed,
   * because one bad cell is what usually makes it text, unless {@link #columns} leaves it out.
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
    Timestamps times = Timestamps.of(table);
    List<String> inputs = new ArrayList<>();
    List<Column<?>> leftOut = new ArrayList<>();
    for (Column<?> column : table.columns()) {
      if (column instanceof NumericColumn<?>) {
        inputs.add(column.name());
      } else if (column != times.column()) {
        leftOut.add(column);
      }
    }
    return new TimeSeries(
        table, times, List.copyOf(inputs), List.copyOf(leftOut), List.of(), Gaps.REFUSED, null);
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

  /**
   * The columns a model sees, in this order, in place of all numeric ones.
   *
   * @throws IllegalArgumentException if none is named, one is named twice, is not in the table or
   *     not numeric
   */
  public TimeSeries columns(String... names) {
    return new TimeSeries(table, times, checked(names), List.of(), targets, gaps, normalization);
  }

  /**
   * The column, or columns, to predict; each may but need not be among the columns a model sees.
   *
   * @throws IllegalArgumentException if none is named, one is named twice, is not in the table or
   *     not numeric
   */
  public TimeSeries target(String... names) {
    return new TimeSeries(table, times, inputs, leftOut, checked(names), gaps, normalization);
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
    return with(gaps.filled(Gaps.Filling.INTERPOLATE, Integer.MAX_VALUE));
  }

  /**
   * As {@link #interpolated()}, but only gaps of up to so many rows; a longer one stays missing as
   * a whole (in pandas its first rows would be filled).
   *
   * @param longest at least 1
   */
  public TimeSeries interpolated(int longest) {
    return with(gaps.filled(Gaps.Filling.INTERPOLATE, longest));
  }

  /** Fills each gap with the last value before it. A gap at the very beginning stays an error. */
  public TimeSeries forwardFilled() {
    return with(gaps.filled(Gaps.Filling.FORWARD, Integer.MAX_VALUE));
  }

  /**
   * As {@link #forwardFilled()}, but only gaps of up to so many rows; a longer one stays missing as
   * a whole.
   *
   * @param longest at least 1
   */
  public TimeSeries forwardFilled(int longest) {
    return with(gaps.filled(Gaps.Filling.FORWARD, longest));
  }

  /**
   * Leaves out the windows that would see or predict a missing value, in place of an error; {@link
   * Windows#describe()} tells how many there are. Means and standard deviations are those of the
   * values that are there.
   */
  public TimeSeries skippingGaps() {
    return with(gaps.skip());
  }

  private TimeSeries with(Gaps newGaps) {
    return new TimeSeries(table, times, inputs, leftOut, targets, newGaps, normalization);
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
    return with(Normalization.on(from, to));
  }

  /**
   * Normalizes with the means and standard deviations of another series, those that a model was
   * trained with.
   *
   * @param scaling as {@link #scaling()} returns it, or read from a file of it
   * @throws IllegalArgumentException if it lacks one of its columns; once values are needed, if it
   *     does not name a column of this series exactly once, with a finite mean and a standard
   *     deviation above 0
   */
  public TimeSeries normalizedBy(Table scaling) {
    return with(Normalization.by(scaling));
  }

  private TimeSeries with(Normalization by) {
    return new TimeSeries(table, times, inputs, leftOut, targets, gaps, by);
  }

  /**
   * What this series is normalized by: a row for each column that a model sees or predicts, with
   * {@code column}, {@code mean} and {@code std}. Whoever uses the model later needs it as much as
   * the weights: write it beside them with {@code scaling().write().csv("scaling.csv")}, and read
   * it for {@link #normalizedBy}.
   */
  public Table scaling() {
    Numbers all = numbers();
    return Normalization.table(stored(), all.mean, all.std);
  }

  /**
   * The first row at or after a time, to split a series by the calendar.
   *
   * @throws IllegalArgumentException if the timestamps are no dates with times or not in order, or
   *     all lie before this one
   */
  public int rowAt(LocalDateTime time) {
    return times.rowAt(time);
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
    return times.column();
  }

  /** The times of the rows. */
  Timestamps times() {
    return times;
  }

  /** A row as people would name it: its timestamp, or its number where there are no timestamps. */
  String nameOfRow(int row) {
    return times.nameOf(row);
  }

  /** What may have been overlooked about the table: its times, and columns that were left out. */
  List<String> remarks() {
    List<String> remarks = new ArrayList<>();
    times.remark().ifPresent(remarks::add);
    List<String> others =
        leftOut.stream()
            .filter(column -> column != times.readAsText())
            .map(Columns::described)
            .toList();
    if (!others.isEmpty()) {
      remarks.add(
          "A model sees numbers only. Left out: "
              + String.join(", ", others)
              + ". Make numbers of what it should see, or choose its columns with columns(…).");
    }
    return List.copyOf(remarks);
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
    BitSet unseen = new BitSet();
    BitSet unknown = new BitSet();
    for (int j = 0; j < columns; j++) {
      String name = names.get(j);
      double[] column = gaps.fill(Columns.numeric(table, names).get(j), times);
      Scale scale = normalization == null ? Scale.OWN : normalization.scale(name, column);
      mean[j] = scale.mean();
      std[j] = scale.std();
      for (int i = 0; i < column.length; i++) {
        values[i * columns + j] = (float) ((column[i] - mean[j]) / std[j]);
        if (Double.isNaN(column[i])) {
          if (inputs.contains(name)) {
            unseen.set(i);
          }
          if (targets.contains(name)) {
            unknown.set(i);
          }
        } else if (!Float.isFinite(values[i * columns + j])) {
          throw new IllegalArgumentException(
              "Every value must be finite and within the range of a float. Received: "
                  + column[i]
                  + times.place(name, i));
        }
      }
      raw[j] = targets.contains(name) ? column : null;
    }
    return new Numbers(values, columns, mean, std, raw, unseen, unknown);
  }

  @Override
  public String toString() {
    return rows()
        + " rows of "
        + columnNames()
        + (targets.isEmpty() ? "" : ", target " + targets)
        + (normalization == null ? "" : ", " + normalization);
  }
}
