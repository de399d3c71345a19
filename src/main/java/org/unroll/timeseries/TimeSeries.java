package org.unroll.timeseries;

import java.time.LocalDateTime;
import java.time.temporal.Temporal;
import java.util.List;
import java.util.stream.IntStream;
import org.ejml.data.DMatrix;
import org.ejml.simple.SimpleMatrix;
import tech.tablesaw.api.Table;
import tech.tablesaw.columns.Column;

/**
 * A table of numeric columns whose rows are successive in time, from which {@link Windows} are cut.
 * A series knows which columns a model sees, which it predicts, how missing values are filled and
 * how values are normalized.
 *
 * <pre>{@code
 * var series = TimeSeries.of(jena).target("T (degC)").normalizedOn(0, 200_000);
 * var windows = series.windows().lookback(1440).step(6).delay(144);
 * }</pre>
 *
 * <p>The rows must be in the order of their times, without repeated times. Divide a table with
 * several series, such as the sales of several stores, first.
 *
 * <p>Immutable: each setting returns a new series over the same table, and the order of the
 * settings does not matter. The values are read from the table when they are first needed, in the
 * order select, fill, normalize. The table must not be changed in the meantime. Settings that name
 * missing columns or rows throw an exception immediately.
 *
 * <p><b>Missing values</b> are cells that Tablesaw calls missing, including NaN. The first of them
 * is reported by an exception unless {@link #interpolated()} or {@link #forwardFilled()} fills it
 * or {@link #skippingGaps()} leaves out its windows.
 *
 * <p><b>Normalization</b> is z = (x − mean) / std for each column, where std is the population
 * standard deviation (divided by n, NumPy's default). Both are computed in double precision from
 * the rows of {@link #normalizedOn} only, so no information from the validation and test rows leaks
 * into them. A series without normalization keeps its units: mean 0 and std 1.
 */
public final class TimeSeries {
  private final Table table;
  private final Timestamps times;
  private final SeriesColumns columns;
  private final Gaps gaps;
  private final Normalization normalization;
  private SeriesData data;

  private TimeSeries(
      Table table,
      Timestamps times,
      SeriesColumns columns,
      Gaps gaps,
      Normalization normalization) {
    this.table = table;
    this.times = times;
    this.columns = columns;
    this.gaps = gaps;
    this.normalization = normalization;
  }

  /**
   * Creates a series of all numeric columns of a table, in the order of the table.
   *
   * <p>The first column of dates with times, instants or dates contains the times; dates are joined
   * with a column of times of the day if there is exactly one. If there is none, it is the first
   * text column whose cells are times of one unambiguous format, such as {@code 1949-01} or {@code
   * 31.12.2016 23:50}, and otherwise the first column of epoch times whose name suggests times.
   * Instants and epoch times are in UTC. Forecasts are dated in the same columns. Other columns
   * without any number are left out, which {@link Windows#describe()} reports. A text column that
   * contains numbers, with decimal points or commas, throws an exception when the values are
   * needed, because a single invalid cell turns a number column into text. Use {@link #columns} to
   * leave it out.
   *
   * @throws IllegalArgumentException if the table has no rows
   */
  public static TimeSeries of(Table table) {
    if (table.rowCount() == 0) {
      throw new IllegalArgumentException(
          "A time series must have rows, but the table '"
              + table.name()
              + "' has "
              + table.columnCount()
              + " columns and no rows.");
    }
    Timestamps times = Timestamps.of(table);
    return new TimeSeries(table, times, SeriesColumns.of(table, times), Gaps.REFUSED, null);
  }

  /**
   * Creates a series from a file, like {@link #of(Table)} from the table that was read.
   *
   * @throws IllegalArgumentException if the file cannot be read unambiguously, see {@link
   *     TimeTable}
   */
  public static TimeSeries of(TimeTable file) {
    return of(file.table());
  }

  /**
   * Creates a series from an array of rows.
   *
   * @param rows rows[i][j] is the value of column j at time step i
   * @param names the names of the columns; x0, x1, … if none is given
   * @throws IllegalArgumentException if there are no rows, the rows differ in length, or the number
   *     of names is not the number of columns
   */
  public static TimeSeries of(double[][] rows, String... names) {
    return of(ArrayTable.of(rows, names));
  }

  /**
   * Creates a series from an EJML matrix with one row per time step, like {@link #of(double[][],
   * String...)}.
   */
  public static TimeSeries of(DMatrix matrix, String... names) {
    return of(ArrayTable.of(SimpleMatrix.wrap(matrix), names));
  }

  /**
   * Creates a series from an EJML matrix with one row per time step, like {@link #of(double[][],
   * String...)}.
   */
  public static TimeSeries of(SimpleMatrix matrix, String... names) {
    return of(ArrayTable.of(matrix, names));
  }

  /**
   * Sets the columns that a model sees, in this order, instead of all numeric columns.
   *
   * @throws IllegalArgumentException if no column is named, or a name is repeated, missing from the
   *     table or not numeric
   */
  public TimeSeries columns(String... names) {
    return with(columns.withInputs(table, names));
  }

  /**
   * Sets the columns that a model predicts. A target may also be one of the columns that the model
   * sees.
   *
   * @throws IllegalArgumentException if no column is named, or a name is repeated, missing from the
   *     table or not numeric
   */
  public TimeSeries target(String... names) {
    return with(columns.withTargets(table, names));
  }

  /**
   * Sets the columns whose values after the last input row are known when a forecast is made, such
   * as a holiday, the hour of the day or a weather forecast. {@link Windows#future()} contains
   * their values in the target rows. They may also be columns that the model sees.
   *
   * @throws IllegalArgumentException if no column is named, or a name is repeated, missing from the
   *     table, not numeric or a target
   */
  public TimeSeries known(String... names) {
    return with(columns.withKnown(table, names));
  }

  private TimeSeries with(SeriesColumns newColumns) {
    return new TimeSeries(table, times, newColumns, gaps, normalization);
  }

  /**
   * Fills each gap by linear interpolation between the values before and after it. Interpolated
   * values depend on the value after the gap, a future value; {@link #forwardFilled()} avoids that.
   * A gap at the beginning or the end of the series is still an error.
   */
  public TimeSeries interpolated() {
    return with(gaps.filled(Gaps.Filling.INTERPOLATE, Integer.MAX_VALUE));
  }

  /**
   * Fills gaps like {@link #interpolated()}, but only those of up to this many rows, at least 1. A
   * longer gap is not filled at all, unlike in pandas, which fills its first rows.
   */
  public TimeSeries interpolated(int longest) {
    return with(gaps.filled(Gaps.Filling.INTERPOLATE, longest));
  }

  /**
   * Fills each gap with the last value before it. A gap at the beginning of the series is still an
   * error.
   */
  public TimeSeries forwardFilled() {
    return with(gaps.filled(Gaps.Filling.FORWARD, Integer.MAX_VALUE));
  }

  /**
   * Fills gaps like {@link #forwardFilled()}, but only those of up to this many rows, at least 1. A
   * longer gap is not filled at all.
   */
  public TimeSeries forwardFilled(int longest) {
    return with(gaps.filled(Gaps.Filling.FORWARD, longest));
  }

  /**
   * Leaves out the windows that would see or predict a missing value, instead of throwing an
   * exception. {@link Windows#describe()} reports their number. Means and standard deviations are
   * computed from the values that are present.
   */
  public TimeSeries skippingGaps() {
    return with(gaps.skip());
  }

  TimeSeries with(Gaps newGaps) {
    return new TimeSeries(table, times, columns, newGaps, normalization);
  }

  /**
   * Normalizes all columns with the mean and the standard deviation of the rows {@code from} …
   * {@code to}−1, usually the training rows, or with the {@link Scaling} that was set before. A
   * column that is constant in these rows throws an exception when the values are needed.
   *
   * @throws IllegalArgumentException if the range is empty or not within the table
   */
  public TimeSeries normalizedOn(int from, int to) {
    WindowPositions.checkRange(from, to, rows());
    return with(scaled().on(from, to));
  }

  /**
   * Normalizes as {@link #normalizedOn(int, int)}, but scales all columns, or only the named ones,
   * in another way. Columns that are not named keep their scaling.
   *
   * @throws IllegalArgumentException if the range is invalid, or a name is repeated or missing
   */
  public TimeSeries normalizedOn(int from, int to, Scaling scaling, String... names) {
    List<String> checked = names.length == 0 ? List.of() : SeriesColumns.checked(table, names);
    return with(scaled().with(scaling, checked)).normalizedOn(from, to);
  }

  private Normalization scaled() {
    return normalization == null ? Normalization.STANDARD : normalization;
  }

  /**
   * Normalizes with the means and standard deviations of another series, such as the one that a
   * model was trained on.
   *
   * @param scaling a table as returned by {@link #scaling()}, possibly read from a file
   * @throws IllegalArgumentException if the table lacks one of its columns. When the values are
   *     needed: if it does not contain each column of this series exactly once, with a finite mean
   *     and a standard deviation above 0.
   */
  public TimeSeries normalizedBy(Table scaling) {
    return with(Normalization.by(scaling));
  }

  /** Returns this series with what is known at the end of a range, see {@link Windows#knownAt}. */
  TimeSeries knownAt(int from, int to) {
    gaps.requireNoLookAhead();
    return normalization == null ? this : normalizedOn(from, to);
  }

  /** Throws the exceptions of {@link #knownAt} and of its normalization, without normalizing. */
  void requireKnownAt(int from, int to) {
    gaps.requireNoLookAhead();
    if (normalization != null) {
      Normalization there = normalization.on(from, to);
      columns
          .selected(table)
          .forEach(column -> there.scale(column.name(), gaps.fill(column, times)));
    }
  }

  private TimeSeries with(Normalization by) {
    return new TimeSeries(table, times, columns, gaps, by);
  }

  /**
   * Returns the normalization as a table: one row for each column that a model sees or predicts,
   * with {@code column}, {@code mean} and {@code std}, which are the center and the scale of other
   * kinds of {@link Scaling}; {@code log}, the offset of the logarithm, and {@code difference}, the
   * lag of the differences, if a column has one. It is needed whenever the model is used later.
   * Save it together with the weights, with {@code scaling().write().csv("scaling.csv")}, and pass
   * the table to {@link #normalizedBy}.
   */
  public Table scaling() {
    return Normalization.table(columns.stored(), data().scales());
  }

  /**
   * Returns the first row at or after a time, to split a series by date.
   *
   * @param time a {@code LocalDateTime}, a {@code LocalDate} (its midnight) or a {@code YearMonth}
   *     (its first day); for instants and epoch times also an {@code Instant} or a time with an
   *     offset or a zone. Local times are in UTC if the series has instants.
   * @throws IllegalArgumentException if the series has no times, the times are not in order, all
   *     are before this time, or the result depends on a missing time
   */
  public int rowAt(Temporal time) {
    return times.rowAt(time);
  }

  /**
   * Creates windows over all rows. Their lookback must be set next.
   *
   * @throws IllegalArgumentException if times are repeated or not in order, or if values are
   *     missing, not numeric, not finite, or constant in the rows of the normalization
   * @throws IllegalStateException if no target is set
   */
  public Windows windows() {
    if (targetNames().isEmpty()) {
      throw new IllegalStateException(
          "The column to predict must be set first, with target(\"…\"). The columns are: "
              + String.join(", ", columnNames())
              + ".");
    }
    return new Windows(this);
  }

  /** Returns the number of rows. */
  public int rows() {
    return table.rowCount();
  }

  /** Returns the names of the columns that a model sees, in the order of its features. */
  public List<String> columnNames() {
    return columns.inputs();
  }

  /** Returns the names of the columns to predict; empty before {@link #target}. */
  public List<String> targetNames() {
    return columns.targets();
  }

  /** Returns the names of the columns with known future values; empty before {@link #known}. */
  public List<String> knownNames() {
    return columns.known();
  }

  /** Returns the table of this series. */
  public Table table() {
    return table;
  }

  /**
   * Returns the column of timestamps, or null if the table has none: the first column if dates and
   * times of the day are in two columns, and possibly text in an unknown format.
   */
  public Column<?> timestamps() {
    return times.column();
  }

  /** Returns whether the times of the rows are known. */
  public boolean isDated() {
    return times.columns() != null;
  }

  /**
   * Returns the time of a row, or null if it is missing or the series is not {@linkplain #isDated()
   * dated}. Instants are in UTC, and dates and months are the midnight of their first day.
   */
  public LocalDateTime timeOf(int row) {
    return times.at(row);
  }

  /** Returns the treatment of missing values. */
  Gaps gaps() {
    return gaps;
  }

  /** Returns the times of the rows. */
  Timestamps times() {
    return times;
  }

  /** Returns the timestamp of a row, or its number if there are no timestamps. */
  String nameOfRow(int row) {
    return times.nameOf(row);
  }

  /**
   * Returns remarks about possible problems of the table: its times, and columns that are left out.
   */
  List<String> remarks() {
    return columns.remarks(table, times);
  }

  /**
   * Returns the mean or other center of a column, see {@link Scaling}; 0 without normalization.
   *
   * @throws IllegalArgumentException if the series has no such column
   */
  public double mean(String column) {
    return scale(column).mean();
  }

  /** Returns the standard deviation or other scale of a column; 1 without normalization. */
  public double std(String column) {
    return scale(column).std();
  }

  /**
   * Returns the lag of the differences of a column, see {@link Scaling#difference(int)}; 0 if it is
   * not differenced.
   */
  public int differenceLag(String column) {
    return scale(column).lag();
  }

  /**
   * Returns the values of a target, normalized but not differenced.
   *
   * @hidden
   */
  public double[] levels(String target) {
    int position = columns.position(target);
    return IntStream.range(0, rows()).mapToDouble(row -> data().level(row, position)).toArray();
  }

  /** Returns the normalized values of a column, with gaps filled. NaN is a missing value. */
  public double[] normalized(String column) {
    SeriesData all = data();
    int position = columns.position(column);
    return IntStream.range(0, rows())
        .mapToDouble(row -> all.values()[row * all.columns() + position])
        .toArray();
  }

  Scaling.Scale scale(String column) {
    return data().scales().get(columns.position(column));
  }

  /** Returns whether a column is scaled by its logarithm, as by {@link Scaling#log()}. */
  public boolean isLogarithmic(String column) {
    return scale(column).isLog();
  }

  /**
   * Returns a value of a column as a model sees it: (value − mean) / std, or with {@link
   * Scaling#log(double)} (ln(value + offset) − mean) / std.
   *
   * @throws IllegalArgumentException if the value has no logarithm
   * @throws IllegalStateException if the column is differenced
   */
  public double normalize(String column, double value) {
    return scale(column).requireSingle(column).level(column, value);
  }

  /**
   * Returns a value of a column in its own units, the inverse of {@link #normalize}: value · std +
   * mean, or with {@link Scaling#log(double)} exp(value · std + mean) − offset.
   *
   * @throws IllegalStateException if the column is differenced, see {@link Windows#denormalize}
   */
  public double denormalize(String column, double value) {
    return scale(column).requireSingle(column).inverse(value);
  }

  /**
   * Returns a prediction in the units of the target, as {@link #denormalize(String, double)}.
   *
   * @throws IllegalStateException unless there is exactly one target, or if it is differenced
   */
  public double denormalize(double value) {
    return denormalize(columns.onlyTarget("denormalize"), value);
  }

  /**
   * Returns a mean absolute error or another difference of a column in its own units: error · std.
   *
   * @throws IllegalStateException if the column is the logarithm of its values
   */
  public double denormalizeError(String column, double error) {
    return scale(column).inverseError(column, error);
  }

  /**
   * Returns a mean absolute error or another difference in the units of the target: error · std.
   *
   * @throws IllegalStateException unless there is exactly one target
   */
  public double denormalizeError(double error) {
    return denormalizeError(columns.onlyTarget("denormalizeError"), error);
  }

  /** Returns the columns of this series. */
  SeriesColumns columns() {
    return columns;
  }

  synchronized SeriesData data() {
    if (data == null) {
      data = readData();
    }
    return data;
  }

  private SeriesData readData() {
    if (isDated()) {
      RowOrder.requireAscending(times);
    }
    return SeriesData.read(columns.selected(table), columns, gaps, times, normalization);
  }

  @Override
  public String toString() {
    return rows()
        + " rows of "
        + columnNames()
        + (targetNames().isEmpty() ? "" : ", target " + targetNames())
        + (normalization == null ? "" : ", " + normalization);
  }
}
