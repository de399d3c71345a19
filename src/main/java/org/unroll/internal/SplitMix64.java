package org.unroll.internal;

import java.util.random.RandomGenerator;

/**
 * Generates the random numbers of SplitMix64 (Steele, Lea and Flood, "Fast splittable pseudorandom
 * number generators", 2014). The JDK has such a generator but does not specify its algorithm, and
 * initial weights and the order of samples must be the same on all JDKs.
 *
 * @hidden
 */
public final class SplitMix64 implements RandomGenerator {
  private static final long GOLDEN = 0x9E3779B97F4A7C15L;

  private long state;
  private double kept; // the second of a pair of normally distributed numbers
  private boolean hasKept;

  /** Creates a generator. Its numbers depend on the seed only. */
  public SplitMix64(long seed) {
    state = seed;
  }

  /** Restarts this generator as if it were new with this seed. */
  public void restart(long seed) {
    state = seed;
    hasKept = false;
  }

  /** Mixes the bits of a number with variant 13 of David Stafford's finalizers, a bijection. */
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

  /** Returns a multiple of 2⁻⁵³, uniformly distributed on [0, 1). */
  @Override
  public double nextDouble() {
    return (nextLong() >>> 11) * 0x1p-53;
  }

  /**
   * Returns a normally distributed number with mean 0 and standard deviation 1, computed by
   * Marsaglia's polar method (1962).
   */
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
    // StrictMath gives the same result on all JVMs; Math may differ in the last bit.
    double factor = StrictMath.sqrt(-2 * StrictMath.log(s) / s);
    kept = v * factor;
    hasKept = true;
    return u * factor;
  }
}
