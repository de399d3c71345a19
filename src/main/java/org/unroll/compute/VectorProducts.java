package org.unroll.compute;

import static org.unroll.compute.VectorWidth.FLOATS;
import static org.unroll.compute.VectorWidth.LANES;

import java.util.Arrays;
import jdk.incubator.vector.FloatVector;

/**
 * Computes matrix products in tiles of C that stay in registers while the products along the summed
 * axis are added: four or eight rows by up to three vectors ({@link VectorWideTiles}, {@link
 * VectorNarrowTiles}), or a single row by up to eight ({@link VectorRowTiles}).
 *
 * <p>Products with A and with Aᵀ run through the same code. The element of A for row r of C and
 * step s of the sum is at {@code r·rowStride + s·stepStride}; transposing A swaps the two strides.
 * A tile starts from the values at {@code init}: C itself if the product is added to it, one row
 * (the bias) for all rows of C, or zeros. Every element of C is the same chain of fused
 * multiply-adds in every tile. Therefore the result for a row does not depend on the number of
 * rows, an element may belong to two tiles, and two or three rows that are left fill a tile of four
 * with copies of the last one, which takes less time than a tile for each row.
 *
 * <p>The arguments below this level are arrays, offsets and strides, not {@link Matrix} views. A
 * view would be pointed at another array for each tile, and storing a reference in a long-lived
 * object runs the garbage collector's barrier.
 */
final class VectorProducts {
  /** The most steps that are summed at a time: a tile's rows of B stay in the nearest cache. */
  private static final int LARGEST_BLOCK = 144;

  /**
   * The rows of A from which copying a tile's columns of B together takes less time than it saves.
   */
  private static final int PACKED_ROWS = 64;

  /** The widest tile of several rows, in vectors. */
  private static final int WIDEST = 3;

  /** The widest tile of a single row, in vectors. */
  private static final int WIDEST_ROW = 8;

  private static final float[] ZEROS = new float[WIDEST_ROW * LANES];

  /**
   * Room for the columns of B in one tile. Rows of B that are a power of two apart compete for the
   * same few lines of the cache, and rows that follow one another do not.
   */
  private static final ThreadLocal<float[]> TILE =
      ThreadLocal.withInitial(() -> new float[LARGEST_BLOCK * WIDEST * LANES]);

  /** Room for the columns of B, and of C, that do not fill a vector. */
  private static final ThreadLocal<float[]> PANEL = ThreadLocal.withInitial(() -> new float[0]);

  private VectorProducts() {}

  /** Computes C = A·B, or C += A·B. */
  static void multiply(Matrix a, Matrix b, Matrix c, boolean accumulate) {
    product(a.rows(), a.columns(), a, a.stride(), 1, b, accumulate ? c : null, c);
  }

  /** Computes C = A·B + row, with the same row for every row of C. */
  static void multiplyAddRow(Matrix a, Matrix b, Matrix row, Matrix c) {
    product(a.rows(), a.columns(), a, a.stride(), 1, b, row, c);
  }

  /** Computes C = Aᵀ·B, or C += Aᵀ·B. */
  static void multiplyTransposed(Matrix a, Matrix b, Matrix c, boolean accumulate) {
    product(a.columns(), a.rows(), a, 1, a.stride(), b, accumulate ? c : null, c);
  }

  /**
   * Computes C = init + A·B, where A has {@code rows} × {@code steps} elements at the given
   * strides.
   *
   * @param init C itself, one row, or null for zeros
   */
  private static void product(
      int rows,
      int steps,
      Matrix left,
      int rowStride,
      int stepStride,
      Matrix right,
      Matrix init,
      Matrix result) {
    int columns = right.columns();
    float[] a = left.values();
    int aOffset = left.offset();
    float[] b = right.values();
    int bOffset = right.offset();
    int ldb = right.stride();
    float[] c = result.values();
    int cOffset = result.offset();
    int ldc = result.stride();
    float[] begin = init == null ? ZEROS : init.values();
    int beginOffset = init == null ? 0 : init.offset();
    int beginStride = init == result ? ldc : 0;
    int from = 0;
    int most = block(steps);
    do {
      int block = Math.min(most, steps - from);
      int aFrom = aOffset + from * stepStride;
      int bFrom = bOffset + from * ldb;
      if (from > 0) {
        begin = c;
        beginOffset = cOffset;
        beginStride = ldc;
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
            begin,
            beginOffset,
            beginStride,
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
            begin,
            beginOffset,
            beginStride,
            c,
            cOffset,
            ldc);
      }
      from += most;
    } while (from < steps);
  }

  /**
   * Multiplies columns that fill at least one vector. If the last vector is not full, the last tile
   * begins further left and shares some columns with the tile before it.
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
        // The shared columns must not be added twice.
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
      int width = rows == 1 ? rowWidth(vectors) : tileWidth(vectors);
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

  /** Returns the steps that are summed at a time: about as many in each block. */
  private static int block(int steps) {
    int blocks = Math.max(1, (steps + LARGEST_BLOCK - 1) / LARGEST_BLOCK);
    return (steps + blocks - 1) / blocks;
  }

  /** Returns the vectors of the next tile: the most, or two if only one would remain. */
  private static int tileWidth(int vectors) {
    return vectors == WIDEST + 1 ? 2 : Math.min(vectors, WIDEST);
  }

  /** Returns the vectors of the next tile of a single row. */
  private static int rowWidth(int vectors) {
    return vectors >= WIDEST_ROW
        ? WIDEST_ROW
        : vectors == 4 || vectors > 5 ? 4 : tileWidth(vectors);
  }

  /** Computes one tile of all rows. */
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
    if (rows >= PACKED_ROWS) {
      int width = vectors * LANES;
      float[] packed = TILE.get();
      copyVectors(steps, width, b, bOffset, ldb, packed, 0, width);
      b = packed;
      bOffset = 0;
      ldb = width;
    }
    switch (vectors) {
      case 8 ->
          VectorRowTiles.eightVectors(
              steps, a, aOffset, stepStride, b, bOffset, ldb, init, initOffset, c, cOffset);
      case 4 ->
          VectorRowTiles.fourVectors(
              steps, a, aOffset, stepStride, b, bOffset, ldb, init, initOffset, c, cOffset);
      case 3 ->
          VectorWideTiles.threeVectors(
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
          VectorNarrowTiles.twoVectors(
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
          VectorNarrowTiles.oneVector(
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

  /** Multiplies columns that do not fill a vector: a panel pads them with zeros. */
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
    VectorNarrowTiles.oneVector(
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

  /** Copies rows × width values from one place to another. */
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

  /** Copies rows whose width is a whole number of vectors. */
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

  /** Multiplies a matrix by one column without gaps: the sums run along the rows of A. */
  static void multiplyColumn(Matrix left, Matrix column, Matrix result, boolean accumulate) {
    int rows = left.rows();
    int steps = left.columns();
    float[] a = left.values();
    int aOffset = left.offset();
    int lda = left.stride();
    float[] b = column.values();
    int bOffset = column.offset();
    float[] c = result.values();
    int cOffset = result.offset();
    int ldc = result.stride();
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
   * Adds the lanes, always in the same order. {@code reduceLanes} does not specify the order, and
   * compiled code may use another one than the interpreter.
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
