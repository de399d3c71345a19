package org.unroll.network;

/**
 * The different rows of a tensor in which rows repeat, such as the output of an embedding: a text
 * has more words than different words. A layer can multiply the different rows by its kernel
 * instead of all of them, because equal rows have equal products.
 *
 * <p>The rows may be a whole table, of which the tensor has some rows only.
 *
 * @hidden
 */
public final class DistinctRows {
  private float[] values = {};
  private int[] numbers = {};
  private int count;
  private int positions;

  /** Creates an empty object, for {@link #set}. */
  public DistinctRows() {}

  /**
   * Sets the content. The arrays are not copied.
   *
   * @param newValues the different rows, one after another
   * @param newCount the number of different rows
   * @param newNumbers for each position of the tensor the number of its row, from 0
   * @param newPositions the number of positions
   * @return this object
   */
  public DistinctRows set(float[] newValues, int newCount, int[] newNumbers, int newPositions) {
    values = newValues;
    count = newCount;
    numbers = newNumbers;
    positions = newPositions;
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

  /** Returns the number of positions of the tensor. */
  public int positions() {
    return positions;
  }
}
