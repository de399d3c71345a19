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
      if (f == Activation.LOG_SOFTMAX) {
        int row = output.offset() + i * output.stride();
        logSoftmaxBackward(gradient.columns(), output.values(), row, g, at);
        continue;
      }
      int row = input.offset() + i * input.stride();
      if (f == Activation.SPARSEMAX) {
        sparsemaxBackward(gradient.columns(), input.values(), row, g, at);
        continue;
      }
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
   * Computes y = max(x − τ, 0). Values are visited in descending order, z₁ ≥ z₂ ≥ …, as long as z_r
   * is above the threshold of the first r values, which gives k values.
   *
   * <p>In the paper, τ is such that the row sums to 1. All backends of Keras 3.15 add up the
   * partial sums of the values instead of the values, so that the sum is less if k is more than 1.
   * This method does as Keras does.
   */
  private static void sparsemax(int width, float[] x, int from, float[] y, int to) {
    int k = supportSize(width, x, from);
    double threshold = threshold(width, k, x, from);
    for (int j = 0; j < width; j++) {
      y[to + j] = (float) Math.max(x[from + j] - threshold, 0);
    }
  }

  private static int supportSize(int width, float[] x, int from) {
    double sum = 0;
    int at = -1;
    for (int r = 1; r <= width; r++) {
      at = next(width, x, from, at);
      if (at < 0) {
        return r - 1; // NaN
      }
      sum += x[from + at];
      if (!(x[from + at] - (sum - 1) / r > 0)) {
        return r - 1;
      }
    }
    return width;
  }

  private static double threshold(int width, int k, float[] x, int from) {
    double sum = 0;
    double sums = 0;
    int at = -1;
    for (int r = 1; r <= k; r++) {
      at = next(width, x, from, at);
      sum += x[from + at];
      sums += sum;
    }
    return k == 0 ? Double.NaN : (sums - 1) / k;
  }

  /** Returns the index of the next smaller value after the one at an index; −1 if there is none. */
  private static int next(int width, float[] x, int from, int after) {
    int best = -1;
    for (int j = 0; j < width; j++) {
      float value = x[from + j];
      boolean isLater =
          after < 0 || value < x[from + after] || (value == x[from + after] && j > after);
      if (isLater && (best < 0 ? !Float.isNaN(value) : value > x[from + best])) {
        best = j;
      }
    }
    return best;
  }

  /** Computes dx = g ⊙ (x ≥ τ) − Σ g ⊙ (x ≥ τ) · dτ/dx, where dτ/dz_r = (k − r + 1) / k. */
  private static void sparsemaxBackward(int width, float[] x, int from, float[] g, int at) {
    int k = supportSize(width, x, from);
    double threshold = threshold(width, k, x, from);
    double sum = 0;
    for (int j = 0; j < width; j++) {
      if (x[from + j] < threshold) {
        g[at + j] = 0;
      }
      sum += g[at + j];
    }
    int z = -1;
    for (int r = 1; r <= k; r++) {
      z = next(width, x, from, z);
      g[at + z] -= (float) (sum * (k - r + 1) / k);
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
