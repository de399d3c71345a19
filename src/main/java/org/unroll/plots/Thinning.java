package org.unroll.plots;

import java.util.stream.IntStream;

/**
 * Selects fewer points that draw the same line: the smallest and the largest value of each interval
 * of rows. Unlike taking every n-th row, this keeps every peak.
 */
public final class Thinning {

  /** More than the width of a plot in pixels. */
  static final int STRETCHES = 1000;

  private Thinning() {}

  /** Returns the rows to draw, ascending: all rows if there are at most two per interval. */
  public static int[] rows(double[] values) {
    return rows(values, STRETCHES);
  }

  public static int[] rows(double[] values, int stretches) {
    int n = values.length;
    if (n <= 2 * stretches) {
      return IntStream.range(0, n).toArray();
    }
    IntStream.Builder rows = IntStream.builder();
    for (int stretch = 0; stretch < stretches; stretch++) {
      int from = (int) ((long) n * stretch / stretches);
      int to = (int) ((long) n * (stretch + 1) / stretches);
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
