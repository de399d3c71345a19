package org.unroll.compute;

/**
 * Computes the functions that the activations need in single precision. The formulas have no
 * branches: they consist of sums, products, one division and a clamp. The vector kernels use the
 * same formulas and coefficients with fused multiply-adds.
 *
 * <p>The relative error of {@link #tanh}, {@link #sigmoid} and {@link #exp} compared with double
 * precision is below 1e-6 for every float whose result is a normal number. The coefficients are
 * computed by {@code src/test/python/approximations.py} and minimize the maximum relative error.
 */
final class Approximations {
  // tanh x = x P(x²) / Q(x²), where P and Q have degree 4 and the constant term 1.
  /**
   * The argument from which tanh is constant. The result there is 3e-7 below 1, so that rounding
   * never gives a result above 1.
   */
  static final float TANH_LIMIT = 8;

  static final float TANH_P1 = 0.13446794f;
  static final float TANH_P2 = 0.0035743124f;
  static final float TANH_P3 = 2.1939108e-05f;
  static final float TANH_P4 = 1.5292438e-08f;
  static final float TANH_Q1 = 0.46780124f;
  static final float TANH_Q2 = 0.0261748f;
  static final float TANH_Q3 = 0.0003415717f;
  static final float TANH_Q4 = 8.547685e-07f;

  // eˣ = 2ⁿ eʳ, where n is x / ln 2 rounded, r = x − n ln 2 with ln 2 in two parts, and
  // eʳ = 1 + r + r² (c₂ + c₃ r + …).
  static final float LOG2_E = 1.442695f;
  static final float LN2_HIGH = 0.693145751953125f;
  static final float LN2_LOW = 1.4286068e-06f;
  static final float EXP2 = 0.4999923f;
  static final float EXP3 = 0.16667116f;
  static final float EXP4 = 0.041890334f;
  static final float EXP5 = 0.008312502f;

  /** The argument below which eˣ rounds to 0. */
  static final float EXP_LOWEST = -104;

  /** The argument from which eˣ is infinite. */
  static final float EXP_HIGHEST = 89;

  /** An argument where 1 + eˣ rounds to 1 and 2ⁿ is still a normal float, or 0. */
  static final float SIGMOID_LOWEST = -88;

  /** 3·2²². Adding it rounds a float to an integer, which is then in the lowest bits. */
  static final float ROUNDER = 0x1.8p23f;

  static final int ROUNDER_BITS = 0x4B400000;
  static final int EXPONENT_SHIFT = 23;
  static final int ONE_BITS = 0x3F800000;

  // log(1 + e) = e P(e) / Q(e) for 0 ≤ e ≤ 1.
  static final float LOG1P_P1 = 0.7283927f;
  static final float LOG1P_P2 = 0.0434907f;
  static final float LOG1P_P3 = -0.002424492f;
  static final float LOG1P_Q1 = 1.2283903f;
  static final float LOG1P_Q2 = 0.3243994f;

  // Φ(−t) = exp(−t²/2) u P(u) for t ≥ 0, where u = 1 / (1 + 0.3 t).
  static final float NORMAL_SLOPE = 0.3f;
  static final float NORMAL0 = 0.11962639f;
  static final float NORMAL1 = 0.12079836f;
  static final float NORMAL2 = 0.099637516f;
  static final float NORMAL3 = 0.12946911f;
  static final float NORMAL4 = -0.055393692f;
  static final float NORMAL5 = 0.20820644f;
  static final float NORMAL6 = -0.1582759f;
  static final float NORMAL7 = 0.035931714f;

  /** φ(0) = 1 / √(2π). */
  static final float NORMAL_DENSITY = 0.3989423f;

  static final float SELU_SCALE = 1.05070098f;
  static final float SELU_SCALE_ALPHA = (float) (1.05070098 * 1.67326324);
  static final float LEAKY_SLOPE = 0.2f;

  private Approximations() {}

  static float tanh(float x) {
    float z = clamp(x, -TANH_LIMIT, TANH_LIMIT);
    float s = z * z;
    float p = 1 + s * (TANH_P1 + s * (TANH_P2 + s * (TANH_P3 + s * TANH_P4)));
    float q = 1 + s * (TANH_Q1 + s * (TANH_Q2 + s * (TANH_Q3 + s * TANH_Q4)));
    return z * p / q;
  }

  static float exp(float x) {
    float z = clamp(x, EXP_LOWEST, EXP_HIGHEST);
    float rounded = rounded(z);
    int n = Float.floatToRawIntBits(rounded) - ROUNDER_BITS;
    // 2ⁿ in two factors, because it can exceed the range of a float when eˣ does not.
    int half = n >> 1;
    return expOfRemainder(z, rounded) * powerOfTwo(half) * powerOfTwo(n - half);
  }

  static float sigmoid(float x) {
    float z = sigmoidArgument(x);
    float rounded = rounded(z);
    return 1 / (1 + expOfRemainder(z, rounded) * powerOfTwo(rounded));
  }

  /** Returns −x, clamped to the range in which the sigmoid changes. */
  static float sigmoidArgument(float x) {
    return clamp(-x, SIGMOID_LOWEST, EXP_HIGHEST);
  }

  /** Returns {@link #ROUNDER} + n, where n is x / ln 2 rounded. */
  static float rounded(float x) {
    return x * LOG2_E + ROUNDER;
  }

  /** Returns eʳ, given n from {@link #rounded}. */
  static float expOfRemainder(float x, float rounded) {
    float n = rounded - ROUNDER;
    float r = x - n * LN2_HIGH - n * LN2_LOW;
    return 1 + r * (1 + r * (EXP2 + r * (EXP3 + r * (EXP4 + r * EXP5))));
  }

  /** Returns 2ⁿ, given n from {@link #rounded}, from −127 (giving 0) to 128 (giving infinity). */
  static float powerOfTwo(float rounded) {
    return powerOfTwo(Float.floatToRawIntBits(rounded));
  }

  /** Returns 2ⁿ; only the lowest 9 bits of n are used. */
  private static float powerOfTwo(int n) {
    return Float.intBitsToFloat((n << EXPONENT_SHIFT) + ONE_BITS);
  }

  /** Returns eˣ − 1 for x ≤ 0. */
  static float expm1(float x) {
    float t = tanh(0.5f * x);
    return 2 * t / (1 - t);
  }

  /** Returns log(1 + eˣ). */
  static float softplus(float x) {
    float e = exp(-Math.abs(x));
    float p = 1 + e * (LOG1P_P1 + e * (LOG1P_P2 + e * LOG1P_P3));
    float q = 1 + e * (LOG1P_Q1 + e * LOG1P_Q2);
    return Math.max(x, 0) + e * p / q;
  }

  /** Returns the derivative of {@link #softplus} from its result: 1 − e⁻ʸ. */
  static float softplusDerivative(float y) {
    float t = tanh(0.5f * y);
    return 2 * t / (1 + t);
  }

  /** Returns Φ(x), the normal distribution function. */
  static float normal(float x) {
    float u = 1 / (1 + NORMAL_SLOPE * Math.abs(x));
    float high = NORMAL4 + u * (NORMAL5 + u * (NORMAL6 + u * NORMAL7));
    float p = NORMAL0 + u * (NORMAL1 + u * (NORMAL2 + u * (NORMAL3 + u * high)));
    float tail = exp(-0.5f * x * x) * u * p;
    return x < 0 ? tail : 1 - tail;
  }

  /** Returns φ(x) = Φ'(x), the normal density. */
  static float normalDensity(float x) {
    return NORMAL_DENSITY * exp(-0.5f * x * x);
  }

  /** Limits x to a range; NaN stays NaN. */
  private static float clamp(float x, float lowest, float highest) {
    return Math.max(lowest, Math.min(x, highest));
  }
}
