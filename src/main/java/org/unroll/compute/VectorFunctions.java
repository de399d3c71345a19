package org.unroll.compute;

import static org.unroll.compute.VectorWidth.FLOATS;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;

/**
 * {@link Approximations} on vectors. Small methods: the JIT has to inline them, or every vector
 * becomes an object.
 */
final class VectorFunctions {
  private VectorFunctions() {}

  static FloatVector tanh(FloatVector x) {
    FloatVector z = clamp(x, -Approximations.TANH_LIMIT, Approximations.TANH_LIMIT);
    FloatVector s = z.mul(z);
    FloatVector p =
        constant(Approximations.TANH_P4)
            .fma(s, constant(Approximations.TANH_P3))
            .fma(s, constant(Approximations.TANH_P2))
            .fma(s, constant(Approximations.TANH_P1))
            .fma(s, constant(1));
    FloatVector q =
        constant(Approximations.TANH_Q4)
            .fma(s, constant(Approximations.TANH_Q3))
            .fma(s, constant(Approximations.TANH_Q2))
            .fma(s, constant(Approximations.TANH_Q1))
            .fma(s, constant(1));
    return z.mul(p).div(q);
  }

  static FloatVector sigmoid(FloatVector x) {
    FloatVector z = clamp(x.neg(), Approximations.SIGMOID_LOWEST, Approximations.EXP_HIGHEST);
    FloatVector rounded = rounded(z);
    FloatVector scale = powerOfTwo(rounded.reinterpretAsInts());
    FloatVector one = constant(1);
    return one.div(expOfRemainder(z, rounded).fma(scale, one));
  }

  static FloatVector exp(FloatVector x) {
    FloatVector z = clamp(x, Approximations.EXP_LOWEST, Approximations.EXP_HIGHEST);
    FloatVector rounded = rounded(z);
    IntVector n = rounded.reinterpretAsInts().sub(Approximations.ROUNDER_BITS);
    IntVector half = n.lanewise(VectorOperators.ASHR, 1);
    return expOfRemainder(z, rounded).mul(powerOfTwo(half)).mul(powerOfTwo(n.sub(half)));
  }

  private static FloatVector rounded(FloatVector x) {
    return x.fma(constant(Approximations.LOG2_E), constant(Approximations.ROUNDER));
  }

  private static FloatVector expOfRemainder(FloatVector x, FloatVector rounded) {
    FloatVector n = rounded.sub(constant(Approximations.ROUNDER));
    FloatVector r =
        n.fma(constant(-Approximations.LN2_LOW), n.fma(constant(-Approximations.LN2_HIGH), x));
    return constant(Approximations.EXP5)
        .fma(r, constant(Approximations.EXP4))
        .fma(r, constant(Approximations.EXP3))
        .fma(r, constant(Approximations.EXP2))
        .fma(r, constant(1))
        .fma(r, constant(1));
  }

  /** 2ⁿ; of n only the lowest 9 bits count. */
  private static FloatVector powerOfTwo(IntVector n) {
    return n.lanewise(VectorOperators.LSHL, Approximations.EXPONENT_SHIFT)
        .add(Approximations.ONE_BITS)
        .reinterpretAsFloats();
  }

  /** eˣ − 1 for x ≤ 0. */
  static FloatVector expm1(FloatVector x) {
    FloatVector t = tanh(x.mul(0.5f));
    return t.add(t).div(constant(1).sub(t));
  }

  static FloatVector softplus(FloatVector x) {
    FloatVector e = exp(x.abs().neg());
    FloatVector p =
        constant(Approximations.LOG1P_P3)
            .fma(e, constant(Approximations.LOG1P_P2))
            .fma(e, constant(Approximations.LOG1P_P1))
            .fma(e, constant(1));
    FloatVector q =
        constant(Approximations.LOG1P_Q2)
            .fma(e, constant(Approximations.LOG1P_Q1))
            .fma(e, constant(1));
    return x.max(0).add(e.mul(p).div(q));
  }

  static FloatVector softplusDerivative(FloatVector y) {
    FloatVector t = tanh(y.mul(0.5f));
    return t.add(t).div(t.add(1));
  }

  static FloatVector normal(FloatVector x) {
    FloatVector one = constant(1);
    FloatVector u = one.div(x.abs().fma(constant(Approximations.NORMAL_SLOPE), one));
    FloatVector p =
        constant(Approximations.NORMAL7)
            .fma(u, constant(Approximations.NORMAL6))
            .fma(u, constant(Approximations.NORMAL5))
            .fma(u, constant(Approximations.NORMAL4))
            .fma(u, constant(Approximations.NORMAL3))
            .fma(u, constant(Approximations.NORMAL2))
            .fma(u, constant(Approximations.NORMAL1))
            .fma(u, constant(Approximations.NORMAL0));
    FloatVector tail = exp(x.mul(x).mul(-0.5f)).mul(u).mul(p);
    return one.sub(tail).blend(tail, x.compare(VectorOperators.LT, 0));
  }

  static FloatVector normalDensity(FloatVector x) {
    return exp(x.mul(x).mul(-0.5f)).mul(Approximations.NORMAL_DENSITY);
  }

  /**
   * NaN stays NaN. By comparisons, since {@code min} and {@code max} cost more to get NaN and −0
   * right.
   */
  private static FloatVector clamp(FloatVector x, float lowest, float highest) {
    FloatVector low = constant(lowest);
    FloatVector high = constant(highest);
    FloatVector above = x.blend(low, x.compare(VectorOperators.LT, low));
    return above.blend(high, above.compare(VectorOperators.GT, high));
  }

  /**
   * The sum of the lanes, always in the same order: {@code reduceLanes} leaves the order open, and
   * compiled code may take another one than the interpreter.
   *
   * @param lanes room for a vector
   */
  static float sumOfLanes(FloatVector vector, float[] lanes) {
    vector.intoArray(lanes, 0);
    for (int half = FLOATS.length() / 2; half > 0; half /= 2) {
      for (int j = 0; j < half; j++) {
        lanes[j] += lanes[j + half];
      }
    }
    return lanes[0];
  }

  static FloatVector constant(float value) {
    return FloatVector.broadcast(FLOATS, value);
  }
}
