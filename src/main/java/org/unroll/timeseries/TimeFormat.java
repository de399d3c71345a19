package org.unroll.timeseries;

import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeFormatterBuilder;
import java.time.format.ResolverStyle;
import java.time.temporal.ChronoField;
import java.time.temporal.IsoFields;
import java.time.temporal.TemporalAccessor;
import java.time.temporal.TemporalQueries;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A format of times as text: a pattern of {@link DateTimeFormatter} with English names of months,
 * or a unit of epoch times. Times with an offset from UTC are converted to UTC.
 */
final class TimeFormat {
  /** The nanoseconds in each unit of epoch times. */
  private static final Map<String, Long> EPOCH_UNITS =
      Map.of(
          "epoch seconds", 1_000_000_000L,
          "epoch milliseconds", 1_000_000L,
          "epoch microseconds", 1_000L,
          "epoch nanoseconds", 1L);

  /** 1973-03-03 and 2286-11-20: epoch times of ten digits, or nine. */
  private static final double FIRST_EPOCH = 1e8;

  private static final double LAST_EPOCH = 1e10;

  /**
   * A year of two digits, or a fraction of a second of any length, which no pattern can express.
   */
  private static final Pattern SPECIAL = Pattern.compile("(?<!u)uu(?!u)|\\[\\.S]");

  private final String pattern;
  private final String written;
  private final DateTimeFormatter parser;
  private final long epochUnit;

  private TimeFormat(String pattern, String written) {
    this.pattern = pattern;
    this.written = written;
    epochUnit = EPOCH_UNITS.getOrDefault(pattern, 0L);
    parser = epochUnit > 0 ? null : formatter(pattern);
  }

  /**
   * Returns the format of a pattern, or of a unit of epoch times such as {@code epoch seconds}.
   *
   * @throws IllegalArgumentException if the pattern is invalid
   */
  static TimeFormat of(String pattern) {
    // The year of an era, y, needs an era when it is parsed strictly.
    String years = EPOCH_UNITS.containsKey(pattern) ? pattern : pattern.replace('y', 'u');
    return new TimeFormat(years, years);
  }

  /**
   * Returns a format that parses more texts than it writes.
   *
   * @param pattern the pattern to parse, with one letter for numbers of one or two digits and with
   *     optional parts
   * @param written the pattern to write, without optional parts
   */
  static TimeFormat of(String pattern, String written) {
    return new TimeFormat(pattern, written);
  }

  /** Returns the unit in which a number looks like an epoch time, or null if it does not. */
  static TimeFormat ofEpoch(double number) {
    for (Map.Entry<String, Long> unit : EPOCH_UNITS.entrySet()) {
      double seconds = number / (1e9 / unit.getValue());
      if (seconds >= FIRST_EPOCH && seconds < LAST_EPOCH) {
        return of(unit.getKey());
      }
    }
    return null;
  }

  private static DateTimeFormatter formatter(String pattern) {
    var builder = new DateTimeFormatterBuilder().parseCaseInsensitive();
    Matcher special = SPECIAL.matcher(pattern);
    int done = 0;
    while (special.find()) {
      builder.appendPattern(pattern.substring(done, special.start()));
      if (special.group().equals("uu")) {
        // As in POSIX: 69 is 1969 and 68 is 2068.
        builder.appendValueReduced(ChronoField.YEAR, 2, 2, 1969);
      } else {
        builder.appendFraction(ChronoField.NANO_OF_SECOND, 0, 9, true);
      }
      done = special.end();
    }
    return builder
        .appendPattern(pattern.substring(done))
        .toFormatter(Locale.ENGLISH)
        .withResolverStyle(ResolverStyle.STRICT);
  }

  /** Returns the time of a text, or null if it has another format. */
  LocalDateTime parse(String text) {
    try {
      return parser == null ? epoch(text) : time(parser.parse(text));
    } catch (DateTimeException | ArithmeticException | NumberFormatException e) {
      return null;
    }
  }

  private LocalDateTime epoch(String text) {
    double number = Double.parseDouble(text);
    TimeFormat fitting = ofEpoch(number);
    if (fitting == null || fitting.epochUnit != epochUnit) {
      return null;
    }
    long millis = Math.round(number * (epochUnit / 1e6));
    return LocalDateTime.ofInstant(Instant.ofEpochMilli(millis), ZoneOffset.UTC);
  }

  private static LocalDateTime time(TemporalAccessor parsed) {
    LocalTime time = parsed.query(TemporalQueries.localTime());
    ZoneId offset = parsed.query(TemporalQueries.zone());
    LocalDateTime local = date(parsed).atTime(time == null ? LocalTime.MIDNIGHT : time);
    return offset == null
        ? local
        : local.atZone(offset).withZoneSameInstant(ZoneOffset.UTC).toLocalDateTime();
  }

  /** Returns the date; the first day of a month or quarter, or of the epoch if there is no date. */
  private static LocalDate date(TemporalAccessor parsed) {
    LocalDate date = parsed.query(TemporalQueries.localDate());
    if (date != null) {
      return date;
    }
    if (!parsed.isSupported(ChronoField.YEAR)) {
      return LocalDate.EPOCH;
    }
    int month = 1;
    if (parsed.isSupported(ChronoField.MONTH_OF_YEAR)) {
      month = parsed.get(ChronoField.MONTH_OF_YEAR);
    } else if (parsed.isSupported(IsoFields.QUARTER_OF_YEAR)) {
      month = 3 * (int) parsed.getLong(IsoFields.QUARTER_OF_YEAR) - 2;
    }
    return LocalDate.of(parsed.get(ChronoField.YEAR), month, 1);
  }

  /** Returns a time as text; times with an offset are written in UTC. */
  String format(LocalDateTime time) {
    if (parser == null) {
      double units = time.toInstant(ZoneOffset.UTC).toEpochMilli() * (1e6 / epochUnit);
      return String.format(Locale.ROOT, "%.0f", units);
    }
    return formatter(written).format(time.atOffset(ZoneOffset.UTC));
  }

  boolean isEpoch() {
    return parser == null;
  }

  /**
   * Returns whether the times are instants, because they have a date and an offset or count from
   * the epoch.
   */
  boolean isInstant() {
    return isEpoch() || (hasDate() && (has('X') || pattern.contains("'UTC'")));
  }

  /** Returns whether the text contains days, months, quarters or years. */
  boolean hasDate() {
    return isEpoch() || has('u');
  }

  /** Returns whether the text contains days. */
  boolean hasDay() {
    return isEpoch() || has('d');
  }

  /** Returns whether the text contains hours. */
  boolean hasTime() {
    return isEpoch() || has('H') || has('h');
  }

  private boolean has(char letter) {
    return pattern.replaceAll("'[^']*'", "").indexOf(letter) >= 0;
  }

  /** Returns whether the day is before the month. */
  boolean isDayFirst() {
    return written.indexOf('d') < written.indexOf('M');
  }

  /** Returns whether a text can be read in both ways and means different times. */
  boolean contradicts(TimeFormat other, String text) {
    return !isEpoch() && !other.isEpoch() && !parse(text).equals(other.parse(text));
  }

  /** Returns the pattern in which times are written, as users of {@link DateTimeFormatter} do. */
  @Override
  public String toString() {
    return isEpoch() ? pattern : written.replace('u', 'y');
  }
}
