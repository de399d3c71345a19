package org.unroll.compute;

import static org.unroll.compute.VectorWidth.FLOATS;
import static org.unroll.compute.VectorWidth.LANES;
import static org.unroll.compute.VectorWidth.MANY_REGISTERS;

import java.util.Arrays;
import jdk.incubator.vector.FloatVector;

/**
 * Matrix products, in tiles of C that stay in registers while the summed axis goes by: four rows by
 * up to four vectors.
 *
 * <p>Both products are one: the element of A for row r of C and step s of the sum is at {@code
 * r·rowStride + s·stepStride}, and Aᵀ only swaps the two. Every element of C is the same chain of
 * fused multiply-adds whatever tile it falls in, so the result for a row does not depend on how
 * many rows there are.
 */
final class VectorProducts {
  /** Steps summed at a time, so that the rows of B for a tile stay in the nearest caches. */
  private static final int BLOCK = 256;

  /** Room for the columns of B, and of C, that do not fill a vector. */
  private static final ThreadLocal<float[]> PANEL = ThreadLocal.withInitial(() -> new float[0]);

  private VectorProducts() {}

  static void multiply(
      int rows,
      int columns,
      int steps,
      float[] a,
      int aOffset,
      int rowStride,
      int stepStride,
      float[] b,
      int bOffset,
      int ldb,
      float[] c,
      int cOffset,
      int ldc,
      boolean accumulate) {
    if (!accumulate) {
      for (int i = 0; i < rows; i++) {
        int at = cOffset + i * ldc;
        Arrays.fill(c, at, at + columns, 0);
      }
    }
    int whole = FLOATS.loopBound(columns);
    for (int from = 0; from < steps; from += BLOCK) {
      int block = Math.min(BLOCK, steps - from);
      int aFrom = aOffset + from * stepStride;
      int bFrom = bOffset + from * ldb;
      wholeColumns(
          rows, whole, block, a, aFrom, rowStride, stepStride, b, bFrom, ldb, c, cOffset, ldc);
      if (whole < columns) {
        lastColumns(
            rows,
            columns - whole,
            block,
            a,
            aFrom,
            rowStride,
            stepStride,
            b,
            bFrom + whole,
            ldb,
            c,
            cOffset + whole,
            ldc);
      }
    }
  }

  private static void wholeColumns(
      int rows,
      int columns,
      int steps,
      float[] a,
      int aOffset,
      int rowStride,
      int stepStride,
      float[] b,
      int bOffset,
      int ldb,
      float[] c,
      int cOffset,
      int ldc) {
    int column = 0;
    if (MANY_REGISTERS) {
      for (; column + 4 * LANES <= columns; column += 4 * LANES) {
        fourVectors(
            rows,
            steps,
            a,
            aOffset,
            rowStride,
            stepStride,
            b,
            bOffset + column,
            ldb,
            c,
            cOffset + column,
            ldc);
      }
    }
    for (; column + 2 * LANES <= columns; column += 2 * LANES) {
      twoVectors(
          rows,
          steps,
          a,
          aOffset,
          rowStride,
          stepStride,
          b,
          bOffset + column,
          ldb,
          c,
          cOffset + column,
          ldc);
    }
    for (; column < columns; column += LANES) {
      oneVector(
          rows,
          steps,
          a,
          aOffset,
          rowStride,
          stepStride,
          b,
          bOffset + column,
          ldb,
          c,
          cOffset + column,
          ldc);
    }
  }

  /** Columns of B that do not fill a vector, padded with zeros in a panel that does. */
  private static void lastColumns(
      int rows,
      int columns,
      int steps,
      float[] a,
      int aOffset,
      int rowStride,
      int stepStride,
      float[] b,
      int bOffset,
      int ldb,
      float[] c,
      int cOffset,
      int ldc) {
    int sums = steps * LANES;
    float[] panel = panel(sums + rows * LANES);
    Arrays.fill(panel, 0, sums + rows * LANES, 0);
    copyRows(steps, columns, b, bOffset, ldb, panel, 0, LANES);
    copyRows(rows, columns, c, cOffset, ldc, panel, sums, LANES);
    oneVector(rows, steps, a, aOffset, rowStride, stepStride, panel, 0, LANES, panel, sums, LANES);
    copyRows(rows, columns, panel, sums, LANES, c, cOffset, ldc);
  }

  private static void copyRows(
      int rows,
      int width,
      float[] from,
      int fromOffset,
      int fromStride,
      float[] to,
      int toOffset,
      int toStride) {
    for (int i = 0; i < rows; i++) {
      int at = fromOffset + i * fromStride;
      int into = toOffset + i * toStride;
      for (int j = 0; j < width; j++) {
        to[into + j] = from[at + j];
      }
    }
  }

  private static float[] panel(int size) {
    float[] panel = PANEL.get();
    if (panel.length < size) {
      panel = new float[size];
      PANEL.set(panel);
    }
    return panel;
  }

  private static void fourVectors(
      int rows,
      int steps,
      float[] a,
      int aOffset,
      int rowStride,
      int stepStride,
      float[] b,
      int bOffset,
      int ldb,
      float[] c,
      int cOffset,
      int ldc) {
    int row = 0;
    for (; row + 4 <= rows; row += 4) {
      FloatVector c00 = FloatVector.zero(FLOATS);
      FloatVector c01 = c00;
      FloatVector c02 = c00;
      FloatVector c03 = c00;
      FloatVector c10 = c00;
      FloatVector c11 = c00;
      FloatVector c12 = c00;
      FloatVector c13 = c00;
      FloatVector c20 = c00;
      FloatVector c21 = c00;
      FloatVector c22 = c00;
      FloatVector c23 = c00;
      FloatVector c30 = c00;
      FloatVector c31 = c00;
      FloatVector c32 = c00;
      FloatVector c33 = c00;
      int a0 = aOffset + row * rowStride;
      int a1 = a0 + rowStride;
      int a2 = a1 + rowStride;
      int a3 = a2 + rowStride;
      for (int s = 0; s < steps; s++) {
        int bs = bOffset + s * ldb;
        int as = s * stepStride;
        FloatVector b0 = FloatVector.fromArray(FLOATS, b, bs);
        FloatVector b1 = FloatVector.fromArray(FLOATS, b, bs + LANES);
        FloatVector b2 = FloatVector.fromArray(FLOATS, b, bs + 2 * LANES);
        FloatVector b3 = FloatVector.fromArray(FLOATS, b, bs + 3 * LANES);
        FloatVector x = FloatVector.broadcast(FLOATS, a[a0 + as]);
        c00 = x.fma(b0, c00);
        c01 = x.fma(b1, c01);
        c02 = x.fma(b2, c02);
        c03 = x.fma(b3, c03);
        x = FloatVector.broadcast(FLOATS, a[a1 + as]);
        c10 = x.fma(b0, c10);
        c11 = x.fma(b1, c11);
        c12 = x.fma(b2, c12);
        c13 = x.fma(b3, c13);
        x = FloatVector.broadcast(FLOATS, a[a2 + as]);
        c20 = x.fma(b0, c20);
        c21 = x.fma(b1, c21);
        c22 = x.fma(b2, c22);
        c23 = x.fma(b3, c23);
        x = FloatVector.broadcast(FLOATS, a[a3 + as]);
        c30 = x.fma(b0, c30);
        c31 = x.fma(b1, c31);
        c32 = x.fma(b2, c32);
        c33 = x.fma(b3, c33);
      }
      int to = cOffset + row * ldc;
      c00.add(FloatVector.fromArray(FLOATS, c, to)).intoArray(c, to);
      c01.add(FloatVector.fromArray(FLOATS, c, to + LANES)).intoArray(c, to + LANES);
      c02.add(FloatVector.fromArray(FLOATS, c, to + 2 * LANES)).intoArray(c, to + 2 * LANES);
      c03.add(FloatVector.fromArray(FLOATS, c, to + 3 * LANES)).intoArray(c, to + 3 * LANES);
      to += ldc;
      c10.add(FloatVector.fromArray(FLOATS, c, to)).intoArray(c, to);
      c11.add(FloatVector.fromArray(FLOATS, c, to + LANES)).intoArray(c, to + LANES);
      c12.add(FloatVector.fromArray(FLOATS, c, to + 2 * LANES)).intoArray(c, to + 2 * LANES);
      c13.add(FloatVector.fromArray(FLOATS, c, to + 3 * LANES)).intoArray(c, to + 3 * LANES);
      to += ldc;
      c20.add(FloatVector.fromArray(FLOATS, c, to)).intoArray(c, to);
      c21.add(FloatVector.fromArray(FLOATS, c, to + LANES)).intoArray(c, to + LANES);
      c22.add(FloatVector.fromArray(FLOATS, c, to + 2 * LANES)).intoArray(c, to + 2 * LANES);
      c23.add(FloatVector.fromArray(FLOATS, c, to + 3 * LANES)).intoArray(c, to + 3 * LANES);
      to += ldc;
      c30.add(FloatVector.fromArray(FLOATS, c, to)).intoArray(c, to);
      c31.add(FloatVector.fromArray(FLOATS, c, to + LANES)).intoArray(c, to + LANES);
      c32.add(FloatVector.fromArray(FLOATS, c, to + 2 * LANES)).intoArray(c, to + 2 * LANES);
      c33.add(FloatVector.fromArray(FLOATS, c, to + 3 * LANES)).intoArray(c, to + 3 * LANES);
    }
    for (; row < rows; row++) {
      FloatVector c0 = FloatVector.zero(FLOATS);
      FloatVector c1 = c0;
      FloatVector c2 = c0;
      FloatVector c3 = c0;
      int a0 = aOffset + row * rowStride;
      for (int s = 0; s < steps; s++) {
        int bs = bOffset + s * ldb;
        FloatVector x = FloatVector.broadcast(FLOATS, a[a0 + s * stepStride]);
        c0 = x.fma(FloatVector.fromArray(FLOATS, b, bs), c0);
        c1 = x.fma(FloatVector.fromArray(FLOATS, b, bs + LANES), c1);
        c2 = x.fma(FloatVector.fromArray(FLOATS, b, bs + 2 * LANES), c2);
        c3 = x.fma(FloatVector.fromArray(FLOATS, b, bs + 3 * LANES), c3);
      }
      int to = cOffset + row * ldc;
      c0.add(FloatVector.fromArray(FLOATS, c, to)).intoArray(c, to);
      c1.add(FloatVector.fromArray(FLOATS, c, to + LANES)).intoArray(c, to + LANES);
      c2.add(FloatVector.fromArray(FLOATS, c, to + 2 * LANES)).intoArray(c, to + 2 * LANES);
      c3.add(FloatVector.fromArray(FLOATS, c, to + 3 * LANES)).intoArray(c, to + 3 * LANES);
    }
  }

  private static void twoVectors(
      int rows,
      int steps,
      float[] a,
      int aOffset,
      int rowStride,
      int stepStride,
      float[] b,
      int bOffset,
      int ldb,
      float[] c,
      int cOffset,
      int ldc) {
    int row = 0;
    for (; row + 4 <= rows; row += 4) {
      FloatVector c00 = FloatVector.zero(FLOATS);
      FloatVector c01 = c00;
      FloatVector c10 = c00;
      FloatVector c11 = c00;
      FloatVector c20 = c00;
      FloatVector c21 = c00;
      FloatVector c30 = c00;
      FloatVector c31 = c00;
      int a0 = aOffset + row * rowStride;
      int a1 = a0 + rowStride;
      int a2 = a1 + rowStride;
      int a3 = a2 + rowStride;
      for (int s = 0; s < steps; s++) {
        int bs = bOffset + s * ldb;
        int as = s * stepStride;
        FloatVector b0 = FloatVector.fromArray(FLOATS, b, bs);
        FloatVector b1 = FloatVector.fromArray(FLOATS, b, bs + LANES);
        FloatVector x = FloatVector.broadcast(FLOATS, a[a0 + as]);
        c00 = x.fma(b0, c00);
        c01 = x.fma(b1, c01);
        x = FloatVector.broadcast(FLOATS, a[a1 + as]);
        c10 = x.fma(b0, c10);
        c11 = x.fma(b1, c11);
        x = FloatVector.broadcast(FLOATS, a[a2 + as]);
        c20 = x.fma(b0, c20);
        c21 = x.fma(b1, c21);
        x = FloatVector.broadcast(FLOATS, a[a3 + as]);
        c30 = x.fma(b0, c30);
        c31 = x.fma(b1, c31);
      }
      int to = cOffset + row * ldc;
      c00.add(FloatVector.fromArray(FLOATS, c, to)).intoArray(c, to);
      c01.add(FloatVector.fromArray(FLOATS, c, to + LANES)).intoArray(c, to + LANES);
      to += ldc;
      c10.add(FloatVector.fromArray(FLOATS, c, to)).intoArray(c, to);
      c11.add(FloatVector.fromArray(FLOATS, c, to + LANES)).intoArray(c, to + LANES);
      to += ldc;
      c20.add(FloatVector.fromArray(FLOATS, c, to)).intoArray(c, to);
      c21.add(FloatVector.fromArray(FLOATS, c, to + LANES)).intoArray(c, to + LANES);
      to += ldc;
      c30.add(FloatVector.fromArray(FLOATS, c, to)).intoArray(c, to);
      c31.add(FloatVector.fromArray(FLOATS, c, to + LANES)).intoArray(c, to + LANES);
    }
    for (; row < rows; row++) {
      FloatVector c0 = FloatVector.zero(FLOATS);
      FloatVector c1 = c0;
      int a0 = aOffset + row * rowStride;
      for (int s = 0; s < steps; s++) {
        int bs = bOffset + s * ldb;
        FloatVector x = FloatVector.broadcast(FLOATS, a[a0 + s * stepStride]);
        c0 = x.fma(FloatVector.fromArray(FLOATS, b, bs), c0);
        c1 = x.fma(FloatVector.fromArray(FLOATS, b, bs + LANES), c1);
      }
      int to = cOffset + row * ldc;
      c0.add(FloatVector.fromArray(FLOATS, c, to)).intoArray(c, to);
      c1.add(FloatVector.fromArray(FLOATS, c, to + LANES)).intoArray(c, to + LANES);
    }
  }

  private static void oneVector(
      int rows,
      int steps,
      float[] a,
      int aOffset,
      int rowStride,
      int stepStride,
      float[] b,
      int bOffset,
      int ldb,
      float[] c,
      int cOffset,
      int ldc) {
    int row = 0;
    for (; row + 4 <= rows; row += 4) {
      FloatVector c0 = FloatVector.zero(FLOATS);
      FloatVector c1 = c0;
      FloatVector c2 = c0;
      FloatVector c3 = c0;
      int a0 = aOffset + row * rowStride;
      int a1 = a0 + rowStride;
      int a2 = a1 + rowStride;
      int a3 = a2 + rowStride;
      for (int s = 0; s < steps; s++) {
        int as = s * stepStride;
        FloatVector b0 = FloatVector.fromArray(FLOATS, b, bOffset + s * ldb);
        c0 = FloatVector.broadcast(FLOATS, a[a0 + as]).fma(b0, c0);
        c1 = FloatVector.broadcast(FLOATS, a[a1 + as]).fma(b0, c1);
        c2 = FloatVector.broadcast(FLOATS, a[a2 + as]).fma(b0, c2);
        c3 = FloatVector.broadcast(FLOATS, a[a3 + as]).fma(b0, c3);
      }
      int to = cOffset + row * ldc;
      c0.add(FloatVector.fromArray(FLOATS, c, to)).intoArray(c, to);
      c1.add(FloatVector.fromArray(FLOATS, c, to + ldc)).intoArray(c, to + ldc);
      c2.add(FloatVector.fromArray(FLOATS, c, to + 2 * ldc)).intoArray(c, to + 2 * ldc);
      c3.add(FloatVector.fromArray(FLOATS, c, to + 3 * ldc)).intoArray(c, to + 3 * ldc);
    }
    for (; row < rows; row++) {
      FloatVector c0 = FloatVector.zero(FLOATS);
      int a0 = aOffset + row * rowStride;
      for (int s = 0; s < steps; s++) {
        FloatVector x = FloatVector.broadcast(FLOATS, a[a0 + s * stepStride]);
        c0 = x.fma(FloatVector.fromArray(FLOATS, b, bOffset + s * ldb), c0);
      }
      c0.add(FloatVector.fromArray(FLOATS, c, cOffset + row * ldc))
          .intoArray(c, cOffset + row * ldc);
    }
  }

  /** A·b for a vector b without gaps: the sums run along the rows of A. */
  static void multiplyColumn(
      int rows,
      int steps,
      float[] a,
      int aOffset,
      int lda,
      float[] b,
      int bOffset,
      float[] c,
      int cOffset,
      int ldc,
      boolean accumulate) {
    float[] lanes = panel(LANES);
    for (int row = 0; row < rows; row++) {
      int start = aOffset + row * lda;
      FloatVector sum0 = FloatVector.zero(FLOATS);
      FloatVector sum1 = sum0;
      int s = 0;
      for (; s + 2 * LANES <= steps; s += 2 * LANES) {
        sum0 =
            FloatVector.fromArray(FLOATS, a, start + s)
                .fma(FloatVector.fromArray(FLOATS, b, bOffset + s), sum0);
        sum1 =
            FloatVector.fromArray(FLOATS, a, start + s + LANES)
                .fma(FloatVector.fromArray(FLOATS, b, bOffset + s + LANES), sum1);
      }
      for (; s + LANES <= steps; s += LANES) {
        sum0 =
            FloatVector.fromArray(FLOATS, a, start + s)
                .fma(FloatVector.fromArray(FLOATS, b, bOffset + s), sum0);
      }
      sum0.add(sum1).intoArray(lanes, 0);
      float sum = sumOfLanes(lanes);
      for (; s < steps; s++) {
        sum += a[start + s] * b[bOffset + s];
      }
      int at = cOffset + row * ldc;
      c[at] = accumulate ? c[at] + sum : sum;
    }
  }

  /**
   * Always in the same order: {@code reduceLanes} leaves the order open, and compiled code may take
   * another one than the interpreter.
   */
  private static float sumOfLanes(float[] lanes) {
    for (int half = LANES / 2; half > 0; half /= 2) {
      for (int j = 0; j < half; j++) {
        lanes[j] += lanes[j + half];
      }
    }
    return lanes[0];
  }
}
