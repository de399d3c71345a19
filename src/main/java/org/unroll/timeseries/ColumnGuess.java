package org.unroll.timeseries;

import java.util.Locale;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Finds the type of a column of text from all of its cells, which are added one after another. */
final class ColumnGuess {
  /** The texts that pandas reads as missing values. */
  private static final Set<String> MISSING =
      Set.of(
          "#N/A",
          "#N/A N/A",
          "#NA",
          "-1.#IND",
          "-1.#QNAN",
          "-NaN",
          "-nan",
          "1.#IND",
          "1.#QNAN",
          "<NA>",
          "N/A",
          "NA",
          "NULL",
          "NaN",
          "None",
          "n/a",
          "nan",
          "null");

  /** The texts that stand for missing values in columns of numbers and times. */
  static final Set<String> SIGNS =
      Stream.concat(MISSING.stream(), Stream.of("-", "--", "---", "?", ".", "..", "*"))
          .collect(Collectors.toUnmodifiableSet());

  /** The type of a column. */
  enum Kind {
    NUMBER,
    TIME,
    TIME_OF_DAY,
    BOOLEAN,
    TEXT,
    EMPTY
  }

  final String name;
  final TreeMap<String, Integer> signs = new TreeMap<>();
  private final Set<String> given;
  private final TimeFormats times;
  private int values;
  private int changes;
  private int numbers;
  private int booleans;
  private int styles = NumberText.POINT | NumberText.COMMA;
  private String previous = "";
  private String ambiguous;
  private TimeFormat broken;
  private int timesBefore;
  private String badTime;
  private long badTimeLine;
  private String badNumber;
  private long badNumberLine;

  /**
   * Creates a guess.
   *
   * @param name the name of the column
   * @param given the texts that stand for missing values in all columns
   */
  ColumnGuess(String name, Set<String> given) {
    this.name = name;
    this.given = given;
    times = new TimeFormats(name);
  }

  void add(String cell, long line) {
    if (isMissing(cell, SIGNS)) {
      if (!cell.isEmpty()) {
        signs.merge(cell, 1, Integer::sum);
      }
      return;
    }
    values++;
    if (!cell.equals(previous)) {
      changes++;
      previous = cell;
    }
    int found = NumberText.styles(cell);
    if (found != 0) {
      numbers++;
      styles &= found;
      if (found == (NumberText.POINT | NumberText.COMMA) && NumberText.isAmbiguous(cell)) {
        ambiguous = ambiguous == null ? cell : ambiguous;
      }
    } else if (badNumber == null) {
      badNumber = cell;
      badNumberLine = line;
    }
    if (found == 0 && (cell.equalsIgnoreCase("true") || cell.equalsIgnoreCase("false"))) {
      booleans++;
    }
    addTime(cell, line);
  }

  private void addTime(String cell, long line) {
    if (broken != null) {
      timesBefore += broken.parse(cell) == null ? 0 : 1;
      return;
    }
    if (!times.isNone()) {
      TimeFormat best = times.best();
      times.add(cell);
      if (!times.isNone()) {
        timesBefore++;
      } else if (best != null) {
        broken = best;
        badTime = cell;
        badTimeLine = line;
      }
    }
  }

  boolean isSign(String cell) {
    return isMissing(cell, kind() == Kind.TEXT ? MISSING : SIGNS);
  }

  /**
   * Returns whether a cell is empty or stands for a missing value. Most cells are numbers, for
   * which no search is necessary: no known sign ends with a digit.
   */
  private boolean isMissing(String cell, Set<String> known) {
    if (cell.isEmpty() || (!given.isEmpty() && given.contains(cell))) {
      return true;
    }
    char last = cell.charAt(cell.length() - 1);
    return (last < '0' || last > '9') && known.contains(cell);
  }

  /** Returns the type, as far as it is known without the decimal sign. */
  Kind kind() {
    if (values == 0) {
      return Kind.EMPTY;
    }
    if (numbers == 0 && times.best() != null) {
      return times.best().hasDate() ? Kind.TIME : Kind.TIME_OF_DAY;
    }
    if (numbers == values) {
      return Kind.NUMBER;
    }
    return booleans == values ? Kind.BOOLEAN : Kind.TEXT;
  }

  /** Returns the formats of the times. */
  TimeFormats times() {
    return times;
  }

  /** Returns whether most values equal those of the row before. */
  boolean repeats() {
    return 2 * changes <= values;
  }

  /**
   * Returns {@link NumberText#POINT} or {@link NumberText#COMMA} if only one of them is possible.
   */
  int vote() {
    return numbers == values && Integer.bitCount(styles) == 1 ? styles : 0;
  }

  /** Returns a number whose value depends on the decimal sign, or null if there is none. */
  String ambiguous() {
    return Integer.bitCount(styles) == 2 ? ambiguous : null;
  }

  /** Returns whether all numbers can be read with a decimal sign. */
  boolean fits(char decimal) {
    return (styles & (decimal == '.' ? NumberText.POINT : NumberText.COMMA)) != 0;
  }

  /**
   * Rejects a column in which most cells are numbers, or times, and others are not.
   *
   * @throws IllegalArgumentException if it is one; the message names the options
   */
  void requireOneType(String file) {
    if (broken != null && 2 * timesBefore >= values) {
      throw new IllegalArgumentException(
          "Line %d of %s has '%s' in column '%s', which is not a time like %s in the other lines. %s"
              .formatted(badTimeLine, file, badTime, name, broken, remedies(badTime)));
    }
    if (numbers < values && 2 * numbers >= values) {
      throw new IllegalArgumentException(
          "Line %d of %s has '%s' in column '%s', which is not a number, but %,d of the %,d values are. %s"
              .formatted(
                  badNumberLine, file, badNumber, name, numbers, values, remedies(badNumber)));
    }
    if (numbers == values && values > 0 && styles == 0) {
      throw new IllegalArgumentException(
          ("The column '%s' of %s must have one decimal sign, but has numbers with points and numbers"
                  + " with commas, for example '%s'. Set it: .decimal('.') or .decimal(','), or read"
                  + " the column as text: .text(\"%s\").")
              .formatted(name, file, previous, name));
    }
  }

  private String remedies(String cell) {
    return ("Correct the line, or set .missing(\"%s\") if it stands for a missing value, or"
            + " .text(\"%s\") to read the column as text.")
        .formatted(cell, name);
  }

  /** Returns the type in words. */
  String described() {
    return kind().name().toLowerCase(Locale.ROOT).replace('_', ' ');
  }
}
