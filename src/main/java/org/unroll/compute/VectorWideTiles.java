package org.unroll.compute;

import static org.unroll.compute.VectorWidth.FLOATS;
import static org.unroll.compute.VectorWidth.LANES;
import static org.unroll.compute.VectorWidth.MANY_REGISTERS;

import jdk.incubator.vector.FloatVector;

/**
 * Product tiles that are three vectors wide, unrolled by hand. The arguments are described in
 * {@link VectorProducts}. A tile of eight rows needs 28 registers: 24 vectors of C, three of B and
 * one value of A. A tile of four rows needs all 16 registers of AVX2. The larger one reads B half
 * as often, which matters because a vector that is not aligned costs two accesses to the cache.
 *
 * <p>There is one form of the tile for A and one for Aᵀ, so that the compiler can prove at once
 * that the indices of all steps are within A.
 */
final class VectorWideTiles {
  private VectorWideTiles() {}

  static void threeVectors(
      int rows,
      int steps,
      float[] a,
      int aOffset,
      int rowStride,
      int stepStride,
      float[] b,
      int bOffset,
      int ldb,
      float[] init,
      int initOffset,
      int initStride,
      float[] c,
      int cOffset,
      int ldc) {
    int row = 0;
    int eights = MANY_REGISTERS ? rows : 0;
    for (; row + 8 <= eights; row += 8) {
      int from = aOffset + row * rowStride;
      int begin = initOffset + row * initStride;
      int to = cOffset + row * ldc;
      if (stepStride == 1) {
        eightRows(steps, a, from, rowStride, b, bOffset, ldb, init, begin, initStride, c, to, ldc);
      } else {
        eightColumns(
            steps, a, from, stepStride, b, bOffset, ldb, init, begin, initStride, c, to, ldc);
      }
    }
    for (; row + 1 < rows; row += 4) {
      int third = Math.min(2, rows - 1 - row); // rows below the first
      int fourth = Math.min(3, rows - 1 - row);
      int first = initOffset + row * initStride;
      int from = first;
      FloatVector c00 = FloatVector.fromArray(FLOATS, init, from);
      FloatVector c01 = FloatVector.fromArray(FLOATS, init, from + LANES);
      FloatVector c02 = FloatVector.fromArray(FLOATS, init, from + 2 * LANES);
      from += initStride;
      FloatVector c10 = FloatVector.fromArray(FLOATS, init, from);
      FloatVector c11 = FloatVector.fromArray(FLOATS, init, from + LANES);
      FloatVector c12 = FloatVector.fromArray(FLOATS, init, from + 2 * LANES);
      from = first + third * initStride;
      FloatVector c20 = FloatVector.fromArray(FLOATS, init, from);
      FloatVector c21 = FloatVector.fromArray(FLOATS, init, from + LANES);
      FloatVector c22 = FloatVector.fromArray(FLOATS, init, from + 2 * LANES);
      from = first + fourth * initStride;
      FloatVector c30 = FloatVector.fromArray(FLOATS, init, from);
      FloatVector c31 = FloatVector.fromArray(FLOATS, init, from + LANES);
      FloatVector c32 = FloatVector.fromArray(FLOATS, init, from + 2 * LANES);
      int a0 = aOffset + row * rowStride;
      int a1 = a0 + rowStride;
      int a2 = a0 + third * rowStride;
      int a3 = a0 + fourth * rowStride;
      int as = 0;
      int bs = bOffset;
      for (int s = 0; s < steps; s++) {
        FloatVector b0 = FloatVector.fromArray(FLOATS, b, bs);
        FloatVector b1 = FloatVector.fromArray(FLOATS, b, bs + LANES);
        FloatVector b2 = FloatVector.fromArray(FLOATS, b, bs + 2 * LANES);
        FloatVector x = FloatVector.broadcast(FLOATS, a[a0 + as]);
        c00 = x.fma(b0, c00);
        c01 = x.fma(b1, c01);
        c02 = x.fma(b2, c02);
        x = FloatVector.broadcast(FLOATS, a[a1 + as]);
        c10 = x.fma(b0, c10);
        c11 = x.fma(b1, c11);
        c12 = x.fma(b2, c12);
        x = FloatVector.broadcast(FLOATS, a[a2 + as]);
        c20 = x.fma(b0, c20);
        c21 = x.fma(b1, c21);
        c22 = x.fma(b2, c22);
        x = FloatVector.broadcast(FLOATS, a[a3 + as]);
        c30 = x.fma(b0, c30);
        c31 = x.fma(b1, c31);
        c32 = x.fma(b2, c32);
        as += stepStride;
        bs += ldb;
      }
      int top = cOffset + row * ldc;
      int to = top;
      c00.intoArray(c, to);
      c01.intoArray(c, to + LANES);
      c02.intoArray(c, to + 2 * LANES);
      to += ldc;
      c10.intoArray(c, to);
      c11.intoArray(c, to + LANES);
      c12.intoArray(c, to + 2 * LANES);
      to = top + third * ldc;
      c20.intoArray(c, to);
      c21.intoArray(c, to + LANES);
      c22.intoArray(c, to + 2 * LANES);
      to = top + fourth * ldc;
      c30.intoArray(c, to);
      c31.intoArray(c, to + LANES);
      c32.intoArray(c, to + 2 * LANES);
    }
    for (; row < rows; row++) {
      int from = initOffset + row * initStride;
      FloatVector c00 = FloatVector.fromArray(FLOATS, init, from);
      FloatVector c01 = FloatVector.fromArray(FLOATS, init, from + LANES);
      FloatVector c02 = FloatVector.fromArray(FLOATS, init, from + 2 * LANES);
      int a0 = aOffset + row * rowStride;
      int as = 0;
      int bs = bOffset;
      for (int s = 0; s < steps; s++) {
        FloatVector b0 = FloatVector.fromArray(FLOATS, b, bs);
        FloatVector b1 = FloatVector.fromArray(FLOATS, b, bs + LANES);
        FloatVector b2 = FloatVector.fromArray(FLOATS, b, bs + 2 * LANES);
        FloatVector x = FloatVector.broadcast(FLOATS, a[a0 + as]);
        c00 = x.fma(b0, c00);
        c01 = x.fma(b1, c01);
        c02 = x.fma(b2, c02);
        as += stepStride;
        bs += ldb;
      }
      int to = cOffset + row * ldc;
      c00.intoArray(c, to);
      c01.intoArray(c, to + LANES);
      c02.intoArray(c, to + 2 * LANES);
    }
  }

  /** Eight rows of A: the sums run along the rows. */
  private static void eightRows(
      int steps,
      float[] a,
      int aOffset,
      int lda,
      float[] b,
      int bOffset,
      int ldb,
      float[] init,
      int initOffset,
      int initStride,
      float[] c,
      int cOffset,
      int ldc) {
    int from = initOffset;
    FloatVector c00 = FloatVector.fromArray(FLOATS, init, from);
    FloatVector c01 = FloatVector.fromArray(FLOATS, init, from + LANES);
    FloatVector c02 = FloatVector.fromArray(FLOATS, init, from + 2 * LANES);
    from += initStride;
    FloatVector c10 = FloatVector.fromArray(FLOATS, init, from);
    FloatVector c11 = FloatVector.fromArray(FLOATS, init, from + LANES);
    FloatVector c12 = FloatVector.fromArray(FLOATS, init, from + 2 * LANES);
    from += initStride;
    FloatVector c20 = FloatVector.fromArray(FLOATS, init, from);
    FloatVector c21 = FloatVector.fromArray(FLOATS, init, from + LANES);
    FloatVector c22 = FloatVector.fromArray(FLOATS, init, from + 2 * LANES);
    from += initStride;
    FloatVector c30 = FloatVector.fromArray(FLOATS, init, from);
    FloatVector c31 = FloatVector.fromArray(FLOATS, init, from + LANES);
    FloatVector c32 = FloatVector.fromArray(FLOATS, init, from + 2 * LANES);
    from += initStride;
    FloatVector c40 = FloatVector.fromArray(FLOATS, init, from);
    FloatVector c41 = FloatVector.fromArray(FLOATS, init, from + LANES);
    FloatVector c42 = FloatVector.fromArray(FLOATS, init, from + 2 * LANES);
    from += initStride;
    FloatVector c50 = FloatVector.fromArray(FLOATS, init, from);
    FloatVector c51 = FloatVector.fromArray(FLOATS, init, from + LANES);
    FloatVector c52 = FloatVector.fromArray(FLOATS, init, from + 2 * LANES);
    from += initStride;
    FloatVector c60 = FloatVector.fromArray(FLOATS, init, from);
    FloatVector c61 = FloatVector.fromArray(FLOATS, init, from + LANES);
    FloatVector c62 = FloatVector.fromArray(FLOATS, init, from + 2 * LANES);
    from += initStride;
    FloatVector c70 = FloatVector.fromArray(FLOATS, init, from);
    FloatVector c71 = FloatVector.fromArray(FLOATS, init, from + LANES);
    FloatVector c72 = FloatVector.fromArray(FLOATS, init, from + 2 * LANES);
    int a0 = aOffset;
    int a1 = a0 + lda;
    int a2 = a1 + lda;
    int a3 = a2 + lda;
    int a4 = a3 + lda;
    int a5 = a4 + lda;
    int a6 = a5 + lda;
    int a7 = a6 + lda;
    int bs = bOffset;
    for (int s = 0; s < steps; s++) {
      FloatVector b0 = FloatVector.fromArray(FLOATS, b, bs);
      FloatVector b1 = FloatVector.fromArray(FLOATS, b, bs + LANES);
      FloatVector b2 = FloatVector.fromArray(FLOATS, b, bs + 2 * LANES);
      FloatVector x = FloatVector.broadcast(FLOATS, a[a0 + s]);
      c00 = x.fma(b0, c00);
      c01 = x.fma(b1, c01);
      c02 = x.fma(b2, c02);
      x = FloatVector.broadcast(FLOATS, a[a1 + s]);
      c10 = x.fma(b0, c10);
      c11 = x.fma(b1, c11);
      c12 = x.fma(b2, c12);
      x = FloatVector.broadcast(FLOATS, a[a2 + s]);
      c20 = x.fma(b0, c20);
      c21 = x.fma(b1, c21);
      c22 = x.fma(b2, c22);
      x = FloatVector.broadcast(FLOATS, a[a3 + s]);
      c30 = x.fma(b0, c30);
      c31 = x.fma(b1, c31);
      c32 = x.fma(b2, c32);
      x = FloatVector.broadcast(FLOATS, a[a4 + s]);
      c40 = x.fma(b0, c40);
      c41 = x.fma(b1, c41);
      c42 = x.fma(b2, c42);
      x = FloatVector.broadcast(FLOATS, a[a5 + s]);
      c50 = x.fma(b0, c50);
      c51 = x.fma(b1, c51);
      c52 = x.fma(b2, c52);
      x = FloatVector.broadcast(FLOATS, a[a6 + s]);
      c60 = x.fma(b0, c60);
      c61 = x.fma(b1, c61);
      c62 = x.fma(b2, c62);
      x = FloatVector.broadcast(FLOATS, a[a7 + s]);
      c70 = x.fma(b0, c70);
      c71 = x.fma(b1, c71);
      c72 = x.fma(b2, c72);
      bs += ldb;
    }
    int to = cOffset;
    c00.intoArray(c, to);
    c01.intoArray(c, to + LANES);
    c02.intoArray(c, to + 2 * LANES);
    to += ldc;
    c10.intoArray(c, to);
    c11.intoArray(c, to + LANES);
    c12.intoArray(c, to + 2 * LANES);
    to += ldc;
    c20.intoArray(c, to);
    c21.intoArray(c, to + LANES);
    c22.intoArray(c, to + 2 * LANES);
    to += ldc;
    c30.intoArray(c, to);
    c31.intoArray(c, to + LANES);
    c32.intoArray(c, to + 2 * LANES);
    to += ldc;
    c40.intoArray(c, to);
    c41.intoArray(c, to + LANES);
    c42.intoArray(c, to + 2 * LANES);
    to += ldc;
    c50.intoArray(c, to);
    c51.intoArray(c, to + LANES);
    c52.intoArray(c, to + 2 * LANES);
    to += ldc;
    c60.intoArray(c, to);
    c61.intoArray(c, to + LANES);
    c62.intoArray(c, to + 2 * LANES);
    to += ldc;
    c70.intoArray(c, to);
    c71.intoArray(c, to + LANES);
    c72.intoArray(c, to + 2 * LANES);
  }

  /** Eight columns of A: the sums run down the columns. */
  private static void eightColumns(
      int steps,
      float[] a,
      int aOffset,
      int lda,
      float[] b,
      int bOffset,
      int ldb,
      float[] init,
      int initOffset,
      int initStride,
      float[] c,
      int cOffset,
      int ldc) {
    int from = initOffset;
    FloatVector c00 = FloatVector.fromArray(FLOATS, init, from);
    FloatVector c01 = FloatVector.fromArray(FLOATS, init, from + LANES);
    FloatVector c02 = FloatVector.fromArray(FLOATS, init, from + 2 * LANES);
    from += initStride;
    FloatVector c10 = FloatVector.fromArray(FLOATS, init, from);
    FloatVector c11 = FloatVector.fromArray(FLOATS, init, from + LANES);
    FloatVector c12 = FloatVector.fromArray(FLOATS, init, from + 2 * LANES);
    from += initStride;
    FloatVector c20 = FloatVector.fromArray(FLOATS, init, from);
    FloatVector c21 = FloatVector.fromArray(FLOATS, init, from + LANES);
    FloatVector c22 = FloatVector.fromArray(FLOATS, init, from + 2 * LANES);
    from += initStride;
    FloatVector c30 = FloatVector.fromArray(FLOATS, init, from);
    FloatVector c31 = FloatVector.fromArray(FLOATS, init, from + LANES);
    FloatVector c32 = FloatVector.fromArray(FLOATS, init, from + 2 * LANES);
    from += initStride;
    FloatVector c40 = FloatVector.fromArray(FLOATS, init, from);
    FloatVector c41 = FloatVector.fromArray(FLOATS, init, from + LANES);
    FloatVector c42 = FloatVector.fromArray(FLOATS, init, from + 2 * LANES);
    from += initStride;
    FloatVector c50 = FloatVector.fromArray(FLOATS, init, from);
    FloatVector c51 = FloatVector.fromArray(FLOATS, init, from + LANES);
    FloatVector c52 = FloatVector.fromArray(FLOATS, init, from + 2 * LANES);
    from += initStride;
    FloatVector c60 = FloatVector.fromArray(FLOATS, init, from);
    FloatVector c61 = FloatVector.fromArray(FLOATS, init, from + LANES);
    FloatVector c62 = FloatVector.fromArray(FLOATS, init, from + 2 * LANES);
    from += initStride;
    FloatVector c70 = FloatVector.fromArray(FLOATS, init, from);
    FloatVector c71 = FloatVector.fromArray(FLOATS, init, from + LANES);
    FloatVector c72 = FloatVector.fromArray(FLOATS, init, from + 2 * LANES);
    int as = aOffset;
    int bs = bOffset;
    for (int s = 0; s < steps; s++) {
      FloatVector b0 = FloatVector.fromArray(FLOATS, b, bs);
      FloatVector b1 = FloatVector.fromArray(FLOATS, b, bs + LANES);
      FloatVector b2 = FloatVector.fromArray(FLOATS, b, bs + 2 * LANES);
      FloatVector x = FloatVector.broadcast(FLOATS, a[as]);
      c00 = x.fma(b0, c00);
      c01 = x.fma(b1, c01);
      c02 = x.fma(b2, c02);
      x = FloatVector.broadcast(FLOATS, a[as + 1]);
      c10 = x.fma(b0, c10);
      c11 = x.fma(b1, c11);
      c12 = x.fma(b2, c12);
      x = FloatVector.broadcast(FLOATS, a[as + 2]);
      c20 = x.fma(b0, c20);
      c21 = x.fma(b1, c21);
      c22 = x.fma(b2, c22);
      x = FloatVector.broadcast(FLOATS, a[as + 3]);
      c30 = x.fma(b0, c30);
      c31 = x.fma(b1, c31);
      c32 = x.fma(b2, c32);
      x = FloatVector.broadcast(FLOATS, a[as + 4]);
      c40 = x.fma(b0, c40);
      c41 = x.fma(b1, c41);
      c42 = x.fma(b2, c42);
      x = FloatVector.broadcast(FLOATS, a[as + 5]);
      c50 = x.fma(b0, c50);
      c51 = x.fma(b1, c51);
      c52 = x.fma(b2, c52);
      x = FloatVector.broadcast(FLOATS, a[as + 6]);
      c60 = x.fma(b0, c60);
      c61 = x.fma(b1, c61);
      c62 = x.fma(b2, c62);
      x = FloatVector.broadcast(FLOATS, a[as + 7]);
      c70 = x.fma(b0, c70);
      c71 = x.fma(b1, c71);
      c72 = x.fma(b2, c72);
      as += lda;
      bs += ldb;
    }
    int to = cOffset;
    c00.intoArray(c, to);
    c01.intoArray(c, to + LANES);
    c02.intoArray(c, to + 2 * LANES);
    to += ldc;
    c10.intoArray(c, to);
    c11.intoArray(c, to + LANES);
    c12.intoArray(c, to + 2 * LANES);
    to += ldc;
    c20.intoArray(c, to);
    c21.intoArray(c, to + LANES);
    c22.intoArray(c, to + 2 * LANES);
    to += ldc;
    c30.intoArray(c, to);
    c31.intoArray(c, to + LANES);
    c32.intoArray(c, to + 2 * LANES);
    to += ldc;
    c40.intoArray(c, to);
    c41.intoArray(c, to + LANES);
    c42.intoArray(c, to + 2 * LANES);
    to += ldc;
    c50.intoArray(c, to);
    c51.intoArray(c, to + LANES);
    c52.intoArray(c, to + 2 * LANES);
    to += ldc;
    c60.intoArray(c, to);
    c61.intoArray(c, to + LANES);
    c62.intoArray(c, to + 2 * LANES);
    to += ldc;
    c70.intoArray(c, to);
    c71.intoArray(c, to + LANES);
    c72.intoArray(c, to + 2 * LANES);
  }
}
