package org.unroll.compute;

import static org.unroll.compute.VectorFunctions.constant;
import static org.unroll.compute.VectorWidth.FLOATS;
import static org.unroll.compute.VectorWidth.LANES;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;

/**
 * The elementwise operations. The activations have a loop each, over whole vectors; what is left of
 * a row goes through the same loop in a vector of its own.
 */
final class VectorElements {
  /** Three vectors for what is left of a row. */
  private static final ThreadLocal<float[]> TAIL =
      ThreadLocal.withInitial(() -> new float[3 * LANES]);

  private VectorElements() {}

  static void activate(
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
    if (xStride == width && yStride == width) {
      width *= rows;
      rows = 1;
    }
    int whole = FLOATS.loopBound(width);
    int left = width - whole;
    float[] tail = left == 0 ? null : TAIL.get();
    for (int i = 0; i < rows; i++) {
      int xRow = xOffset + i * xStride;
      int yRow = yOffset + i * yStride;
      apply(f, whole, x, xRow, y, yRow);
      if (left > 0) {
        copy(left, x, xRow + whole, tail, 0);
        apply(f, LANES, tail, 0, tail, 0);
        copy(left, tail, 0, y, yRow + whole);
      }
    }
  }

  private static void apply(Activation f, int n, float[] x, int xOffset, float[] y, int yOffset) {
    switch (f) {
      case LINEAR -> copy(n, x, xOffset, y, yOffset);
      case RELU -> relu(n, x, xOffset, y, yOffset);
      case TANH -> tanh(n, x, xOffset, y, yOffset);
      case SIGMOID -> sigmoid(n, x, xOffset, y, yOffset);
      case ELU -> elu(n, x, xOffset, y, yOffset, 1, 1);
      case SELU ->
          elu(
              n,
              x,
              xOffset,
              y,
              yOffset,
              Approximations.SELU_SCALE,
              Approximations.SELU_SCALE_ALPHA);
      case GELU -> gelu(n, x, xOffset, y, yOffset);
      case SOFTPLUS -> softplus(n, x, xOffset, y, yOffset);
      case SOFTSIGN -> softsign(n, x, xOffset, y, yOffset);
      case HARD_SIGMOID -> hardSigmoid(n, x, xOffset, y, yOffset);
      case SILU -> silu(n, x, xOffset, y, yOffset);
      case EXPONENTIAL -> exponential(n, x, xOffset, y, yOffset);
      case LEAKY_RELU -> leakyRelu(n, x, xOffset, y, yOffset);
      case SOFTMAX -> throw new AssertionError("softmax goes by rows");
    }
  }

  private static void relu(int n, float[] x, int xOffset, float[] y, int yOffset) {
    for (int j = 0; j < n; j += LANES) {
      load(x, xOffset + j).max(0).intoArray(y, yOffset + j);
    }
  }

  private static void tanh(int n, float[] x, int xOffset, float[] y, int yOffset) {
    for (int j = 0; j < n; j += LANES) {
      VectorFunctions.tanh(load(x, xOffset + j)).intoArray(y, yOffset + j);
    }
  }

  private static void sigmoid(int n, float[] x, int xOffset, float[] y, int yOffset) {
    for (int j = 0; j < n; j += LANES) {
      VectorFunctions.sigmoid(load(x, xOffset + j)).intoArray(y, yOffset + j);
    }
  }

  private static void elu(
      int n, float[] x, int xOffset, float[] y, int yOffset, float scale, float scaleAlpha) {
    for (int j = 0; j < n; j += LANES) {
      FloatVector at = load(x, xOffset + j);
      FloatVector below = VectorFunctions.expm1(at).mul(scaleAlpha);
      below.blend(at.mul(scale), at.compare(VectorOperators.GT, 0)).intoArray(y, yOffset + j);
    }
  }

  private static void gelu(int n, float[] x, int xOffset, float[] y, int yOffset) {
    for (int j = 0; j < n; j += LANES) {
      FloatVector at = load(x, xOffset + j);
      at.mul(VectorFunctions.normal(at)).intoArray(y, yOffset + j);
    }
  }

  private static void softplus(int n, float[] x, int xOffset, float[] y, int yOffset) {
    for (int j = 0; j < n; j += LANES) {
      VectorFunctions.softplus(load(x, xOffset + j)).intoArray(y, yOffset + j);
    }
  }

  private static void softsign(int n, float[] x, int xOffset, float[] y, int yOffset) {
    for (int j = 0; j < n; j += LANES) {
      FloatVector at = load(x, xOffset + j);
      at.div(at.abs().add(1)).intoArray(y, yOffset + j);
    }
  }

  private static void hardSigmoid(int n, float[] x, int xOffset, float[] y, int yOffset) {
    for (int j = 0; j < n; j += LANES) {
      load(x, xOffset + j).add(3).max(0).min(6).div(6).intoArray(y, yOffset + j);
    }
  }

  private static void silu(int n, float[] x, int xOffset, float[] y, int yOffset) {
    for (int j = 0; j < n; j += LANES) {
      FloatVector at = load(x, xOffset + j);
      at.mul(VectorFunctions.sigmoid(at)).intoArray(y, yOffset + j);
    }
  }

  private static void exponential(int n, float[] x, int xOffset, float[] y, int yOffset) {
    for (int j = 0; j < n; j += LANES) {
      VectorFunctions.exp(load(x, xOffset + j)).intoArray(y, yOffset + j);
    }
  }

  private static void leakyRelu(int n, float[] x, int xOffset, float[] y, int yOffset) {
    for (int j = 0; j < n; j += LANES) {
      FloatVector at = load(x, xOffset + j);
      at.mul(Approximations.LEAKY_SLOPE)
          .blend(at, at.compare(VectorOperators.GT, 0))
          .intoArray(y, yOffset + j);
    }
  }

  private static void softmax(int width, float[] x, int xOffset, float[] y, int yOffset) {
    float max = Float.NEGATIVE_INFINITY;
    for (int j = 0; j < width; j++) {
      max = Math.max(max, x[xOffset + j]);
    }
    float[] tail = TAIL.get();
    FloatVector sums = FloatVector.zero(FLOATS);
    int j = 0;
    for (; j + LANES <= width; j += LANES) {
      FloatVector e = VectorFunctions.exp(load(x, xOffset + j).sub(max));
      e.intoArray(y, yOffset + j);
      sums = sums.add(e);
    }
    float sum = VectorFunctions.sumOfLanes(sums, tail);
    for (; j < width; j++) {
      float e = Approximations.exp(x[xOffset + j] - max);
      y[yOffset + j] = e;
      sum += e;
    }
    for (j = 0; j + LANES <= width; j += LANES) {
      load(y, yOffset + j).div(sum).intoArray(y, yOffset + j);
    }
    for (; j < width; j++) {
      y[yOffset + j] /= sum;
    }
  }

  static void activateBackward(
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
    // The derivative is a function of one of the two.
    boolean fromInput = f.derivativeNeedsInput();
    float[] v = fromInput ? x : y;
    int vOffset = fromInput ? xOffset : yOffset;
    int vStride = fromInput ? xStride : yStride;
    if (vStride == width && gradientStride == width) {
      width *= rows;
      rows = 1;
    }
    int whole = FLOATS.loopBound(width);
    int left = width - whole;
    float[] tail = left == 0 ? null : TAIL.get();
    for (int i = 0; i < rows; i++) {
      int vRow = vOffset + i * vStride;
      int row = gradientOffset + i * gradientStride;
      applyBackward(f, whole, v, vRow, gradient, row);
      if (left > 0) {
        copy(left, v, vRow + whole, tail, 0);
        copy(left, gradient, row + whole, tail, LANES);
        applyBackward(f, LANES, tail, 0, tail, LANES);
        copy(left, tail, LANES, gradient, row + whole);
      }
    }
  }

  private static void applyBackward(
      Activation f, int n, float[] v, int vOffset, float[] gradient, int offset) {
    switch (f) {
      case LINEAR -> {}
      case RELU -> stepBackward(n, v, vOffset, gradient, offset, 1, 0);
      case TANH -> tanhBackward(n, v, vOffset, gradient, offset);
      case SIGMOID -> sigmoidBackward(n, v, vOffset, gradient, offset);
      case ELU -> eluBackward(n, v, vOffset, gradient, offset, 1, 1);
      case SELU ->
          eluBackward(
              n,
              v,
              vOffset,
              gradient,
              offset,
              Approximations.SELU_SCALE,
              Approximations.SELU_SCALE_ALPHA);
      case GELU -> geluBackward(n, v, vOffset, gradient, offset);
      case SOFTPLUS -> softplusBackward(n, v, vOffset, gradient, offset);
      case SOFTSIGN -> softsignBackward(n, v, vOffset, gradient, offset);
      case HARD_SIGMOID -> hardSigmoidBackward(n, v, vOffset, gradient, offset);
      case SILU -> siluBackward(n, v, vOffset, gradient, offset);
      case EXPONENTIAL -> multiplyBy(n, v, vOffset, gradient, offset);
      case LEAKY_RELU ->
          stepBackward(n, v, vOffset, gradient, offset, 1, Approximations.LEAKY_SLOPE);
      case SOFTMAX -> throw new AssertionError("softmax goes by rows");
    }
  }

  private static void stepBackward(
      int n, float[] y, int yOffset, float[] gradient, int offset, float above, float below) {
    for (int j = 0; j < n; j += LANES) {
      FloatVector slope =
          constant(below)
              .blend(constant(above), load(y, yOffset + j).compare(VectorOperators.GT, 0));
      load(gradient, offset + j).mul(slope).intoArray(gradient, offset + j);
    }
  }

  private static void tanhBackward(int n, float[] y, int yOffset, float[] gradient, int offset) {
    for (int j = 0; j < n; j += LANES) {
      FloatVector at = load(y, yOffset + j);
      FloatVector slope = constant(1).sub(at.mul(at));
      load(gradient, offset + j).mul(slope).intoArray(gradient, offset + j);
    }
  }

  private static void sigmoidBackward(int n, float[] y, int yOffset, float[] gradient, int offset) {
    for (int j = 0; j < n; j += LANES) {
      FloatVector at = load(y, yOffset + j);
      FloatVector slope = at.mul(constant(1).sub(at));
      load(gradient, offset + j).mul(slope).intoArray(gradient, offset + j);
    }
  }

  private static void eluBackward(
      int n, float[] y, int yOffset, float[] gradient, int offset, float scale, float scaleAlpha) {
    for (int j = 0; j < n; j += LANES) {
      FloatVector at = load(y, yOffset + j);
      FloatVector slope =
          at.add(scaleAlpha).blend(constant(scale), at.compare(VectorOperators.GT, 0));
      load(gradient, offset + j).mul(slope).intoArray(gradient, offset + j);
    }
  }

  private static void geluBackward(int n, float[] x, int xOffset, float[] gradient, int offset) {
    for (int j = 0; j < n; j += LANES) {
      FloatVector at = load(x, xOffset + j);
      FloatVector slope = at.fma(VectorFunctions.normalDensity(at), VectorFunctions.normal(at));
      load(gradient, offset + j).mul(slope).intoArray(gradient, offset + j);
    }
  }

  private static void softplusBackward(
      int n, float[] y, int yOffset, float[] gradient, int offset) {
    for (int j = 0; j < n; j += LANES) {
      FloatVector slope = VectorFunctions.softplusDerivative(load(y, yOffset + j));
      load(gradient, offset + j).mul(slope).intoArray(gradient, offset + j);
    }
  }

  private static void softsignBackward(
      int n, float[] y, int yOffset, float[] gradient, int offset) {
    for (int j = 0; j < n; j += LANES) {
      FloatVector rest = constant(1).sub(load(y, yOffset + j).abs());
      load(gradient, offset + j).mul(rest.mul(rest)).intoArray(gradient, offset + j);
    }
  }

  private static void hardSigmoidBackward(
      int n, float[] y, int yOffset, float[] gradient, int offset) {
    for (int j = 0; j < n; j += LANES) {
      FloatVector at = load(y, yOffset + j);
      FloatVector slope =
          constant(0)
              .blend(constant(1f / 6), at.compare(VectorOperators.GT, 0))
              .blend(constant(0), at.compare(VectorOperators.GE, 1));
      load(gradient, offset + j).mul(slope).intoArray(gradient, offset + j);
    }
  }

  private static void siluBackward(int n, float[] x, int xOffset, float[] gradient, int offset) {
    for (int j = 0; j < n; j += LANES) {
      FloatVector at = load(x, xOffset + j);
      FloatVector s = VectorFunctions.sigmoid(at);
      FloatVector one = constant(1);
      FloatVector slope = s.mul(at.fma(one.sub(s), one));
      load(gradient, offset + j).mul(slope).intoArray(gradient, offset + j);
    }
  }

  private static void multiplyBy(int n, float[] y, int yOffset, float[] gradient, int offset) {
    for (int j = 0; j < n; j += LANES) {
      load(gradient, offset + j).mul(load(y, yOffset + j)).intoArray(gradient, offset + j);
    }
  }

  private static void softmaxBackward(
      int width, float[] y, int yOffset, float[] gradient, int offset) {
    float[] tail = TAIL.get();
    FloatVector sums = FloatVector.zero(FLOATS);
    int j = 0;
    for (; j + LANES <= width; j += LANES) {
      sums = load(y, yOffset + j).fma(load(gradient, offset + j), sums);
    }
    float sum = VectorFunctions.sumOfLanes(sums, tail);
    for (; j < width; j++) {
      sum += y[yOffset + j] * gradient[offset + j];
    }
    for (j = 0; j + LANES <= width; j += LANES) {
      load(gradient, offset + j).sub(sum).mul(load(y, yOffset + j)).intoArray(gradient, offset + j);
    }
    for (; j < width; j++) {
      gradient[offset + j] = y[yOffset + j] * (gradient[offset + j] - sum);
    }
  }

  static void add(int n, float[] a, int aOffset, float[] out, int outOffset) {
    int j = 0;
    for (; j + LANES <= n; j += LANES) {
      load(out, outOffset + j).add(load(a, aOffset + j)).intoArray(out, outOffset + j);
    }
    for (; j < n; j++) {
      out[outOffset + j] += a[aOffset + j];
    }
  }

  static void sumRows(
      int rows,
      int width,
      float[] a,
      int aOffset,
      int stride,
      float[] out,
      int outOffset,
      boolean accumulate) {
    int j = 0;
    for (; j + 2 * LANES <= width; j += 2 * LANES) {
      FloatVector sum0 = FloatVector.zero(FLOATS);
      FloatVector sum1 = sum0;
      for (int i = 0; i < rows; i++) {
        int at = aOffset + i * stride + j;
        sum0 = sum0.add(load(a, at));
        sum1 = sum1.add(load(a, at + LANES));
      }
      if (accumulate) {
        sum0 = sum0.add(load(out, outOffset + j));
        sum1 = sum1.add(load(out, outOffset + j + LANES));
      }
      sum0.intoArray(out, outOffset + j);
      sum1.intoArray(out, outOffset + j + LANES);
    }
    for (; j + LANES <= width; j += LANES) {
      FloatVector sum = FloatVector.zero(FLOATS);
      for (int i = 0; i < rows; i++) {
        sum = sum.add(load(a, aOffset + i * stride + j));
      }
      if (accumulate) {
        sum = sum.add(load(out, outOffset + j));
      }
      sum.intoArray(out, outOffset + j);
    }
    for (; j < width; j++) {
      float sum = 0;
      for (int i = 0; i < rows; i++) {
        sum += a[aOffset + i * stride + j];
      }
      out[outOffset + j] = accumulate ? out[outOffset + j] + sum : sum;
    }
  }

  static void multiplyElements(
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
    if (aStride == width && bStride == width && outStride == width) {
      width *= rows;
      rows = 1;
    }
    for (int i = 0; i < rows; i++) {
      int aRow = aOffset + i * aStride;
      int bRow = bOffset + i * bStride;
      int outRow = outOffset + i * outStride;
      if (accumulate) {
        addProduct(width, a, aRow, b, bRow, out, outRow);
      } else {
        product(width, a, aRow, b, bRow, out, outRow);
      }
    }
  }

  private static void product(
      int n, float[] a, int aOffset, float[] b, int bOffset, float[] out, int outOffset) {
    int j = 0;
    for (; j + LANES <= n; j += LANES) {
      load(a, aOffset + j).mul(load(b, bOffset + j)).intoArray(out, outOffset + j);
    }
    for (; j < n; j++) {
      out[outOffset + j] = a[aOffset + j] * b[bOffset + j];
    }
  }

  private static void addProduct(
      int n, float[] a, int aOffset, float[] b, int bOffset, float[] out, int outOffset) {
    int j = 0;
    for (; j + LANES <= n; j += LANES) {
      load(a, aOffset + j)
          .fma(load(b, bOffset + j), load(out, outOffset + j))
          .intoArray(out, outOffset + j);
    }
    for (; j < n; j++) {
      out[outOffset + j] += a[aOffset + j] * b[bOffset + j];
    }
  }

  private static FloatVector load(float[] a, int offset) {
    return FloatVector.fromArray(FLOATS, a, offset);
  }

  private static void copy(int n, float[] from, int fromOffset, float[] to, int toOffset) {
    System.arraycopy(from, fromOffset, to, toOffset, n);
  }
}
