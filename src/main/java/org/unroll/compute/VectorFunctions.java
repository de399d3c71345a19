package org.unroll.compute;

import static org.unroll.compute.VectorWidth.FLOATS;
import static org.unroll.compute.VectorWidth.LANES;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;

/**
 * {@link Approximations} over arrays, a whole number of vectors at a time.
 *
 * <p>A rule for all classes named Vector…: a vector never leaves the loop that loaded it, neither
 * as an argument nor as a result of a method of ours. The JIT stops inlining in a method whose
 * graph has grown large, and then every vector that crosses a call becomes an object, a hundred
 * times slower. The methods of the Vector API are exempt from that limit. So the functions here go
 * from array to array, and others are put together from them through small arrays in the nearest
 * cache.
 */
final class VectorFunctions {
  private VectorFunctions() {}

  /** y = tanh x, on rows×n values; in place too. */
  static void tanh(
      int rows, int n, float[] x, int xOffset, int xStride, float[] y, int yOffset, int yStride) {
    for (int i = 0; i < rows; i++) {
      int xRow = xOffset + i * xStride;
      int yRow = yOffset + i * yStride;
      for (int j = 0; j < n; j += LANES) {
        FloatVector one = FloatVector.broadcast(FLOATS, 1);
        FloatVector low = FloatVector.broadcast(FLOATS, -Approximations.TANH_LIMIT);
        FloatVector high = FloatVector.broadcast(FLOATS, Approximations.TANH_LIMIT);
        // A clamp by comparisons lets NaN pass, and costs less than min and max.
        FloatVector z = FloatVector.fromArray(FLOATS, x, xRow + j);
        z = z.blend(low, z.compare(VectorOperators.LT, low));
        z = z.blend(high, z.compare(VectorOperators.GT, high));
        FloatVector s = z.mul(z);
        FloatVector p =
            FloatVector.broadcast(FLOATS, Approximations.TANH_P4)
                .fma(s, FloatVector.broadcast(FLOATS, Approximations.TANH_P3))
                .fma(s, FloatVector.broadcast(FLOATS, Approximations.TANH_P2))
                .fma(s, FloatVector.broadcast(FLOATS, Approximations.TANH_P1))
                .fma(s, one);
        FloatVector q =
            FloatVector.broadcast(FLOATS, Approximations.TANH_Q4)
                .fma(s, FloatVector.broadcast(FLOATS, Approximations.TANH_Q3))
                .fma(s, FloatVector.broadcast(FLOATS, Approximations.TANH_Q2))
                .fma(s, FloatVector.broadcast(FLOATS, Approximations.TANH_Q1))
                .fma(s, one);
        z.mul(p).div(q).intoArray(y, yRow + j);
      }
    }
  }

  /** y = 1 / (1 + e⁻ˣ), on rows×n values; in place too. */
  static void sigmoid(
      int rows, int n, float[] x, int xOffset, int xStride, float[] y, int yOffset, int yStride) {
    for (int i = 0; i < rows; i++) {
      int xRow = xOffset + i * xStride;
      int yRow = yOffset + i * yStride;
      for (int j = 0; j < n; j += LANES) {
        FloatVector one = FloatVector.broadcast(FLOATS, 1);
        FloatVector low = FloatVector.broadcast(FLOATS, Approximations.SIGMOID_LOWEST);
        FloatVector high = FloatVector.broadcast(FLOATS, Approximations.EXP_HIGHEST);
        FloatVector z = FloatVector.fromArray(FLOATS, x, xRow + j).neg();
        z = z.blend(low, z.compare(VectorOperators.LT, low));
        z = z.blend(high, z.compare(VectorOperators.GT, high));
        FloatVector rounder = FloatVector.broadcast(FLOATS, Approximations.ROUNDER);
        FloatVector rounded = z.fma(FloatVector.broadcast(FLOATS, Approximations.LOG2_E), rounder);
        FloatVector whole = rounded.sub(rounder);
        FloatVector r = whole.fma(FloatVector.broadcast(FLOATS, -Approximations.LN2_HIGH), z);
        r = whole.fma(FloatVector.broadcast(FLOATS, -Approximations.LN2_LOW), r);
        FloatVector e =
            FloatVector.broadcast(FLOATS, Approximations.EXP5)
                .fma(r, FloatVector.broadcast(FLOATS, Approximations.EXP4))
                .fma(r, FloatVector.broadcast(FLOATS, Approximations.EXP3))
                .fma(r, FloatVector.broadcast(FLOATS, Approximations.EXP2))
                .fma(r, one)
                .fma(r, one);
        FloatVector scale =
            rounded
                .reinterpretAsInts()
                .lanewise(VectorOperators.LSHL, Approximations.EXPONENT_SHIFT)
                .add(Approximations.ONE_BITS)
                .reinterpretAsFloats();
        one.div(e.fma(scale, one)).intoArray(y, yRow + j);
      }
    }
  }

  /** y = eˣ, n values; in place too. */
  static void exp(int n, float[] x, int xOffset, float[] y, int yOffset) {
    for (int j = 0; j < n; j += LANES) {
      FloatVector one = FloatVector.broadcast(FLOATS, 1);
      FloatVector low = FloatVector.broadcast(FLOATS, Approximations.EXP_LOWEST);
      FloatVector high = FloatVector.broadcast(FLOATS, Approximations.EXP_HIGHEST);
      FloatVector z = FloatVector.fromArray(FLOATS, x, xOffset + j);
      z = z.blend(low, z.compare(VectorOperators.LT, low));
      z = z.blend(high, z.compare(VectorOperators.GT, high));
      FloatVector rounder = FloatVector.broadcast(FLOATS, Approximations.ROUNDER);
      FloatVector rounded = z.fma(FloatVector.broadcast(FLOATS, Approximations.LOG2_E), rounder);
      FloatVector whole = rounded.sub(rounder);
      FloatVector r = whole.fma(FloatVector.broadcast(FLOATS, -Approximations.LN2_HIGH), z);
      r = whole.fma(FloatVector.broadcast(FLOATS, -Approximations.LN2_LOW), r);
      FloatVector e =
          FloatVector.broadcast(FLOATS, Approximations.EXP5)
              .fma(r, FloatVector.broadcast(FLOATS, Approximations.EXP4))
              .fma(r, FloatVector.broadcast(FLOATS, Approximations.EXP3))
              .fma(r, FloatVector.broadcast(FLOATS, Approximations.EXP2))
              .fma(r, one)
              .fma(r, one);
      // 2ⁿ in two factors: it can be beyond what a float holds where eˣ is not.
      IntVector power = rounded.reinterpretAsInts().sub(Approximations.ROUNDER_BITS);
      IntVector half = power.lanewise(VectorOperators.ASHR, 1);
      FloatVector scale0 =
          half.lanewise(VectorOperators.LSHL, Approximations.EXPONENT_SHIFT)
              .add(Approximations.ONE_BITS)
              .reinterpretAsFloats();
      FloatVector scale1 =
          power
              .sub(half)
              .lanewise(VectorOperators.LSHL, Approximations.EXPONENT_SHIFT)
              .add(Approximations.ONE_BITS)
              .reinterpretAsFloats();
      e.mul(scale0).mul(scale1).intoArray(y, yOffset + j);
    }
  }

  /** Φ(x), from {@code bell} = exp(−x²/2). */
  static void normal(
      int n, float[] x, int xOffset, float[] bell, int bellOffset, float[] y, int yOffset) {
    for (int j = 0; j < n; j += LANES) {
      FloatVector one = FloatVector.broadcast(FLOATS, 1);
      FloatVector at = FloatVector.fromArray(FLOATS, x, xOffset + j);
      FloatVector slope = FloatVector.broadcast(FLOATS, Approximations.NORMAL_SLOPE);
      FloatVector u = one.div(at.abs().fma(slope, one));
      FloatVector p =
          FloatVector.broadcast(FLOATS, Approximations.NORMAL7)
              .fma(u, FloatVector.broadcast(FLOATS, Approximations.NORMAL6))
              .fma(u, FloatVector.broadcast(FLOATS, Approximations.NORMAL5))
              .fma(u, FloatVector.broadcast(FLOATS, Approximations.NORMAL4))
              .fma(u, FloatVector.broadcast(FLOATS, Approximations.NORMAL3))
              .fma(u, FloatVector.broadcast(FLOATS, Approximations.NORMAL2))
              .fma(u, FloatVector.broadcast(FLOATS, Approximations.NORMAL1))
              .fma(u, FloatVector.broadcast(FLOATS, Approximations.NORMAL0));
      FloatVector tail = FloatVector.fromArray(FLOATS, bell, bellOffset + j).mul(u).mul(p);
      one.sub(tail).blend(tail, at.compare(VectorOperators.LT, 0)).intoArray(y, yOffset + j);
    }
  }

  /** max(x, 0) + log(1 + e), from e = exp(−|x|). */
  static void softplus(
      int n, float[] x, int xOffset, float[] exp, int expOffset, float[] y, int yOffset) {
    for (int j = 0; j < n; j += LANES) {
      FloatVector one = FloatVector.broadcast(FLOATS, 1);
      FloatVector e = FloatVector.fromArray(FLOATS, exp, expOffset + j);
      FloatVector p =
          FloatVector.broadcast(FLOATS, Approximations.LOG1P_P3)
              .fma(e, FloatVector.broadcast(FLOATS, Approximations.LOG1P_P2))
              .fma(e, FloatVector.broadcast(FLOATS, Approximations.LOG1P_P1))
              .fma(e, one);
      FloatVector q =
          FloatVector.broadcast(FLOATS, Approximations.LOG1P_Q2)
              .fma(e, FloatVector.broadcast(FLOATS, Approximations.LOG1P_Q1))
              .fma(e, one);
      FloatVector at = FloatVector.fromArray(FLOATS, x, xOffset + j);
      at.max(0).add(e.mul(p).div(q)).intoArray(y, yOffset + j);
    }
  }
}
