package org.unroll.timeseries;

import java.time.Duration;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.unroll.data.Columns;
import tech.tablesaw.aggregate.AggregateFunctions;
import tech.tablesaw.aggregate.NumericAggregateFunction;
import tech.tablesaw.api.DateTimeColumn;
import tech.tablesaw.api.DoubleColumn;
import tech.tablesaw.api.NumericColumn;
import tech.tablesaw.api.Table;
import tech.tablesaw.columns.Column;

/**
 * Puts measurements of irregular times onto a regular grid, as pandas's {@code resample} does:
 *
 * <pre>
 * Table hourly =
 *     Resampler.of(measured).every(Duration.ofHours(1)).aggregate(sum, "rain (mm)").table();
 * </pre>
 *
 * <p>The grid begins at midnight of the first day; its intervals have the given length d. A row of
 * the result stands for an interval t ≤ time &lt; t + d, is labelled with its beginning t, and
 * holds what an aggregate function makes of the values measured in it: their mean, unless {@link
 * #aggregate} names another. The first row is the interval of the earliest time and the last that
 * of the latest; in between none is left out. <b>An interval without a value of a column has a
 * missing value there</b>, whatever the function (pandas's {@code min_count=1}): {@link
 * TimeSeries#interpolated(int)} and its relatives say what is to become of them.
 *
 * <p>Mind that a row labelled 07:00 of a grid of 30 minutes is not known before 07:30.
 *
 * <p>The rows need not be in the order of time. Rows that came twice count twice: {@code
 * table.dropDuplicateRows()} removes them. Columns without numbers are left out; a text column that
 * holds numbers, with points or with commas, is an error, as in {@link TimeSeries#of(Table)}.
 * Immutable.
 */
public final class Resampler {
  /** More intervals than a century has in hours: a wrong year makes that many, not a grid. */
  private static final long MOST = 10_000_000;

  private final Table table;
  private final Duration interval;
  private final Map<String, NumericAggregateFunction> functions;

  private Resampler(
      Table table, Duration interval, Map<String, NumericAggregateFunction> functions) {
    this.table = table;
    this.interval = interval;
    this.functions = functions;
  }

  /**
   * Of a table with a column of dates with times, the first of which counts, and number columns.
   *
   * @throws IllegalArgumentException if there is no such column, a time is missing, or the table
   *     has no rows
   */
  public static Resampler of(Table table) {
    Columns.times(table);
    if (table.rowCount() == 0) {
      throw new IllegalArgumentException(
          "There is nothing to resample: the table '" + table.name() + "' has no rows.");
    }
    return new Resampler(table, null, Map.of());
  }

  /**
   * The length of the grid's intervals.
   *
   * @throws IllegalArgumentException unless it is at least a millisecond
   */
  public Resampler every(Duration length) {
    if (length.toMillis() < 1) {
      throw new IllegalArgumentException(
          "An interval lasts at least a millisecond. Received: " + length);
    }
    return new Resampler(table, length, functions);
  }

  /**
   * What is made of the values of some columns within an interval, in place of their mean.
   *
   * @param function one of Tablesaw's {@link AggregateFunctions}, for example {@code sum} of what
   *     is counted, {@code max} of gusts, {@code last} of a meter's reading; {@code first} and
   *     {@code last} by the time of the rows
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
   * The regular table: the times, then the number columns in their order.
   *
   * @throws IllegalStateException if no interval was given
   * @throws IllegalArgumentException if a text column holds numbers, or if the times reach so far
   *     that there would be more than ten million intervals
   */
  public Table table() {
    if (interval == null) {
      throw new IllegalStateException(
          "Say how long the intervals are: every(Duration.ofMinutes(30)), for example.");
    }
    DateTimeColumn times = Columns.times(table);
    List<NumericColumn<?>> numbers = numbers(times);
    long[] millis = times.asList().stream().mapToLong(Resampler::millis).toArray();
    int[] order =
        IntStream.range(0, millis.length)
            .boxed()
            .sorted(Comparator.comparingLong(row -> millis[row]))
            .mapToInt(row -> row)
            .toArray();
    long length = interval.toMillis();
    LocalDateTime midnight = times.get(order[0]).toLocalDate().atStartOfDay();
    long origin = millis(midnight);
    long first = (millis[order[0]] - origin) / length;
    long count = (millis[order[order.length - 1]] - origin) / length - first + 1;
    checkCount(count, times, order);

    Table regular = Table.create(table.name());
    DateTimeColumn grid = DateTimeColumn.create(times.name());
    for (long i = first; i < first + count; i++) {
      grid.append(midnight.plus(interval.multipliedBy(i)));
    }
    regular.addColumns(grid);
    for (NumericColumn<?> column : numbers) {
      double[] values = new double[(int) count];
      Arrays.fill(values, Double.NaN);
      int row = 0;
      while (row < order.length) {
        long bin = (millis[order[row]] - origin) / length;
        int end = row;
        while (end < order.length && (millis[order[end]] - origin) / length == bin) {
          end++;
        }
        values[(int) (bin - first)] = aggregated(column, order, row, end);
        row = end;
      }
      regular.addColumns(DoubleColumn.create(column.name(), values));
    }
    return regular;
  }

  private List<NumericColumn<?>> numbers(DateTimeColumn times) {
    List<NumericColumn<?>> numbers = new ArrayList<>();
    for (Column<?> column : table.columns()) {
      if (column instanceof NumericColumn<?> numeric) {
        numbers.add(numeric);
      } else if (column != times && Columns.holdsNumbers(column)) {
        throw Columns.notNumeric(column);
      }
    }
    return numbers;
  }

  private void checkCount(long count, DateTimeColumn times, int[] order) {
    if (count > MOST) {
      throw new IllegalArgumentException(
          "From "
              + times.get(order[0])
              + " (row "
              + order[0]
              + ") to "
              + times.get(order[order.length - 1])
              + " (row "
              + order[order.length - 1]
              + ") there are "
              + count
              + " intervals of "
              + interval
              + ", more than "
              + MOST
              + ". Is one of the two times wrong? Otherwise use longer intervals.");
    }
  }

  /** What becomes of the values in the rows order[from] … order[to−1]; NaN if all are missing. */
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

  private static long millis(LocalDateTime time) {
    return time.toInstant(ZoneOffset.UTC).toEpochMilli();
  }
}
