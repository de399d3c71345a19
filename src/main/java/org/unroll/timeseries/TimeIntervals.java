package org.unroll.timeseries;

import static java.util.stream.Collectors.counting;
import static java.util.stream.Collectors.groupingBy;

import java.time.Duration;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.Period;
import java.time.YearMonth;
import java.time.temporal.ChronoUnit;
import java.time.temporal.TemporalAmount;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * The steps from row to row: durations, or months if these are more even.
 *
 * @param usual the most frequent forward step, or null if there is none
 * @param uneven the rows whose distance from the previous row is not the usual step
 */
record TimeIntervals(TemporalAmount usual, int[] uneven) {
  /** The shortest month. Shorter steps are not counted in months. */
  private static final Duration MONTH = Duration.ofDays(28);

  /** Returns the steps of times, which may be null if they are missing. */
  static TimeIntervals of(LocalDateTime[] times) {
    TimeIntervals steps = of(times, Duration::between);
    if (steps.usual instanceof Duration usual && usual.compareTo(MONTH) >= 0) {
      TimeIntervals months = of(times, TimeIntervals::months);
      int more = months.uneven.length - steps.uneven.length;
      return more < 0 || (more == 0 && areOnOneDay(times)) ? months : steps;
    }
    return steps;
  }

  /** Whether all times are on the same day of the month, or on the last, at the same time. */
  private static boolean areOnOneDay(LocalDateTime[] times) {
    List<LocalDateTime> known = Stream.of(times).filter(Objects::nonNull).toList();
    return known.stream().map(LocalDateTime::toLocalTime).distinct().count() == 1
        && (known.stream().map(LocalDateTime::getDayOfMonth).distinct().count() == 1
            || known.stream().allMatch(time -> isLastDay(time.toLocalDate())));
  }

  private static TimeIntervals of(
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
    return new TimeIntervals(
        usual,
        IntStream.range(1, steps.length)
            .filter(row -> steps[row] == null || !steps[row].equals(usual))
            .toArray());
  }

  private static TemporalAmount months(LocalDateTime from, LocalDateTime to) {
    return Period.ofMonths(
        Math.toIntExact(ChronoUnit.MONTHS.between(YearMonth.from(from), YearMonth.from(to))));
  }

  /**
   * Returns the time a number of steps after the last one. Steps of months keep the day of the
   * month, or the last day if all times are the last day of their month.
   */
  static LocalDateTime after(
      LocalDateTime last, TemporalAmount step, int count, LocalDateTime[] times) {
    if (step instanceof Duration duration) {
      return last.plus(duration.multipliedBy(count));
    }
    LocalDateTime time = last.plus(((Period) step).multipliedBy(count));
    boolean ends = Arrays.stream(times).allMatch(each -> isLastDay(each.toLocalDate()));
    int day = Arrays.stream(times).mapToInt(LocalDateTime::getDayOfMonth).max().orElseThrow();
    int length = time.toLocalDate().lengthOfMonth();
    return time.withDayOfMonth(ends ? length : Math.min(day, length));
  }

  private static boolean isLastDay(LocalDate date) {
    return date.getDayOfMonth() == date.lengthOfMonth();
  }

  /** Returns the usual step as text, such as "PT1H". */
  String name() {
    return String.valueOf(usual);
  }

  /** Returns a remark if the rows of a table are not evenly spaced. */
  static Optional<String> remark(Timestamps times) {
    LocalDateTime[] known =
        IntStream.range(0, times.size()).mapToObj(times::at).toArray(LocalDateTime[]::new);
    TimeIntervals steps = of(known);
    return steps.uneven.length == 0
        ? Optional.empty()
        : Optional.of(steps.unevenness(times, known));
  }

  private String unevenness(Timestamps times, LocalDateTime[] known) {
    int first = uneven[0];
    return String.format(
        Locale.ROOT,
        "%,d of the %,d steps from row to row are not %s; the first is from row %,d (%s) to row"
            + " %,d (%s). Windows count rows, not time. %s",
        uneven.length,
        times.size() - 1,
        usual == null ? "forward in time" : "the usual " + usual,
        first - 1,
        times.nameOf(first - 1),
        first,
        times.nameOf(first),
        advice(times, known));
  }

  private String advice(Timestamps times, LocalDateTime[] known) {
    boolean clocks =
        usual instanceof Duration step
            && Arrays.stream(uneven)
                .anyMatch(
                    row ->
                        known[row] != null
                            && known[row - 1] != null
                            && ClockChange.isForward(known[row - 1], known[row], step));
    if (clocks && !times.columns().areInstants()) {
      return "An hour that is missing on a Sunday in spring is no gap, because clocks are set"
          + " forward: convert the times to instants with their time zone, "
          + ClockChange.advice(times)
          + ". Resampler then fills real gaps.";
    }
    return "Resample the table to a regular grid with Resampler"
        + (usual instanceof Period months
            ? ".every(Period.ofMonths(" + months.toTotalMonths() + "))"
            : "")
        + ". Intervals without measurements become missing values, which interpolated(…) or"
        + " forwardFilled(…) fills; skippingGaps() leaves out the windows that contain them.";
  }
}
