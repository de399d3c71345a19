package org.unroll.compute;

/** The kernels in plain loops, for a JVM without the Vector API. */
final class ScalarKernels extends ComposedKernels {
  @Override
  public String description() {
    return "Plain loops";
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
    for (int i = 0; i < m; i++) {
      int row = cOffset + i * ldc;
      if (!accumulate) {
        clear(n, c, row);
      }
      for (int p = 0; p < k; p++) {
        addScaled(n, a[aOffset + i * lda + p], b, bOffset + p * ldb, c, row);
      }
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
    if (!accumulate) {
      for (int p = 0; p < k; p++) {
        clear(n, c, cOffset + p * ldc);
      }
    }
    for (int i = 0; i < m; i++) {
      for (int p = 0; p < k; p++) {
        addScaled(n, a[aOffset + i * lda + p], b, bOffset + i * ldb, c, cOffset + p * ldc);
      }
    }
  }

  private static void clear(int n, float[] out, int offset) {
    for (int j = 0; j < n; j++) {
      out[offset + j] = 0;
    }
  }

  private static void addScaled(
      int n, float scale, float[] b, int bOffset, float[] c, int cOffset) {
    for (int j = 0; j < n; j++) {
      c[cOffset + j] += scale * b[bOffset + j];
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
    if (!accumulate) {
      clear(width, out, outOffset);
    }
    for (int i = 0; i < rows; i++) {
      add(width, a, aOffset + i * stride, out, outOffset);
    }
  }

  @Override
  public void add(int n, float[] a, int aOffset, float[] out, int outOffset) {
    for (int j = 0; j < n; j++) {
      out[outOffset + j] += a[aOffset + j];
    }
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
    for (int i = 0; i < rows; i++) {
      int aRow = aOffset + i * aStride;
      int bRow = bOffset + i * bStride;
      int outRow = outOffset + i * outStride;
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
    for (int i = 0; i < rows; i++) {
      int xRow = xOffset + i * xStride;
      int yRow = yOffset + i * yStride;
      if (f == Activation.SOFTMAX) {
        softmax(width, x, xRow, y, yRow);
      } else {
        for (int j = 0; j < width; j++) {
          y[yRow + j] = apply(f, x[xRow + j]);
        }
      }
    }
  }

  private static float apply(Activation f, float x) {
    return switch (f) {
      case LINEAR -> x;
      case RELU -> Math.max(x, 0);
      case TANH -> Approximations.tanh(x);
      case SIGMOID -> Approximations.sigmoid(x);
      case ELU -> x > 0 ? x : Approximations.expm1(x);
      case SELU ->
          x > 0
              ? Approximations.SELU_SCALE * x
              : Approximations.SELU_SCALE_ALPHA * Approximations.expm1(x);
      case GELU -> x * Approximations.normal(x);
      case SOFTPLUS -> Approximations.softplus(x);
      case SOFTSIGN -> x / (1 + Math.abs(x));
      case HARD_SIGMOID -> Math.min(Math.max(x + 3, 0), 6) / 6;
      case SILU -> x * Approximations.sigmoid(x);
      case EXPONENTIAL -> Approximations.exp(x);
      case LEAKY_RELU -> x > 0 ? x : Approximations.LEAKY_SLOPE * x;
      case SOFTMAX -> throw new AssertionError("softmax goes by rows");
    };
  }

  private static void softmax(int width, float[] x, int xRow, float[] y, int yRow) {
    float max = Float.NEGATIVE_INFINITY;
    for (int j = 0; j < width; j++) {
      max = Math.max(max, x[xRow + j]);
    }
    float sum = 0;
    for (int j = 0; j < width; j++) {
      float e = Approximations.exp(x[xRow + j] - max);
      y[yRow + j] = e;
      sum += e;
    }
    for (int j = 0; j < width; j++) {
      y[yRow + j] /= sum;
    }
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
    for (int i = 0; i < rows; i++) {
      int yRow = yOffset + i * yStride;
      int row = gradientOffset + i * gradientStride;
      if (f == Activation.SOFTMAX) {
        softmaxBackward(width, y, yRow, gradient, row);
      } else if (f.derivativeNeedsInput()) {
        int xRow = xOffset + i * xStride;
        for (int j = 0; j < width; j++) {
          gradient[row + j] *= derivativeFromInput(f, x[xRow + j]);
        }
      } else {
        for (int j = 0; j < width; j++) {
          gradient[row + j] *= derivativeFromOutput(f, y[yRow + j]);
        }
      }
    }
  }

  private static float derivativeFromInput(Activation f, float x) {
    return switch (f) {
      case GELU -> Approximations.normal(x) + x * Approximations.normalDensity(x);
      case SILU -> {
        float s = Approximations.sigmoid(x);
        yield s * (1 + x * (1 - s));
      }
      default -> throw new AssertionError(f);
    };
  }

  private static float derivativeFromOutput(Activation f, float y) {
    return switch (f) {
      case LINEAR -> 1;
      case RELU -> y > 0 ? 1 : 0;
      case TANH -> 1 - y * y;
      case SIGMOID -> y * (1 - y);
      case ELU -> y > 0 ? 1 : y + 1;
      case SELU -> y > 0 ? Approximations.SELU_SCALE : y + Approximations.SELU_SCALE_ALPHA;
      case SOFTPLUS -> Approximations.softplusDerivative(y);
      case SOFTSIGN -> (1 - Math.abs(y)) * (1 - Math.abs(y));
      case HARD_SIGMOID -> y > 0 && y < 1 ? 1f / 6 : 0;
      case EXPONENTIAL -> y;
      case LEAKY_RELU -> y > 0 ? 1 : Approximations.LEAKY_SLOPE;
      case GELU, SILU, SOFTMAX -> throw new AssertionError(f);
    };
  }

  private static void softmaxBackward(int width, float[] y, int yRow, float[] gradient, int row) {
    float dot = 0;
    for (int j = 0; j < width; j++) {
      dot += y[yRow + j] * gradient[row + j];
    }
    for (int j = 0; j < width; j++) {
      gradient[row + j] = y[yRow + j] * (gradient[row + j] - dot);
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
    for (int row = 0; row < rows; row++) {
      int z = gatesOffset + row * 3 * units;
      int g = z + 2 * units;
      int before = hPreviousOffset + row * units;
      int out = hOffset + row * units;
      for (int j = 0; j < units; j++) {
        float zj = gates[z + j];
        h[out + j] = zj * hPrevious[before + j] + (1 - zj) * gates[g + j];
      }
    }
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
    for (int row = 0; row < rows; row++) {
      int z = gatesOffset + row * 3 * units;
      int g = z + 2 * units;
      int dz = gateGradientsOffset + row * 3 * units;
      int dg = dz + 2 * units;
      int state = row * units;
      for (int j = 0; j < units; j++) {
        float zj = gates[z + j];
        float d = dh[dhOffset + state + j];
        gateGradients[dz + j] = d * (hPrevious[hPreviousOffset + state + j] - gates[g + j]);
        gateGradients[dg + j] = d * (1 - zj);
        dhPrevious[dhPreviousOffset + state + j] = d * zj;
      }
    }
  }
}
