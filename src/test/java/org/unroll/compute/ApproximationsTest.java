package org.unroll.compute;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.function.DoubleUnaryOperator;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Compares tanh, sigmoid and exp with double precision over the whole range of floats. */
class ApproximationsTest {
  private static final double RELATIVE_ERROR = 1e-6;

  /** A prime, so that the lowest bits take all values. It selects about 260,000 floats. */
  private static final int STEP = Integer.getInteger("unroll.test.floatStep", 16_411);

  private static final int BLOCK = 1000;

  static List<Kernels> implementations() {
    return AllKernels.implementations();
  }

  @ParameterizedTest
  @MethodSource("implementations")
  void tanhIsAccurateForAllFloats(Kernels kernels) {
    checkAllFloats(kernels, Activation.TANH, Math::tanh);
    float[] y = apply(kernels, Activation.TANH, 0f, -0f, Float.MIN_VALUE, 30f, -30f);
    assertEquals(0f, y[0]);
    assertEquals(-0f, y[1]);
    assertEquals(Float.MIN_VALUE, y[2]);
    assertEquals(1, y[3], RELATIVE_ERROR);
    assertEquals(-1, y[4], RELATIVE_ERROR);
  }

  @ParameterizedTest
  @MethodSource("implementations")
  void sigmoidIsAccurateForAllFloats(Kernels kernels) {
    checkAllFloats(kernels, Activation.SIGMOID, Reference::sigmoid);
    float[] y = apply(kernels, Activation.SIGMOID, 0f, -0f, 200f, -200f);
    assertEquals(0.5f, y[0]);
    assertEquals(0.5f, y[1]);
    assertEquals(1f, y[2]);
    assertEquals(0f, y[3]);
  }

  @ParameterizedTest
  @MethodSource("implementations")
  void expIsAccurateForAllFloats(Kernels kernels) {
    checkAllFloats(kernels, Activation.EXPONENTIAL, Math::exp);
    float[] y = apply(kernels, Activation.EXPONENTIAL, 0f, -0f, 88.72f, 88.73f, -104f);
    assertEquals(1f, y[0]);
    assertEquals(1f, y[1]);
    assertEquals(Math.exp(88.72f), y[2], 1e-6 * Math.exp(88.72));
    assertEquals(Float.POSITIVE_INFINITY, y[3]);
    assertEquals(0f, y[4]);
  }

  @ParameterizedTest
  @MethodSource("implementations")
  void handlesInfinitiesAndNaN(Kernels kernels) {
    float inf = Float.POSITIVE_INFINITY;
    for (Activation f : Activation.values()) {
      if (f.isRowWise() || f.isPlain()) { // ActivationsTest compares these with Keras
        continue;
      }
      float[] y = apply(kernels, f, Float.NaN, inf, -inf);
      assertTrue(Float.isNaN(y[0]), kernels.description() + ": " + f + "(NaN) = " + y[0]);
    }
    for (Activation f : List.of(Activation.TANH, Activation.SIGMOID, Activation.EXPONENTIAL)) {
      float[] y = apply(kernels, f, inf, -inf);
      assertEquals(Reference.activation(f, inf), y[0], RELATIVE_ERROR);
      assertEquals(Reference.activation(f, -inf), y[1], RELATIVE_ERROR);
    }
  }

  private static float[] apply(Kernels kernels, Activation f, float... x) {
    float[] y = new float[x.length];
    kernels.activate(f, new Matrix().set(x, 0, 1, x.length), new Matrix().set(y, 0, 1, x.length));
    return y;
  }

  private static void checkAllFloats(Kernels kernels, Activation f, DoubleUnaryOperator exact) {
    float[] x = new float[BLOCK];
    float[] y = new float[BLOCK];
    long bits = 0;
    while (bits < 1L << 32) {
      int n = 0;
      for (; n < BLOCK && bits < 1L << 32; bits += STEP) {
        float value = Float.intBitsToFloat((int) bits);
        if (Float.isFinite(value)) {
          x[n++] = value;
        }
      }
      kernels.activate(f, new Matrix().set(x, 0, 1, n), new Matrix().set(y, 0, 1, n));
      for (int i = 0; i < n; i++) {
        double expected = exact.applyAsDouble(x[i]);
        if (expected > Float.MAX_VALUE) {
          expected = Float.POSITIVE_INFINITY;
        }
        // Subnormal results do not have enough bits for the relative error.
        double tolerance = RELATIVE_ERROR * Math.abs(expected) + Float.MIN_NORMAL;
        boolean bounded = f == Activation.EXPONENTIAL || Math.abs(y[i]) <= 1;
        if (!(Math.abs(y[i] - expected) <= tolerance || y[i] == expected) || !bounded) {
          assertEquals(expected, y[i], tolerance, kernels.description() + ": " + f + " of " + x[i]);
          assertTrue(bounded, kernels.description() + ": " + f + " of " + x[i] + " is " + y[i]);
        }
      }
    }
  }
}
