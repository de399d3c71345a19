package org.unroll.plots;

import java.math.BigDecimal;
import java.math.MathContext;

/**
 * Formats numbers for readers. It is public only because the notebook views use it.
 *
 * @hidden
 */
public final class Numbers {

  private Numbers() {}

  /**
   * Returns the number with six significant digits, without an exponent from 0.0001 to below a
   * million.
   */
  public static String format(double value) {
    return format(value, 6);
  }

  /**
   * Returns the number with so many significant digits, without an exponent from 0.0001 to below a
   * million and without zeros at the end.
   */
  public static String format(double value, int digits) {
    if (!Double.isFinite(value)) {
      return Double.toString(value);
    }
    if (value == 0) {
      return "0";
    }
    BigDecimal rounded = new BigDecimal(value).round(new MathContext(digits)).stripTrailingZeros();
    double size = Math.abs(value);
    return size >= 1e-4 && size < 1e6 ? rounded.toPlainString() : rounded.toString();
  }
}
