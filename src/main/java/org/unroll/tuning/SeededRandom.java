package org.unroll.tuning;

import org.unroll.internal.SplitMix64;

/**
 * The random numbers of a search. Each is a function of the search's seed, the trial, the attempt
 * and the hyperparameter's name alone, so that it does not matter which trial asks first.
 */
final class SeededRandom {
  private static final long GOLDEN = 0x9E3779B97F4A7C15L;

  private SeededRandom() {}

  /** A number for one hyperparameter, uniform on [0, 1). */
  static double uniform(long seed, int trial, int attempt, String name) {
    long key = key(seed, trial, attempt);
    for (int i = 0; i < name.length(); i++) {
      key = SplitMix64.mix(key + GOLDEN + name.charAt(i));
    }
    return (key >>> 11) * 0x1p-53;
  }

  /** The seed of a generator for one trial. */
  static long key(long seed, int trial, int attempt) {
    long key = SplitMix64.mix(seed + GOLDEN);
    key = SplitMix64.mix(key + trial * GOLDEN);
    return SplitMix64.mix(key + attempt * GOLDEN);
  }
}
