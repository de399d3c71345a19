package org.unroll.network;

import java.util.Arrays;
import org.unroll.compute.Compute;
import org.unroll.compute.Kernels;

/**
 * The gradient of one weight as one slice left it, or the sum over slices. Most are dense; that of
 * an embedding is a list of rows, one for each place an index stood at, which become a matrix only
 * in a sum.
 */
public final class Gradient {
  private static final int SCALED_AT_ONCE = 4096;

  private final Kernels kernels = Compute.kernels();
  private final int size;
  private final int rowWidth; // 0 where the gradient is dense
  private float[] values;
  private float[] squares;

  // The list: for each entry the row it belongs to, and its values.
  private int[] rows = {};
  private float[] entries = {};
  private int entryCount;
  private boolean listed; // whether the list is newer than the matrix

  private Gradient(int size, int rowWidth) {
    this.size = size;
    this.rowWidth = rowWidth;
    if (rowWidth == 0) {
      values = new float[size];
    }
  }

  /** A dense gradient of this many values. */
  static Gradient dense(int size) {
    return new Gradient(size, 0);
  }

  /** A gradient of which only some rows are not zero. */
  public static Gradient sparse(int size, int rowWidth) {
    return new Gradient(size, rowWidth);
  }

  /** The number of values. */
  public int size() {
    return size;
  }

  /** The values; a dense gradient's are overwritten by each backward pass. */
  public float[] values() {
    becomeMatrix();
    return values;
  }

  /** The sums of the squares of what was added to a sparse gradient; null for a dense one. */
  public float[] squares() {
    becomeMatrix();
    return squares;
  }

  private void becomeMatrix() {
    if (listed) {
      reserveSum();
      setToSum(new Gradient[] {this}, 1, 1, 0, 1);
    }
  }

  /**
   * Makes a sparse gradient the list of these entries.
   *
   * @param indices the row of each entry
   * @param from the entries one after another, from {@code offset} on
   */
  public void setEntries(int count, int[] indices, float[] from, int offset) {
    if (rows.length < count) {
      rows = new int[count];
      entries = new float[count * rowWidth];
    }
    System.arraycopy(indices, 0, rows, 0, count);
    System.arraycopy(from, offset, entries, 0, count * rowWidth);
    entryCount = count;
    listed = true;
  }

  /** Makes room for {@link #setToSum}; called once before its parts. */
  public void reserveSum() {
    if (values == null) {
      values = new float[size];
    }
    if (rowWidth > 0 && squares == null) {
      squares = new float[size];
    }
    listed = false;
  }

  /**
   * Overwrites one part of this gradient with {@code scale} × the sum of others, added in their
   * order. The result does not depend on the number of parts, which different threads may work on.
   *
   * @param part which part, from 0
   * @param parts into how many parts this gradient is cut
   */
  public void setToSum(Gradient[] others, int count, float scale, int part, int parts) {
    int unit = Math.max(1, rowWidth);
    int units = size / unit;
    int from = (int) ((long) units * part / parts) * unit;
    int to = (int) ((long) units * (part + 1) / parts) * unit;
    if (rowWidth > 0) {
      Arrays.fill(values, from, to, 0f);
      Arrays.fill(squares, from, to, 0f);
      for (int i = 0; i < count; i++) {
        addEntries(others[i], from, to);
      }
      scale(values, from, to, scale);
      scale(squares, from, to, scale * scale);
      return;
    }
    // In pieces that stay in the nearest cache from the first addition to the scaling.
    for (int piece = from; piece < to; piece += SCALED_AT_ONCE) {
      int end = Math.min(to, piece + SCALED_AT_ONCE);
      System.arraycopy(others[0].values, piece, values, piece, end - piece);
      for (int i = 1; i < count; i++) {
        kernels.add(end - piece, others[i].values, piece, values, piece);
      }
      scale(values, piece, end, scale);
    }
  }

  private void addEntries(Gradient other, int from, int to) {
    for (int i = 0; i < other.entryCount; i++) {
      int at = other.rows[i] * rowWidth;
      if (at >= from && at < to) {
        float[] e = other.entries;
        int offset = i * rowWidth;
        kernels.add(rowWidth, e, offset, values, at);
        kernels.addSquares(rowWidth, e, offset, squares, at);
      }
    }
  }

  private static void scale(float[] values, int from, int to, float factor) {
    for (int j = from; j < to; j++) {
      values[j] *= factor;
    }
  }
}
