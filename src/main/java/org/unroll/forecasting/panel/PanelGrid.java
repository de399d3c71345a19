package org.unroll.forecasting.panel;

import java.time.Duration;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.Period;
import java.time.YearMonth;
import java.time.ZoneOffset;
import java.time.temporal.Temporal;
import java.time.temporal.TemporalAmount;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.unroll.timeseries.TimeSeries;
import tech.tablesaw.api.Table;
import tech.tablesaw.columns.Column;

/**
 * The rows of a {@link Panel} sorted by series and time. The rows of a series are on a regular grid
 * of times that begins with its first time, so a missing time is a row without a table row.
 */
final class PanelGrid {
  private static final long DAY = Duration.ofDays(1).toMillis();

  private final List<Column<?>> keys;
  private final Column<?> time;
  private final List<String> names = new ArrayList<>();

  /** The different times of the table in order, which know how times are read and compared. */
  private final TimeSeries calendar;

  /** The position of each time of the calendar, in milliseconds or months. */
  private final long[] positions;

  private final boolean months;

  /** Whether all times are on the last day of a month. */
  private final boolean lastOfMonth;

  /** The distance of two rows of the grid in the unit of the positions. */
  private final long step;

  /** The position of the first row of each series. */
  private final long[] firstPositions;

  /** The first row of each series, and the number of all rows. */
  private final int[] starts;

  /** The row of the table for each row, or −1 for a time that is missing. */
  private final int[] tableRows;

  PanelGrid(Table table, List<String> keyNames, String timeName, TemporalAmount interval) {
    keys = keyNames.stream().<Column<?>>map(table::column).toList();
    time = table.column(timeName);
    int[] codes = codes(table.rowCount());
    calendar = calendar(codes);
    long[] sorted = sorted(codes, ranks());
    LocalDateTime[] times =
        IntStream.range(0, calendar.rows())
            .mapToObj(calendar::timeOf)
            .toArray(LocalDateTime[]::new);
    long[] millis =
        Arrays.stream(times).mapToLong(at -> at.toInstant(ZoneOffset.UTC).toEpochMilli()).toArray();
    int[] counts = new int[names.size()];
    for (int code : codes) {
      counts[code]++;
    }
    long inMillis = interval == null ? usualStep(sorted, counts, millis) : millis(interval);
    months = interval == null ? inMillis >= 28 * DAY && areMonthly(times) : inMillis == 0;
    positions =
        months
            ? Arrays.stream(times)
                .mapToLong(at -> at.getYear() * 12L + at.getMonthValue())
                .toArray()
            : millis;
    if (interval != null && months) {
      requireMonthly(times);
      step = ((Period) interval).toTotalMonths();
    } else {
      step = months ? usualStep(sorted, counts, positions) : inMillis;
    }
    lastOfMonth = areLastOfMonth(times);
    firstPositions = new long[names.size()];
    starts = new int[names.size() + 1];
    tableRows = place(sorted, counts);
  }

  /** Numbers the series in the order of their first rows and returns that of each table row. */
  private int[] codes(int rows) {
    Map<String, Integer> known = new HashMap<>();
    int[] codes = new int[rows];
    for (int row = 0; row < rows; row++) {
      String name = name(row);
      Integer code = known.putIfAbsent(name, names.size());
      if (code == null) {
        requireKey(row);
        names.add(name);
      }
      codes[row] = code == null ? names.size() - 1 : code;
    }
    return codes;
  }

  private String name(int row) {
    return keys.size() == 1
        ? keys.get(0).getUnformattedString(row)
        : keys.stream()
            .map(key -> key.getUnformattedString(row))
            .collect(Collectors.joining(" / "));
  }

  private void requireKey(int row) {
    for (Column<?> key : keys) {
      if (key.isMissing(row)) {
        throw new IllegalArgumentException(
            "Every row must name its series, but row "
                + row
                + " has none in column '"
                + key.name()
                + "'. Remove such rows.");
      }
    }
  }

  private TimeSeries calendar(int[] codes) {
    for (int row = 0; row < codes.length; row++) {
      if (time.isMissing(row)) {
        throw new IllegalArgumentException(
            "Every row must have a time, but row "
                + row
                + " of series '"
                + names.get(codes[row])
                + "' has none in column '"
                + time.name()
                + "'. Remove such rows.");
      }
    }
    // Years must ascend in order to be read as times, and text may ascend in another order.
    Table distinct = Table.create("times", time.unique().setName(time.name())).sortOn(time.name());
    TimeSeries times = TimeSeries.of(distinct);
    if (!times.isDated()) {
      throw new IllegalArgumentException(
          "The column '"
              + time.name()
              + "' must contain dates, times or instants, but its first cell is '"
              + time.getUnformattedString(0)
              + "' of type "
              + time.type().name()
              + ". Convert it with its pattern: TimeTable.withTimes(table, \"yyyy-MM-dd\", \""
              + time.name()
              + "\").");
    }
    int[] order =
        IntStream.range(0, times.rows())
            .boxed()
            .sorted((a, b) -> times.timeOf(a).compareTo(times.timeOf(b)))
            .mapToInt(row -> row)
            .toArray();
    return TimeSeries.of(Table.create("times", distinct.column(0).subset(order)));
  }

  /** Returns the row of the calendar for each time. */
  private Map<Object, Integer> ranks() {
    Column<?> distinct = calendar.table().column(0);
    Map<Object, Integer> ranks = new HashMap<>();
    for (int i = 0; i < distinct.size(); i++) {
      ranks.put(distinct.get(i), i);
    }
    return ranks;
  }

  /** Returns rank · 2³² + table row for all rows, sorted by series and rank. */
  private long[] sorted(int[] codes, Map<Object, Integer> ranks) {
    int[] next = new int[names.size() + 1];
    for (int code : codes) {
      next[code + 1]++;
    }
    Arrays.parallelPrefix(next, Integer::sum);
    int[] ends = Arrays.copyOfRange(next, 1, next.length);
    long[] sorted = new long[codes.length];
    for (int row = 0; row < codes.length; row++) {
      sorted[next[codes[row]]++] = ((long) ranks.get(time.get(row)) << 32) + row;
    }
    for (int s = 0; s < ends.length; s++) {
      int from = s == 0 ? 0 : ends[s - 1];
      Arrays.sort(sorted, from, ends[s]);
      for (int i = from + 1; i < ends[s]; i++) {
        // Different text may be the same time.
        if (calendar.timeOf(rank(sorted[i])).equals(calendar.timeOf(rank(sorted[i - 1])))) {
          throw new IllegalArgumentException(
              "Every time of a series must occur only once, but rows "
                  + (int) sorted[i - 1]
                  + " and "
                  + (int) sorted[i]
                  + " of series '"
                  + names.get(s)
                  + "' both have "
                  + time.getUnformattedString((int) sorted[i])
                  + ". Remove repeated rows with table.dropDuplicateRows(), or name more columns in"
                  + " series(…) if they are of different series.");
        }
      }
    }
    return sorted;
  }

  private static int rank(long key) {
    return (int) (key >>> 32);
  }

  /** Returns the most frequent distance of consecutive rows; the smallest of equally frequent. */
  private long usualStep(long[] sorted, int[] counts, long[] at) {
    Map<Long, Integer> frequencies = new HashMap<>();
    int row = 0;
    for (int count : counts) {
      for (int i = 1; i < count; i++) {
        long distance = at[rank(sorted[row + i])] - at[rank(sorted[row + i - 1])];
        frequencies.merge(distance, 1, Integer::sum);
      }
      row += count;
    }
    return frequencies.entrySet().stream()
        .min(
            Map.Entry.<Long, Integer>comparingByValue()
                .reversed()
                .thenComparing(Map.Entry.comparingByKey()))
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "At least one series must have two rows, from which the interval is found, but"
                        + " each of the "
                        + counts.length
                        + " series has one. Set the interval with every(…)."))
        .getKey();
  }

  /** Returns the length of an interval, or 0 if it is in months. */
  private static long millis(TemporalAmount interval) {
    if (interval instanceof Period period && period.toTotalMonths() > 0 && days(period) == 0) {
      return 0;
    }
    long millis =
        interval instanceof Duration duration
            ? duration.toMillis()
            : interval instanceof Period period && period.toTotalMonths() == 0
                ? days(period) * DAY
                : 0;
    if (millis < 1) {
      throw new IllegalArgumentException(
          "An interval must be a Duration of at least a millisecond, or a Period of months or of"
              + " days, but was "
              + interval
              + ".");
    }
    return millis;
  }

  @SuppressWarnings("JavaPeriodGetDays") // months are counted apart
  private static long days(Period period) {
    return period.getDays();
  }

  private static boolean areMonthly(LocalDateTime[] times) {
    LocalDateTime first = times[0];
    return Arrays.stream(times).allMatch(at -> at.toLocalTime().equals(first.toLocalTime()))
        && (Arrays.stream(times).allMatch(at -> at.getDayOfMonth() == first.getDayOfMonth())
            || areLastOfMonth(times));
  }

  private static boolean areLastOfMonth(LocalDateTime[] times) {
    return Arrays.stream(times)
        .allMatch(at -> at.getDayOfMonth() == at.toLocalDate().lengthOfMonth());
  }

  private static void requireMonthly(LocalDateTime[] times) {
    if (!areMonthly(times)) {
      throw new IllegalArgumentException(
          "For an interval of months, all times must be on the same day of the month, or all on the"
              + " last, at the same time of day. They are from "
              + times[0]
              + " to "
              + times[times.length - 1]
              + ". Use an interval of days, or resample the series.");
    }
  }

  /** Places the sorted rows on the grids of their series. */
  private int[] place(long[] sorted, int[] counts) {
    long rows = 0;
    int at = 0;
    for (int s = 0; s < counts.length; s++) {
      starts[s] = (int) rows;
      firstPositions[s] = positions[rank(sorted[at])];
      rows += (positions[rank(sorted[at + counts[s] - 1])] - firstPositions[s]) / step + 1;
      at += counts[s];
      if (rows > Integer.MAX_VALUE - 8) {
        throw new IllegalArgumentException(
            "The series must not have more than 2^31 - 9 rows on their grids of "
                + interval()
                + ", but have more from series '"
                + names.get(s)
                + "' on. Set a longer interval with every(…).");
      }
    }
    starts[counts.length] = (int) rows;
    int[] placed = new int[(int) rows];
    Arrays.fill(placed, -1);
    at = 0;
    for (int s = 0; s < counts.length; s++) {
      for (int i = 0; i < counts[s]; i++, at++) {
        long distance = positions[rank(sorted[at])] - firstPositions[s];
        if (distance % step != 0) {
          throw new IllegalArgumentException(
              "The times of a series must be multiples of "
                  + interval()
                  + " after its first, but "
                  + time.getUnformattedString((int) sorted[at])
                  + " of series '"
                  + names.get(s)
                  + "' is not ("
                  + time.getUnformattedString((int) sorted[at - i])
                  + " is the first). Set another interval with every(…), or resample each series"
                  + " with Resampler.");
        }
        placed[starts[s] + (int) (distance / step)] = (int) sorted[at];
      }
    }
    return placed;
  }

  /** Returns the distance of two rows. */
  TemporalAmount interval() {
    return months ? Period.ofMonths((int) step) : Duration.ofMillis(step);
  }

  /** Returns the names of the series, in the order of their first rows in the table. */
  List<String> names() {
    return names;
  }

  /** Returns the first row of a series, or the number of rows for the number of series. */
  int start(int series) {
    return starts[series];
  }

  int rows() {
    return tableRows.length;
  }

  /** Returns the series of a row. */
  int seriesOf(int row) {
    int found = Arrays.binarySearch(starts, row);
    return found >= 0 ? found : -found - 2;
  }

  /** Returns the row of the table, or −1 if the time of the row is missing there. */
  int tableRow(int row) {
    return tableRows[row];
  }

  /** Returns the columns that name the series and the times of some rows, which are not missing. */
  List<Column<?>> labels(int[] rows) {
    int[] places = Arrays.stream(rows).map(row -> tableRows[row]).toArray();
    List<Column<?>> labels = new ArrayList<>();
    keys.forEach(key -> labels.add(key.subset(places)));
    labels.add(time.subset(places));
    return labels;
  }

  /** Returns a row of a series as text. */
  String place(int row) {
    return "series '"
        + names.get(seriesOf(row))
        + "' at "
        + time.getUnformattedString(tableRows[row]);
  }

  Column<?> time() {
    return time;
  }

  /**
   * Returns the position of the first time at or after a time.
   *
   * @throws IllegalArgumentException if all times are before it
   */
  long positionOf(Temporal at) {
    return positions[calendar.rowAt(at)];
  }

  /** Returns the first row of a series whose time is at or after a position. */
  int firstRowAt(int series, long position) {
    return (int) Math.max(starts[series], Math.min(starts[series + 1], rowAt(series, position)));
  }

  /** Returns the same row if the series went on before its first and after its last row. */
  long rowAt(int series, long position) {
    return starts[series] + Math.floorDiv(position - firstPositions[series] + step - 1, step);
  }

  /** Returns the position a number of intervals after another. */
  long after(long position, int intervals) {
    return position + intervals * step;
  }

  /** Returns the time of a row, even if it is missing in the table. */
  LocalDateTime timeOf(int row) {
    int series = seriesOf(row);
    long position = firstPositions[series] + (row - starts[series]) * step;
    LocalDateTime first = calendar.timeOf(0);
    if (!months) {
      return LocalDateTime.ofInstant(Instant.ofEpochMilli(position), ZoneOffset.UTC);
    }
    YearMonth month = YearMonth.of((int) ((position - 1) / 12), (int) ((position - 1) % 12) + 1);
    int day = lastOfMonth ? 31 : first.getDayOfMonth();
    return month.atDay(Math.min(day, month.lengthOfMonth())).atTime(first.toLocalTime());
  }
}
