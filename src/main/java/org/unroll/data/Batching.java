package org.unroll.data;

import java.io.Serializable;
import org.unroll.internal.SplitMix64;

/**
 * The batch size of a dataset and the seed of its shuffling.
 *
 * @param size the number of samples in a batch, at least 1
 * @param seed the seed of the order of each epoch, or null for the natural order
 * @hidden
 */
public record Batching(int size, Long seed) implements Serializable {
  private static final long serialVersionUID = 1;

  /** Batches of 32 samples in the natural order, as in Keras's {@code fit}. */
  public static final Batching DEFAULT = new Batching(32, null);

  /**
   * Checks the batch size.
   *
   * @throws IllegalArgumentException if {@code size} is below 1
   */
  public Batching {
    if (size < 1) {
      throw new IllegalArgumentException("batchSize must be at least 1, but was " + size + ".");
    }
  }

  /** Returns a copy with another batch size. */
  public Batching withSize(int newSize) {
    return new Batching(newSize, seed);
  }

  /** Returns a copy with another seed. */
  public Batching withSeed(long newSeed) {
    return new Batching(size, newSeed);
  }

  /**
   * Returns the order in which an epoch visits its samples: a Fisher-Yates shuffle of 0 …
   * samples−1, drawn from the seed and the epoch, or null if there is no seed.
   *
   * @param epoch the number of the epoch, counted from 0
   */
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
      int swapped = order[i];
      order[i] = order[j];
      order[j] = swapped;
    }
    return order;
  }
}
