package org.unroll.compute;

import static org.unroll.compute.Kernels.TINY;
import static org.unroll.compute.VectorWidth.FLOATS;
import static org.unroll.compute.VectorWidth.LANES;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;

/** Adds, sums and multiplies element by element. */
final class VectorElements {
  private VectorElements() {}

  /** Replaces values closer to zero than the limit by zero. */
  static void flushToZero(int n, float[] values, int offset) {
    int j = 0;
    for (; j + LANES <= n; j += LANES) {
      FloatVector v = FloatVector.fromArray(FLOATS, values, offset + j);
      v.blend(0f, v.abs().compare(VectorOperators.LT, TINY)).intoArray(values, offset + j);
    }
    for (; j < n; j++) {
      if (Math.abs(values[offset + j]) < TINY) {
        values[offset + j] = 0f;
      }
    }
  }

  /** Computes out += a on {@code n} values. */
  static void add(int n, float[] a, int aOffset, float[] out, int outOffset) {
    int j = 0;
    for (; j + LANES <= n; j += LANES) {
      FloatVector.fromArray(FLOATS, out, outOffset + j)
          .add(FloatVector.fromArray(FLOATS, a, aOffset + j))
          .intoArray(out, outOffset + j);
    }
    for (; j < n; j++) {
      out[outOffset + j] += a[aOffset + j];
    }
  }

  /** Writes the sum over the rows of a matrix. */
  static void sumRows(Matrix in, Matrix result) {
    int rows = in.rows();
    int width = in.columns();
    float[] a = in.values();
    int aOffset = in.offset();
    int stride = in.stride();
    float[] out = result.values();
    int outOffset = result.offset();
    int j = 0;
    for (; j + 4 * LANES <= width; j += 4 * LANES) {
      FloatVector sum0 = FloatVector.zero(FLOATS);
      FloatVector sum1 = sum0;
      FloatVector sum2 = sum0;
      FloatVector sum3 = sum0;
      for (int i = 0; i < rows; i++) {
        int at = aOffset + i * stride + j;
        sum0 = sum0.add(FloatVector.fromArray(FLOATS, a, at));
        sum1 = sum1.add(FloatVector.fromArray(FLOATS, a, at + LANES));
        sum2 = sum2.add(FloatVector.fromArray(FLOATS, a, at + 2 * LANES));
        sum3 = sum3.add(FloatVector.fromArray(FLOATS, a, at + 3 * LANES));
      }
      int to = outOffset + j;
      sum0.intoArray(out, to);
      to += LANES;
      sum1.intoArray(out, to);
      to += LANES;
      sum2.intoArray(out, to);
      to += LANES;
      sum3.intoArray(out, to);
    }
    for (; j + LANES <= width; j += LANES) {
      FloatVector sum = FloatVector.zero(FLOATS);
      for (int i = 0; i < rows; i++) {
        sum = sum.add(FloatVector.fromArray(FLOATS, a, aOffset + i * stride + j));
      }
      sum.intoArray(out, outOffset + j);
    }
    for (; j < width; j++) {
      float sum = 0;
      for (int i = 0; i < rows; i++) {
        sum += a[aOffset + i * stride + j];
      }
      out[outOffset + j] = sum;
    }
  }

  /** Computes out = a ⊙ b, or out += a ⊙ b. */
  static void multiplyElements(Matrix left, Matrix right, Matrix result, boolean accumulate) {
    int rows = result.rows();
    int width = result.columns();
    float[] a = left.values();
    int aOffset = left.offset();
    int aStride = left.stride();
    float[] b = right.values();
    int bOffset = right.offset();
    int bStride = right.stride();
    float[] out = result.values();
    int outOffset = result.offset();
    int outStride = result.stride();
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
      FloatVector.fromArray(FLOATS, a, aOffset + j)
          .mul(FloatVector.fromArray(FLOATS, b, bOffset + j))
          .intoArray(out, outOffset + j);
    }
    for (; j < n; j++) {
      out[outOffset + j] = a[aOffset + j] * b[bOffset + j];
    }
  }

  /** Computes out += a ⊙ b on {@code n} values. */
  static void addProduct(
      int n, float[] a, int aOffset, float[] b, int bOffset, float[] out, int outOffset) {
    int j = 0;
    for (; j + LANES <= n; j += LANES) {
      // Rounded twice, like the loop below, so that an element has the same bits in both.
      FloatVector.fromArray(FLOATS, a, aOffset + j)
          .mul(FloatVector.fromArray(FLOATS, b, bOffset + j))
          .add(FloatVector.fromArray(FLOATS, out, outOffset + j))
          .intoArray(out, outOffset + j);
    }
    for (; j < n; j++) {
      out[outOffset + j] += a[aOffset + j] * b[bOffset + j];
    }
  }
}
