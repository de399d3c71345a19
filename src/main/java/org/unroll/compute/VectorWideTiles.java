package org.unroll.compute;

import static org.unroll.compute.VectorWidth.FLOATS;
import static org.unroll.compute.VectorWidth.LANES;

import jdk.incubator.vector.FloatVector;

/**
 * Product tiles that are four or three vectors wide, four rows at a time, unrolled by hand. The
 * arguments are described in {@link VectorProducts}; each tile needs as many registers as it has
 * vectors of C, plus one row of B and one value of A.
 */
final class VectorWideTiles {
  private VectorWideTiles() {}

  static void fourVectors(
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
    for (; row + 4 <= rows; row += 4) {
      int from = initOffset + row * initStride;
      FloatVector c00 = FloatVector.fromArray(FLOATS, init, from);
      FloatVector c01 = FloatVector.fromArray(FLOATS, init, from + LANES);
      FloatVector c02 = FloatVector.fromArray(FLOATS, init, from + 2 * LANES);
      FloatVector c03 = FloatVector.fromArray(FLOATS, init, from + 3 * LANES);
      from += initStride;
      FloatVector c10 = FloatVector.fromArray(FLOATS, init, from);
      FloatVector c11 = FloatVector.fromArray(FLOATS, init, from + LANES);
      FloatVector c12 = FloatVector.fromArray(FLOATS, init, from + 2 * LANES);
      FloatVector c13 = FloatVector.fromArray(FLOATS, init, from + 3 * LANES);
      from += initStride;
      FloatVector c20 = FloatVector.fromArray(FLOATS, init, from);
      FloatVector c21 = FloatVector.fromArray(FLOATS, init, from + LANES);
      FloatVector c22 = FloatVector.fromArray(FLOATS, init, from + 2 * LANES);
      FloatVector c23 = FloatVector.fromArray(FLOATS, init, from + 3 * LANES);
      from += initStride;
      FloatVector c30 = FloatVector.fromArray(FLOATS, init, from);
      FloatVector c31 = FloatVector.fromArray(FLOATS, init, from + LANES);
      FloatVector c32 = FloatVector.fromArray(FLOATS, init, from + 2 * LANES);
      FloatVector c33 = FloatVector.fromArray(FLOATS, init, from + 3 * LANES);
      int a0 = aOffset + row * rowStride;
      int a1 = a0 + rowStride;
      int a2 = a1 + rowStride;
      int a3 = a2 + rowStride;
      int as = 0;
      int bs = bOffset;
      for (int s = 0; s < steps; s++) {
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
        as += stepStride;
        bs += ldb;
      }
      int to = cOffset + row * ldc;
      c00.intoArray(c, to);
      c01.intoArray(c, to + LANES);
      c02.intoArray(c, to + 2 * LANES);
      c03.intoArray(c, to + 3 * LANES);
      to += ldc;
      c10.intoArray(c, to);
      c11.intoArray(c, to + LANES);
      c12.intoArray(c, to + 2 * LANES);
      c13.intoArray(c, to + 3 * LANES);
      to += ldc;
      c20.intoArray(c, to);
      c21.intoArray(c, to + LANES);
      c22.intoArray(c, to + 2 * LANES);
      c23.intoArray(c, to + 3 * LANES);
      to += ldc;
      c30.intoArray(c, to);
      c31.intoArray(c, to + LANES);
      c32.intoArray(c, to + 2 * LANES);
      c33.intoArray(c, to + 3 * LANES);
    }
    for (; row < rows; row++) {
      int from = initOffset + row * initStride;
      FloatVector c00 = FloatVector.fromArray(FLOATS, init, from);
      FloatVector c01 = FloatVector.fromArray(FLOATS, init, from + LANES);
      FloatVector c02 = FloatVector.fromArray(FLOATS, init, from + 2 * LANES);
      FloatVector c03 = FloatVector.fromArray(FLOATS, init, from + 3 * LANES);
      int a0 = aOffset + row * rowStride;
      int as = 0;
      int bs = bOffset;
      for (int s = 0; s < steps; s++) {
        FloatVector b0 = FloatVector.fromArray(FLOATS, b, bs);
        FloatVector b1 = FloatVector.fromArray(FLOATS, b, bs + LANES);
        FloatVector b2 = FloatVector.fromArray(FLOATS, b, bs + 2 * LANES);
        FloatVector b3 = FloatVector.fromArray(FLOATS, b, bs + 3 * LANES);
        FloatVector x = FloatVector.broadcast(FLOATS, a[a0 + as]);
        c00 = x.fma(b0, c00);
        c01 = x.fma(b1, c01);
        c02 = x.fma(b2, c02);
        c03 = x.fma(b3, c03);
        as += stepStride;
        bs += ldb;
      }
      int to = cOffset + row * ldc;
      c00.intoArray(c, to);
      c01.intoArray(c, to + LANES);
      c02.intoArray(c, to + 2 * LANES);
      c03.intoArray(c, to + 3 * LANES);
    }
  }

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
    for (; row + 4 <= rows; row += 4) {
      int from = initOffset + row * initStride;
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
      int a0 = aOffset + row * rowStride;
      int a1 = a0 + rowStride;
      int a2 = a1 + rowStride;
      int a3 = a2 + rowStride;
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
      int to = cOffset + row * ldc;
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
}
