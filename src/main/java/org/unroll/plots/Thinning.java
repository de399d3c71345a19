package org.unroll.plots;

import java.util.stream.IntStream;

/**
 * Selects fewer points that draw the same line: the smallest and the largest value of each interval
 * of rows. Unlike taking every n-th row, this keeps every peak. It is public only because the live
 * charts of notebooks use it.
 *
 * @hidden
 */
public final class Thinning {

  /** More than the width of a plot in pixels. */
  static final int INTERVALS = 1000;

  private Thinning() {}

  /** Returns the rows to draw in a large plot, as {@link #rows(double[], int)} does. */
  static int[] rows(double[] values) {
    return rows(values, INTERVALS);
  }

  /**
   * Returns the rows to draw, ascending: all rows if there are at most two per interval.
   *
   * @param values the values of the line; NaN is a gap
   * @param intervals the number of intervals, each of which is drawn as at most two points
   */
  public static int[] rows(double[] values, int intervals) {
    int n = values.length;
    if (n <= 2 * intervals) {
      return IntStream.range(0, n).toArray();
    }
    IntStream.Builder rows = IntStream.builder();
    for (int interval = 0; interval < intervals; interval++) {
      int from = (int) ((long) n * interval / intervals);
      int to = (int) ((long) n * (interval + 1) / intervals);
      int least = -1;
      int most = -1;
      for (int i = from; i < to; i++) {
        if (!Double.isNaN(values[i])) {
          least = least < 0 || values[i] < values[least] ? i : least;
          most = most < 0 || values[i] > values[most] ? i : most;
        }
      }
      if (least < 0) {
        rows.add(from); // a missing value is drawn as a gap
      } else {
        rows.add(Math.min(least, most));
        if (least != most) {
          rows.add(Math.max(least, most));
        }
      }
    }
    return rows.build().toArray();
  }
}
