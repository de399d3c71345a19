package org.unroll.compute;

import static org.unroll.compute.VectorWidth.FLOATS;
import static org.unroll.compute.VectorWidth.LANES;
import static org.unroll.compute.VectorWidth.MANY_REGISTERS;

import java.util.Arrays;
import jdk.incubator.vector.FloatVector;

/**
 * Matrix products, in tiles of C that stay in registers while the summed axis goes by: four or
 * eight rows by up to four vectors.
 *
 * <p>Both products are one: the element of A for row r of C and step s of the sum is at {@code
 * r·rowStride + s·stepStride}, and Aᵀ only swaps the two. A tile begins with values from a place
 * called {@code init}: C itself, where the product is added to it; a row for all rows of C, the
 * bias; or zeros. Every element of C is the same chain of fused multiply-adds whatever tile it
 * falls in, so the result for a row does not depend on how many rows there are, and an element may
 * be in two tiles.
 */
final class VectorProducts {
  /** Steps summed at a time, so that the rows of B for a tile stay in the nearest caches. */
  private static final int BLOCK = 256;

  /** The widest tile, in vectors. */
  private static final int WIDEST = MANY_REGISTERS ? 4 : 2;

  private static final float[] ZEROS = new float[WIDEST * LANES];

  /** Room for the columns of B, and of C, that do not fill a vector. */
  private static final ThreadLocal<float[]> PANEL = ThreadLocal.withInitial(() -> new float[0]);

  private VectorProducts() {}

  /** C = A·B, or C += A·B. */
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
    if (accumulate) {
      multiply(
          rows,
          columns,
          steps,
          a,
          aOffset,
          rowStride,
          stepStride,
          b,
          bOffset,
          ldb,
          c,
          cOffset,
          ldc,
          c,
          cOffset,
          ldc);
    } else {
      multiply(
          rows,
          columns,
          steps,
          a,
          aOffset,
          rowStride,
          stepStride,
          b,
          bOffset,
          ldb,
          ZEROS,
          0,
          0,
          c,
          cOffset,
          ldc);
    }
  }

  /**
   * C = init + A·B.
   *
   * @param init C itself, or what is not touched here: {@link #ZEROS}, or one row (with {@code
   *     initStride} 0)
   */
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
      float[] init,
      int initOffset,
      int initStride,
      float[] c,
      int cOffset,
      int ldc) {
    int from = 0;
    do {
      int block = Math.min(BLOCK, steps - from);
      int aFrom = aOffset + from * stepStride;
      int bFrom = bOffset + from * ldb;
      if (from > 0) {
        init = c;
        initOffset = cOffset;
        initStride = ldc;
      }
      if (columns < LANES) {
        fewColumns(
            rows,
            columns,
            block,
            a,
            aFrom,
            rowStride,
            stepStride,
            b,
            bFrom,
            ldb,
            init,
            initOffset,
            initStride,
            c,
            cOffset,
            ldc);
      } else {
        wholeVectors(
            rows,
            columns,
            block,
            a,
            aFrom,
            rowStride,
            stepStride,
            b,
            bFrom,
            ldb,
            init,
            initOffset,
            initStride,
            c,
            cOffset,
            ldc);
      }
      from += BLOCK;
    } while (from < steps);
  }

  /**
   * Columns that fill at least one vector. Where the last vector is not full, the last tile begins
   * further left and has some columns in common with the one before it.
   */
  private static void wholeVectors(
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
      float[] init,
      int initOffset,
      int initStride,
      float[] c,
      int cOffset,
      int ldc) {
    int vectors = (columns + LANES - 1) / LANES;
    int lastWidth = 0;
    int last = 0;
    float[] panel = null;
    if (vectors * LANES > columns) {
      lastWidth = tileWidth(vectors);
      if (lastWidth * LANES > columns) {
        lastWidth--;
      }
      last = columns - lastWidth * LANES;
      vectors -= lastWidth;
      if (init == c) {
        // The common columns must not be added to twice.
        int width = lastWidth * LANES;
        panel = panel(rows * width);
        copyVectors(rows, width, c, cOffset + last, ldc, panel, 0, width);
        tile(
            lastWidth,
            rows,
            steps,
            a,
            aOffset,
            rowStride,
            stepStride,
            b,
            bOffset + last,
            ldb,
            panel,
            0,
            width,
            panel,
            0,
            width);
      } else {
        int begin = init == ZEROS ? 0 : initOffset + last;
        tile(
            lastWidth,
            rows,
            steps,
            a,
            aOffset,
            rowStride,
            stepStride,
            b,
            bOffset + last,
            ldb,
            init,
            begin,
            initStride,
            c,
            cOffset + last,
            ldc);
      }
    }
    int column = 0;
    while (vectors > 0) {
      int width = tileWidth(vectors);
      int begin = init == ZEROS ? 0 : initOffset + column;
      tile(
          width,
          rows,
          steps,
          a,
          aOffset,
          rowStride,
          stepStride,
          b,
          bOffset + column,
          ldb,
          init,
          begin,
          initStride,
          c,
          cOffset + column,
          ldc);
      column += width * LANES;
      vectors -= width;
    }
    if (panel != null) {
      int width = lastWidth * LANES;
      copyVectors(rows, width, panel, 0, width, c, cOffset + last, ldc);
    }
  }

  /** The vectors of the next tile: fours, but threes before a rest of one or two. */
  private static int tileWidth(int vectors) {
    if (vectors <= WIDEST || vectors % WIDEST == 0) {
      return Math.min(vectors, WIDEST);
    }
    return WIDEST == 4 ? 3 : 2;
  }

  private static void tile(
      int vectors,
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
    switch (vectors) {
      case 4 ->
          fourVectors(
              rows,
              steps,
              a,
              aOffset,
              rowStride,
              stepStride,
              b,
              bOffset,
              ldb,
              init,
              initOffset,
              initStride,
              c,
              cOffset,
              ldc);
      case 3 ->
          threeVectors(
              rows,
              steps,
              a,
              aOffset,
              rowStride,
              stepStride,
              b,
              bOffset,
              ldb,
              init,
              initOffset,
              initStride,
              c,
              cOffset,
              ldc);
      case 2 ->
          twoVectors(
              rows,
              steps,
              a,
              aOffset,
              rowStride,
              stepStride,
              b,
              bOffset,
              ldb,
              init,
              initOffset,
              initStride,
              c,
              cOffset,
              ldc);
      default ->
          oneVector(
              rows,
              steps,
              a,
              aOffset,
              rowStride,
              stepStride,
              b,
              bOffset,
              ldb,
              init,
              initOffset,
              initStride,
              c,
              cOffset,
              ldc);
    }
  }

  /** Columns that do not fill a vector, padded with zeros in a panel that does. */
  private static void fewColumns(
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
      float[] init,
      int initOffset,
      int initStride,
      float[] c,
      int cOffset,
      int ldc) {
    int sums = steps * LANES;
    float[] panel = panel(sums + rows * LANES);
    Arrays.fill(panel, 0, sums + rows * LANES, 0);
    copyRows(steps, columns, b, bOffset, ldb, panel, 0, LANES);
    copyRows(rows, columns, init, initOffset, initStride, panel, sums, LANES);
    oneVector(
        rows,
        steps,
        a,
        aOffset,
        rowStride,
        stepStride,
        panel,
        0,
        LANES,
        panel,
        sums,
        LANES,
        panel,
        sums,
        LANES);
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

  /** {@link #copyRows} of whole vectors. */
  private static void copyVectors(
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
      for (int j = 0; j < width; j += LANES) {
        FloatVector.fromArray(FLOATS, from, at + j).intoArray(to, into + j);
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

  private static void threeVectors(
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
    for (; row + 4 <= rows; row += 4) {
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
      int a0 = aOffset + row * rowStride;
      int a1 = a0 + rowStride;
      int a2 = a1 + rowStride;
      int a3 = a2 + rowStride;
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
    for (; row + 4 <= rows; row += 4) {
      int from = initOffset + row * initStride;
      FloatVector c00 = FloatVector.fromArray(FLOATS, init, from);
      from += initStride;
      FloatVector c10 = FloatVector.fromArray(FLOATS, init, from);
      from += initStride;
      FloatVector c20 = FloatVector.fromArray(FLOATS, init, from);
      from += initStride;
      FloatVector c30 = FloatVector.fromArray(FLOATS, init, from);
      int a0 = aOffset + row * rowStride;
      int a1 = a0 + rowStride;
      int a2 = a1 + rowStride;
      int a3 = a2 + rowStride;
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
      int to = cOffset + row * ldc;
      c00.intoArray(c, to);
      to += ldc;
      c10.intoArray(c, to);
      to += ldc;
      c20.intoArray(c, to);
      to += ldc;
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
