package org.unroll.network;

/**
 * What is known of a tensor whose rows are rows of a table, such as the output of an embedding.
 *
 * @hidden
 */
public interface TableRows {
  /** Writes the values of the tensor, unless that is done: a layer may need the table only. */
  void fill();

  /** Returns the whole table, with the index of each position. */
  DistinctRows table();

  /**
   * Returns the different rows of this tensor; null if they are more than half of its rows, or if
   * finding them would cost too much.
   */
  DistinctRows distinct();
}
