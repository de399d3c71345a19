package org.unroll.timeseries;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import tech.tablesaw.columns.Column;

/**
 * Finds the format of times from all of their texts. The first text proposes the formats; each of
 * the following texts removes those that it does not have.
 */
final class TimeFormats {
  private static final Pattern NAME =
      Pattern.compile("date|time|datum|zeit|fecha|hora|jour|heure|stamp|epoch|unix");

  private static final Pattern TIME =
      Pattern.compile(
          "(?:(?<date>.*\\S)(?<gap> +- +|, ?| +|T))?"
              + "(?<hour>\\d{1,2})(?:(?<compact>\\d{2}(?= ?(?:Z|UTC)$))|(?<mark>[:.])\\d{2}(?<second>\\k<mark>\\d{2}(?<fraction>\\.\\d{1,9})?)?)?"
              + "(?<half> ?[AaPp][Mm])?(?<zone> ?(?:Z|UTC|[+-]\\d{2}(?::?\\d{2})?))?");

  private static final Pattern NUMBERS = Pattern.compile("(\\d+)([-/. ])(\\d{1,2})\\2(\\d+)");
  private static final Pattern DAY_FIRST =
      Pattern.compile("(\\d{1,2})([- /.]{0,2})([A-Za-z]{3,})([- /,.]{0,2})(\\d{4}|\\d{2})");
  private static final Pattern MONTH_FIRST =
      Pattern.compile("([A-Za-z]{3,})([- /.]{1,2})(\\d{1,2})([- /,.]{1,2})(\\d{4})");
  private static final Pattern YEAR_NAMED_MONTH =
      Pattern.compile("\\d{4}([- /.]{1,2})([A-Za-z]{3,})");
  private static final Pattern YEAR_MONTH = Pattern.compile("\\d{4}([-/])\\d{1,2}");
  private static final Pattern MONTH_YEAR = Pattern.compile("\\d{1,2}([-/])\\d{4}");
  private static final Pattern NAMED_MONTH =
      Pattern.compile("([A-Za-z]{3,})([- /.]{1,2})(\\d{4}|\\d{2})");
  private static final Pattern QUARTER = Pattern.compile("\\d{4}([- ]?)Q[1-4]");
  private static final Pattern COMPACT = Pattern.compile("\\d{6}|\\d{8}|\\d{10}|\\d{12}|\\d{14}");

  private static final String ANY_MONTH = "[MMMM][MMM]";

  private final boolean named;
  private final boolean years;
  private List<TimeFormat> left;
  private String conflict;

  /**
   * Creates a search in a column.
   *
   * @param name the name of the column; numbers are times only if the name suggests it
   */
  TimeFormats(String name) {
    named = isTimeLike(name);
    years = TimeParts.isYear(name);
  }

  /** Returns whether the name of a column suggests that it contains times. */
  static boolean isTimeLike(String name) {
    return NAME.matcher(name.toLowerCase(Locale.ROOT)).find();
  }

  /** Returns the formats of all texts of a column, the likeliest first. */
  static TimeFormats of(Column<?> column) {
    TimeFormats formats = new TimeFormats(column.name());
    for (int row = 0; row < column.size() && !formats.isNone(); row++) {
      if (!column.isMissing(row)) {
        formats.add(TimeColumns.text(column, row));
      }
    }
    return formats;
  }

  void add(String text) {
    if (left == null) {
      left = new ArrayList<>();
      patterns(text).forEach(left::add);
    }
    if (left.isEmpty()) {
      return;
    }
    left.removeIf(format -> format.parse(text) == null);
    if (left.size() > 1
        && conflict == null
        && left.stream().skip(1).anyMatch(other -> left.get(0).contradicts(other, text))) {
      conflict = text;
    }
  }

  /** Returns whether the texts are not times. */
  boolean isNone() {
    return left != null && left.isEmpty();
  }

  /** Returns the only format, the likeliest if there are several, or null if there is none. */
  TimeFormat best() {
    return left == null || left.isEmpty() ? null : left.get(0);
  }

  /** Returns a text that is a different time in another format, or null if there is none. */
  String ambiguous() {
    return left != null && left.size() > 1 ? conflict : null;
  }

  /** Prefers the formats in which the day, or the month, comes first. */
  void prefer(boolean dayFirst) {
    if (ambiguous() != null) {
      left.removeIf(format -> format.isDayFirst() != dayFirst);
    }
  }

  private List<TimeFormat> patterns(String text) {
    List<TimeFormat> formats = new ArrayList<>();
    if (COMPACT.matcher(text).matches()) {
      if (named) {
        String pattern = "uuuuMMddHHmmss".substring(0, text.length());
        formats.add(TimeFormat.of(pattern, pattern));
      }
    }
    if (years && text.matches("[12]\\d{3}")) {
      formats.add(TimeFormat.of("uuuu"));
    }
    if (named && text.matches("\\d{9,19}(\\.\\d+)?")) {
      TimeFormat epoch = TimeFormat.ofEpoch(Double.parseDouble(text));
      if (epoch != null) {
        formats.add(epoch);
      }
    }
    for (String[] date : dates(text)) {
      formats.add(TimeFormat.of(date[0], date[1]));
    }
    Matcher time = TIME.matcher(text);
    if (time.matches()) {
      withTimes(time, formats);
    }
    return formats;
  }

  private static void withTimes(Matcher time, List<TimeFormat> formats) {
    String date = time.group("date");
    boolean onlyHour = time.group("mark") == null;
    boolean compact = time.group("compact") != null; // 0930 UTC
    boolean numberLike =
        onlyHour ? !compact : (time.group("mark").equals(".") && time.group("second") == null);
    if (date == null && numberLike && time.group("half") == null) {
      return;
    }
    String half = time.group("half");
    String zone = time.group("zone");
    String mark = time.group("mark");
    String hour = compact ? "HH" : half == null ? "H" : "h";
    String minutes = compact ? "mm" : onlyHour ? "" : mark + "mm";
    String suffix = half == null ? "" : (half.startsWith(" ") ? " " : "") + "a";
    String parsedZone = "";
    String writtenZone = "";
    if (zone != null) {
      String space = zone.startsWith(" ") ? " " : "";
      boolean utc = zone.strip().equals("UTC");
      parsedZone = space + (utc ? "'UTC'" : "[XXX][XX][X]");
      writtenZone = space + (utc ? "'UTC'" : "XXX");
    }
    String seconds = onlyHour ? "" : "[" + mark + "ss][.S]";
    String writtenSeconds = time.group("second") == null ? "" : mark + "ss";
    if (time.group("fraction") != null) {
      writtenSeconds += ".SSS";
    }
    String writtenHour = time.group("hour").length() == 2 && !compact ? hour + hour : hour;
    String parsed = hour + minutes + seconds + suffix + parsedZone;
    String written = writtenHour + minutes + writtenSeconds + suffix + writtenZone;
    if (date == null) {
      formats.add(TimeFormat.of(parsed, written));
      return;
    }
    String gap = time.group("gap").equals("T") ? "'T'" : time.group("gap");
    for (String[] pattern : dates(date)) {
      formats.add(TimeFormat.of(pattern[0] + gap + parsed, pattern[1] + gap + written));
    }
  }

  /** Returns the patterns to parse and to write that a date may have. */
  private static List<String[]> dates(String date) {
    List<String[]> patterns = new ArrayList<>();
    Matcher m = NUMBERS.matcher(date);
    if (m.matches()) {
      int first = m.group(1).length();
      int last = m.group(4).length();
      String mark = m.group(2);
      boolean padded =
          IntStream.of(1, 3, 4).noneMatch(part -> m.group(part).length() == 1) && first + last <= 6;
      String d = padded ? "dd" : "d";
      String month = padded ? "MM" : "M";
      if (first == 4 && last <= 2) {
        add(patterns, mark, "uuuu", "M", "d", "uuuu", month, d);
      } else if (first <= 2 && (last == 4 || last == 2)) {
        String year = last == 4 ? "uuuu" : "uu";
        add(patterns, mark, "d", "M", year, d, month, year);
        if (!mark.equals(".")) {
          add(patterns, mark, "M", "d", year, month, d, year);
          if (last == 2 && first == 2) {
            add(patterns, mark, "uu", "M", "d", "uu", month, d);
          }
        }
      }
      return patterns;
    }
    names(date, patterns);
    return patterns;
  }

  private static void names(String date, List<String[]> patterns) {
    Matcher m = DAY_FIRST.matcher(date);
    if (m.matches()) {
      String rest = quoted(m.group(2)) + ANY_MONTH + quoted(m.group(4)) + year(m.group(5));
      patterns.add(named("d" + rest, (m.group(1).length() == 2 ? "dd" : "d") + rest, m.group(3)));
    }
    m = MONTH_FIRST.matcher(date);
    if (m.matches()) {
      String start = ANY_MONTH + quoted(m.group(2));
      String rest = quoted(m.group(4)) + year(m.group(5));
      String day = m.group(3).length() == 2 ? "dd" : "d";
      patterns.add(named(start + "d" + rest, start + day + rest, m.group(1)));
    }
    m = NAMED_MONTH.matcher(date);
    if (m.matches()) {
      String pattern = ANY_MONTH + quoted(m.group(2)) + year(m.group(3));
      patterns.add(named(pattern, pattern, m.group(1)));
    }
    m = YEAR_NAMED_MONTH.matcher(date);
    if (m.matches()) {
      String pattern = "uuuu" + quoted(m.group(1)) + ANY_MONTH;
      patterns.add(named(pattern, pattern, m.group(2)));
    }
    m = YEAR_MONTH.matcher(date);
    if (m.matches()) {
      patterns.add(new String[] {"uuuu" + m.group(1) + "M", "uuuu" + m.group(1) + "MM"});
    }
    m = MONTH_YEAR.matcher(date);
    if (m.matches()) {
      patterns.add(new String[] {"M" + m.group(1) + "uuuu", "MM" + m.group(1) + "uuuu"});
    }
    m = QUARTER.matcher(date);
    if (m.matches()) {
      String pattern = "uuuu" + m.group(1) + "'Q'q";
      patterns.add(new String[] {pattern, pattern});
    }
  }

  private static void add(List<String[]> patterns, String mark, String... parts) {
    patterns.add(
        new String[] {
          String.join(mark, parts[0], parts[1], parts[2]),
          String.join(mark, parts[3], parts[4], parts[5])
        });
  }

  private static String[] named(String parsed, String written, String month) {
    return new String[] {parsed, written.replace(ANY_MONTH, month.length() > 3 ? "MMMM" : "MMM")};
  }

  private static String year(String digits) {
    return digits.length() == 4 ? "uuuu" : "uu";
  }

  private static String quoted(String text) {
    return text.isEmpty() ? "" : "'" + text + "'";
  }
}
