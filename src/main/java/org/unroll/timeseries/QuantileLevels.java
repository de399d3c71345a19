package org.unroll.timeseries;

import java.math.BigDecimal;
import java.math.MathContext;
import java.util.Arrays;
import java.util.List;

/**
 * The levels of quantiles, and the names of their columns. It is public only because the packages
 * above use it.
 *
 * @hidden
 */
public final class QuantileLevels {
  /** Fewer digits than a double has, so that (1 − 0.8) / 2 is 0.1. */
  private static final MathContext DIGITS = new MathContext(12);

  private QuantileLevels() {}

  /**
   * Checks levels.
   *
   * @throws IllegalArgumentException if there is none, if one is not between 0 and 1, or if they do
   *     not increase
   */
  public static void require(double... levels) {
    boolean valid = levels.length > 0;
    for (int i = 0; i < levels.length; i++) {
      valid &= levels[i] > (i == 0 ? 0 : levels[i - 1]) && levels[i] < 1;
    }
    if (!valid) {
      throw new IllegalArgumentException(
          "The levels of quantiles must be greater than 0, less than 1 and increasing, such as 0.1,"
              + " 0.5, 0.9, but were "
              + Arrays.toString(levels)
              + ".");
    }
  }

  /** Returns a level without its rounding error. */
  public static double rounded(double level) {
    return new BigDecimal(level).round(DIGITS).doubleValue();
  }

  /** Returns the end of the name of a column, such as " q0.1". */
  public static String suffix(double level) {
    return " q" + new BigDecimal(level).round(DIGITS).stripTrailingZeros().toPlainString();
  }

  /** Returns the ends of the names of columns; an empty text if there are no levels. */
  static List<String> suffixes(double... levels) {
    if (levels.length == 0) {
      return List.of("");
    }
    require(levels);
    return Arrays.stream(levels).mapToObj(QuantileLevels::suffix).toList();
  }
}
