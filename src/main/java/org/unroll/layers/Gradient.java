package org.unroll.layers;

import java.util.Arrays;

/**
 * The gradient of one weight as one slice left it. Most are dense; that of an embedding is a few
 * rows of a large matrix, which are listed so that neither clearing nor adding has to touch the
 * others.
 */
public final class Gradient {
  private final float[] values;
  private final int rowWidth;
  private int[] rows = new int[0];
  private int rowCount;
  private final boolean[] touched;
  private final float[] squares;

  private Gradient(int size, int rowWidth) {
    this.values = new float[size];
    this.rowWidth = rowWidth;
    this.touched = rowWidth == 0 ? null : new boolean[size / rowWidth];
    this.squares = rowWidth == 0 ? null : new float[size];
  }

  /** A dense gradient of this many values. */
  static Gradient dense(int size) {
    return new Gradient(size, 0);
  }

  /** A gradient of which only some rows are not zero. */
  static Gradient sparse(int size, int rowWidth) {
    return new Gradient(size, rowWidth);
  }

  /** The values; a dense gradient's are overwritten by each backward pass. */
  public float[] values() {
    return values;
  }

  /** The sums of the squares of what was added to a sparse gradient; null for a dense one. */
  public float[] squares() {
    return squares;
  }

  /** Begins a new sparse gradient: sets the rows in use back to zero. */
  void clearRows() {
    for (int i = 0; i < rowCount; i++) {
      int row = rows[i];
      Arrays.fill(values, row * rowWidth, (row + 1) * rowWidth, 0f);
      Arrays.fill(squares, row * rowWidth, (row + 1) * rowWidth, 0f);
      touched[row] = false;
    }
    rowCount = 0;
  }

  /** Adds to a row of a sparse gradient. */
  void addToRow(int row, float[] added, int offset) {
    touch(row);
    int start = row * rowWidth;
    for (int j = 0; j < rowWidth; j++) {
      float value = added[offset + j];
      values[start + j] += value;
      squares[start + j] += value * value;
    }
  }

  private void touch(int row) {
    if (touched[row]) {
      return;
    }
    touched[row] = true;
    if (rowCount == rows.length) {
      rows = Arrays.copyOf(rows, Math.max(64, 2 * rowCount));
    }
    rows[rowCount++] = row;
  }

  /** Overwrites this gradient with {@code scale} × the sum of others, added in their order. */
  public void setToSum(Gradient[] others, int count, float scale) {
    if (rowWidth > 0) {
      // An optimizer may have written anywhere in its gradient.
      Arrays.fill(values, 0f);
      Arrays.fill(squares, 0f);
      for (int i = 0; i < count; i++) {
        addRows(others[i], scale);
      }
      return;
    }
    float[] first = others[0].values;
    for (int j = 0; j < values.length; j++) {
      values[j] = first[j];
    }
    for (int i = 1; i < count; i++) {
      float[] other = others[i].values;
      for (int j = 0; j < values.length; j++) {
        values[j] += other[j];
      }
    }
    for (int j = 0; j < values.length; j++) {
      values[j] *= scale;
    }
  }

  private void addRows(Gradient other, float scale) {
    for (int i = 0; i < other.rowCount; i++) {
      int row = other.rows[i];
      int end = (row + 1) * rowWidth;
      for (int j = row * rowWidth; j < end; j++) {
        values[j] += scale * other.values[j];
        squares[j] += scale * scale * other.squares[j];
      }
    }
  }
}
