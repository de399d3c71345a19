package org.unroll.timeseries;

import static java.util.stream.Collectors.counting;
import static java.util.stream.Collectors.groupingBy;

import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.Period;
import java.time.YearMonth;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.time.temporal.TemporalAmount;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.unroll.data.Columns;
import tech.tablesaw.api.ColumnType;
import tech.tablesaw.api.DateTimeColumn;
import tech.tablesaw.api.Table;
import tech.tablesaw.columns.Column;

/**
 * The times of the rows of a table: their column, the name of a row, and the steps from row to row.
 */
final class Timestamps {
  /** Two of day, month and year, or hours and minutes. */
  private static final Pattern TIME =
      Pattern.compile("\\d{1,4}[-./]\\d{1,2}[-./]\\d{1,4}|\\d{1,2}:\\d{2}");

  /** The shortest month. Shorter steps are not counted in months. */
  private static final Duration MONTH = Duration.ofDays(28);

  private final Table table;
  private final Column<?> column;

  private Timestamps(Table table, Column<?> column) {
    this.table = table;
    this.column = column;
  }

  /** Returns the times of a table by the rule of {@link TimeSeries#of(Table)}. */
  static Timestamps of(Table table) {
    List<ColumnType> types =
        List.of(ColumnType.LOCAL_DATE_TIME, ColumnType.INSTANT, ColumnType.LOCAL_DATE);
    return new Timestamps(
        table,
        Stream.concat(
                table.columns().stream().filter(column -> types.contains(column.type())),
                table.columns().stream().filter(Timestamps::isDateText))
            .findFirst()
            .orElse(null));
  }

  private static boolean isDateText(Column<?> column) {
    String name = column.name().toLowerCase(Locale.ROOT);
    return (name.contains("date") || name.contains("time")) && isText(column);
  }

  private static boolean isText(Column<?> column) {
    return column.type() == ColumnType.STRING;
  }

  /** Returns the column of the times, or null if there is none. */
  Column<?> column() {
    return column;
  }

  /** Returns the time of a row, or its number if there are no times. */
  String nameOf(int row) {
    if (column == null) {
      return "row " + row;
    }
    if (column.isMissing(row)) {
      return "no time";
    }
    return column.get(row) instanceof LocalDateTime time
        ? time.toString().replace('T', ' ')
        : column.getString(row);
  }

  /** Returns the position of a value, for error messages. */
  String place(String columnName, int row) {
    return " in column '"
        + columnName
        + "', row "
        + row
        + (column == null ? "" : " (" + nameOf(row) + ")");
  }

  /**
   * Checks that the rows are in the order of their times and that no time is repeated. Up to one
   * row in 100 may break the rule because the clocks of real stations do: the Jena files contain
   * repeated rows. {@code describe()} reports uneven times. Missing times and times that were read
   * as text are not checked.
   *
   * @throws IllegalArgumentException otherwise, and if the table contains several series; the
   *     message explains how to correct the table
   */
  void requireOrder() {
    if (column == null || isText(column)) {
      return;
    }
    List<int[]> repeated = new ArrayList<>();
    List<int[]> backward = new ArrayList<>();
    int previous = -1;
    for (int row = 0; row < column.size(); row++) {
      if (!column.isMissing(row)) {
        if (previous >= 0 && !time(previous).isBefore(time(row))) {
          (time(row).equals(time(previous)) ? repeated : backward).add(new int[] {previous, row});
        }
        previous = row;
      }
    }
    if (!repeated.isEmpty() || !backward.isEmpty()) {
      SingleSeries.require(table, column);
    }
    if (backward.size() * 100L > column.size()) {
      throw notInOrder(backward.get(0)[0], backward.get(0)[1]);
    }
    if (repeated.size() * 100L > column.size()) {
      throw repeated(repeated.get(0)[0], repeated.get(0)[1]);
    }
  }

  private IllegalArgumentException repeated(int previous, int row) {
    return new IllegalArgumentException(
        "Every time must occur only once, but rows "
            + previous
            + " and "
            + row
            + " both have "
            + nameOf(row)
            + ". Remove repeated rows with table.dropDuplicateRows(), or combine the rows of the"
            + " same time with Resampler.");
  }

  private IllegalArgumentException notInOrder(int previous, int row) {
    return new IllegalArgumentException(
        "The times must be in order, but row "
            + row
            + " ("
            + nameOf(row)
            + ") is before row "
            + previous
            + " ("
            + nameOf(previous)
            + "). Sort the table: table.sortOn(\""
            + column.name()
            + "\"). If the clocks were set back, convert the times to UTC first.");
  }

  /** Returns the first row at or after a time, see {@link TimeSeries#rowAt}. */
  int rowAt(LocalDateTime time) {
    if (!(column instanceof DateTimeColumn times)) {
      throw new IllegalArgumentException(
          "The timestamps must be dates with times (LOCAL_DATE_TIME), but "
              + (column == null
                  ? "the series has no timestamps."
                  : "the column '" + column.name() + "' is of type " + column.type().name() + "."));
    }
    int found = times.size();
    for (int row = times.size() - 1; row >= 0; row--) {
      if (row > 0 && times.get(row).isBefore(times.get(row - 1))) {
        throw notInOrder(row - 1, row);
      }
      found = times.get(row).isBefore(time) ? found : row;
    }
    if (found == times.size()) {
      throw new IllegalArgumentException(
          "The time must not be after the end of the series, "
              + nameOf(times.size() - 1)
              + ", but was "
              + time
              + ".");
    }
    return found;
  }

  /**
   * Returns the time between two consecutive rows of from … to−1, whose times must be dates with
   * times.
   *
   * @throws IllegalArgumentException if the rows are not evenly spaced or not in order
   */
  Duration interval(int from, int to) {
    DateTimeColumn times = (DateTimeColumn) column;
    Duration interval = Duration.between(times.get(from), times.get(from + 1));
    for (int row = from + 1; row < to; row++) {
      Duration here = Duration.between(times.get(row - 1), times.get(row));
      if (!here.equals(interval) || interval.isNegative() || interval.isZero()) {
        throw new IllegalArgumentException(
            "The rows must be evenly spaced in time to forecast the next time, but row "
                + row
                + " ("
                + nameOf(row)
                + ") is "
                + here
                + " after the row before it and row "
                + (from + 1)
                + " is "
                + interval
                + " after the row before it. Resample the table with Resampler.");
      }
    }
    return interval;
  }

  /**
   * Returns the text column that contains the times or seems to contain them, or null if there is
   * none.
   */
  Column<?> readAsText() {
    if (column != null) {
      return isText(column) ? column : null;
    }
    return table.columns().stream().filter(Timestamps::looksLikeTimes).findFirst().orElse(null);
  }

  private static boolean looksLikeTimes(Column<?> column) {
    return isText(column)
        && IntStream.range(0, column.size())
            .filter(row -> !column.isMissing(row))
            .mapToObj(column::getUnformattedString)
            .findFirst()
            .map(text -> TIME.matcher(text).find())
            .orElse(false);
  }

  /** Returns a remark if the rows are not evenly spaced in time, or if that is unknown. */
  Optional<String> remark() {
    Column<?> text = readAsText();
    if (text != null) {
      return Optional.of(
          "The times were read as text: "
              + Columns.described(text)
              + ". Gaps between the rows and the times of forecasts are therefore unknown. "
              + Columns.TIME_FORMAT_ADVICE);
    }
    if (column == null) {
      return Optional.empty();
    }
    LocalDateTime[] times =
        IntStream.range(0, column.size()).mapToObj(this::time).toArray(LocalDateTime[]::new);
    Steps steps = Steps.of(times, Duration::between);
    if (steps.usual instanceof Duration usual && usual.compareTo(MONTH) >= 0) {
      Steps months = Steps.of(times, Timestamps::months);
      steps = months.uneven.length < steps.uneven.length ? months : steps;
    }
    return steps.uneven.length == 0 ? Optional.empty() : Optional.of(unevenness(steps));
  }

  private LocalDateTime time(int row) {
    Object time = column.get(row);
    if (time instanceof LocalDate date) {
      return date.atStartOfDay();
    }
    return time instanceof Instant instant
        ? LocalDateTime.ofInstant(instant, ZoneOffset.UTC)
        : (LocalDateTime) time;
  }

  private static TemporalAmount months(LocalDateTime from, LocalDateTime to) {
    return Period.ofMonths(
        Math.toIntExact(ChronoUnit.MONTHS.between(YearMonth.from(from), YearMonth.from(to))));
  }

  private String unevenness(Steps steps) {
    int first = steps.uneven[0];
    String advice = "Add the missing rows.";
    if (!(steps.usual instanceof Period)) {
      advice =
          "Resample the table to a regular grid with Resampler"
              + (column instanceof DateTimeColumn
                  ? ""
                  : ", which requires dates with times (LOCAL_DATE_TIME, not "
                      + column.type().name()
                      + ")")
              + ". Intervals without measurements become missing values, which interpolated(…) or"
              + " forwardFilled(…) fills; skippingGaps() leaves out the windows that contain them.";
    }
    return String.format(
        Locale.ROOT,
        "%,d of the %,d steps from row to row are not %s; the first is from row %,d (%s) to row"
            + " %,d (%s). Windows count rows, not time. %s",
        steps.uneven.length,
        column.size() - 1,
        steps.usual == null ? "forward in time" : "the usual " + steps.usual,
        first - 1,
        nameOf(first - 1),
        first,
        nameOf(first),
        advice);
  }

  /**
   * The steps from row to row.
   *
   * @param usual the most frequent forward step, or null if there is none
   * @param uneven the rows whose distance from the previous row is not the usual step
   */
  private record Steps(TemporalAmount usual, int[] uneven) {
    static Steps of(
        LocalDateTime[] times, BiFunction<LocalDateTime, LocalDateTime, TemporalAmount> between) {
      // Null if a time is missing or the step is not forward.
      TemporalAmount[] steps = new TemporalAmount[times.length];
      for (int row = 1; row < times.length; row++) {
        if (times[row - 1] != null && times[row] != null && times[row].isAfter(times[row - 1])) {
          steps[row] = between.apply(times[row - 1], times[row]);
        }
      }
      TemporalAmount usual =
          Stream.of(steps)
              .filter(Objects::nonNull)
              .collect(groupingBy(Function.identity(), LinkedHashMap::new, counting()))
              .entrySet()
              .stream()
              .max(Map.Entry.comparingByValue())
              .map(Map.Entry::getKey)
              .orElse(null);
      return new Steps(
          usual,
          IntStream.range(1, steps.length)
              .filter(row -> steps[row] == null || !steps[row].equals(usual))
              .toArray());
    }
  }
}
