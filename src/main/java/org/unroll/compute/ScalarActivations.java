package org.unroll.compute;

/** Computes the activations in plain loops, on panels without gaps; see {@link ScalarKernels}. */
final class ScalarActivations {
  /** Values in a panel. */
  private static final int BLOCK = 1024;

  private static final ThreadLocal<Panel> PANEL = ThreadLocal.withInitial(Panel::new);

  private ScalarActivations() {}

  /** A block of a matrix without gaps, and what is computed from it. */
  private static final class Panel {
    final float[] x = new float[BLOCK];
    final float[] y = new float[BLOCK];
    final float[] gradient = new float[BLOCK];
    final float[] part = new float[BLOCK];
  }

  /** Computes y = f(x). */
  static void activate(Activation f, Matrix input, Matrix output) {
    if (f.isPlain()) {
      PlainActivations.activate(f, input, output);
      return;
    }
    int rows = output.rows();
    int width = output.columns();
    float[] x = input.values();
    int xOffset = input.offset();
    int xStride = input.stride();
    float[] y = output.values();
    int yOffset = output.offset();
    int yStride = output.stride();
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
        pack(count, columns, x, xOffset + row * xStride + column, xStride, panel.x);
        apply(f, count * columns, panel);
        unpack(count, columns, panel.y, y, yOffset + row * yStride + column, yStride);
      }
    }
  }

  private static void pack(
      int rows, int width, float[] from, int offset, int stride, float[] panel) {
    for (int i = 0; i < rows; i++) {
      System.arraycopy(from, offset + i * stride, panel, i * width, width);
    }
  }

  private static void unpack(
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
   * Runs in three loops because the JIT compiler does not vectorize the step on bits of {@link
   * Approximations#sigmoid}.
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
      case HARD_SIGMOID_KERAS2 -> Math.min(Math.max(0.2f * x + 0.5f, 0), 1);
      case SILU -> x * Approximations.sigmoid(x);
      case EXPONENTIAL -> Approximations.exp(x);
      case LEAKY_RELU -> x > 0 ? x : Approximations.LEAKY_SLOPE * x;
      default -> throw new AssertionError(f); // row by row, or a plain activation
    };
  }

  /** Computes the softmax of one row. */
  static void softmax(int width, float[] x, int xRow, float[] y, int yRow) {
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

  /** Multiplies a gradient by the derivative of f, in place. */
  static void activateBackward(Activation f, Matrix input, Matrix output, Matrix result) {
    if (f.isPlain()) {
      PlainActivations.activateBackward(f, input, output, result);
      return;
    }
    int rows = result.rows();
    int width = result.columns();
    float[] gradient = result.values();
    int gradientOffset = result.offset();
    int gradientStride = result.stride();
    if (f == Activation.SOFTMAX) {
      for (int i = 0; i < rows; i++) {
        softmaxBackward(
            width,
            output.values(),
            output.offset() + i * output.stride(),
            gradient,
            gradientOffset + i * gradientStride);
      }
      return;
    }
    boolean fromInput = f.derivativeNeedsInput();
    Matrix from = fromInput ? input : output;
    Panel panel = PANEL.get();
    for (int column = 0; column < width; column += BLOCK) {
      int columns = Math.min(BLOCK, width - column);
      int most = BLOCK / columns;
      for (int row = 0; row < rows; row += most) {
        int count = Math.min(most, rows - row);
        int at = gradientOffset + row * gradientStride + column;
        float[] values = fromInput ? panel.x : panel.y;
        int start = from.offset() + row * from.stride() + column;
        pack(count, columns, from.values(), start, from.stride(), values);
        pack(count, columns, gradient, at, gradientStride, panel.gradient);
        applyBackward(f, count * columns, panel);
        unpack(count, columns, panel.gradient, gradient, at, gradientStride);
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
      case HARD_SIGMOID_KERAS2 -> y > 0 && y < 1 ? 0.2f : 0;
      case EXPONENTIAL -> y;
      case LEAKY_RELU -> y > 0 ? 1 : Approximations.LEAKY_SLOPE;
      default -> throw new AssertionError(f); // needs the input, or is a plain activation
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
}
