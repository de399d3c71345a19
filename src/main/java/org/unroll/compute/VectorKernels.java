package org.unroll.compute;

/**
 * The kernels on the JDK's Vector API. Only the classes named Vector… touch the incubator module.
 */
final class VectorKernels extends ComposedKernels {
  private final int bits;

  /**
   * Chooses the vectors.
   *
   * @throws UnsupportedOperationException (in an {@link ExceptionInInitializerError}) if the CPU
   *     has none that would do
   */
  VectorKernels() {
    bits = VectorWidth.FLOATS.vectorBitSize();
  }

  @Override
  public String description() {
    return "Vector API, " + bits + " bits";
  }

  @Override
  public void multiply(
      int m,
      int n,
      int k,
      float[] a,
      int aOffset,
      int lda,
      float[] b,
      int bOffset,
      int ldb,
      float[] c,
      int cOffset,
      int ldc,
      boolean accumulate) {
    if (n == 1 && ldb == 1) {
      VectorProducts.multiplyColumn(m, k, a, aOffset, lda, b, bOffset, c, cOffset, ldc, accumulate);
    } else {
      VectorProducts.multiply(
          m, n, k, a, aOffset, lda, 1, b, bOffset, ldb, c, cOffset, ldc, accumulate);
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
    if (n == 1 && ldb == 1) {
      super.multiplyAddRow(
          m, n, k, a, aOffset, lda, b, bOffset, ldb, row, rowOffset, c, cOffset, ldc);
    } else {
      VectorProducts.multiply(
          m, n, k, a, aOffset, lda, 1, b, bOffset, ldb, row, rowOffset, 0, c, cOffset, ldc);
    }
  }

  @Override
  public void multiplyTransposed(
      int m,
      int n,
      int k,
      float[] a,
      int aOffset,
      int lda,
      float[] b,
      int bOffset,
      int ldb,
      float[] c,
      int cOffset,
      int ldc,
      boolean accumulate) {
    if (n == 1 && ldc == 1) {
      // one column is also one row, and rows are what vectors fill: Cᵀ = Bᵀ·A
      VectorProducts.multiply(
          1, k, m, b, bOffset, 1, ldb, a, aOffset, lda, c, cOffset, k, accumulate);
    } else {
      VectorProducts.multiply(
          k, n, m, a, aOffset, 1, lda, b, bOffset, ldb, c, cOffset, ldc, accumulate);
    }
  }

  @Override
  public void sumRows(
      int rows,
      int width,
      float[] a,
      int aOffset,
      int stride,
      float[] out,
      int outOffset,
      boolean accumulate) {
    VectorElements.sumRows(rows, width, a, aOffset, stride, out, outOffset, accumulate);
  }

  @Override
  public void add(int n, float[] a, int aOffset, float[] out, int outOffset) {
    VectorElements.add(n, a, aOffset, out, outOffset);
  }

  @Override
  public void multiplyElements(
      int rows,
      int width,
      float[] a,
      int aOffset,
      int aStride,
      float[] b,
      int bOffset,
      int bStride,
      float[] out,
      int outOffset,
      int outStride,
      boolean accumulate) {
    VectorElements.multiplyElements(
        rows,
        width,
        a,
        aOffset,
        aStride,
        b,
        bOffset,
        bStride,
        out,
        outOffset,
        outStride,
        accumulate);
  }

  @Override
  public void activate(
      Activation f,
      int rows,
      int width,
      float[] x,
      int xOffset,
      int xStride,
      float[] y,
      int yOffset,
      int yStride) {
    VectorElements.activate(f, rows, width, x, xOffset, xStride, y, yOffset, yStride);
  }

  @Override
  public void activateBackward(
      Activation f,
      int rows,
      int width,
      float[] x,
      int xOffset,
      int xStride,
      float[] y,
      int yOffset,
      int yStride,
      float[] gradient,
      int gradientOffset,
      int gradientStride) {
    VectorElements.activateBackward(
        f,
        rows,
        width,
        x,
        xOffset,
        xStride,
        y,
        yOffset,
        yStride,
        gradient,
        gradientOffset,
        gradientStride);
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
    if (usual(activation, recurrentActivation)) {
      VectorCells.lstmForward(
          rows,
          units,
          gates,
          gatesOffset,
          cPrevious,
          cPreviousOffset,
          c,
          cOffset,
          a,
          aOffset,
          h,
          hOffset);
    } else {
      super.lstmForward(
          activation,
          recurrentActivation,
          rows,
          units,
          gates,
          gatesOffset,
          cPrevious,
          cPreviousOffset,
          c,
          cOffset,
          a,
          aOffset,
          h,
          hOffset);
    }
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
    if (usual(activation, recurrentActivation)) {
      VectorCells.lstmBackward(
          rows,
          units,
          gates,
          gatesOffset,
          cPrevious,
          cPreviousOffset,
          a,
          aOffset,
          dh,
          dhOffset,
          dc,
          dcOffset);
    } else {
      super.lstmBackward(
          activation,
          recurrentActivation,
          rows,
          units,
          preActivations,
          gates,
          gatesOffset,
          cPrevious,
          cPreviousOffset,
          c,
          cOffset,
          a,
          aOffset,
          dh,
          dhOffset,
          dc,
          dcOffset);
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
    if (usual(activation, recurrentActivation) && preActivations == null) {
      VectorCells.gruForward(
          rows,
          units,
          gates,
          gatesOffset,
          inner,
          innerOffset,
          hPrevious,
          hPreviousOffset,
          h,
          hOffset);
    } else {
      super.gruForward(
          activation,
          recurrentActivation,
          rows,
          units,
          gates,
          gatesOffset,
          inner,
          innerOffset,
          preActivations,
          hPrevious,
          hPreviousOffset,
          h,
          hOffset);
    }
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
    if (usual(activation, recurrentActivation)) {
      VectorCells.gruBackward(
          rows,
          units,
          gates,
          gatesOffset,
          inner,
          innerOffset,
          hPrevious,
          hPreviousOffset,
          dh,
          dhOffset,
          dhPrevious,
          dhPreviousOffset);
    } else {
      super.gruBackward(
          activation,
          recurrentActivation,
          rows,
          units,
          preActivations,
          gates,
          gatesOffset,
          inner,
          innerOffset,
          hPrevious,
          hPreviousOffset,
          dh,
          dhOffset,
          dhPrevious,
          dhPreviousOffset);
    }
  }

  @Override
  public void gruOutput(
      int rows,
      int units,
      float[] gates,
      int gatesOffset,
      float[] hPrevious,
      int hPreviousOffset,
      float[] h,
      int hOffset) {
    VectorCells.gruOutput(rows, units, gates, gatesOffset, hPrevious, hPreviousOffset, h, hOffset);
  }

  @Override
  public void gruOutputBackward(
      int rows,
      int units,
      float[] gates,
      int gatesOffset,
      float[] hPrevious,
      int hPreviousOffset,
      float[] dh,
      int dhOffset,
      float[] gateGradients,
      int gateGradientsOffset,
      float[] dhPrevious,
      int dhPreviousOffset) {
    VectorCells.gruOutputBackward(
        rows,
        units,
        gates,
        gatesOffset,
        hPrevious,
        hPreviousOffset,
        dh,
        dhOffset,
        gateGradients,
        gateGradientsOffset,
        dhPrevious,
        dhPreviousOffset);
  }
}
