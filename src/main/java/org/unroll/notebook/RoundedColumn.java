package org.unroll.notebook;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.List;
import java.util.stream.IntStream;
import org.unroll.plots.Numbers;
import tech.tablesaw.api.ColumnType;
import tech.tablesaw.api.NumericColumn;
import tech.tablesaw.columns.Column;

/**
 * Formats the numbers of a column with the digits that a reader can use.
 *
 * <p>Measured values are short and are shown as they are. If a number has more than {@value #SHORT}
 * significant digits, the column contains results of a computation. Then all its numbers are
 * rounded to the same number of decimals, so that the largest has {@value #DIGITS} significant
 * digits, without zeros at the end of all of them. Digits before the decimal point are always shown. If the smallest number would keep fewer
 * than two of its digits, each number is rounded to {@value #DIGITS} significant digits instead.
 *
 * <p>A column with a custom print formatter of Tablesaw is shown as this formatter prints it.
 */
final class RoundedColumn {

  private static final int SHORT = 6;

  private static final int DIGITS = 4;

  private RoundedColumn() {}

  /** Returns the text of the first rows. */
  static List<String> cells(NumericColumn<?> column, int rows) {
    List<String> texts = IntStream.range(0, rows).mapToObj(column::getString).toList();
    boolean floating =
        column.type().equals(ColumnType.DOUBLE) || column.type().equals(ColumnType.FLOAT);
    if (!floating || isFormatted(column, texts)) {
      return texts;
    }
    int[] numbers =
        IntStream.range(0, rows)
            .filter(row -> Double.isFinite(column.getDouble(row)) && column.getDouble(row) != 0)
            .toArray();
    if (IntStream.of(numbers).allMatch(row -> isShort(texts.get(row)))) {
      return texts;
    }
    var exponents = IntStream.of(numbers).map(row -> exponent(texts.get(row))).summaryStatistics();
    int decimals = Math.max(0, DIGITS - 1 - exponents.getMax());
    boolean fixed = exponents.getMin() >= 1 - decimals && exponents.getMax() < 9 && decimals < 8;
    int needed =
        IntStream.of(numbers)
            .map(row -> fixed(column.getDouble(row), decimals).stripTrailingZeros().scale())
            .max()
            .orElse(0);
    return IntStream.range(0, rows)
        .mapToObj(
            row -> {
              double value = column.getDouble(row);
              if (!Double.isFinite(value)) {
                return texts.get(row);
              }
              return fixed
                  ? fixed(value, Math.max(0, needed)).toPlainString()
                  : Numbers.format(value, DIGITS);
            })
        .toList();
  }

  /** Compares the texts with those of a column without a formatter of the user. */
  private static boolean isFormatted(NumericColumn<?> column, List<String> texts) {
    Column<?> plain = column.type().create("");
    for (int row = 0; row < texts.size(); row++) {
      plain.appendObj(column.isMissing(row) ? null : column.get(row));
    }
    return !IntStream.range(0, texts.size()).mapToObj(plain::getString).toList().equals(texts);
  }

  private static BigDecimal fixed(double value, int decimals) {
    return new BigDecimal(value).setScale(decimals, RoundingMode.HALF_EVEN);
  }

  private static boolean isShort(String number) {
    return new BigDecimal(number).stripTrailingZeros().precision() <= SHORT;
  }

  /** Returns the power of ten of the first digit. */
  private static int exponent(String number) {
    BigDecimal value = new BigDecimal(number);
    return value.precision() - value.scale() - 1;
  }
}
