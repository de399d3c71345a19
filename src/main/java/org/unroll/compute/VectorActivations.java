package org.unroll.compute;

import static org.unroll.compute.VectorWidth.FLOATS;
import static org.unroll.compute.VectorWidth.LANES;

import java.util.Arrays;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;

/**
 * Computes the activations and their derivatives. tanh and sigmoid run over the matrix in place.
 * Every other activation runs over blocks of the matrix that are packed into a panel, in as many
 * passes as its formula has parts.
 */
final class VectorActivations {
  /** Values in a block of the panel. The panel has four blocks and fits the first-level cache. */
  private static final int BLOCK = 1024;

  private static final ThreadLocal<float[]> PANEL =
      ThreadLocal.withInitial(() -> new float[4 * BLOCK]);

  // The blocks of the panel.
  private static final int X = 0;
  private static final int Y = BLOCK;
  private static final int GRADIENT = 2 * BLOCK;
  private static final int PART = 3 * BLOCK;

  private VectorActivations() {}

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
    if (xStride == width && yStride == width) {
      width *= rows;
      rows = 1;
    }
    int done = 0;
    if (f == Activation.TANH || f == Activation.SIGMOID) {
      done = FLOATS.loopBound(width);
      if (f == Activation.TANH) {
        VectorFunctions.tanh(rows, done, x, xOffset, xStride, y, yOffset, yStride);
      } else {
        VectorFunctions.sigmoid(rows, done, x, xOffset, xStride, y, yOffset, yStride);
      }
    }
    float[] panel = PANEL.get();
    for (int column = done; column < width; column += BLOCK) {
      int columns = Math.min(BLOCK, width - column);
      int most = BLOCK / columns;
      for (int row = 0; row < rows; row += most) {
        int count = Math.min(most, rows - row);
        int size = VectorPacking.size(count * columns);
        int from = xOffset + row * xStride + column;
        int to = yOffset + row * yStride + column;
        VectorPacking.pack(count, columns, x, from, xStride, panel, X, size);
        apply(f, size, panel);
        VectorPacking.unpack(count, columns, panel, Y, y, to, yStride);
      }
    }
  }

  /** Computes the first {@code n} values of the block Y from those of the block X. */
  private static void apply(Activation f, int n, float[] panel) {
    switch (f) {
      case LINEAR -> System.arraycopy(panel, X, panel, Y, n);
      case RELU -> relu(n, panel);
      case TANH -> VectorFunctions.tanh(1, n, panel, X, 0, panel, Y, 0);
      case SIGMOID -> VectorFunctions.sigmoid(1, n, panel, X, 0, panel, Y, 0);
      case ELU -> elu(n, panel, 1, 1);
      case SELU -> elu(n, panel, Approximations.SELU_SCALE, Approximations.SELU_SCALE_ALPHA);
      case GELU -> {
        bell(n, panel);
        VectorFunctions.normal(n, panel, X, panel, PART, panel, Y);
        multiplyBy(n, panel, X, panel, Y);
      }
      case SOFTPLUS -> {
        minusAbsolute(n, panel);
        VectorFunctions.exp(n, panel, PART, panel, PART);
        VectorFunctions.softplus(n, panel, X, panel, PART, panel, Y);
      }
      case SOFTSIGN -> softsign(n, panel);
      case HARD_SIGMOID -> hardSigmoid(n, panel);
      case HARD_SIGMOID_KERAS2 -> hardSigmoidOfKeras2(n, panel);
      case SILU -> {
        VectorFunctions.sigmoid(1, n, panel, X, 0, panel, Y, 0);
        multiplyBy(n, panel, X, panel, Y);
      }
      case EXPONENTIAL -> VectorFunctions.exp(n, panel, X, panel, Y);
      case LEAKY_RELU -> leakyRelu(n, panel);
      default -> throw new AssertionError(f); // row by row, or a plain activation
    }
  }

  private static void relu(int n, float[] panel) {
    for (int j = 0; j < n; j += LANES) {
      FloatVector.fromArray(FLOATS, panel, X + j).max(0).intoArray(panel, Y + j);
    }
  }

  private static void leakyRelu(int n, float[] panel) {
    for (int j = 0; j < n; j += LANES) {
      FloatVector x = FloatVector.fromArray(FLOATS, panel, X + j);
      x.mul(Approximations.LEAKY_SLOPE)
          .blend(x, x.compare(VectorOperators.GT, 0))
          .intoArray(panel, Y + j);
    }
  }

  /** Uses eˣ − 1 = 2t / (1 − t), t = tanh(x/2). */
  private static void elu(int n, float[] panel, float scale, float scaleAlpha) {
    half(n, panel, X);
    VectorFunctions.tanh(1, n, panel, PART, 0, panel, PART, 0);
    for (int j = 0; j < n; j += LANES) {
      FloatVector x = FloatVector.fromArray(FLOATS, panel, X + j);
      FloatVector t = FloatVector.fromArray(FLOATS, panel, PART + j);
      FloatVector below = t.add(t).div(FloatVector.broadcast(FLOATS, 1).sub(t)).mul(scaleAlpha);
      below.blend(x.mul(scale), x.compare(VectorOperators.GT, 0)).intoArray(panel, Y + j);
    }
  }

  private static void softsign(int n, float[] panel) {
    for (int j = 0; j < n; j += LANES) {
      FloatVector x = FloatVector.fromArray(FLOATS, panel, X + j);
      x.div(x.abs().add(1)).intoArray(panel, Y + j);
    }
  }

  private static void hardSigmoid(int n, float[] panel) {
    for (int j = 0; j < n; j += LANES) {
      FloatVector x = FloatVector.fromArray(FLOATS, panel, X + j);
      x.add(3).max(0).min(6).div(6).intoArray(panel, Y + j);
    }
  }

  private static void hardSigmoidOfKeras2(int n, float[] panel) {
    for (int j = 0; j < n; j += LANES) {
      FloatVector x = FloatVector.fromArray(FLOATS, panel, X + j);
      x.mul(0.2f).add(0.5f).max(0).min(1).intoArray(panel, Y + j);
    }
  }

  private static void half(int n, float[] panel, int from) {
    for (int j = 0; j < n; j += LANES) {
      FloatVector.fromArray(FLOATS, panel, from + j).mul(0.5f).intoArray(panel, PART + j);
    }
  }

  private static void minusAbsolute(int n, float[] panel) {
    for (int j = 0; j < n; j += LANES) {
      FloatVector.fromArray(FLOATS, panel, X + j).abs().neg().intoArray(panel, PART + j);
    }
  }

  /** Computes exp(−x²/2) into the block PART. */
  private static void bell(int n, float[] panel) {
    for (int j = 0; j < n; j += LANES) {
      FloatVector x = FloatVector.fromArray(FLOATS, panel, X + j);
      x.mul(x).mul(-0.5f).intoArray(panel, PART + j);
    }
    VectorFunctions.exp(n, panel, PART, panel, PART);
  }

  private static void multiplyBy(int n, float[] factor, int at, float[] out, int outOffset) {
    for (int j = 0; j < n; j += LANES) {
      FloatVector.fromArray(FLOATS, out, outOffset + j)
          .mul(FloatVector.fromArray(FLOATS, factor, at + j))
          .intoArray(out, outOffset + j);
    }
  }

  /** Computes the softmax of one row. */
  static void softmax(int width, float[] x, int xOffset, float[] y, int yOffset) {
    float[] panel = PANEL.get();
    float max = max(width, x, xOffset, panel);
    float sum = 0;
    for (int from = 0; from < width; from += BLOCK) {
      int n = Math.min(BLOCK, width - from);
      int size = VectorPacking.size(n);
      VectorPacking.pack(1, n, x, xOffset + from, n, panel, X, size);
      subtract(size, max, panel);
      VectorFunctions.exp(size, panel, X, panel, Y);
      System.arraycopy(panel, Y, y, yOffset + from, n);
      sum += sum(n, panel);
    }
    divide(width, sum, y, yOffset);
  }

  /** Returns the largest value that is not NaN; a NaN passes through the exponential later. */
  private static float max(int n, float[] x, int xOffset, float[] panel) {
    FloatVector largest = FloatVector.broadcast(FLOATS, Float.NEGATIVE_INFINITY);
    int j = 0;
    for (; j + LANES <= n; j += LANES) {
      FloatVector values = FloatVector.fromArray(FLOATS, x, xOffset + j);
      largest = largest.blend(values, values.compare(VectorOperators.GT, largest));
    }
    largest.intoArray(panel, PART);
    float max = Float.NEGATIVE_INFINITY;
    for (int lane = 0; lane < LANES; lane++) {
      float value = panel[PART + lane];
      max = value > max ? value : max;
    }
    for (; j < n; j++) {
      float value = x[xOffset + j];
      max = value > max ? value : max;
    }
    return max;
  }

  private static void subtract(int n, float max, float[] panel) {
    for (int j = 0; j < n; j += LANES) {
      FloatVector.fromArray(FLOATS, panel, X + j).sub(max).intoArray(panel, X + j);
    }
  }

  /** Returns the sum of the first {@code n} values of the block Y, and sets the others to 0. */
  private static float sum(int n, float[] panel) {
    int size = VectorPacking.size(n);
    Arrays.fill(panel, Y + n, Y + size, 0);
    FloatVector sums = FloatVector.zero(FLOATS);
    for (int j = 0; j < size; j += LANES) {
      sums = sums.add(FloatVector.fromArray(FLOATS, panel, Y + j));
    }
    sums.intoArray(panel, PART);
    // In a fixed order, which reduceLanes does not guarantee.
    float even = 0;
    float odd = 0;
    for (int lane = 0; lane < LANES; lane += 2) {
      even += panel[PART + lane];
      odd += panel[PART + lane + 1];
    }
    return even + odd;
  }

  private static void divide(int n, float divisor, float[] y, int yOffset) {
    int j = 0;
    for (; j + LANES <= n; j += LANES) {
      FloatVector.fromArray(FLOATS, y, yOffset + j).div(divisor).intoArray(y, yOffset + j);
    }
    for (; j < n; j++) {
      y[yOffset + j] /= divisor;
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
    // The derivative is a function of the input or of the output.
    boolean fromInput = f.derivativeNeedsInput();
    Matrix from = fromInput ? input : output;
    float[] v = from.values();
    int vOffset = from.offset();
    int vStride = from.stride();
    int vBlock = fromInput ? X : Y;
    if (vStride == width && gradientStride == width) {
      width *= rows;
      rows = 1;
    }
    float[] panel = PANEL.get();
    for (int column = 0; column < width; column += BLOCK) {
      int columns = Math.min(BLOCK, width - column);
      int most = BLOCK / columns;
      for (int row = 0; row < rows; row += most) {
        int count = Math.min(most, rows - row);
        int size = VectorPacking.size(count * columns);
        int at = gradientOffset + row * gradientStride + column;
        VectorPacking.pack(
            count, columns, v, vOffset + row * vStride + column, vStride, panel, vBlock, size);
        VectorPacking.pack(count, columns, gradient, at, gradientStride, panel, GRADIENT, size);
        applyBackward(f, size, panel);
        VectorPacking.unpack(count, columns, panel, GRADIENT, gradient, at, gradientStride);
      }
    }
  }

  /** Multiplies the block GRADIENT by the derivative, which is computed from the block Y or X. */
  private static void applyBackward(Activation f, int n, float[] panel) {
    switch (f) {
      case LINEAR -> {}
      case RELU -> leakyReluBackward(n, panel, 0);
      case TANH -> tanhBackward(n, panel);
      case SIGMOID -> sigmoidBackward(n, panel);
      case ELU -> eluBackward(n, panel, 1, 1);
      case SELU ->
          eluBackward(n, panel, Approximations.SELU_SCALE, Approximations.SELU_SCALE_ALPHA);
      case GELU -> geluBackward(n, panel);
      case SOFTPLUS -> softplusBackward(n, panel);
      case SOFTSIGN -> softsignBackward(n, panel);
      case HARD_SIGMOID -> hardSigmoidBackward(n, panel, 1f / 6);
      case HARD_SIGMOID_KERAS2 -> hardSigmoidBackward(n, panel, 0.2f);
      case SILU -> siluBackward(n, panel);
      case EXPONENTIAL -> multiplyBy(n, panel, Y, panel, GRADIENT);
      case LEAKY_RELU -> leakyReluBackward(n, panel, Approximations.LEAKY_SLOPE);
      default -> throw new AssertionError(f); // row by row, or a plain activation
    }
  }

  private static void leakyReluBackward(int n, float[] panel, float below) {
    for (int j = 0; j < n; j += LANES) {
      FloatVector y = FloatVector.fromArray(FLOATS, panel, Y + j);
      FloatVector gradient = FloatVector.fromArray(FLOATS, panel, GRADIENT + j);
      gradient
          .mul(below)
          .blend(gradient, y.compare(VectorOperators.GT, 0))
          .intoArray(panel, GRADIENT + j);
    }
  }

  private static void tanhBackward(int n, float[] panel) {
    for (int j = 0; j < n; j += LANES) {
      FloatVector y = FloatVector.fromArray(FLOATS, panel, Y + j);
      FloatVector slope = FloatVector.broadcast(FLOATS, 1).sub(y.mul(y));
      FloatVector.fromArray(FLOATS, panel, GRADIENT + j).mul(slope).intoArray(panel, GRADIENT + j);
    }
  }

  private static void sigmoidBackward(int n, float[] panel) {
    for (int j = 0; j < n; j += LANES) {
      FloatVector y = FloatVector.fromArray(FLOATS, panel, Y + j);
      FloatVector slope = y.mul(FloatVector.broadcast(FLOATS, 1).sub(y));
      FloatVector.fromArray(FLOATS, panel, GRADIENT + j).mul(slope).intoArray(panel, GRADIENT + j);
    }
  }

  private static void eluBackward(int n, float[] panel, float scale, float scaleAlpha) {
    for (int j = 0; j < n; j += LANES) {
      FloatVector y = FloatVector.fromArray(FLOATS, panel, Y + j);
      FloatVector above = FloatVector.broadcast(FLOATS, scale);
      FloatVector slope = y.add(scaleAlpha).blend(above, y.compare(VectorOperators.GT, 0));
      FloatVector.fromArray(FLOATS, panel, GRADIENT + j).mul(slope).intoArray(panel, GRADIENT + j);
    }
  }

  /** The derivative is Φ(x) + x φ(x). */
  private static void geluBackward(int n, float[] panel) {
    bell(n, panel);
    VectorFunctions.normal(n, panel, X, panel, PART, panel, Y);
    for (int j = 0; j < n; j += LANES) {
      FloatVector x = FloatVector.fromArray(FLOATS, panel, X + j);
      FloatVector density =
          FloatVector.fromArray(FLOATS, panel, PART + j).mul(Approximations.NORMAL_DENSITY);
      FloatVector slope = x.fma(density, FloatVector.fromArray(FLOATS, panel, Y + j));
      FloatVector.fromArray(FLOATS, panel, GRADIENT + j).mul(slope).intoArray(panel, GRADIENT + j);
    }
  }

  /** The derivative is 1 − e⁻ʸ = 2t / (1 + t), t = tanh(y/2). */
  private static void softplusBackward(int n, float[] panel) {
    half(n, panel, Y);
    VectorFunctions.tanh(1, n, panel, PART, 0, panel, PART, 0);
    for (int j = 0; j < n; j += LANES) {
      FloatVector t = FloatVector.fromArray(FLOATS, panel, PART + j);
      FloatVector slope = t.add(t).div(t.add(1));
      FloatVector.fromArray(FLOATS, panel, GRADIENT + j).mul(slope).intoArray(panel, GRADIENT + j);
    }
  }

  private static void softsignBackward(int n, float[] panel) {
    for (int j = 0; j < n; j += LANES) {
      FloatVector y = FloatVector.fromArray(FLOATS, panel, Y + j);
      FloatVector rest = FloatVector.broadcast(FLOATS, 1).sub(y.abs());
      FloatVector.fromArray(FLOATS, panel, GRADIENT + j)
          .mul(rest.mul(rest))
          .intoArray(panel, GRADIENT + j);
    }
  }

  private static void hardSigmoidBackward(int n, float[] panel, float inside) {
    for (int j = 0; j < n; j += LANES) {
      FloatVector y = FloatVector.fromArray(FLOATS, panel, Y + j);
      FloatVector zero = FloatVector.zero(FLOATS);
      FloatVector slope =
          zero.blend(FloatVector.broadcast(FLOATS, inside), y.compare(VectorOperators.GT, 0))
              .blend(zero, y.compare(VectorOperators.GE, 1));
      FloatVector.fromArray(FLOATS, panel, GRADIENT + j).mul(slope).intoArray(panel, GRADIENT + j);
    }
  }

  /** The derivative is s (1 + x (1 − s)), s = sigmoid(x). */
  private static void siluBackward(int n, float[] panel) {
    VectorFunctions.sigmoid(1, n, panel, X, 0, panel, PART, 0);
    for (int j = 0; j < n; j += LANES) {
      FloatVector one = FloatVector.broadcast(FLOATS, 1);
      FloatVector x = FloatVector.fromArray(FLOATS, panel, X + j);
      FloatVector s = FloatVector.fromArray(FLOATS, panel, PART + j);
      FloatVector slope = s.mul(x.fma(one.sub(s), one));
      FloatVector.fromArray(FLOATS, panel, GRADIENT + j).mul(slope).intoArray(panel, GRADIENT + j);
    }
  }

  private static void softmaxBackward(
      int width, float[] y, int yOffset, float[] gradient, int offset) {
    float sum = 0;
    for (int j = 0; j < width; j++) {
      sum += y[yOffset + j] * gradient[offset + j];
    }
    for (int j = 0; j < width; j++) {
      gradient[offset + j] = y[yOffset + j] * (gradient[offset + j] - sum);
    }
  }
}
