package org.unroll.network;

/**
 * The different rows of a tensor in which rows repeat, such as the output of an embedding: a text
 * has more words than different words. A layer can multiply the different rows by its kernel
 * instead of all of them, because equal rows have equal products.
 *
 * @hidden
 */
public final class DistinctRows {
  private float[] values = {};
  private int[] numbers = {};
  private int count;

  /** Creates an empty object, for {@link #set}. */
  public DistinctRows() {}

  /**
   * Sets the content. The arrays are not copied.
   *
   * @param newValues the different rows, one after another
   * @param newCount the number of different rows
   * @param newNumbers for each position of the tensor the number of its row, from 0
   * @return this object
   */
  public DistinctRows set(float[] newValues, int newCount, int[] newNumbers) {
    values = newValues;
    count = newCount;
    numbers = newNumbers;
    return this;
  }

  /**
   * Returns the buffer if it is long enough, or else a new one of at least twice its length: the
   * number of different rows varies from slice to slice, and must not cause allocations for long.
   */
  public static float[] grown(float[] buffer, int length) {
    return buffer.length >= length ? buffer : new float[Math.max(length, 2 * buffer.length)];
  }

  /** Returns the different rows, one after another. */
  public float[] values() {
    return values;
  }

  /** Returns the number of different rows. */
  public int count() {
    return count;
  }

  /** Returns for each position the number of its row. */
  public int[] numbers() {
    return numbers;
  }
}
