package org.unroll.compute;

import static org.unroll.compute.VectorWidth.FLOATS;
import static org.unroll.compute.VectorWidth.LANES;

import java.util.Arrays;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;

/**
 * Packs columns of a matrix into a panel, row after row without gaps, so that any number of columns
 * fills whole vectors.
 */
final class VectorPacking {
  private static final boolean[] FIRST_LANES = new boolean[2 * LANES];

  static {
    Arrays.fill(FIRST_LANES, 0, LANES, true);
  }

  private VectorPacking() {}

  /** Returns the number of lanes in the whole vectors that {@code n} values need. */
  static int size(int n) {
    return FLOATS.loopBound(n + LANES - 1);
  }

  /**
   * Packs a rows × width block.
   *
   * @param size the number of values in the panel; those after the block become 0
   */
  static void pack(
      int rows, int width, float[] from, int offset, int stride, float[] panel, int at, int size) {
    int to = at;
    int end = at + size;
    int row = 0;
    if (width < LANES) {
      // A whole vector for each row; the next row overwrites the surplus lanes.
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

  /** Copies a packed block back to its matrix. */
  static void unpack(
      int rows, int width, float[] panel, int at, float[] to, int offset, int stride) {
    int from = at;
    int row = 0;
    if (width < LANES) {
      // A whole vector for each row, whose surplus lanes keep their values. It must not reach
      // beyond the last row, where another thread may be writing.
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

  /**
   * Packs some columns of a matrix.
   *
   * @param to the panel, one row of whole vectors
   */
  static void pack(Matrix from, int column, int width, Matrix to) {
    pack(
        from.rows(),
        width,
        from.values(),
        from.offset() + column,
        from.stride(),
        to.values(),
        to.offset(),
        to.columns());
  }

  /** Copies packed columns back to their matrix. */
  static void unpack(Matrix panel, Matrix to, int column, int width) {
    unpack(
        to.rows(),
        width,
        panel.values(),
        panel.offset(),
        to.values(),
        to.offset() + column,
        to.stride());
  }

  /**
   * Packs the same units of each gate.
   *
   * @param count the number of gates, which are {@code distance} apart in a row of {@code gates}
   * @param column the first unit
   * @param width the number of units
   * @param panel the first gate's panel, followed by those of the others
   */
  static void packGates(
      int count, Matrix gates, int column, int width, int distance, Matrix panel) {
    for (int gate = 0; gate < count; gate++) {
      pack(
          gates.rows(),
          width,
          gates.values(),
          gates.offset() + gate * distance + column,
          gates.stride(),
          panel.values(),
          panel.offset() + gate * panel.columns(),
          panel.columns());
    }
  }

  /** Copies packed gates back to their matrix. */
  static void unpackGates(
      int count, Matrix panel, Matrix gates, int column, int width, int distance) {
    for (int gate = 0; gate < count; gate++) {
      unpack(
          gates.rows(),
          width,
          panel.values(),
          panel.offset() + gate * panel.columns(),
          gates.values(),
          gates.offset() + gate * distance + column,
          gates.stride());
    }
  }
}
