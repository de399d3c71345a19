package org.unroll.internal;

import java.util.concurrent.atomic.AtomicLong;

/**
 * The seed of everything that is created without one; {@code Unroll.setRandomSeed} sets it.
 *
 * @hidden
 */
public final class DefaultSeed {
  private static final AtomicLong SEED = new AtomicLong();

  private DefaultSeed() {}

  /** Returns the seed; 0 unless it was set. */
  public static long get() {
    return SEED.get();
  }

  /** Sets the seed. */
  public static void set(long seed) {
    SEED.set(seed);
  }
}
