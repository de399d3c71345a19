package org.unroll.compute;

import static org.unroll.compute.VectorWidth.FLOATS;
import static org.unroll.compute.VectorWidth.LANES;

import java.util.Arrays;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;

/**
 * Computes {@link Approximations} over arrays, a whole number of vectors at a time.
 *
 * <p>All classes named Vector… follow two rules. Without them the JIT compiler turns vectors into
 * objects, which is a hundred times slower.
 *
 * <ol>
 *   <li>No method of this package takes or returns a vector. The compiler stops inlining our
 *       methods when a graph grows large; methods of the Vector API are exempt from that limit.
 *   <li>A method does no more with vectors than one tanh needs. Beyond 8000 bytecodes of inlined
 *       methods, JDK 17 leaves some operations uncompiled.
 * </ol>
 *
 * <p>Therefore functions read and write arrays, and larger functions are composed of them through
 * small arrays in the nearest cache. The three large functions here have one statement for each
 * operation. This makes them longer than 325 bytecodes, the limit up to which the compiler would
 * inline several of them into one caller.
 */
final class VectorFunctions {
  private VectorFunctions() {}

  /**
   * Uses all operations in turns for about a second, on a thread that mostly sleeps, so that the
   * JVM sees them when it begins to profile the methods that they share.
   *
   * <p>Most programs begin with a large product, which uses multiply-add only. The JIT compiler
   * then assumes in {@code VectorOperators.opCode} that there is no other kind of operation, and
   * the next kinds fail a check there four or five times. A tile contains this method for each of
   * its multiply-adds, and the compiler adds up the failures of all of them: from 100 on, it makes
   * no such assumptions in the tile any more, and the vectors of the last multiply-adds become
   * objects. On JDK 17, two of five starts trained an encoder and decoder at a quarter of the
   * speed.
   */
  static void useAll() {
    float[] ones = new float[LANES];
    Arrays.fill(ones, 1);
    float[] results = new float[LANES];
    try {
      for (int i = 0; i < 1000; i++) {
        FloatVector x = FloatVector.fromArray(FLOATS, ones, 0);
        FloatVector y = x.fma(x, x).add(x).sub(x).mul(x).div(x).max(x).min(x).abs().neg();
        IntVector bits = y.reinterpretAsInts();
        bits = bits.add(bits).sub(bits);
        bits = bits.lanewise(VectorOperators.LSHL, 1).lanewise(VectorOperators.ASHR, 1);
        y = y.blend(x, y.compare(VectorOperators.LT, x)).blend(x, y.compare(VectorOperators.GT, x));
        y.add(bits.reinterpretAsFloats()).intoArray(results, 0);
        Thread.sleep(1);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Computes y = tanh x on rows × n values; may be in place. */
  static void tanh(
      int rows, int n, float[] x, int xOffset, int xStride, float[] y, int yOffset, int yStride) {
    FloatVector one = FloatVector.broadcast(FLOATS, 1);
    FloatVector low = FloatVector.broadcast(FLOATS, -Approximations.TANH_LIMIT);
    FloatVector high = FloatVector.broadcast(FLOATS, Approximations.TANH_LIMIT);
    FloatVector p1 = FloatVector.broadcast(FLOATS, Approximations.TANH_P1);
    FloatVector p2 = FloatVector.broadcast(FLOATS, Approximations.TANH_P2);
    FloatVector p3 = FloatVector.broadcast(FLOATS, Approximations.TANH_P3);
    FloatVector p4 = FloatVector.broadcast(FLOATS, Approximations.TANH_P4);
    FloatVector q1 = FloatVector.broadcast(FLOATS, Approximations.TANH_Q1);
    FloatVector q2 = FloatVector.broadcast(FLOATS, Approximations.TANH_Q2);
    FloatVector q3 = FloatVector.broadcast(FLOATS, Approximations.TANH_Q3);
    FloatVector q4 = FloatVector.broadcast(FLOATS, Approximations.TANH_Q4);
    for (int i = 0; i < rows; i++) {
      int xRow = xOffset + i * xStride;
      int yRow = yOffset + i * yStride;
      for (int j = 0; j < n; j += LANES) {
        // A clamp by comparisons keeps NaN, and costs less than min and max.
        FloatVector z = FloatVector.fromArray(FLOATS, x, xRow + j);
        z = z.blend(low, z.compare(VectorOperators.LT, low));
        z = z.blend(high, z.compare(VectorOperators.GT, high));
        FloatVector s = z.mul(z);
        FloatVector p = p4.fma(s, p3);
        FloatVector q = q4.fma(s, q3);
        p = p.fma(s, p2);
        q = q.fma(s, q2);
        p = p.fma(s, p1);
        q = q.fma(s, q1);
        p = p.fma(s, one);
        q = q.fma(s, one);
        p = p.mul(z);
        FloatVector result = p.div(q);
        result.intoArray(y, yRow + j);
      }
    }
  }

  /** Computes y = 1 / (1 + e⁻ˣ) on rows × n values; may be in place. */
  static void sigmoid(
      int rows, int n, float[] x, int xOffset, int xStride, float[] y, int yOffset, int yStride) {
    FloatVector one = FloatVector.broadcast(FLOATS, 1);
    FloatVector low = FloatVector.broadcast(FLOATS, Approximations.SIGMOID_LOWEST);
    FloatVector high = FloatVector.broadcast(FLOATS, Approximations.EXP_HIGHEST);
    FloatVector log2 = FloatVector.broadcast(FLOATS, Approximations.LOG2_E);
    FloatVector rounder = FloatVector.broadcast(FLOATS, Approximations.ROUNDER);
    FloatVector ln2High = FloatVector.broadcast(FLOATS, -Approximations.LN2_HIGH);
    FloatVector ln2Low = FloatVector.broadcast(FLOATS, -Approximations.LN2_LOW);
    FloatVector e2 = FloatVector.broadcast(FLOATS, Approximations.EXP2);
    FloatVector e3 = FloatVector.broadcast(FLOATS, Approximations.EXP3);
    FloatVector e4 = FloatVector.broadcast(FLOATS, Approximations.EXP4);
    FloatVector e5 = FloatVector.broadcast(FLOATS, Approximations.EXP5);
    for (int i = 0; i < rows; i++) {
      int xRow = xOffset + i * xStride;
      int yRow = yOffset + i * yStride;
      for (int j = 0; j < n; j += LANES) {
        FloatVector z = FloatVector.fromArray(FLOATS, x, xRow + j);
        z = z.neg();
        z = z.blend(low, z.compare(VectorOperators.LT, low));
        z = z.blend(high, z.compare(VectorOperators.GT, high));
        FloatVector rounded = z.fma(log2, rounder);
        FloatVector whole = rounded.sub(rounder);
        FloatVector r = whole.fma(ln2High, z);
        r = whole.fma(ln2Low, r);
        FloatVector e = e5.fma(r, e4);
        e = e.fma(r, e3);
        e = e.fma(r, e2);
        e = e.fma(r, one);
        e = e.fma(r, one);
        IntVector bits = rounded.reinterpretAsInts();
        bits = bits.lanewise(VectorOperators.LSHL, Approximations.EXPONENT_SHIFT);
        bits = bits.add(Approximations.ONE_BITS);
        FloatVector scale = bits.reinterpretAsFloats();
        FloatVector sum = e.fma(scale, one);
        FloatVector result = one.div(sum);
        result.intoArray(y, yRow + j);
      }
    }
  }

  /** Computes y = eˣ on n values; may be in place. */
  static void exp(int n, float[] x, int xOffset, float[] y, int yOffset) {
    FloatVector one = FloatVector.broadcast(FLOATS, 1);
    FloatVector low = FloatVector.broadcast(FLOATS, Approximations.EXP_LOWEST);
    FloatVector high = FloatVector.broadcast(FLOATS, Approximations.EXP_HIGHEST);
    FloatVector log2 = FloatVector.broadcast(FLOATS, Approximations.LOG2_E);
    FloatVector rounder = FloatVector.broadcast(FLOATS, Approximations.ROUNDER);
    FloatVector ln2High = FloatVector.broadcast(FLOATS, -Approximations.LN2_HIGH);
    FloatVector ln2Low = FloatVector.broadcast(FLOATS, -Approximations.LN2_LOW);
    FloatVector e2 = FloatVector.broadcast(FLOATS, Approximations.EXP2);
    FloatVector e3 = FloatVector.broadcast(FLOATS, Approximations.EXP3);
    FloatVector e4 = FloatVector.broadcast(FLOATS, Approximations.EXP4);
    FloatVector e5 = FloatVector.broadcast(FLOATS, Approximations.EXP5);
    for (int j = 0; j < n; j += LANES) {
      FloatVector z = FloatVector.fromArray(FLOATS, x, xOffset + j);
      z = z.blend(low, z.compare(VectorOperators.LT, low));
      z = z.blend(high, z.compare(VectorOperators.GT, high));
      FloatVector rounded = z.fma(log2, rounder);
      FloatVector whole = rounded.sub(rounder);
      FloatVector r = whole.fma(ln2High, z);
      r = whole.fma(ln2Low, r);
      FloatVector e = e5.fma(r, e4);
      e = e.fma(r, e3);
      e = e.fma(r, e2);
      e = e.fma(r, one);
      e = e.fma(r, one);
      // 2ⁿ in two factors, because it can exceed the range of a float when eˣ does not.
      IntVector power = rounded.reinterpretAsInts();
      power = power.sub(Approximations.ROUNDER_BITS);
      IntVector half = power.lanewise(VectorOperators.ASHR, 1);
      IntVector rest = power.sub(half);
      half = half.lanewise(VectorOperators.LSHL, Approximations.EXPONENT_SHIFT);
      rest = rest.lanewise(VectorOperators.LSHL, Approximations.EXPONENT_SHIFT);
      half = half.add(Approximations.ONE_BITS);
      rest = rest.add(Approximations.ONE_BITS);
      e = e.mul(half.reinterpretAsFloats());
      e = e.mul(rest.reinterpretAsFloats());
      e.intoArray(y, yOffset + j);
    }
  }

  /** Computes Φ(x), given {@code bell} = exp(−x²/2). */
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

  /** Computes max(x, 0) + log(1 + e), given e = exp(−|x|). */
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
