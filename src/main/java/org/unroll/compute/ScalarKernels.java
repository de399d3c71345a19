package org.unroll.compute;

import java.util.Arrays;

/**
 * The kernels in plain loops, used when the JVM runs without the Vector API.
 *
 * <p>The important loops are written so that the JIT compiler vectorizes them, from JDK 17 to 25:
 * no calls that are not inlined, no branches, and every array is read and written at the same
 * index, or at a constant distance from it. The compiler does not vectorize a loop whose offset is
 * a variable, hence the panels in {@link ScalarProducts} and {@link ScalarActivations}. No fused
 * multiply-add is used because {@link Math#fma} is a hundred times slower on a CPU without it.
 */
final class ScalarKernels extends ComposedKernels {
  @Override
  public String description() {
    return "Plain loops";
  }

  @Override
  public int lanes() {
    return 1;
  }

  @Override
  public void multiply(Matrix a, Matrix b, Matrix c, boolean accumulate) {
    ScalarProducts.multiply(a, b, c, accumulate);
  }

  @Override
  public void multiplyTransposed(Matrix a, Matrix b, Matrix c, boolean accumulate) {
    ScalarProducts.multiplyTransposed(a, b, c, accumulate);
  }

  @Override
  public void sumRows(Matrix a, Matrix out) {
    float[] sums = out.values();
    int to = out.offset();
    Arrays.fill(sums, to, to + a.columns(), 0);
    for (int i = 0; i < a.rows(); i++) {
      add(a.columns(), a.values(), a.offset() + i * a.stride(), sums, to);
    }
  }

  @Override
  public void flushToZero(int n, float[] values, int offset) {
    for (int j = offset; j < offset + n; j++) {
      if (Math.abs(values[j]) < TINY) {
        values[j] = 0f;
      }
    }
  }

  @Override
  public void add(int n, float[] a, int aOffset, float[] out, int outOffset) {
    for (int j = 0; j < n; j++) {
      out[outOffset + j] += a[aOffset + j];
    }
  }

  @Override
  public void addSquares(int n, float[] a, int aOffset, float[] out, int outOffset) {
    for (int j = 0; j < n; j++) {
      out[outOffset + j] += a[aOffset + j] * a[aOffset + j];
    }
  }

  @Override
  public void multiplyElements(Matrix left, Matrix right, Matrix result, boolean accumulate) {
    int width = result.columns();
    float[] a = left.values();
    float[] b = right.values();
    float[] out = result.values();
    for (int i = 0; i < result.rows(); i++) {
      int aRow = left.offset() + i * left.stride();
      int bRow = right.offset() + i * right.stride();
      int outRow = result.offset() + i * result.stride();
      if (accumulate) {
        for (int j = 0; j < width; j++) {
          out[outRow + j] += a[aRow + j] * b[bRow + j];
        }
      } else {
        for (int j = 0; j < width; j++) {
          out[outRow + j] = a[aRow + j] * b[bRow + j];
        }
      }
    }
  }

  @Override
  public void activate(Activation f, Matrix x, Matrix y) {
    ScalarActivations.activate(f, x, y);
  }

  @Override
  public void activateBackward(Activation f, Matrix x, Matrix y, Matrix gradient) {
    ScalarActivations.activateBackward(f, x, y, gradient);
  }

  @Override
  public void softmax(int n, float[] x, int xOffset, float[] y, int yOffset) {
    ScalarActivations.softmax(n, x, xOffset, y, yOffset);
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
      ScalarCells.lstmBackward(gates, cPrevious, a, dh, dc);
    } else {
      super.lstmBackward(
          activation, recurrentActivation, preActivations, gates, cPrevious, c, a, dh, dc);
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
      ScalarCells.gruBackward(gates, inner, hPrevious, dh, dhPrevious);
    } else {
      super.gruBackward(
          activation, recurrentActivation, preActivations, gates, inner, hPrevious, dh, dhPrevious);
    }
  }

  @Override
  public void gruOutput(Matrix gates, Matrix hPrevious, Matrix h) {
    ScalarCells.gruOutput(gates, hPrevious, h);
  }

  @Override
  public void gruOutputBackward(
      Matrix gates, Matrix hPrevious, Matrix dh, Matrix gateGradients, Matrix dhPrevious) {
    ScalarCells.gruOutputBackward(gates, hPrevious, dh, gateGradients, dhPrevious);
  }
}
