package org.unroll.compute;

/**
 * What the implementations share: moving rows about, and the cell steps for any activations, put
 * together from the implementation's own elementwise operations. An implementation overrides a step
 * where it has a faster one for the usual activations.
 */
abstract class ComposedKernels implements Kernels {
  /** Rows and columns that are transposed at a time: a line of the cache. */
  private static final int SQUARE = 16;

  /**
   * Room for some rows of a step, per thread; grows to the largest asked for and is then reused.
   */
  private static final ThreadLocal<float[]> SCRATCH = ThreadLocal.withInitial(() -> new float[0]);

  /** At least {@code size} floats of the current thread's own, with any content. */
  static float[] scratch(int size) {
    float[] scratch = SCRATCH.get();
    if (scratch.length < size) {
      scratch = new float[size];
      SCRATCH.set(scratch);
    }
    return scratch;
  }

  @Override
  public void transpose(int rows, int columns, float[] a, int aOffset, float[] out, int outOffset) {
    // In squares: of a column, one value would be all that is used of a line of the cache.
    for (int top = 0; top < rows; top += SQUARE) {
      int bottom = Math.min(rows, top + SQUARE);
      for (int left = 0; left < columns; left += SQUARE) {
        int right = Math.min(columns, left + SQUARE);
        for (int j = left; j < right; j++) {
          for (int i = top; i < bottom; i++) {
            out[outOffset + j * rows + i] = a[aOffset + i * columns + j];
          }
        }
      }
    }
  }

  @Override
  public void fillRows(
      int rows, int width, float[] row, int rowOffset, float[] out, int outOffset, int stride) {
    for (int i = 0; i < rows; i++) {
      System.arraycopy(row, rowOffset, out, outOffset + i * stride, width);
    }
  }

  @Override
  public void multiplyAddRow(
      int m,
      int n,
      int k,
      float[] a,
      int aOffset,
      int lda,
      float[] b,
      int bOffset,
      int ldb,
      float[] row,
      int rowOffset,
      float[] c,
      int cOffset,
      int ldc) {
    fillRows(m, n, row, rowOffset, c, cOffset, ldc);
    multiply(m, n, k, a, aOffset, lda, b, bOffset, ldb, c, cOffset, ldc, true);
  }

  @Override
  public void lstmForward(
      Activation activation,
      Activation recurrentActivation,
      int rows,
      int units,
      float[] gates,
      int gatesOffset,
      float[] cPrevious,
      int cPreviousOffset,
      float[] c,
      int cOffset,
      float[] a,
      int aOffset,
      float[] h,
      int hOffset) {
    int stride = 4 * units;
    int f = gatesOffset + units;
    int g = gatesOffset + 2 * units;
    int o = gatesOffset + 3 * units;
    // i and f lie side by side
    activateInPlace(recurrentActivation, rows, 2 * units, gates, gatesOffset, stride);
    activateInPlace(activation, rows, units, gates, g, stride);
    activateInPlace(recurrentActivation, rows, units, gates, o, stride);

    multiplyElements(
        rows, units, gates, f, stride, cPrevious, cPreviousOffset, units, c, cOffset, units, false);
    multiplyElements(
        rows, units, gates, gatesOffset, stride, gates, g, stride, c, cOffset, units, true);
    activate(activation, rows, units, c, cOffset, units, a, aOffset, units);
    multiplyElements(rows, units, gates, o, stride, a, aOffset, units, h, hOffset, units, false);
  }

  @Override
  public void lstmBackward(
      Activation activation,
      Activation recurrentActivation,
      int rows,
      int units,
      float[] preActivations,
      float[] gates,
      int gatesOffset,
      float[] cPrevious,
      int cPreviousOffset,
      float[] c,
      int cOffset,
      float[] a,
      int aOffset,
      float[] dh,
      int dhOffset,
      float[] dc,
      int dcOffset) {
    float[] scratch = scratch(2 * units);
    for (int row = 0; row < rows; row++) {
      int i = gatesOffset + row * 4 * units;
      int f = i + units;
      int g = f + units;
      int o = g + units;
      int state = row * units;
      int dcRow = dcOffset + state;

      multiplyRow(units, dh, dhOffset + state, gates, o, scratch, 0);
      backwardRow(activation, units, c, cOffset + state, a, aOffset + state, scratch, 0);
      add(units, scratch, 0, dc, dcRow);

      multiplyRow(units, dh, dhOffset + state, a, aOffset + state, scratch, 0);
      backwardRow(recurrentActivation, units, preActivations, o, gates, o, scratch, 0);
      System.arraycopy(scratch, 0, gates, o, units);

      multiplyRow(units, dc, dcRow, gates, g, scratch, 0);
      multiplyRow(units, dc, dcRow, gates, i, scratch, units);
      backwardRow(recurrentActivation, units, preActivations, i, gates, i, scratch, 0);
      backwardRow(activation, units, preActivations, g, gates, g, scratch, units);
      System.arraycopy(scratch, 0, gates, i, units);
      System.arraycopy(scratch, units, gates, g, units);

      multiplyRow(units, dc, dcRow, cPrevious, cPreviousOffset + state, scratch, 0);
      multiplyRow(units, dc, dcRow, gates, f, dc, dcRow);
      backwardRow(recurrentActivation, units, preActivations, f, gates, f, scratch, 0);
      System.arraycopy(scratch, 0, gates, f, units);
    }
  }

  @Override
  public void gruForward(
      Activation activation,
      Activation recurrentActivation,
      int rows,
      int units,
      float[] gates,
      int gatesOffset,
      float[] inner,
      int innerOffset,
      float[] preActivations,
      float[] hPrevious,
      int hPreviousOffset,
      float[] h,
      int hOffset) {
    int stride = 3 * units;
    int r = gatesOffset + units;
    int g = gatesOffset + 2 * units;
    // z and r lie side by side
    keep(rows, 2 * units, gates, gatesOffset, preActivations, stride);
    activateInPlace(recurrentActivation, rows, 2 * units, gates, gatesOffset, stride);

    multiplyElements(
        rows, units, gates, r, stride, inner, innerOffset, units, gates, g, stride, true);
    keep(rows, units, gates, g, preActivations, stride);
    activateInPlace(activation, rows, units, gates, g, stride);
    gruOutput(rows, units, gates, gatesOffset, hPrevious, hPreviousOffset, h, hOffset);
  }

  @Override
  public void gruBackward(
      Activation activation,
      Activation recurrentActivation,
      int rows,
      int units,
      float[] preActivations,
      float[] gates,
      int gatesOffset,
      float[] inner,
      int innerOffset,
      float[] hPrevious,
      int hPreviousOffset,
      float[] dh,
      int dhOffset,
      float[] dhPrevious,
      int dhPreviousOffset) {
    float[] scratch = scratch(3 * units);
    for (int row = 0; row < rows; row++) {
      int z = gatesOffset + row * 3 * units;
      int r = z + units;
      int g = r + units;
      int state = row * units;
      int innerRow = innerOffset + state;

      gruOutputBackward(
          1,
          units,
          gates,
          z,
          hPrevious,
          hPreviousOffset + state,
          dh,
          dhOffset + state,
          scratch,
          0,
          dhPrevious,
          dhPreviousOffset + state);
      backwardRow(activation, units, preActivations, g, gates, g, scratch, 2 * units);
      multiplyRow(units, scratch, 2 * units, inner, innerRow, scratch, units);
      backwardRow(recurrentActivation, units, preActivations, z, gates, z, scratch, 0);
      backwardRow(recurrentActivation, units, preActivations, r, gates, r, scratch, units);
      multiplyRow(units, scratch, 2 * units, gates, r, inner, innerRow);
      System.arraycopy(scratch, 0, gates, z, 3 * units);
    }
  }

  /** Whether these are Keras's defaults, for which there are loops of their own. */
  static boolean usual(Activation activation, Activation recurrentActivation) {
    return activation == Activation.TANH && recurrentActivation == Activation.SIGMOID;
  }

  private void activateInPlace(
      Activation f, int rows, int width, float[] x, int offset, int stride) {
    activate(f, rows, width, x, offset, stride, x, offset, stride);
  }

  private void multiplyRow(
      int width, float[] a, int aOffset, float[] b, int bOffset, float[] out, int outOffset) {
    multiplyElements(1, width, a, aOffset, width, b, bOffset, width, out, outOffset, width, false);
  }

  private void backwardRow(
      Activation f,
      int width,
      float[] x,
      int xOffset,
      float[] y,
      int yOffset,
      float[] gradient,
      int gradientOffset) {
    activateBackward(
        f, 1, width, x, xOffset, width, y, yOffset, width, gradient, gradientOffset, width);
  }

  private static void keep(
      int rows, int width, float[] gates, int offset, float[] preActivations, int stride) {
    if (preActivations == null) {
      return;
    }
    for (int row = 0; row < rows; row++) {
      int at = offset + row * stride;
      System.arraycopy(gates, at, preActivations, at, width);
    }
  }
}
