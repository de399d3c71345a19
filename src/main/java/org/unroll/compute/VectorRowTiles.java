package org.unroll.compute;

import static org.unroll.compute.VectorWidth.FLOATS;
import static org.unroll.compute.VectorWidth.LANES;

import jdk.incubator.vector.FloatVector;

/**
 * Product tiles of a single row, unrolled by hand: one window or one time step. A chain of
 * multiply-adds waits for each addition, so a row needs many chains at the same time to keep the
 * processor busy: eight vectors or four, where {@link VectorWideTiles} has three. The arguments are
 * described in {@link VectorProducts}.
 */
final class VectorRowTiles {
  private VectorRowTiles() {}

  static void eightVectors(
      int steps,
      float[] a,
      int aOffset,
      int stepStride,
      float[] b,
      int bOffset,
      int ldb,
      float[] init,
      int from,
      float[] c,
      int to) {
    FloatVector c0 = FloatVector.fromArray(FLOATS, init, from);
    FloatVector c1 = FloatVector.fromArray(FLOATS, init, from + LANES);
    FloatVector c2 = FloatVector.fromArray(FLOATS, init, from + 2 * LANES);
    FloatVector c3 = FloatVector.fromArray(FLOATS, init, from + 3 * LANES);
    FloatVector c4 = FloatVector.fromArray(FLOATS, init, from + 4 * LANES);
    FloatVector c5 = FloatVector.fromArray(FLOATS, init, from + 5 * LANES);
    FloatVector c6 = FloatVector.fromArray(FLOATS, init, from + 6 * LANES);
    FloatVector c7 = FloatVector.fromArray(FLOATS, init, from + 7 * LANES);
    int as = aOffset;
    int bs = bOffset;
    for (int s = 0; s < steps; s++) {
      FloatVector x = FloatVector.broadcast(FLOATS, a[as]);
      c0 = x.fma(FloatVector.fromArray(FLOATS, b, bs), c0);
      c1 = x.fma(FloatVector.fromArray(FLOATS, b, bs + LANES), c1);
      c2 = x.fma(FloatVector.fromArray(FLOATS, b, bs + 2 * LANES), c2);
      c3 = x.fma(FloatVector.fromArray(FLOATS, b, bs + 3 * LANES), c3);
      c4 = x.fma(FloatVector.fromArray(FLOATS, b, bs + 4 * LANES), c4);
      c5 = x.fma(FloatVector.fromArray(FLOATS, b, bs + 5 * LANES), c5);
      c6 = x.fma(FloatVector.fromArray(FLOATS, b, bs + 6 * LANES), c6);
      c7 = x.fma(FloatVector.fromArray(FLOATS, b, bs + 7 * LANES), c7);
      as += stepStride;
      bs += ldb;
    }
    c0.intoArray(c, to);
    c1.intoArray(c, to + LANES);
    c2.intoArray(c, to + 2 * LANES);
    c3.intoArray(c, to + 3 * LANES);
    c4.intoArray(c, to + 4 * LANES);
    c5.intoArray(c, to + 5 * LANES);
    c6.intoArray(c, to + 6 * LANES);
    c7.intoArray(c, to + 7 * LANES);
  }

  static void fourVectors(
      int steps,
      float[] a,
      int aOffset,
      int stepStride,
      float[] b,
      int bOffset,
      int ldb,
      float[] init,
      int from,
      float[] c,
      int to) {
    FloatVector c0 = FloatVector.fromArray(FLOATS, init, from);
    FloatVector c1 = FloatVector.fromArray(FLOATS, init, from + LANES);
    FloatVector c2 = FloatVector.fromArray(FLOATS, init, from + 2 * LANES);
    FloatVector c3 = FloatVector.fromArray(FLOATS, init, from + 3 * LANES);
    int as = aOffset;
    int bs = bOffset;
    for (int s = 0; s < steps; s++) {
      FloatVector x = FloatVector.broadcast(FLOATS, a[as]);
      c0 = x.fma(FloatVector.fromArray(FLOATS, b, bs), c0);
      c1 = x.fma(FloatVector.fromArray(FLOATS, b, bs + LANES), c1);
      c2 = x.fma(FloatVector.fromArray(FLOATS, b, bs + 2 * LANES), c2);
      c3 = x.fma(FloatVector.fromArray(FLOATS, b, bs + 3 * LANES), c3);
      as += stepStride;
      bs += ldb;
    }
    c0.intoArray(c, to);
    c1.intoArray(c, to + LANES);
    c2.intoArray(c, to + 2 * LANES);
    c3.intoArray(c, to + 3 * LANES);
  }
}
