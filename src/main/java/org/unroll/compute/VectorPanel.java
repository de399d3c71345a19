package org.unroll.compute;

import static org.unroll.compute.VectorWidth.FLOATS;
import static org.unroll.compute.VectorWidth.LANES;

import java.util.Arrays;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;

/**
 * Columns of a matrix brought together in a panel, row after row without gaps, so that they fill
 * whole vectors whatever their number.
 */
final class VectorPanel {
  private static final boolean[] FIRST_LANES = new boolean[2 * LANES];

  static {
    Arrays.fill(FIRST_LANES, 0, LANES, true);
  }

  private VectorPanel() {}

  /** The places in as many whole vectors as {@code n} values need. */
  static int size(int n) {
    return FLOATS.loopBound(n + LANES - 1);
  }

  /**
   * Copies a rows×width block to the panel.
   *
   * @param size the block's places in the panel; what the block leaves of them becomes 0
   */
  static void gather(
      int rows, int width, float[] from, int offset, int stride, float[] panel, int at, int size) {
    int to = at;
    int end = at + size;
    int row = 0;
    if (width < LANES) {
      // A whole vector for each row; the next row overwrites what is too much.
      for (; row < rows; row++) {
        int start = offset + row * stride;
        if (start + LANES > from.length || to + LANES > end) {
          break;
        }
        FloatVector.fromArray(FLOATS, from, start).intoArray(panel, to);
        to += width;
      }
    }
    for (; row < rows; row++) {
      System.arraycopy(from, offset + row * stride, panel, to, width);
      to += width;
    }
    while (to < end) {
      panel[to++] = 0;
    }
  }

  /** The way back from {@link #gather}. */
  static void scatter(
      int rows, int width, float[] panel, int at, float[] to, int offset, int stride) {
    int from = at;
    int row = 0;
    if (width < LANES) {
      // A whole vector for each row, of which the lanes behind the block stay as they are; up to
      // the end of the last
      // row, since what comes after it may be another thread's.
      VectorMask<Float> ours = VectorMask.fromArray(FLOATS, FIRST_LANES, LANES - width);
      int end = offset + (rows - 1) * stride + width;
      for (; row < rows; row++) {
        int start = offset + row * stride;
        if (start + LANES > end || from + LANES > panel.length) {
          break;
        }
        FloatVector values = FloatVector.fromArray(FLOATS, panel, from);
        FloatVector.fromArray(FLOATS, to, start).blend(values, ours).intoArray(to, start);
        from += width;
      }
    }
    for (; row < rows; row++) {
      System.arraycopy(panel, from, to, offset + row * stride, width);
      from += width;
    }
  }
}
