package org.unroll.compute;

import java.util.Arrays;

/** Computes matrix products in plain loops, on panels of B; see {@link ScalarKernels}. */
final class ScalarProducts {
  /** Columns of B, and of C, in a panel: the constant distance between its rows. */
  private static final int COLUMNS = 128;

  /**
   * Rows of B in a panel. With eight, the loop is too large for the JIT compiler to unroll, and
   * therefore to vectorize.
   */
  private static final int GROUP = 4;

  /** The number of panels, as many as fit into the nearest cache. */
  private static final int GROUPS = 16;

  private static final ThreadLocal<Tile> TILE = ThreadLocal.withInitial(Tile::new);

  private ScalarProducts() {}

  /** A block of B in its panels, and a row of C. */
  private static final class Tile {
    final float[][] b = new float[GROUPS][GROUP * COLUMNS];
    final float[] sums = new float[COLUMNS];
  }

  /** Computes C = A·B, or C += A·B. */
  static void multiply(Matrix a, Matrix b, Matrix c, boolean accumulate) {
    if (b.columns() == 1) {
      multiplyColumn(a, b, c, accumulate);
    } else {
      product(a.rows(), a.columns(), a, a.stride(), 1, b, c, accumulate);
    }
  }

  /** Computes C = Aᵀ·B, or C += Aᵀ·B. */
  static void multiplyTransposed(Matrix a, Matrix b, Matrix c, boolean accumulate) {
    if (b.columns() == 1 && c.stride() == 1) {
      // One column is also one row, and the loops run along rows: Cᵀ = Bᵀ·A.
      product(1, b.rows(), b, 1, b.stride(), a, c, accumulate);
    } else {
      product(a.columns(), a.rows(), a, 1, a.stride(), b, c, accumulate);
    }
  }

  /**
   * Computes C = A·B, or C += A·B. The element of A for row r and step s is at {@code r·rowStride +
   * s·stepStride}.
   */
  private static void product(
      int rows,
      int steps,
      Matrix left,
      int rowStride,
      int stepStride,
      Matrix right,
      Matrix result,
      boolean accumulate) {
    int columns = right.columns();
    float[] a = left.values();
    int aOffset = left.offset();
    float[] b = right.values();
    int bOffset = right.offset();
    int ldb = right.stride();
    float[] c = result.values();
    int cOffset = result.offset();
    int ldc = result.stride();
    if (!accumulate) {
      for (int row = 0; row < rows; row++) {
        int at = cOffset + row * ldc;
        Arrays.fill(c, at, at + columns, 0);
      }
    }
    Tile tile = TILE.get();
    for (int column = 0; column < columns; column += COLUMNS) {
      int width = Math.min(COLUMNS, columns - column);
      for (int from = 0; from < steps; from += GROUPS * GROUP) {
        int block = Math.min(GROUPS * GROUP, steps - from);
        pack(block, width, b, bOffset + from * ldb + column, ldb, tile.b);
        for (int row = 0; row < rows; row++) {
          int start = aOffset + row * rowStride + from * stepStride;
          int at = cOffset + row * ldc + column;
          System.arraycopy(c, at, tile.sums, 0, width);
          addRow(block, width, a, start, stepStride, tile);
          System.arraycopy(tile.sums, 0, c, at, width);
        }
      }
    }
  }

  /** Copies rows of B to the panels, and fills the last panel up with rows of zeros. */
  private static void pack(int steps, int width, float[] b, int offset, int ldb, float[][] panels) {
    int last = (steps + GROUP - 1) / GROUP * GROUP;
    for (int s = 0; s < last; s++) {
      float[] panel = panels[s / GROUP];
      int at = s % GROUP * COLUMNS;
      if (s < steps) {
        System.arraycopy(b, offset + s * ldb, panel, at, width);
      } else {
        Arrays.fill(panel, at, at + width, 0);
      }
    }
  }

  private static void addRow(
      int steps, int width, float[] a, int start, int stepStride, Tile tile) {
    int s = 0;
    for (; s + GROUP <= steps; s += GROUP) {
      int at = start + s * stepStride;
      addGroup(
          width,
          a[at],
          a[at + stepStride],
          a[at + 2 * stepStride],
          a[at + 3 * stepStride],
          tile.b[s / GROUP],
          tile.sums);
    }
    if (s < steps) {
      int at = start + s * stepStride;
      int left = steps - s;
      addGroup(
          width,
          a[at],
          left > 1 ? a[at + stepStride] : 0,
          left > 2 ? a[at + 2 * stepStride] : 0,
          0,
          tile.b[s / GROUP],
          tile.sums);
    }
  }

  private static void addGroup(
      int n, float a0, float a1, float a2, float a3, float[] b, float[] sums) {
    for (int j = 0; j < n; j++) {
      sums[j] +=
          a0 * b[j] + a1 * b[COLUMNS + j] + a2 * b[2 * COLUMNS + j] + a3 * b[3 * COLUMNS + j];
    }
  }

  /**
   * Multiplies by a single column. Four sums run in parallel because each addition must wait for
   * the one before it.
   */
  private static void multiplyColumn(
      Matrix left, Matrix column, Matrix result, boolean accumulate) {
    int rows = left.rows();
    int steps = left.columns();
    float[] a = left.values();
    int aOffset = left.offset();
    int lda = left.stride();
    float[] b = column.values();
    int bOffset = column.offset();
    int ldb = column.stride();
    float[] c = result.values();
    int cOffset = result.offset();
    int ldc = result.stride();
    for (int row = 0; row < rows; row++) {
      int a0 = aOffset + row * lda;
      float sum0 = 0;
      float sum1 = 0;
      float sum2 = 0;
      float sum3 = 0;
      int s = 0;
      for (; s + 4 <= steps; s += 4) {
        int bs = bOffset + s * ldb;
        sum0 += a[a0 + s] * b[bs];
        sum1 += a[a0 + s + 1] * b[bs + ldb];
        sum2 += a[a0 + s + 2] * b[bs + 2 * ldb];
        sum3 += a[a0 + s + 3] * b[bs + 3 * ldb];
      }
      for (; s < steps; s++) {
        sum0 += a[a0 + s] * b[bOffset + s * ldb];
      }
      float sum = (sum0 + sum1) + (sum2 + sum3);
      int at = cOffset + row * ldc;
      c[at] = accumulate ? c[at] + sum : sum;
    }
  }
}
