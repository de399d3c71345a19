package org.unroll.compute;

/**
 * A matrix in part of a row-major float array: what the {@link Kernels} read and write. A view does
 * not own its values, and it is reused: {@link #set} points it at another place, so that the steps
 * of a layer allocate nothing.
 *
 * <p>A view belongs to one thread. Kernels do not change the views they are given, only the values.
 *
 * @hidden
 */
public final class Matrix {
  private float[] values = {};
  private int offset;
  private int rows;
  private int columns;
  private int stride;

  /** Creates a view of nothing. */
  public Matrix() {}

  /**
   * Points this view at another matrix.
   *
   * @param newValues the array, which is not copied
   * @param newOffset the index of the first value of the first row
   * @param newRows the number of rows
   * @param newColumns the number of values in a row
   * @param newStride the distance between the first values of two rows; 0 repeats one row
   * @return this view
   */
  public Matrix set(float[] newValues, int newOffset, int newRows, int newColumns, int newStride) {
    // Storing a reference can cost the garbage collector's barrier; usually the array is the same.
    if (values != newValues) {
      values = newValues;
    }
    offset = newOffset;
    rows = newRows;
    columns = newColumns;
    stride = newStride;
    return this;
  }

  /** Points this view at a matrix whose rows follow one another without gaps. */
  public Matrix set(float[] newValues, int newOffset, int newRows, int newColumns) {
    return set(newValues, newOffset, newRows, newColumns, newColumns);
  }

  /** Points this view at {@code count} columns of another matrix, from column {@code first} on. */
  public Matrix setColumns(Matrix of, int first, int count) {
    return set(of.values, of.offset + first, of.rows, count, of.stride);
  }

  /** Returns the array that holds the values. */
  public float[] values() {
    return values;
  }

  /** Returns the index of the first value of the first row. */
  public int offset() {
    return offset;
  }

  /** Returns the number of rows. */
  public int rows() {
    return rows;
  }

  /** Returns the number of values in a row. */
  public int columns() {
    return columns;
  }

  /** Returns the distance between the first values of two rows. */
  public int stride() {
    return stride;
  }
}
