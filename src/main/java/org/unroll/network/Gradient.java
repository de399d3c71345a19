package org.unroll.network;

import java.util.Arrays;
import org.unroll.compute.Compute;
import org.unroll.compute.Kernels;

/**
 * The gradient of one weight, for one slice of a batch or summed over the slices.
 *
 * <p>A dense gradient is an array with a value for each value of the weight. A sparse gradient,
 * such as that of an embedding, is a list of the rows that occur in the slice. It is converted to a
 * dense array when it is summed.
 */
public final class Gradient {
  private static final int BLOCK = 4096;

  private final Kernels kernels = Compute.kernels();
  private final int size;
  private final int rowWidth; // 0 if the gradient is dense
  private float[] values;
  private Rows sums; // over the rows of a sparse gradient
  private float limit = Float.POSITIVE_INFINITY;
  private boolean magnitudes;

  // The rows of a sparse gradient, which may occur several times, and their values.
  private int[] rows = {};
  private float[] entries = {};
  private int entryCount;
  private boolean listed; // whether the list is newer than the dense array

  /**
   * Sums over the rows of a sparse gradient, in which a row of the weight may occur several times.
   *
   * @param squares for each value of the weight, the sum of the squares of its entries
   * @param magnitudes the same for absolute values; empty unless asked for
   * @hidden
   */
  public record Rows(float[] squares, float[] magnitudes) {}

  private Gradient(int size, int rowWidth) {
    this.size = size;
    this.rowWidth = rowWidth;
    if (rowWidth == 0) {
      values = new float[size];
    }
  }

  /**
   * Returns a dense gradient with this number of values.
   *
   * @hidden
   */
  public static Gradient dense(int size) {
    return new Gradient(size, 0);
  }

  /**
   * Returns a sparse gradient, in which most rows are zero.
   *
   * @param size the number of values of the weight
   * @param rowWidth the number of values in a row of the weight
   */
  public static Gradient sparse(int size, int rowWidth) {
    return new Gradient(size, rowWidth);
  }

  /** Returns the number of values. */
  public int size() {
    return size;
  }

  /** Returns the values, row-major. A backward pass overwrites those of a dense gradient. */
  public float[] values() {
    becomeDense();
    return values;
  }

  /**
   * Returns the sums over the rows of a sparse gradient, or null if it is dense.
   *
   * @hidden
   */
  public Rows rows() {
    becomeDense();
    return sums;
  }

  /**
   * Sets what {@link #setToSum} does with the rows of a sparse gradient in addition to adding them.
   *
   * @param largest the limit to which each entry, times the scale, is clipped before it is added
   * @param wantsMagnitudes whether the absolute values are added up, too
   * @hidden
   */
  public void rowTerms(float largest, boolean wantsMagnitudes) {
    limit = largest;
    magnitudes = wantsMagnitudes;
  }

  private void becomeDense() {
    if (listed) {
      reserveSum();
      setToSum(new Gradient[] {this}, 1, 1, 0, 1);
    }
  }

  /**
   * Sets the entries of a sparse gradient. The entries of a row that occurs several times are
   * added.
   *
   * @param count the number of entries
   * @param indices the row of each entry
   * @param from the array that contains the entries, one after another
   * @param offset the index of the first entry in {@code from}
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

  /** Sets this gradient to zeros. */
  void clear() {
    if (rowWidth == 0) {
      Arrays.fill(values, 0f);
    } else {
      entryCount = 0;
      listed = true;
    }
  }

  /** Adds the gradient of the same weight at another place of the network. */
  void add(Gradient other) {
    if (rowWidth == 0) {
      kernels.add(size, other.values, 0, values, 0);
      return;
    }
    int count = entryCount + other.entryCount;
    if (rows.length < count) {
      rows = Arrays.copyOf(rows, count);
      entries = Arrays.copyOf(entries, count * rowWidth);
    }
    System.arraycopy(other.rows, 0, rows, entryCount, other.entryCount);
    System.arraycopy(other.entries, 0, entries, entryCount * rowWidth, other.entryCount * rowWidth);
    entryCount = count;
    listed = true;
  }

  /**
   * Allocates the arrays for {@link #setToSum}. Must be called once before the parts are summed.
   *
   * @hidden
   */
  public void reserveSum() {
    if (values == null) {
      values = new float[size];
    }
    if (rowWidth > 0 && (sums == null || magnitudes != sums.magnitudes.length > 0)) {
      sums = new Rows(new float[size], new float[magnitudes ? size : 0]);
    }
    listed = false;
  }

  /**
   * Overwrites one part of this gradient with {@code scale} times the sum of other gradients, which
   * are added in their order. Several threads may compute different parts. The result does not
   * depend on the number of parts.
   *
   * @param others the gradients to add
   * @param count the number of gradients to add
   * @param scale the factor of the sum
   * @param part the number of the part, from 0
   * @param parts the number of parts
   * @hidden
   */
  public void setToSum(Gradient[] others, int count, float scale, int part, int parts) {
    int unit = Math.max(1, rowWidth);
    int units = size / unit;
    int from = (int) ((long) units * part / parts) * unit;
    int to = (int) ((long) units * (part + 1) / parts) * unit;
    if (rowWidth > 0) {
      Arrays.fill(values, from, to, 0f);
      Arrays.fill(sums.squares, from, to, 0f);
      boolean isPlain = limit == Float.POSITIVE_INFINITY && !magnitudes;
      for (int i = 0; i < count; i++) {
        if (isPlain) {
          addEntries(others[i], from, to);
        } else {
          addTerms(others[i], i == 0, scale, from, to);
        }
      }
      if (isPlain) {
        scale(values, from, to, scale);
        scale(sums.squares, from, to, scale * scale);
      }
      return;
    }
    // In blocks that stay in the first-level cache from the first addition to the scaling.
    for (int piece = from; piece < to; piece += BLOCK) {
      int end = Math.min(to, piece + BLOCK);
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
        kernels.addSquares(rowWidth, e, offset, sums.squares, at);
      }
    }
  }

  /** Adds entries that are scaled and clipped first, and their absolute values if asked for. */
  private void addTerms(Gradient other, boolean isFirst, float scale, int from, int to) {
    if (magnitudes && isFirst) {
      Arrays.fill(sums.magnitudes, from, to, 0f);
    }
    for (int i = 0; i < other.entryCount; i++) {
      int at = other.rows[i] * rowWidth;
      for (int j = at; j < at + rowWidth && at >= from && at < to; j++) {
        float entry = other.entries[i * rowWidth + j - at] * scale;
        float clipped = Math.max(-limit, Math.min(limit, entry));
        values[j] += clipped;
        sums.squares[j] += clipped * clipped;
        if (magnitudes) {
          sums.magnitudes[j] += Math.abs(clipped);
        }
      }
    }
  }

  private static void scale(float[] values, int from, int to, float factor) {
    for (int j = from; j < to; j++) {
      values[j] *= factor;
    }
  }
}
