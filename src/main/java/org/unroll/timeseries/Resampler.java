package org.unroll.timeseries;

import java.time.Duration;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.Period;
import java.time.temporal.ChronoUnit;
import java.time.temporal.TemporalAmount;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.unroll.data.Columns;
import tech.tablesaw.aggregate.AggregateFunctions;
import tech.tablesaw.aggregate.NumericAggregateFunction;
import tech.tablesaw.api.DoubleColumn;
import tech.tablesaw.api.NumericColumn;
import tech.tablesaw.api.Table;
import tech.tablesaw.columns.Column;

/**
 * Resamples measurements at irregular times to a regular grid, like pandas's {@code resample}:
 *
 * <pre>
 * Table hourly =
 *     Resampler.of(measured).every(Duration.ofHours(1)).aggregate(sum, "rain (mm)").table();
 * </pre>
 *
 * <p>The starts of the intervals have the type of the times in the table, such as dates or
 * instants. The grid begins at midnight of the first day, and all its intervals have the same
 * length d. A row of the result represents an interval t ≤ time &lt; t + d and is labeled with its
 * start t. It contains the mean of the values that were measured in the interval, or the result of
 * another function set by {@link #aggregate}. The first row is the interval of the earliest time
 * and the last row that of the latest; none in between is left out. <b>If a column has no value in
 * an interval, its value is missing</b>, for every function (pandas's {@code min_count=1}). Fill
 * these values with {@link TimeSeries#interpolated(int)} or a related method.
 *
 * <p>Note that the row labeled 07:00 of a grid of 30 minutes is not known before 07:30.
 *
 * <p>The rows need not be in order, but must be those of a single series: if times repeat and a
 * text or id column distinguishes their rows, {@link #table} throws an exception. Repeated rows are
 * counted repeatedly; remove them with {@code table.dropDuplicateRows()}. Columns without numbers
 * are left out. A text column that contains numbers, with decimal points or commas, is an error, as
 * in {@link TimeSeries#of(Table)}. Immutable.
 */
public final class Resampler {
  /**
   * The largest number of intervals. A century has fewer hours; a larger grid comes from a wrong
   * year.
   */
  private static final long MOST = 10_000_000;

  private final Table table;
  private final TemporalAmount interval;
  private final Map<String, NumericAggregateFunction> functions;

  private Resampler(
      Table table, TemporalAmount interval, Map<String, NumericAggregateFunction> functions) {
    this.table = table;
    this.interval = interval;
    this.functions = functions;
  }

  /**
   * Creates a resampler of a table with numeric columns and the times of its rows, which are found
   * as in {@link TimeSeries#of(Table)}.
   *
   * @throws IllegalArgumentException if there are no times, a time is missing, or the table has no
   *     rows
   */
  public static Resampler of(Table table) {
    Timestamps.complete(table);
    if (table.rowCount() == 0) {
      throw new IllegalArgumentException(
          "A table to resample must have rows, but the table '" + table.name() + "' has none.");
    }
    return new Resampler(table, null, Map.of());
  }

  /**
   * Sets the length of the intervals. Tablesaw stores times in milliseconds, so if the length is
   * not a whole number of milliseconds, the labels are rounded down; the intervals themselves are
   * exact.
   *
   * @throws IllegalArgumentException if it is shorter than a millisecond
   */
  public Resampler every(Duration length) {
    if (length.toMillis() < 1) {
      throw new IllegalArgumentException(
          "An interval must be at least a millisecond long, but was " + length + ".");
    }
    return new Resampler(table, length, functions);
  }

  /**
   * Sets the length of the intervals in calendar months, days or weeks. Intervals of months begin
   * on the first day of a month; the grid begins in January.
   *
   * @param length whole months and years, such as {@code Period.ofMonths(3)}, or whole days
   * @throws IllegalArgumentException if it is not positive, or has months and days
   */
  @SuppressWarnings("JavaPeriodGetDays") // a period with months and days is rejected
  public Resampler every(Period length) {
    long months = length.toTotalMonths();
    if (months < 0 || length.getDays() < 0 || (months > 0) == (length.getDays() > 0)) {
      throw new IllegalArgumentException(
          "An interval must be a positive number of months or of days, but was " + length + ".");
    }
    return months > 0
        ? new Resampler(table, length, functions)
        : every(Duration.ofDays(length.getDays()));
  }

  /**
   * The intervals, numbered from 0.
   *
   * @param origin the start of the interval 0
   * @param length the length of an interval, or null if it is counted in months
   * @param months the number of months in an interval
   */
  private record Grid(LocalDateTime origin, Duration length, long months) {
    static Grid of(TemporalAmount interval, LocalDate day) {
      return interval instanceof Period period
          ? new Grid(day.withDayOfYear(1).atStartOfDay(), null, period.toTotalMonths())
          : new Grid(day.atStartOfDay(), (Duration) interval, 0);
    }

    long number(LocalDateTime time) {
      return length == null
          ? ChronoUnit.MONTHS.between(origin, time) / months
          : Duration.between(origin, time).dividedBy(length);
    }

    LocalDateTime start(long number) {
      return length == null
          ? origin.plusMonths(number * months)
          : origin.plus(length.multipliedBy(number));
    }
  }

  /**
   * Sets the function that aggregates the values of some columns within an interval, instead of the
   * mean.
   *
   * @param function one of Tablesaw's {@link AggregateFunctions}, for example {@code sum} for
   *     amounts, {@code max} for gusts or {@code last} for meter readings; {@code first} and {@code
   *     last} refer to the times of the rows
   * @param columns the names of numeric columns
   * @throws IllegalArgumentException if a column is missing or not numeric
   */
  public Resampler aggregate(NumericAggregateFunction function, String... columns) {
    Map<String, NumericAggregateFunction> all = new LinkedHashMap<>(functions);
    for (NumericColumn<?> column : Columns.numeric(table, Arrays.asList(columns))) {
      all.put(column.name(), function);
    }
    return new Resampler(table, interval, all);
  }

  /**
   * Returns the regular table: the times, then the numeric columns in their order.
   *
   * @throws IllegalStateException if no interval is set
   * @throws IllegalArgumentException if a text column contains numbers, if the table contains
   *     several series with the same times, if clocks were set back in autumn, if the starts of the
   *     intervals are not of the type of the times (noon in a column of dates), or if there would
   *     be more than ten million intervals
   */
  public Table table() {
    if (interval == null) {
      throw new IllegalStateException(
          "The length of the intervals must be set first, for example with every(Duration.ofMinutes(30)).");
    }
    Timestamps times = Timestamps.complete(table);
    List<NumericColumn<?>> numbers = numbers(times);
    RowOrder.requireSingleSeries(times);
    int[] order =
        IntStream.range(0, times.size())
            .boxed()
            .sorted(Comparator.comparing(times::at))
            .mapToInt(row -> row)
            .toArray();
    Grid intervals = Grid.of(interval, times.at(order[0]).toLocalDate());
    long[] bins = Arrays.stream(order).mapToLong(row -> intervals.number(times.at(row))).toArray();
    long first = bins[0];
    long count = bins[bins.length - 1] - first + 1;
    checkCount(count, times, order);

    Table regular = Table.create(table.name());
    List<LocalDateTime> starts =
        LongStream.range(first, first + count).mapToObj(intervals::start).toList();
    regular.addColumns(times.columns().with(starts).toArray(Column[]::new));
    for (NumericColumn<?> column : numbers) {
      double[] values = new double[(int) count];
      Arrays.fill(values, Double.NaN);
      int row = 0;
      while (row < order.length) {
        int end = row;
        while (end < order.length && bins[end] == bins[row]) {
          end++;
        }
        values[(int) (bins[row] - first)] = aggregated(column, order, row, end);
        row = end;
      }
      regular.addColumns(DoubleColumn.create(column.name(), values));
    }
    return regular;
  }

  private List<NumericColumn<?>> numbers(Timestamps times) {
    List<NumericColumn<?>> numbers = new ArrayList<>();
    for (Column<?> column : table.columns()) {
      if (times.isIn(column)) {
        continue;
      }
      if (column instanceof NumericColumn<?> numeric) {
        numbers.add(numeric);
      } else if (Columns.holdsNumbers(column)) {
        throw Columns.notNumeric(column);
      }
    }
    return numbers;
  }

  private void checkCount(long count, Timestamps times, int[] order) {
    if (count > MOST) {
      throw new IllegalArgumentException(
          "There must not be more than "
              + MOST
              + " intervals, but from "
              + times.at(order[0])
              + " (row "
              + order[0]
              + ") to "
              + times.at(order[order.length - 1])
              + " (row "
              + order[order.length - 1]
              + ") there are "
              + count
              + " of "
              + interval
              + ". Check whether one of the two times is wrong, or use longer intervals.");
    }
  }

  /**
   * Returns the aggregate of the values in the rows order[from] … order[to−1]; NaN if all are
   * missing.
   */
  private double aggregated(NumericColumn<?> column, int[] order, int from, int to) {
    double[] present =
        Arrays.stream(order, from, to)
            .mapToDouble(row -> Columns.value(column, row))
            .filter(value -> !Double.isNaN(value))
            .toArray();
    return present.length == 0
        ? Double.NaN
        : functions
            .getOrDefault(column.name(), AggregateFunctions.mean)
            .summarize(DoubleColumn.create(column.name(), present));
  }
}
