package org.unroll.data;

import org.unroll.internal.SplitMix64;

/**
 * How an epoch is cut into batches and in what order it visits its samples.
 *
 * @param size samples in a batch
 * @param seed what the order of each epoch is drawn from, or null for the natural order
 */
public record Batching(int size, Long seed) {
  /** Batches of 32 in the natural order; 32 is the default of Keras's {@code fit}. */
  public static final Batching DEFAULT = new Batching(32, null);

  public Batching {
    if (size < 1) {
      throw new IllegalArgumentException(
          "A batch holds at least 1 sample. Received: batchSize=" + size);
    }
  }

  public Batching withSize(int newSize) {
    return new Batching(newSize, seed);
  }

  public Batching withSeed(long newSeed) {
    return new Batching(size, newSeed);
  }

  /** The order of an epoch: a Fisher-Yates shuffle of 0 … samples−1, or null without a seed. */
  public int[] order(int samples, int epoch) {
    if (seed == null) {
      return null;
    }
    int[] order = new int[samples];
    for (int i = 0; i < samples; i++) {
      order[i] = i;
    }
    var random = new SplitMix64(SplitMix64.mix(SplitMix64.mix(seed) + epoch));
    for (int i = samples - 1; i > 0; i--) {
      int j = (int) (((random.nextLong() >>> 32) * (i + 1)) >>> 32);
      int kept = order[i];
      order[i] = order[j];
      order[j] = kept;
    }
    return order;
  }
}
