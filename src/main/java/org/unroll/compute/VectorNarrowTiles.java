package org.unroll.compute;

import static org.unroll.compute.VectorWidth.FLOATS;
import static org.unroll.compute.VectorWidth.LANES;
import static org.unroll.compute.VectorWidth.MANY_REGISTERS;

import jdk.incubator.vector.FloatVector;

/**
 * Product tiles that are two vectors or one vector wide, eight or four rows at a time, unrolled by
 * hand: the narrow counterpart of {@link VectorWideTiles}.
 */
final class VectorNarrowTiles {
  private VectorNarrowTiles() {}

  static void twoVectors(
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
      int from = initOffset + row * initStride;
      FloatVector c00 = FloatVector.fromArray(FLOATS, init, from);
      FloatVector c01 = FloatVector.fromArray(FLOATS, init, from + LANES);
      from += initStride;
      FloatVector c10 = FloatVector.fromArray(FLOATS, init, from);
      FloatVector c11 = FloatVector.fromArray(FLOATS, init, from + LANES);
      from += initStride;
      FloatVector c20 = FloatVector.fromArray(FLOATS, init, from);
      FloatVector c21 = FloatVector.fromArray(FLOATS, init, from + LANES);
      from += initStride;
      FloatVector c30 = FloatVector.fromArray(FLOATS, init, from);
      FloatVector c31 = FloatVector.fromArray(FLOATS, init, from + LANES);
      from += initStride;
      FloatVector c40 = FloatVector.fromArray(FLOATS, init, from);
      FloatVector c41 = FloatVector.fromArray(FLOATS, init, from + LANES);
      from += initStride;
      FloatVector c50 = FloatVector.fromArray(FLOATS, init, from);
      FloatVector c51 = FloatVector.fromArray(FLOATS, init, from + LANES);
      from += initStride;
      FloatVector c60 = FloatVector.fromArray(FLOATS, init, from);
      FloatVector c61 = FloatVector.fromArray(FLOATS, init, from + LANES);
      from += initStride;
      FloatVector c70 = FloatVector.fromArray(FLOATS, init, from);
      FloatVector c71 = FloatVector.fromArray(FLOATS, init, from + LANES);
      int a0 = aOffset + row * rowStride;
      int a1 = a0 + rowStride;
      int a2 = a1 + rowStride;
      int a3 = a2 + rowStride;
      int a4 = a3 + rowStride;
      int a5 = a4 + rowStride;
      int a6 = a5 + rowStride;
      int a7 = a6 + rowStride;
      int as = 0;
      int bs = bOffset;
      for (int s = 0; s < steps; s++) {
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
        x = FloatVector.broadcast(FLOATS, a[a4 + as]);
        c40 = x.fma(b0, c40);
        c41 = x.fma(b1, c41);
        x = FloatVector.broadcast(FLOATS, a[a5 + as]);
        c50 = x.fma(b0, c50);
        c51 = x.fma(b1, c51);
        x = FloatVector.broadcast(FLOATS, a[a6 + as]);
        c60 = x.fma(b0, c60);
        c61 = x.fma(b1, c61);
        x = FloatVector.broadcast(FLOATS, a[a7 + as]);
        c70 = x.fma(b0, c70);
        c71 = x.fma(b1, c71);
        as += stepStride;
        bs += ldb;
      }
      int to = cOffset + row * ldc;
      c00.intoArray(c, to);
      c01.intoArray(c, to + LANES);
      to += ldc;
      c10.intoArray(c, to);
      c11.intoArray(c, to + LANES);
      to += ldc;
      c20.intoArray(c, to);
      c21.intoArray(c, to + LANES);
      to += ldc;
      c30.intoArray(c, to);
      c31.intoArray(c, to + LANES);
      to += ldc;
      c40.intoArray(c, to);
      c41.intoArray(c, to + LANES);
      to += ldc;
      c50.intoArray(c, to);
      c51.intoArray(c, to + LANES);
      to += ldc;
      c60.intoArray(c, to);
      c61.intoArray(c, to + LANES);
      to += ldc;
      c70.intoArray(c, to);
      c71.intoArray(c, to + LANES);
    }
    for (; row + 1 < rows; row += 4) {
      int third = Math.min(2, rows - 1 - row); // rows below the first
      int fourth = Math.min(3, rows - 1 - row);
      int first = initOffset + row * initStride;
      int from = first;
      FloatVector c00 = FloatVector.fromArray(FLOATS, init, from);
      FloatVector c01 = FloatVector.fromArray(FLOATS, init, from + LANES);
      from += initStride;
      FloatVector c10 = FloatVector.fromArray(FLOATS, init, from);
      FloatVector c11 = FloatVector.fromArray(FLOATS, init, from + LANES);
      from = first + third * initStride;
      FloatVector c20 = FloatVector.fromArray(FLOATS, init, from);
      FloatVector c21 = FloatVector.fromArray(FLOATS, init, from + LANES);
      from = first + fourth * initStride;
      FloatVector c30 = FloatVector.fromArray(FLOATS, init, from);
      FloatVector c31 = FloatVector.fromArray(FLOATS, init, from + LANES);
      int a0 = aOffset + row * rowStride;
      int a1 = a0 + rowStride;
      int a2 = a0 + third * rowStride;
      int a3 = a0 + fourth * rowStride;
      int as = 0;
      int bs = bOffset;
      for (int s = 0; s < steps; s++) {
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
        as += stepStride;
        bs += ldb;
      }
      int top = cOffset + row * ldc;
      int to = top;
      c00.intoArray(c, to);
      c01.intoArray(c, to + LANES);
      to += ldc;
      c10.intoArray(c, to);
      c11.intoArray(c, to + LANES);
      to = top + third * ldc;
      c20.intoArray(c, to);
      c21.intoArray(c, to + LANES);
      to = top + fourth * ldc;
      c30.intoArray(c, to);
      c31.intoArray(c, to + LANES);
    }
    for (; row < rows; row++) {
      int from = initOffset + row * initStride;
      FloatVector c00 = FloatVector.fromArray(FLOATS, init, from);
      FloatVector c01 = FloatVector.fromArray(FLOATS, init, from + LANES);
      int a0 = aOffset + row * rowStride;
      int as = 0;
      int bs = bOffset;
      for (int s = 0; s < steps; s++) {
        FloatVector b0 = FloatVector.fromArray(FLOATS, b, bs);
        FloatVector b1 = FloatVector.fromArray(FLOATS, b, bs + LANES);
        FloatVector x = FloatVector.broadcast(FLOATS, a[a0 + as]);
        c00 = x.fma(b0, c00);
        c01 = x.fma(b1, c01);
        as += stepStride;
        bs += ldb;
      }
      int to = cOffset + row * ldc;
      c00.intoArray(c, to);
      c01.intoArray(c, to + LANES);
    }
  }

  static void oneVector(
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
    for (; row + 8 <= rows; row += 8) {
      int from = initOffset + row * initStride;
      FloatVector c00 = FloatVector.fromArray(FLOATS, init, from);
      from += initStride;
      FloatVector c10 = FloatVector.fromArray(FLOATS, init, from);
      from += initStride;
      FloatVector c20 = FloatVector.fromArray(FLOATS, init, from);
      from += initStride;
      FloatVector c30 = FloatVector.fromArray(FLOATS, init, from);
      from += initStride;
      FloatVector c40 = FloatVector.fromArray(FLOATS, init, from);
      from += initStride;
      FloatVector c50 = FloatVector.fromArray(FLOATS, init, from);
      from += initStride;
      FloatVector c60 = FloatVector.fromArray(FLOATS, init, from);
      from += initStride;
      FloatVector c70 = FloatVector.fromArray(FLOATS, init, from);
      int a0 = aOffset + row * rowStride;
      int a1 = a0 + rowStride;
      int a2 = a1 + rowStride;
      int a3 = a2 + rowStride;
      int a4 = a3 + rowStride;
      int a5 = a4 + rowStride;
      int a6 = a5 + rowStride;
      int a7 = a6 + rowStride;
      int as = 0;
      int bs = bOffset;
      for (int s = 0; s < steps; s++) {
        FloatVector b0 = FloatVector.fromArray(FLOATS, b, bs);
        FloatVector x = FloatVector.broadcast(FLOATS, a[a0 + as]);
        c00 = x.fma(b0, c00);
        x = FloatVector.broadcast(FLOATS, a[a1 + as]);
        c10 = x.fma(b0, c10);
        x = FloatVector.broadcast(FLOATS, a[a2 + as]);
        c20 = x.fma(b0, c20);
        x = FloatVector.broadcast(FLOATS, a[a3 + as]);
        c30 = x.fma(b0, c30);
        x = FloatVector.broadcast(FLOATS, a[a4 + as]);
        c40 = x.fma(b0, c40);
        x = FloatVector.broadcast(FLOATS, a[a5 + as]);
        c50 = x.fma(b0, c50);
        x = FloatVector.broadcast(FLOATS, a[a6 + as]);
        c60 = x.fma(b0, c60);
        x = FloatVector.broadcast(FLOATS, a[a7 + as]);
        c70 = x.fma(b0, c70);
        as += stepStride;
        bs += ldb;
      }
      int to = cOffset + row * ldc;
      c00.intoArray(c, to);
      to += ldc;
      c10.intoArray(c, to);
      to += ldc;
      c20.intoArray(c, to);
      to += ldc;
      c30.intoArray(c, to);
      to += ldc;
      c40.intoArray(c, to);
      to += ldc;
      c50.intoArray(c, to);
      to += ldc;
      c60.intoArray(c, to);
      to += ldc;
      c70.intoArray(c, to);
    }
    for (; row + 1 < rows; row += 4) {
      int third = Math.min(2, rows - 1 - row); // rows below the first
      int fourth = Math.min(3, rows - 1 - row);
      int first = initOffset + row * initStride;
      int from = first;
      FloatVector c00 = FloatVector.fromArray(FLOATS, init, from);
      from += initStride;
      FloatVector c10 = FloatVector.fromArray(FLOATS, init, from);
      from = first + third * initStride;
      FloatVector c20 = FloatVector.fromArray(FLOATS, init, from);
      from = first + fourth * initStride;
      FloatVector c30 = FloatVector.fromArray(FLOATS, init, from);
      int a0 = aOffset + row * rowStride;
      int a1 = a0 + rowStride;
      int a2 = a0 + third * rowStride;
      int a3 = a0 + fourth * rowStride;
      int as = 0;
      int bs = bOffset;
      for (int s = 0; s < steps; s++) {
        FloatVector b0 = FloatVector.fromArray(FLOATS, b, bs);
        FloatVector x = FloatVector.broadcast(FLOATS, a[a0 + as]);
        c00 = x.fma(b0, c00);
        x = FloatVector.broadcast(FLOATS, a[a1 + as]);
        c10 = x.fma(b0, c10);
        x = FloatVector.broadcast(FLOATS, a[a2 + as]);
        c20 = x.fma(b0, c20);
        x = FloatVector.broadcast(FLOATS, a[a3 + as]);
        c30 = x.fma(b0, c30);
        as += stepStride;
        bs += ldb;
      }
      int top = cOffset + row * ldc;
      int to = top;
      c00.intoArray(c, to);
      to += ldc;
      c10.intoArray(c, to);
      to = top + third * ldc;
      c20.intoArray(c, to);
      to = top + fourth * ldc;
      c30.intoArray(c, to);
    }
    for (; row < rows; row++) {
      int from = initOffset + row * initStride;
      FloatVector c00 = FloatVector.fromArray(FLOATS, init, from);
      int a0 = aOffset + row * rowStride;
      int as = 0;
      int bs = bOffset;
      for (int s = 0; s < steps; s++) {
        FloatVector b0 = FloatVector.fromArray(FLOATS, b, bs);
        FloatVector x = FloatVector.broadcast(FLOATS, a[a0 + as]);
        c00 = x.fma(b0, c00);
        as += stepStride;
        bs += ldb;
      }
      int to = cOffset + row * ldc;
      c00.intoArray(c, to);
    }
  }
}
