package org.unroll.timeseries;

import org.unroll.data.Columns;
import tech.tablesaw.api.NumericColumn;

/**
 * The treatment of missing values in a {@link TimeSeries}.
 *
 * @param filling how gaps are filled
 * @param longest the number of rows of the longest gap that is filled
 * @param skipped whether windows with values that are still missing are left out
 */
record Gaps(Filling filling, int longest, boolean skipped) {
  enum Filling {
    NONE,
    INTERPOLATE,
    FORWARD
  }

  /** All missing values are errors. */
  static final Gaps REFUSED = new Gaps(Filling.NONE, 0, false);

  Gaps filled(Filling how, int longestGap) {
    if (longestGap < 1) {
      throw new IllegalArgumentException(
          "The longest gap to fill must be at least 1 row, but was " + longestGap + ".");
    }
    return new Gaps(how, longestGap, skipped);
  }

  /**
   * Checks that the filled values depend only on earlier values.
   *
   * @throws IllegalArgumentException otherwise
   */
  void requireNoLookAhead() {
    boolean limited = filling == Filling.FORWARD && longest < Integer.MAX_VALUE;
    if (filling == Filling.INTERPOLATE || limited) {
      throw new IllegalArgumentException(
          "Gaps must be filled without values that are known only later, but "
              + (limited
                  ? "forwardFilled(" + longest + ") depends on the length of a gap"
                  : "interpolated() depends on the value after a gap")
              + ". Use forwardFilled() or skippingGaps().");
    }
  }

  Gaps skip() {
    return new Gaps(filling, longest, true);
  }

  /**
   * Returns the values of a column with its gaps filled.
   *
   * @throws IllegalArgumentException if a value is still missing and gaps are not skipped
   */
  double[] fill(NumericColumn<?> column, Timestamps times) {
    double[] values = new double[column.size()];
    fill(column, times, values);
    return values;
  }

  /** Writes the values of a column with its gaps filled to {@code values}. */
  void fill(NumericColumn<?> column, Timestamps times, double[] values) {
    int gap = -1;
    for (int i = 0; i < values.length; i++) {
      values[i] = Columns.value(column, i);
      if (!Double.isNaN(values[i])) {
        fill(column, times, values, gap < 0 ? i : gap, i);
        gap = -1;
      } else if (gap < 0) {
        gap = i;
      }
    }
    fill(column, times, values, gap < 0 ? values.length : gap, values.length);
  }

  /** Fills the gap from … to−1 of a column. */
  private void fill(NumericColumn<?> column, Timestamps times, double[] values, int from, int to) {
    boolean open = from == 0 || (filling == Filling.INTERPOLATE && to == values.length);
    if (filling == Filling.NONE || to - from > longest || open) {
      if (from < to && !skipped) {
        throw missing(column, times, from, to);
      }
      return;
    }
    for (int i = from; i < to; i++) {
      double share = filling == Filling.FORWARD ? 0 : (i - from + 1.0) / (to - from + 1.0);
      values[i] =
          share == 0 ? values[from - 1] : values[from - 1] * (1 - share) + values[to] * share;
    }
  }

  private IllegalArgumentException missing(
      NumericColumn<?> column, Timestamps times, int from, int to) {
    String advice =
        "This gap cannot be filled because it is at an end of the series: remove its rows";
    if (filling == Filling.NONE) {
      advice = "Fill gaps with interpolated() or forwardFilled(), or remove the rows";
    } else if (to - from > longest) {
      advice = "Only gaps of up to " + longest + " rows are filled: raise this limit";
    }
    return new IllegalArgumentException(
        "A value is missing"
            + times.place(column.name(), from)
            + ", in a gap of "
            + (to - from)
            + (to - from == 1 ? " row" : " rows")
            + " ("
            + column.countMissing()
            + " of the "
            + column.size()
            + " values of the column are missing). "
            + advice
            + ", or leave out the affected windows with skippingGaps().");
  }
}
