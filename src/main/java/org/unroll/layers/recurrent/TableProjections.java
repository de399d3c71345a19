package org.unroll.layers.recurrent;

import java.util.Arrays;
import org.unroll.network.DistinctRows;
import org.unroll.network.ForwardContext;
import org.unroll.network.Pass;

/**
 * The products of the rows of a table, such as that of an embedding, with a kernel. They are
 * computed when a slice first needs them, and kept as long as the weights stay the same: the texts
 * of a prediction have far more words than the vocabulary.
 */
final class TableProjections {
  /** The largest number of products that are kept: 8 MiB. */
  private static final int LARGEST = 1 << 21;

  /** A slice with this share of as many positions as the table has rows is worth the memory. */
  private static final int SMALLEST_SHARE = 8;

  /** The rows that are multiplied at a time. */
  private static final int ROWS = 64;

  /** Multiplies the rows at the beginning of an array. */
  interface Product {
    /** Writes the products of {@code count} rows to {@code out}. */
    void of(float[] rows, int count, float[] out);
  }

  private float[] values = {}; // of the rows of the table that were needed so far
  private boolean[] isKnown = {};
  private float[] newRows = {};
  private float[] ofNewRows = {};
  private final int[] newNumbers = new int[ROWS];
  private float[] knownTable;
  private long knownVersion; // of the weights
  private int columns;

  /** Returns whether the products are kept for slices such as this one. */
  static boolean areKept(DistinctRows table, int columns, ForwardContext call) {
    return call.isForwardOnly()
        && !call.isRecording()
        && call.weightsVersion() != 0
        && (long) table.positions() * SMALLEST_SHARE >= table.count()
        && (long) table.count() * columns <= LARGEST;
  }

  /**
   * Returns the products of all rows of the table that the slice reads.
   *
   * @param table the table
   * @param features the number of values in a row
   * @param newColumns the number of values in a product
   * @param version the version of the weights
   */
  float[] of(DistinctRows table, int features, int newColumns, long version, Product product) {
    if (knownVersion != version || knownTable != table.values() || columns != newColumns) {
      forget(table.count(), features, newColumns);
      knownVersion = version;
      knownTable = table.values();
    }
    int found = 0;
    for (int i = 0; i < table.positions(); i++) {
      int number = table.numbers()[i];
      if (!isKnown[number]) {
        isKnown[number] = true;
        System.arraycopy(knownTable, number * features, newRows, found * features, features);
        newNumbers[found++] = number;
        if (found == ROWS) {
          multiply(found, product);
          found = 0;
        }
      }
    }
    if (found > 0) {
      multiply(found, product);
    }
    return values;
  }

  private void forget(int count, int features, int newColumns) {
    columns = newColumns;
    values = Pass.atLeast(values, count * columns);
    newRows = Pass.atLeast(newRows, ROWS * features);
    ofNewRows = Pass.atLeast(ofNewRows, ROWS * columns);
    if (isKnown.length < count) {
      isKnown = new boolean[count];
    } else {
      Arrays.fill(isKnown, false);
    }
  }

  private void multiply(int count, Product product) {
    product.of(newRows, count, ofNewRows);
    for (int j = 0; j < count; j++) {
      System.arraycopy(ofNewRows, j * columns, values, newNumbers[j] * columns, columns);
    }
  }
}
