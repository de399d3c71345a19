package org.unroll.tuning;

import org.unroll.internal.SplitMix64;

/**
 * Random numbers that depend only on the seed of a search, the number of a trial, the attempt and
 * the name of a hyperparameter. They do not depend on the order in which trials run.
 */
final class SeededRandom {
  private static final long GOLDEN = 0x9E3779B97F4A7C15L;

  private SeededRandom() {}

  /** Returns a random number for one hyperparameter, uniform on [0, 1). */
  static double uniform(long seed, int trial, int attempt, String name) {
    long key = key(seed, trial, attempt);
    for (int i = 0; i < name.length(); i++) {
      key = SplitMix64.mix(key + GOLDEN + name.charAt(i));
    }
    return (key >>> 11) * 0x1p-53;
  }

  /** Returns the seed of a generator for one trial. */
  static long key(long seed, int trial, int attempt) {
    long key = SplitMix64.mix(seed + GOLDEN);
    key = SplitMix64.mix(key + trial * GOLDEN);
    return SplitMix64.mix(key + attempt * GOLDEN);
  }
}
