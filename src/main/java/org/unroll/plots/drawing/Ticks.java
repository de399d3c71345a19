package org.unroll.plots.drawing;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Computes the positions and labels of the ticks of an axis. */
final class Ticks {

  /**
   * A tick.
   *
   * @param at its position in the coordinates of the axis
   * @param label its text
   * @param second a second line with the day or the year of a time; may be empty
   */
  record Tick(double at, String label, String second) {
    Tick(double at, String label) {
      this(at, label, "");
    }
  }

  private static final long MINUTE = 60_000;
  private static final long HOUR = 60 * MINUTE;
  private static final long DAY = 24 * HOUR;
  private static final long[] TIME_STEPS = {
    1000,
    5000,
    15_000,
    MINUTE,
    2 * MINUTE,
    5 * MINUTE,
    10 * MINUTE,
    30 * MINUTE,
    HOUR,
    2 * HOUR,
    3 * HOUR,
    6 * HOUR,
    12 * HOUR,
    DAY,
    2 * DAY,
    4 * DAY,
    7 * DAY,
    14 * DAY
  };
  private static final int[] MONTH_STEPS = {1, 2, 3, 6, 12, 24, 60, 120};

  private Ticks() {}

  /**
   * Returns ticks at multiples of 1, 2 or 5 times a power of ten: about the requested number, and
   * at least two because a single tick shows no scale.
   */
  static List<Tick> linear(double low, double high, int most) {
    double rough = (high - low) / Math.max(1, most);
    double power = Math.pow(10, Math.floor(Math.log10(rough)));
    double step =
        power * (rough <= power ? 1 : rough <= 2 * power ? 2 : rough <= 5 * power ? 5 : 10);
    List<Tick> ticks = new ArrayList<>();
    for (double k = Math.ceil(low / step - 1e-9); k * step <= high + step * 1e-9; k++) {
      ticks.add(new Tick(k * step, number(k * step, step)));
    }
    return ticks.size() > 1 || most >= 8 ? ticks : linear(low, high, 2 * Math.max(1, most));
  }

  /** Returns the multiples of a step. */
  static List<Tick> multiples(double low, double high, double first, double step) {
    List<Tick> ticks = new ArrayList<>();
    for (double k = Math.ceil((low - first) / step); first + k * step <= high; k++) {
      ticks.add(new Tick(first + k * step, number(first + k * step, step)));
    }
    return ticks;
  }

  /** Returns the number with the digits that distinguish neighboring ticks. */
  static String number(double value, double step) {
    int digits = (int) Math.max(0, -Math.floor(Math.log10(step) + 1e-9));
    double size = Math.abs(value);
    if (digits > 5 || size >= 1e7) {
      return String.format(Locale.ROOT, "%.3g", value);
    }
    BigDecimal rounded = BigDecimal.valueOf(value).setScale(digits, RoundingMode.HALF_EVEN);
    if (rounded.signum() == 0) {
      return "0";
    }
    return rounded.toPlainString().replace('-', '−');
  }

  /**
   * Returns ticks at powers of ten, and at 2 and 5 times these if there are few.
   *
   * @param low the exponent of the smallest value
   */
  static List<Tick> logarithmic(double low, double high, int most) {
    int step = (int) Math.max(1, Math.ceil((high - low) / Math.max(1, most)));
    double[] factors = high - low < 2.5 ? new double[] {1, 2, 5} : new double[] {1};
    List<Tick> ticks = new ArrayList<>();
    for (int e = (int) Math.floor(low); e <= high; e++) {
      for (double factor : factors) {
        double at = e + Math.log10(factor);
        if (at >= low - 1e-9 && at <= high + 1e-9 && Math.floorMod(e, step) == 0) {
          ticks.add(new Tick(at, power(factor, e)));
        }
      }
    }
    return ticks;
  }

  private static String power(double factor, int exponent) {
    return exponent >= -3 && exponent <= 4
        ? BigDecimal.valueOf((long) factor).scaleByPowerOfTen(exponent).toPlainString()
        : (long) factor + "e" + exponent;
  }

  /**
   * Returns ticks at round times.
   *
   * @param low milliseconds since 1970
   */
  static List<Tick> times(double low, double high, int most) {
    double rough = (high - low) / Math.max(1, most);
    for (long step : TIME_STEPS) {
      if (rough <= step) {
        return shortTimes(low, high, step);
      }
    }
    int months = MONTH_STEPS[MONTH_STEPS.length - 1];
    for (int i = MONTH_STEPS.length - 1; i >= 0; i--) {
      months = rough <= 30.5 * DAY * MONTH_STEPS[i] ? MONTH_STEPS[i] : months;
    }
    List<Tick> ticks = new ArrayList<>();
    LocalDateTime at = time(low).truncatedTo(ChronoUnit.DAYS).withDayOfYear(1);
    String before = "";
    for (; millis(at) <= high; at = at.plusMonths(months)) {
      if (millis(at) >= low) {
        String year = Integer.toString(at.getYear());
        String label = months >= 12 ? year : at.format(format("MMM"));
        ticks.add(new Tick(millis(at), label, months >= 12 || year.equals(before) ? "" : year));
        before = year;
      }
    }
    return ticks;
  }

  private static List<Tick> shortTimes(double low, double high, long step) {
    List<Tick> ticks = new ArrayList<>();
    String before = "";
    DateTimeFormatter first = format(step >= DAY ? "d MMM" : step >= MINUTE ? "HH:mm" : "HH:mm:ss");
    DateTimeFormatter second = format(step >= DAY ? "yyyy" : "d MMM yyyy");
    for (double k = Math.ceil(low / step); k * step <= high; k++) {
      LocalDateTime at = time(k * step);
      String below = at.format(second);
      ticks.add(new Tick(k * step, at.format(first), below.equals(before) ? "" : below));
      before = below;
    }
    return ticks;
  }

  private static DateTimeFormatter format(String pattern) {
    return DateTimeFormatter.ofPattern(pattern, Locale.ENGLISH);
  }

  static double millis(LocalDateTime time) {
    return time.toInstant(ZoneOffset.UTC).toEpochMilli();
  }

  private static LocalDateTime time(double millis) {
    return LocalDateTime.ofEpochSecond(Math.floorDiv((long) millis, 1000L), 0, ZoneOffset.UTC);
  }
}
