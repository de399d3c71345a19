package org.unroll.timeseries;

import java.util.regex.Pattern;

/** Recognizes and parses numbers as text, with a decimal point or a decimal comma. */
final class NumberText {
  /** The text is a number with a decimal point; commas, spaces or apostrophes may group digits. */
  static final int POINT = 1;

  /** The text is a number with a decimal comma; points, spaces or apostrophes may group digits. */
  static final int COMMA = 2;

  private static final Pattern WITH_POINT = pattern(',', '.');
  private static final Pattern WITH_COMMA = pattern('.', ',');

  private NumberText() {}

  private static Pattern pattern(char group, char decimal) {
    return Pattern.compile(
        ("[-+\u2212]?(?:\\d+|[1-9]\\d{0,2}(?:([%s \u00a0\u202f'\u2019])\\d{3})(?:\\1\\d{3})*)?"
                + "(?:\\%s\\d*)?(?:[eE][-+]?\\d+)?")
            .formatted(group, decimal));
  }

  /** Returns the sum of {@link #POINT} and {@link #COMMA}, as far as they apply to a text. */
  static int styles(String text) {
    int start = !text.isEmpty() && "-+\u2212".indexOf(text.charAt(0)) >= 0 ? 1 : 0;
    int end = exponent(text);
    int digits = 0;
    int marks = 0;
    int mark = -1;
    for (int i = start; i < end; i++) {
      char c = text.charAt(i);
      if (c >= '0' && c <= '9') {
        digits++;
      } else if (".,'\u2019 \u00a0\u202f".indexOf(c) >= 0) {
        marks++;
        mark = i;
      } else {
        return 0;
      }
    }
    if (digits == 0) {
      return 0;
    }
    if (marks == 0) {
      return POINT | COMMA;
    }
    if (marks == 1 && (text.charAt(mark) == '.' || text.charAt(mark) == ',')) {
      boolean group =
          end - mark == 4 && mark > start && mark - start <= 3 && text.charAt(start) != '0';
      return group ? POINT | COMMA : text.charAt(mark) == '.' ? POINT : COMMA;
    }
    return (WITH_POINT.matcher(text).matches() ? POINT : 0)
        | (WITH_COMMA.matcher(text).matches() ? COMMA : 0);
  }

  /** Returns where the exponent begins, or the length of the text if there is none. */
  private static int exponent(String text) {
    int e = Math.max(text.indexOf('e'), text.indexOf('E'));
    int first = e + 1 < text.length() && "+-".indexOf(text.charAt(e + 1)) >= 0 ? e + 2 : e + 1;
    if (e < 1 || first >= text.length()) {
      return text.length();
    }
    for (int i = first; i < text.length(); i++) {
      if (text.charAt(i) < '0' || text.charAt(i) > '9') {
        return text.length();
      }
    }
    return e;
  }

  /** Returns whether a number of both styles has a different value in each. */
  static boolean isAmbiguous(String text) {
    return text.indexOf('.') >= 0 || text.indexOf(',') >= 0;
  }

  /** Returns whether a number of a style is a whole number without decimals. */
  static boolean isWhole(String text, char decimal) {
    return text.indexOf(decimal) < 0 && text.indexOf('e') < 0 && text.indexOf('E') < 0;
  }

  /** Returns the value of a number. */
  static double parse(String text, char decimal) {
    return Double.parseDouble(plain(text, decimal));
  }

  /** Returns a number as Java writes it. */
  static String plain(String text, char decimal) {
    StringBuilder plain = new StringBuilder(text.length());
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c == decimal) {
        plain.append('.');
      } else if (c == '\u2212') {
        plain.append('-');
      } else if ((c >= '0' && c <= '9') || c == '-' || c == '+' || c == 'e' || c == 'E') {
        plain.append(c);
      }
    }
    return plain.toString();
  }
}
