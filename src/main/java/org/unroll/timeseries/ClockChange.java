package org.unroll.timeseries;

import java.time.DayOfWeek;
import java.time.Duration;
import java.time.LocalDateTime;
import java.time.temporal.ChronoUnit;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Recognizes local times of the hour that clocks repeat or skip: before 04:00 on a Sunday in March,
 * April, September, October or November.
 */
final class ClockChange {
  private static final List<Integer> MONTHS = List.of(3, 4, 9, 10, 11);
  private static final Duration HOUR = Duration.ofHours(1);

  private ClockChange() {}

  private static boolean isPossible(LocalDateTime time) {
    return time.getDayOfWeek() == DayOfWeek.SUNDAY
        && MONTHS.contains(time.getMonthValue())
        && time.getHour() < 4;
  }

  /** Returns whether exactly one hour is skipped between two rows. */
  static boolean isForward(LocalDateTime from, LocalDateTime to, Duration usual) {
    return isPossible(from) && Duration.between(from, to).equals(usual.plus(HOUR));
  }

  /**
   * Returns a row at which the clock seems to have been set back: its time is up to one hour before
   * that of the previous row, or equal to it while all times of this hour occur twice. Returns −1
   * if there is none, or if the times are instants or dates.
   */
  static int back(Timestamps times) {
    if (times.columns().areInstants() || times.columns().areDates()) {
      return -1;
    }
    Map<LocalDateTime, Map<LocalDateTime, Integer>> hours = new HashMap<>();
    int found = -1;
    for (int row = 1; row < times.size(); row++) {
      LocalDateTime before = times.at(row - 1);
      LocalDateTime time = times.at(row);
      if (before == null || time == null || !isPossible(time) || time.isAfter(before)) {
        continue;
      }
      if (found < 0 && Duration.between(time, before).compareTo(HOUR) < 0) {
        found = row;
      }
    }
    if (found < 0) {
      return -1;
    }
    for (int row = 0; row < times.size(); row++) {
      if (times.at(row) != null) {
        LocalDateTime hour = times.at(row).truncatedTo(ChronoUnit.HOURS);
        hours.computeIfAbsent(hour, each -> new HashMap<>()).merge(times.at(row), 1, Integer::sum);
      }
    }
    boolean same = times.at(found).equals(times.at(found - 1));
    Map<LocalDateTime, Integer> hour = hours.get(times.at(found).truncatedTo(ChronoUnit.HOURS));
    return same && hour.values().stream().anyMatch(count -> count != 2) ? -1 : found;
  }

  /** Returns the call that converts the times to instants. */
  static String advice(Timestamps times) {
    return "TimeTable.inZone(table, \"Europe/Berlin\")"
        + (times.columns().format() == null ? "" : " after TimeTable.withTimes(…)");
  }

  /** Returns the error for a table in which the clock is set back in a row. */
  static IllegalArgumentException error(Timestamps times, int row) {
    return new IllegalArgumentException(
        "The times must be in order, but row "
            + row
            + " ("
            + times.nameOf(row)
            + ") is not after row "
            + (row - 1)
            + " ("
            + times.nameOf(row - 1)
            + "), as when clocks are set back in autumn. Resampler would average the two hours."
            + " Convert the local times to instants with their time zone: "
            + advice(times)
            + ", or read the file with TimeTable.read(path).zone(\"Europe/Berlin\").");
  }
}
