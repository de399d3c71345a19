package org.unroll.compute;

/**
 * The kernels on the JDK's Vector API. Only the classes named Vector… may use the incubator module.
 */
final class VectorKernels extends ComposedKernels {
  private final int bits;

  /**
   * Chooses the vectors.
   *
   * @throws UnsupportedOperationException (in an {@link ExceptionInInitializerError}) if the CPU
   *     has no suitable vectors
   */
  VectorKernels() {
    bits = VectorWidth.FLOATS.vectorBitSize();
    Thread thread = new Thread(VectorFunctions::useAll, "unroll-vector-operations");
    thread.setDaemon(true);
    thread.start();
  }

  @Override
  public String description() {
    return "Vector API, " + bits + " bits";
  }

  @Override
  public int lanes() {
    return VectorWidth.LANES;
  }

  @Override
  public void multiply(Matrix a, Matrix b, Matrix c, boolean accumulate) {
    if (b.columns() == 1 && b.stride() == 1) {
      VectorProducts.multiplyColumn(a, b, c, accumulate);
    } else {
      VectorProducts.multiply(a, b, c, accumulate);
    }
  }

  @Override
  public void multiplyAddRow(Matrix a, Matrix b, Matrix row, Matrix c) {
    if (b.columns() == 1 && b.stride() == 1) {
      super.multiplyAddRow(a, b, row, c);
    } else {
      VectorProducts.multiplyAddRow(a, b, row, c);
    }
  }

  @Override
  public void multiplyTransposed(Matrix a, Matrix b, Matrix c, boolean accumulate) {
    if (b.columns() == 1 && c.stride() == 1) {
      // One column is also one row, and vectors run along rows: Cᵀ = Bᵀ·A.
      VectorProducts.multiplyTransposed(b, a, c, accumulate);
    } else {
      VectorProducts.multiplyTransposed(a, b, c, accumulate);
    }
  }

  @Override
  public void sumRows(Matrix a, Matrix out) {
    VectorElements.sumRows(a, out);
  }

  @Override
  public void flushToZero(int n, float[] values, int offset) {
    VectorElements.flushToZero(n, values, offset);
  }

  @Override
  public void add(int n, float[] a, int aOffset, float[] out, int outOffset) {
    VectorElements.add(n, a, aOffset, out, outOffset);
  }

  @Override
  public void addSquares(int n, float[] a, int aOffset, float[] out, int outOffset) {
    VectorElements.addProduct(n, a, aOffset, a, aOffset, out, outOffset);
  }

  @Override
  public void multiplyElements(Matrix a, Matrix b, Matrix out, boolean accumulate) {
    VectorElements.multiplyElements(a, b, out, accumulate);
  }

  @Override
  public void activate(Activation f, Matrix x, Matrix y) {
    VectorActivations.activate(f, x, y);
  }

  @Override
  public void activateBackward(Activation f, Matrix x, Matrix y, Matrix gradient) {
    VectorActivations.activateBackward(f, x, y, gradient);
  }

  @Override
  public void softmax(int n, float[] x, int xOffset, float[] y, int yOffset) {
    VectorActivations.softmax(n, x, xOffset, y, yOffset);
  }

  @Override
  public void lstmForward(
      Activation activation,
      Activation recurrentActivation,
      Matrix gates,
      Matrix cPrevious,
      Matrix c,
      Matrix a,
      Matrix h) {
    if (usual(activation, recurrentActivation)) {
      VectorLstm.forward(gates, cPrevious, c, a, h);
    } else {
      super.lstmForward(activation, recurrentActivation, gates, cPrevious, c, a, h);
    }
  }

  @Override
  public void lstmBackward(
      Activation activation,
      Activation recurrentActivation,
      Matrix preActivations,
      Matrix gates,
      Matrix cPrevious,
      Matrix c,
      Matrix a,
      Matrix dh,
      Matrix dc) {
    if (usual(activation, recurrentActivation)) {
      VectorLstm.backward(gates, cPrevious, a, dh, dc);
    } else {
      super.lstmBackward(
          activation, recurrentActivation, preActivations, gates, cPrevious, c, a, dh, dc);
    }
  }

  @Override
  public void gruForward(
      Activation activation,
      Activation recurrentActivation,
      Matrix gates,
      Matrix inner,
      Matrix preActivations,
      Matrix hPrevious,
      Matrix h) {
    if (usual(activation, recurrentActivation) && preActivations == null) {
      VectorGru.forward(gates, inner, hPrevious, h);
    } else {
      super.gruForward(activation, recurrentActivation, gates, inner, preActivations, hPrevious, h);
    }
  }

  @Override
  public void gruBackward(
      Activation activation,
      Activation recurrentActivation,
      Matrix preActivations,
      Matrix gates,
      Matrix inner,
      Matrix hPrevious,
      Matrix dh,
      Matrix dhPrevious) {
    if (usual(activation, recurrentActivation)) {
      VectorGru.backward(gates, inner, hPrevious, dh, dhPrevious);
    } else {
      super.gruBackward(
          activation, recurrentActivation, preActivations, gates, inner, hPrevious, dh, dhPrevious);
    }
  }

  @Override
  public void gruOutput(Matrix gates, Matrix hPrevious, Matrix h) {
    VectorGru.output(gates, hPrevious, h);
  }

  @Override
  public void gruOutputBackward(
      Matrix gates, Matrix hPrevious, Matrix dh, Matrix gateGradients, Matrix dhPrevious) {
    VectorGru.outputBackward(gates, hPrevious, dh, gateGradients, dhPrevious);
  }
}
