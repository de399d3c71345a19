package org.unroll.compute;

import java.util.Arrays;

/**
 * The kernels in plain loops, for a JVM without the Vector API.
 *
 * <p>The loops that matter are written for what the JIT makes vectors of by itself, from JDK 17 to
 * 25: no calls that are not inlined, no branches, and every array read and written at the same
 * index, or at a constant distance from it. With an offset that is a variable the JIT leaves the
 * loop as it is, hence the panels. Fused multiply-adds are left out: where the CPU has none,
 * Math.fma is a hundred times slower.
 */
final class ScalarKernels extends ComposedKernels {
  /** Columns of B, and of C, in a panel: the constant distance between its rows. */
  private static final int COLUMNS = 128;

  /**
   * Rows of B in a panel. With eight the loop becomes too large for the JIT to unroll, and so to
   * make vectors of.
   */
  private static final int GROUP = 4;

  /** Panels: as many as fit into the nearest cache. */
  private static final int GROUPS = 16;

  /** Values in a panel of the activations. */
  private static final int BLOCK = 1024;

  private static final ThreadLocal<Tile> TILE = ThreadLocal.withInitial(Tile::new);
  private static final ThreadLocal<Panel> PANEL = ThreadLocal.withInitial(Panel::new);

  /** A block of B in its panels, and a row of C. */
  private static final class Tile {
    final float[][] b = new float[GROUPS][GROUP * COLUMNS];
    final float[] sums = new float[COLUMNS];
  }

  /** A block of a matrix, without gaps, and what is computed from it. */
  private static final class Panel {
    final float[] x = new float[BLOCK];
    final float[] y = new float[BLOCK];
    final float[] gradient = new float[BLOCK];
    final float[] part = new float[BLOCK];
  }

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
    if (n == 1) {
      multiplyColumn(m, k, a, aOffset, lda, b, bOffset, ldb, c, cOffset, ldc, accumulate);
    } else {
      product(m, n, k, a, aOffset, lda, 1, b, bOffset, ldb, c, cOffset, ldc, accumulate);
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
      // One column is also one row, and rows are what the loops run along: Cᵀ = Bᵀ·A.
      product(1, k, m, b, bOffset, 1, ldb, a, aOffset, lda, c, cOffset, k, accumulate);
    } else {
      product(k, n, m, a, aOffset, 1, lda, b, bOffset, ldb, c, cOffset, ldc, accumulate);
    }
  }

  /** C = A·B, the element of A for row r and step s being at r·rowStride + s·stepStride. */
  private static void product(
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
    if (!accumulate) {
      for (int row = 0; row < rows; row++) {
        int at = cOffset + row * ldc;
        Arrays.fill(c, at, at + columns, 0);
      }
    }
    Tile tile = TILE.get();
    for (int column = 0; column < columns; column += COLUMNS) {
      int width = Math.min(COLUMNS, columns - column);
      for (int from = 0; from < steps; from += GROUPS * GROUP) {
        int block = Math.min(GROUPS * GROUP, steps - from);
        pack(block, width, b, bOffset + from * ldb + column, ldb, tile.b);
        for (int row = 0; row < rows; row++) {
          int start = aOffset + row * rowStride + from * stepStride;
          int at = cOffset + row * ldc + column;
          System.arraycopy(c, at, tile.sums, 0, width);
          addRow(block, width, a, start, stepStride, tile);
          System.arraycopy(tile.sums, 0, c, at, width);
        }
      }
    }
  }

  /** Copies rows of B to the panels; the last panel is filled up with rows of zeros. */
  private static void pack(int steps, int width, float[] b, int offset, int ldb, float[][] panels) {
    int last = (steps + GROUP - 1) / GROUP * GROUP;
    for (int s = 0; s < last; s++) {
      float[] panel = panels[s / GROUP];
      int at = s % GROUP * COLUMNS;
      if (s < steps) {
        System.arraycopy(b, offset + s * ldb, panel, at, width);
      } else {
        Arrays.fill(panel, at, at + width, 0);
      }
    }
  }

  private static void addRow(
      int steps, int width, float[] a, int start, int stepStride, Tile tile) {
    int s = 0;
    for (; s + GROUP <= steps; s += GROUP) {
      int at = start + s * stepStride;
      addGroup(
          width,
          a[at],
          a[at + stepStride],
          a[at + 2 * stepStride],
          a[at + 3 * stepStride],
          tile.b[s / GROUP],
          tile.sums);
    }
    if (s < steps) {
      int at = start + s * stepStride;
      int left = steps - s;
      addGroup(
          width,
          a[at],
          left > 1 ? a[at + stepStride] : 0,
          left > 2 ? a[at + 2 * stepStride] : 0,
          0,
          tile.b[s / GROUP],
          tile.sums);
    }
  }

  private static void addGroup(
      int n, float a0, float a1, float a2, float a3, float[] b, float[] sums) {
    for (int j = 0; j < n; j++) {
      sums[j] +=
          a0 * b[j] + a1 * b[COLUMNS + j] + a2 * b[2 * COLUMNS + j] + a3 * b[3 * COLUMNS + j];
    }
  }

  /** A product with a single column; four sums, since each addition waits for the one before. */
  private static void multiplyColumn(
      int rows,
      int steps,
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
    for (int row = 0; row < rows; row++) {
      int a0 = aOffset + row * lda;
      float sum0 = 0;
      float sum1 = 0;
      float sum2 = 0;
      float sum3 = 0;
      int s = 0;
      for (; s + 4 <= steps; s += 4) {
        int bs = bOffset + s * ldb;
        sum0 += a[a0 + s] * b[bs];
        sum1 += a[a0 + s + 1] * b[bs + ldb];
        sum2 += a[a0 + s + 2] * b[bs + 2 * ldb];
        sum3 += a[a0 + s + 3] * b[bs + 3 * ldb];
      }
      for (; s < steps; s++) {
        sum0 += a[a0 + s] * b[bOffset + s * ldb];
      }
      float sum = (sum0 + sum1) + (sum2 + sum3);
      int at = cOffset + row * ldc;
      c[at] = accumulate ? c[at] + sum : sum;
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
      Arrays.fill(out, outOffset, outOffset + width, 0);
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
    if (f == Activation.SOFTMAX) {
      for (int i = 0; i < rows; i++) {
        softmax(width, x, xOffset + i * xStride, y, yOffset + i * yStride);
      }
      return;
    }
    Panel panel = PANEL.get();
    for (int column = 0; column < width; column += BLOCK) {
      int columns = Math.min(BLOCK, width - column);
      int most = BLOCK / columns;
      for (int row = 0; row < rows; row += most) {
        int count = Math.min(most, rows - row);
        gather(count, columns, x, xOffset + row * xStride + column, xStride, panel.x);
        apply(f, count * columns, panel);
        scatter(count, columns, panel.y, y, yOffset + row * yStride + column, yStride);
      }
    }
  }

  private static void gather(
      int rows, int width, float[] from, int offset, int stride, float[] panel) {
    for (int i = 0; i < rows; i++) {
      System.arraycopy(from, offset + i * stride, panel, i * width, width);
    }
  }

  private static void scatter(
      int rows, int width, float[] panel, float[] to, int offset, int stride) {
    for (int i = 0; i < rows; i++) {
      System.arraycopy(panel, i * width, to, offset + i * stride, width);
    }
  }

  private static void apply(Activation f, int n, Panel panel) {
    switch (f) {
      case TANH -> tanh(n, panel.x, panel.y);
      case SIGMOID -> sigmoid(n, panel.x, panel.part, panel.y);
      default -> {
        for (int j = 0; j < n; j++) {
          panel.y[j] = apply(f, panel.x[j]);
        }
      }
    }
  }

  private static void tanh(int n, float[] x, float[] y) {
    for (int j = 0; j < n; j++) {
      y[j] = Approximations.tanh(x[j]);
    }
  }

  /**
   * In three loops: of the steps of {@link Approximations#sigmoid} the JIT makes no vectors of the
   * one on bits.
   */
  private static void sigmoid(int n, float[] x, float[] scale, float[] y) {
    for (int j = 0; j < n; j++) {
      float z = Approximations.sigmoidArgument(x[j]);
      float rounded = Approximations.rounded(z);
      scale[j] = rounded;
      y[j] = Approximations.expOfRemainder(z, rounded);
    }
    for (int j = 0; j < n; j++) {
      scale[j] = Approximations.powerOfTwo(scale[j]);
    }
    for (int j = 0; j < n; j++) {
      y[j] = 1 / (1 + y[j] * scale[j]);
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

  @Override
  public void softmax(int width, float[] x, int xRow, float[] y, int yRow) {
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
    if (f == Activation.SOFTMAX) {
      for (int i = 0; i < rows; i++) {
        softmaxBackward(
            width, y, yOffset + i * yStride, gradient, gradientOffset + i * gradientStride);
      }
      return;
    }
    boolean fromInput = f.derivativeNeedsInput();
    Panel panel = PANEL.get();
    for (int column = 0; column < width; column += BLOCK) {
      int columns = Math.min(BLOCK, width - column);
      int most = BLOCK / columns;
      for (int row = 0; row < rows; row += most) {
        int count = Math.min(most, rows - row);
        int at = gradientOffset + row * gradientStride + column;
        if (fromInput) {
          gather(count, columns, x, xOffset + row * xStride + column, xStride, panel.x);
        } else {
          gather(count, columns, y, yOffset + row * yStride + column, yStride, panel.y);
        }
        gather(count, columns, gradient, at, gradientStride, panel.gradient);
        applyBackward(f, count * columns, panel);
        scatter(count, columns, panel.gradient, gradient, at, gradientStride);
      }
    }
  }

  private static void applyBackward(Activation f, int n, Panel panel) {
    if (f == Activation.TANH) {
      tanhBackward(n, panel.y, panel.gradient);
    } else if (f == Activation.SIGMOID) {
      sigmoidBackward(n, panel.y, panel.gradient);
    } else if (f.derivativeNeedsInput()) {
      for (int j = 0; j < n; j++) {
        panel.gradient[j] *= derivativeFromInput(f, panel.x[j]);
      }
    } else {
      for (int j = 0; j < n; j++) {
        panel.gradient[j] *= derivativeFromOutput(f, panel.y[j]);
      }
    }
  }

  private static void tanhBackward(int n, float[] y, float[] gradient) {
    for (int j = 0; j < n; j++) {
      gradient[j] *= 1 - y[j] * y[j];
    }
  }

  private static void sigmoidBackward(int n, float[] y, float[] gradient) {
    for (int j = 0; j < n; j++) {
      gradient[j] *= y[j] * (1 - y[j]);
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
    if (!usual(activation, recurrentActivation)) {
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
      return;
    }
    for (int row = 0; row < rows; row++) {
      int atI = gatesOffset + row * 4 * units;
      int atF = atI + units;
      int atG = atF + units;
      int atO = atG + units;
      int state = row * units;
      for (int j = 0; j < units; j++) {
        float i = gates[atI + j];
        float f = gates[atF + j];
        float g = gates[atG + j];
        float o = gates[atO + j];
        float aj = a[aOffset + state + j];
        float dhj = dh[dhOffset + state + j];
        float dcj = dc[dcOffset + state + j] + dhj * o * (1 - aj * aj);
        gates[atI + j] = dcj * g * i * (1 - i);
        gates[atF + j] = dcj * cPrevious[cPreviousOffset + state + j] * f * (1 - f);
        gates[atG + j] = dcj * i * (1 - g * g);
        gates[atO + j] = dhj * aj * o * (1 - o);
        dc[dcOffset + state + j] = dcj * f;
      }
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
    if (!usual(activation, recurrentActivation)) {
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
      return;
    }
    for (int row = 0; row < rows; row++) {
      int atZ = gatesOffset + row * 3 * units;
      int atR = atZ + units;
      int atG = atR + units;
      int state = row * units;
      int innerRow = innerOffset + state;
      for (int j = 0; j < units; j++) {
        float z = gates[atZ + j];
        float r = gates[atR + j];
        float g = gates[atG + j];
        float dhj = dh[dhOffset + state + j];
        float dz = dhj * (hPrevious[hPreviousOffset + state + j] - g) * z * (1 - z);
        float dg = dhj * (1 - z) * (1 - g * g);
        float dr = dg * inner[innerRow + j] * r * (1 - r);
        gates[atZ + j] = dz;
        gates[atR + j] = dr;
        gates[atG + j] = dg;
        inner[innerRow + j] = dg * r;
        dhPrevious[dhPreviousOffset + state + j] = dhj * z;
      }
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
