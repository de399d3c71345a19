package org.unroll.datasets;

import java.time.YearMonth;
import java.util.stream.IntStream;
import tech.tablesaw.api.DateTimeColumn;
import tech.tablesaw.columns.dates.PackedLocalDate;
import tech.tablesaw.columns.datetimes.DateTimeColumnType;
import tech.tablesaw.columns.times.PackedLocalTime;

/**
 * Reads the rows of a file of the weather station with all processors, if every row is a time and
 * plain decimal numbers without quotes and spaces, as in the published files. {@link JenaReader}
 * reads all other files and reports errors.
 */
final class JenaRows {
  /**
   * The powers of ten by which a number of at most 15 digits is divided without a second rounding.
   */
  private static final double[] POWERS = {
    1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15
  };

  private static final int MAX_DIGITS = POWERS.length - 1;

  private final byte[] text;

  /** The digits of each time in the order year, month, day, hour, minute, second. */
  private final long[] times;

  private final double[][] columns;

  private JenaRows(byte[] text, int rows, int columns) {
    this.text = text;
    times = new long[rows];
    this.columns = new double[columns][rows];
  }

  /**
   * Reads the rows of a file.
   *
   * @param text the content of the file
   * @param columns the number of columns of numbers
   * @param parts the number of parts that are read in parallel
   * @return the rows, or null if {@link JenaReader} must read the file
   */
  static JenaRows read(byte[] text, int columns, int parts) {
    int start = firstRow(text);
    if (start == text.length) {
      return null;
    }
    int[] starts = new int[parts + 1];
    for (int i = 0; i <= parts; i++) {
      int at = start + (int) ((long) (text.length - start) * i / parts);
      while (i > 0 && at < text.length && text[at - 1] != '\n') {
        at++;
      }
      starts[i] = at;
    }
    int[] counts = new int[parts];
    IntStream.range(0, parts)
        .parallel()
        .forEach(i -> counts[i] = lines(text, starts[i], starts[i + 1]));
    int rows = IntStream.of(counts).sum();
    // A row has a time of 19 characters, a separator and a digit for each number, and a line
    // ending.
    if (rows > (text.length - start + 1) / (20 + 2L * columns)) {
      return null;
    }
    var read = new JenaRows(text, rows, columns);
    boolean regular =
        IntStream.range(0, parts)
            .parallel()
            .allMatch(
                i ->
                    read.new Part(starts[i], starts[i + 1])
                        .read(IntStream.of(counts).limit(i).sum()));
    return regular ? read : null;
  }

  /**
   * Returns where the second line begins, or the length of the text if the header may end
   * elsewhere: at a carriage return alone, or in another line because of quotes.
   */
  private static int firstRow(byte[] text) {
    boolean quoted = false;
    for (int i = 0; i + 1 < text.length; i++) {
      boolean first = i == 0 || text[i - 1] == ',';
      boolean last = text[i + 1] == ',' || text[i + 1] == '\r' || text[i + 1] == '\n';
      if (text[i] == '"') {
        if (quoted ? !last : !first) {
          return text.length;
        }
        quoted = !quoted;
      } else if (text[i] == '\n') {
        return quoted ? text.length : i + 1;
      } else if (text[i] == '\r' && text[i + 1] != '\n') {
        return text.length;
      }
    }
    return text.length;
  }

  private static int lines(byte[] text, int from, int to) {
    int lines = from < to && text[to - 1] != '\n' ? 1 : 0;
    for (int i = from; i < to; i++) {
      lines += text[i] == '\n' ? 1 : 0;
    }
    return lines;
  }

  /** Returns the times; those that are not after all earlier ones are missing. */
  DateTimeColumn times(String name) {
    long latest = 0;
    long[] packed = new long[times.length];
    for (int i = 0; i < packed.length; i++) {
      long time = times[i];
      int day = (int) (time / 1_000_000);
      int clock = (int) (time % 1_000_000);
      int date =
          PackedLocalDate.pack(
              (short) (day / 10_000), (byte) (day / 100 % 100), (byte) (day % 100));
      int ofDay = PackedLocalTime.of(clock / 10_000, clock / 100 % 100, clock % 100);
      packed[i] =
          time > latest
              ? ((long) date << 32) | (ofDay & 0xFFFF_FFFFL)
              : DateTimeColumnType.missingValueIndicator();
      latest = Math.max(latest, time);
    }
    return DateTimeColumn.createInternal(name, packed);
  }

  /** Returns the numbers of a column. */
  double[] column(int index) {
    return columns[index];
  }

  /** Some of the lines, which one thread reads. */
  private final class Part {
    private final int end;
    private int at;

    Part(int start, int end) {
      at = start;
      this.end = end;
    }

    /** Reads all lines, the first of which is a given row. Returns whether all are regular. */
    boolean read(int firstRow) {
      for (int row = firstRow; at < end; row++) {
        long time = time();
        if (time < 0) {
          return false;
        }
        times[row] = time;
        for (double[] column : columns) {
          if (!isNext(',')) {
            return false;
          }
          double value = number();
          if (Double.isNaN(value)) {
            return false;
          }
          column[row] = value == JenaReader.MISSING ? Double.NaN : value;
        }
        if (at < end && isNext('\r') && at == end) {
          return false;
        }
        if (at < end && !isNext('\n')) {
          return false;
        }
      }
      return true;
    }

    private boolean isNext(char expected) {
      if (at < end && text[at] == expected) {
        at++;
        return true;
      }
      return false;
    }

    /** Returns the digits of the next time, or -1 if it is not a time. */
    private long time() {
      boolean german = at + 2 < end && text[at + 2] == '.';
      char mark = german ? '.' : '-';
      int year = german ? 0 : digits(4, mark);
      int day = german ? digits(2, mark) : 0;
      int month = digits(2, mark);
      if (german) {
        year = digits(4, ' ');
      } else {
        day = digits(2, ' ');
      }
      int hour = digits(2, ':');
      int minute = digits(2, ':');
      int second = digits(2, '\0');
      boolean valid =
          year > 0
              && (month >= 1 && month <= 12)
              && (day >= 1 && (day <= 28 || day <= YearMonth.of(year, month).lengthOfMonth()))
              && (hour >= 0 && hour <= 23)
              && (minute >= 0 && minute <= 59)
              && (second >= 0 && second <= 59);
      int date = year * 10_000 + month * 100 + day;
      int clock = hour * 10_000 + minute * 100 + second;
      return valid ? date * 1_000_000L + clock : -1;
    }

    /** Returns the value of digits and of a character after them, or -1 if there are others. */
    private int digits(int count, char after) {
      int value = 0;
      for (int i = 0; i < count; i++, at++) {
        int digit = at < end ? text[at] - '0' : -1;
        if (digit < 0 || digit > 9) {
          return -1;
        }
        value = 10 * value + digit;
      }
      return after == '\0' || isNext(after) ? value : -1;
    }

    /** Returns the next number, or NaN if it is not a plain decimal number. */
    private double number() {
      boolean negative = isNext('-');
      long value = 0;
      int begin = at;
      int point = -1;
      for (; at < end; at++) {
        int c = text[at];
        if (c == '.' && point < 0 && at > begin) {
          point = at;
        } else if (c >= '0' && c <= '9') {
          if (at - begin > MAX_DIGITS) {
            return Double.NaN;
          }
          value = 10 * value + (c - '0');
        } else {
          break;
        }
      }
      int length = at - begin - (point < 0 ? 0 : 1);
      if (length == 0 || length > MAX_DIGITS) {
        return Double.NaN;
      }
      double magnitude = value / POWERS[point < 0 ? 0 : at - point - 1];
      return negative ? -magnitude : magnitude;
    }
  }
}
