package org.unroll.compute;

/**
 * Computes the activations whose speed matters less, one value at a time in double precision, for
 * all implementations of {@link Kernels}. Each elementwise activation is a function and its
 * derivative by the input. At the points where a function has no derivative, the derivative is that
 * of TensorFlow.
 *
 * <p>NaN is never hidden, even where Keras compares it and returns 0.
 */
final class PlainActivations {
  private static final double SHRINK = 0.5;

  private PlainActivations() {}

  /** Computes y = f(x), which may be in place unless the width changes. */
  static void activate(Activation f, Matrix input, Matrix output) {
    float[] x = input.values();
    float[] y = output.values();
    for (int i = 0; i < output.rows(); i++) {
      int from = input.offset() + i * input.stride();
      int to = output.offset() + i * output.stride();
      switch (f) {
        case LOG_SOFTMAX -> logSoftmax(output.columns(), x, from, y, to);
        case SPARSEMAX -> sparsemax(output.columns(), x, from, y, to);
        case GLU -> glu(output.columns(), x, from, y, to);
        default -> {
          for (int j = 0; j < output.columns(); j++) {
            y[to + j] = (float) function(f, x[from + j]);
          }
        }
      }
    }
  }

  /** Multiplies a gradient by the derivative of f, in place. */
  static void activateBackward(Activation f, Matrix input, Matrix output, Matrix gradient) {
    float[] g = gradient.values();
    for (int i = 0; i < gradient.rows(); i++) {
      int at = gradient.offset() + i * gradient.stride();
      if (f.isRowWise()) {
        int row = output.offset() + i * output.stride();
        if (f == Activation.LOG_SOFTMAX) {
          logSoftmaxBackward(gradient.columns(), output.values(), row, g, at);
        } else {
          sparsemaxBackward(gradient.columns(), output.values(), row, g, at);
        }
        continue;
      }
      int row = input.offset() + i * input.stride();
      for (int j = 0; j < gradient.columns(); j++) {
        g[at + j] = (float) (g[at + j] * derivative(f, input.values()[row + j]));
      }
    }
  }

  private static double function(Activation f, double x) {
    return switch (f) {
      case RELU6 -> Math.min(Math.max(x, 0), 6);
      case CELU -> x > 0 ? x : Math.expm1(x);
      case MISH -> x * Math.tanh(Math.log1p(Math.exp(x)));
      case HARD_SILU -> x * (Math.min(Math.max(x + 3, 0), 6) / 6);
      case HARD_TANH -> Math.min(Math.max(x, -1), 1);
      case HARD_SHRINK -> Math.abs(x) <= SHRINK ? 0 : x;
      case SOFT_SHRINK -> Math.abs(x) <= SHRINK ? 0 : x - Math.copySign(SHRINK, x);
      case TANH_SHRINK -> x - Math.tanh(x);
      case LOG_SIGMOID -> Math.min(x, 0) - Math.log1p(Math.exp(-Math.abs(x)));
      // Without the difference of two large numbers.
      case SQUAREPLUS -> {
        double root = Math.sqrt(x * x + 4);
        yield x > 0 ? (x + root) / 2 : 2 / (root - x);
      }
      case SPARSE_PLUS -> x <= -1 ? 0 : x < 1 ? (x + 1) * (x + 1) / 4 : x;
      case SPARSE_SIGMOID -> Math.min(Math.max((x + 1) / 2, 0), 1);
      default -> throw new AssertionError(f);
    };
  }

  private static double derivative(Activation f, double x) {
    return switch (f) {
      case RELU6 -> x > 0 && x < 6 ? 1 : 0;
      case CELU -> x > 0 ? 1 : Math.exp(x);
      case MISH -> {
        double t = Math.tanh(Math.log1p(Math.exp(x)));
        yield t + x / (1 + Math.exp(-x)) * (1 - t * t);
      }
      case HARD_SILU -> x <= -3 ? 0 : x < 3 ? (2 * x + 3) / 6 : 1;
      case HARD_TANH -> Math.abs(x) <= 1 ? 1 : 0;
      case HARD_SHRINK, SOFT_SHRINK -> Math.abs(x) <= SHRINK ? 0 : 1;
      case TANH_SHRINK -> Math.tanh(x) * Math.tanh(x);
      case LOG_SIGMOID -> 1 / (1 + Math.exp(x));
      case SQUAREPLUS -> {
        double root = Math.sqrt(x * x + 4);
        yield x > 0 ? (1 + x / root) / 2 : 2 / (root - x) / root;
      }
      case SPARSE_PLUS -> x <= -1 ? 0 : x < 1 ? (x + 1) / 2 : 1;
      case SPARSE_SIGMOID -> Math.abs(x) < 1 ? 0.5 : 0;
      default -> throw new AssertionError(f);
    };
  }

  private static void logSoftmax(int width, float[] x, int from, float[] y, int to) {
    double max = Double.NEGATIVE_INFINITY;
    for (int j = 0; j < width; j++) {
      max = Math.max(max, x[from + j]);
    }
    double sum = 0;
    for (int j = 0; j < width; j++) {
      sum += Math.exp(x[from + j] - max);
    }
    double total = max + Math.log(sum);
    for (int j = 0; j < width; j++) {
      y[to + j] = (float) (x[from + j] - total);
    }
  }

  /** Computes dx = g − softmax(x)·Σg. */
  private static void logSoftmaxBackward(int width, float[] y, int row, float[] g, int at) {
    double sum = 0;
    for (int j = 0; j < width; j++) {
      sum += g[at + j];
    }
    for (int j = 0; j < width; j++) {
      g[at + j] = (float) (g[at + j] - Math.exp(y[row + j]) * sum);
    }
  }

  /**
   * Computes y = max(x − τ, 0), where τ is such that the row sums to 1. The threshold τ of the
   * values above it rises from round to round until it no longer removes a value.
   */
  private static void sparsemax(int width, float[] x, int from, float[] y, int to) {
    double threshold = Double.NEGATIVE_INFINITY;
    int before = -1;
    int count = 0;
    while (count != before) {
      before = count;
      count = 0;
      double sum = 0;
      for (int j = 0; j < width; j++) {
        if (!(x[from + j] <= threshold)) { // also NaN
          sum += x[from + j];
          count++;
        }
      }
      threshold = (sum - 1) / count;
    }
    for (int j = 0; j < width; j++) {
      y[to + j] = (float) Math.max(x[from + j] - threshold, 0);
    }
  }

  /** Subtracts the mean gradient of the values above the threshold; the others have no gradient. */
  private static void sparsemaxBackward(int width, float[] y, int row, float[] g, int at) {
    double sum = 0;
    int count = 0;
    for (int j = 0; j < width; j++) {
      if (y[row + j] > 0) {
        sum += g[at + j];
        count++;
      }
    }
    for (int j = 0; j < width; j++) {
      g[at + j] = y[row + j] > 0 ? (float) (g[at + j] - sum / count) : 0;
    }
  }

  private static void glu(int width, float[] x, int from, float[] y, int to) {
    for (int j = 0; j < width; j++) {
      y[to + j] = (float) (x[from + j] / (1 + Math.exp(-x[from + width + j])));
    }
  }

  /** Computes the gradient of the input of {@link Activation#GLU}, which is twice as wide. */
  static void gluBackward(Matrix input, Matrix outputGradient, Matrix gradient) {
    int width = outputGradient.columns();
    for (int i = 0; i < outputGradient.rows(); i++) {
      int from = input.offset() + i * input.stride();
      int at = outputGradient.offset() + i * outputGradient.stride();
      int to = gradient.offset() + i * gradient.stride();
      for (int j = 0; j < width; j++) {
        double s = 1 / (1 + Math.exp(-input.values()[from + width + j]));
        double g = outputGradient.values()[at + j];
        gradient.values()[to + j] = (float) (g * s);
        gradient.values()[to + width + j] = (float) (g * input.values()[from + j] * s * (1 - s));
      }
    }
  }
}
