package org.unroll.internal;

/**
 * Generates random numbers without a state: element j of a stream is a function of the stream's key
 * and of j only. Therefore a dropout mask keyed by seed, layer, step and row is the same regardless
 * of the thread, and of the slice, in which the row is computed.
 *
 * <p>The key is mixed in 64 bits, one coordinate after another, as in {@link SplitMix64}. The
 * elements are mixed in 32 bits so that the JIT compiler can vectorize the loop. Two rounds of
 * multiply and xorshift use the constants of a low-bias mixer (16, 21f0aaad, 15, d35a2d97, 15) that
 * Chris Wellons's hash-prospector project found. The upper half of the key is added between the
 * rounds. Only integer arithmetic is used, so the streams are the same on every JVM.
 *
 * @hidden
 */
public final class CounterRandom {
  private static final long GOLDEN_64 = 0x9E3779B97F4A7C15L;
  private static final int GOLDEN_32 = 0x9E3779B9;

  private CounterRandom() {}

  /**
   * Returns the key of one row's stream.
   *
   * @param seed the seed of the training run
   * @param layer the number of the layer's mask
   * @param step the number of the training step
   * @param row the row within the batch
   */
  public static long key(long seed, int layer, long step, int row) {
    long key = SplitMix64.mix(seed + GOLDEN_64);
    key = SplitMix64.mix(key + layer * GOLDEN_64);
    key = SplitMix64.mix(key + step * GOLDEN_64);
    return SplitMix64.mix(key + row * GOLDEN_64);
  }

  /**
   * Fills {@code n} elements with 0, with probability {@code rate}, or otherwise with 1/(1 − rate).
   * This is inverted dropout, which preserves the expected value of what the mask multiplies.
   *
   * @param key the key of the stream, from {@link #key}
   * @param rate the fraction to drop, from 0 to 1 (with 1 everything is dropped, as in Keras)
   * @throws IllegalArgumentException if the rate is less than 0 or greater than 1
   */
  public static void fillDropoutMask(long key, double rate, int n, float[] mask, int offset) {
    if (!(rate >= 0 && rate <= 1)) {
      throw new IllegalArgumentException(
          "The dropout rate must be from 0 to 1, but was " + rate + ".");
    }
    // Numbers of 31 bits, so that the sign of a difference shows which is larger.
    int lastDropped = (int) ((long) (rate * 0x1p31) - 1);
    float scale = rate == 1 ? 0 : (float) (1 / (1 - rate));
    int low = (int) key;
    int high = (int) (key >>> 32);
    for (int j = 0; j < n; j++) {
      int keep = (lastDropped - (mix32(low, high, j) >>> 1)) >>> 31;
      mask[offset + j] = scale * keep;
    }
  }

  /** Returns the 32 bits of element {@code j}. */
  static int bits(long key, int j) {
    return mix32((int) key, (int) (key >>> 32), j);
  }

  private static int mix32(int low, int high, int j) {
    int x = low + j * GOLDEN_32;
    x ^= x >>> 16;
    x *= 0x21F0AAAD;
    x ^= x >>> 15;
    x += high;
    x *= 0xD35A2D97;
    x ^= x >>> 15;
    return x;
  }
}
