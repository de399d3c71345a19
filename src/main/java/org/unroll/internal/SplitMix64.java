package org.unroll.internal;

import java.util.random.RandomGenerator;

/**
 * The random numbers of SplitMix64 (Steele, Lea and Flood, "Fast splittable pseudorandom number
 * generators", 2014), written out because the JDK promises no algorithm for its own generators of
 * that kind, and initial weights and the order of samples must be the same on all.
 */
public final class SplitMix64 implements RandomGenerator {
  private static final long GOLDEN = 0x9E3779B97F4A7C15L;

  private long state;
  private double kept; // the second of a pair of normal numbers
  private boolean hasKept;

  /** A generator whose numbers depend on the seed alone. */
  public SplitMix64(long seed) {
    state = seed;
  }

  /** Begins anew, as a new generator with this seed would. */
  public void restart(long seed) {
    state = seed;
    hasKept = false;
  }

  /** Mixes the bits of a number: variant 13 of David Stafford's finalizers, a bijection. */
  public static long mix(long number) {
    long z = (number ^ (number >>> 30)) * 0xBF58476D1CE4E5B9L;
    z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
    return z ^ (z >>> 31);
  }

  @Override
  public long nextLong() {
    state += GOLDEN;
    return mix(state);
  }

  /** A multiple of 2⁻⁵³, uniform on [0, 1). */
  @Override
  public double nextDouble() {
    return (nextLong() >>> 11) * 0x1p-53;
  }

  /** A normal number with mean 0 and deviation 1, by Marsaglia's polar method (1962). */
  @Override
  public double nextGaussian() {
    if (hasKept) {
      hasKept = false;
      return kept;
    }
    double u;
    double v;
    double s;
    do {
      u = 2 * nextDouble() - 1;
      v = 2 * nextDouble() - 1;
      s = u * u + v * v;
    } while (s >= 1 || s == 0);
    // StrictMath has one result on all JVMs, Math may differ in the last bit.
    double factor = StrictMath.sqrt(-2 * StrictMath.log(s) / s);
    kept = v * factor;
    hasKept = true;
    return u * factor;
  }
}
