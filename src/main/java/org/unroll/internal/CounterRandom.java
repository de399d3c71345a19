package org.unroll.internal;

/**
 * Random numbers without a state: element j of a stream is a function of the stream's key and of j
 * alone. A dropout mask keyed by seed, layer, step and row is therefore the same on whatever
 * thread, and in whatever slice, the row is computed.
 *
 * <p>The key is mixed in 64 bits, one coordinate after another, as {@link SplitMix64} does. The
 * elements are mixed in 32 bits, which leaves the loop to the JIT's own vectors, by two rounds of
 * multiply and xorshift with constants from the search for mixers of low bias of Chris Wellons's
 * hash-prospector project (16, 21f0aaad, 15, d35a2d97, 15), the upper half of the key entering
 * between the rounds. Only integer arithmetic is used, so the streams are the same on every JVM.
 */
public final class CounterRandom {
  private static final long GOLDEN_64 = 0x9E3779B97F4A7C15L;
  private static final int GOLDEN_32 = 0x9E3779B9;

  private CounterRandom() {}

  /**
   * The key of one row's stream.
   *
   * @param seed the seed of the whole run
   * @param layer which layer (and which of its masks) asks
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
   * Fills {@code n} cells with 0, with probability {@code rate}, or else 1/(1 − rate): inverted
   * dropout, which leaves the expected value of what it multiplies as it was.
   *
   * @param key the stream, from {@link #key}
   * @param rate the share to drop, from 0 to 1 (at 1 everything is dropped, as in Keras)
   * @throws IllegalArgumentException if the rate is outside
   */
  public static void fillDropoutMask(long key, double rate, int n, float[] mask, int offset) {
    if (!(rate >= 0 && rate <= 1)) {
      throw new IllegalArgumentException(
          "A dropout rate is a share from 0 to 1 of the values to drop. Received: " + rate);
    }
    // Numbers of 31 bits, so that the sign of a difference says which is larger.
    int lastDropped = (int) ((long) (rate * 0x1p31) - 1);
    float scale = rate == 1 ? 0 : (float) (1 / (1 - rate));
    int low = (int) key;
    int high = (int) (key >>> 32);
    for (int j = 0; j < n; j++) {
      int keep = (lastDropped - (mix32(low, high, j) >>> 1)) >>> 31;
      mask[offset + j] = scale * keep;
    }
  }

  /** The 32 bits of element {@code j}. */
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
