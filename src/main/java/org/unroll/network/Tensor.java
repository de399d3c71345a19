package org.unroll.network;

import org.unroll.compute.Matrix;
import org.unroll.data.Shape;

/**
 * The values that one layer passes to the next for one slice of a batch: float values, the shape of
 * one sample, the number of rows, and optionally a mask.
 *
 * <p>If a sample has at least two axes, the first axis is time and comes before the rows. The value
 * of row {@code r} at time step {@code t} starts at {@code offset + (t · rows + r) · width}, so the
 * rows of one time step are contiguous. If a sample has one axis, row {@code r} starts at {@code
 * offset + r · width}.
 */
public final class Tensor {
  private float[] values = new float[0];
  private int offset;
  private int rows;
  private Shape shape = Shape.of();
  private boolean[] mask;
  private TableRows tableRows;

  /** Creates a tensor without values, for {@link #set}. */
  public Tensor() {}

  /**
   * Sets the content of this tensor. The arrays are not copied.
   *
   * @param newValues the array that contains the values
   * @param newOffset the index of the first value
   * @param newRows the number of rows
   * @param newShape the shape of one sample, with all axes known
   * @param newMask true for each time step and row that is not masked, may be null
   * @return this tensor
   */
  public Tensor set(
      float[] newValues, int newOffset, int newRows, Shape newShape, boolean[] newMask) {
    values = newValues;
    offset = newOffset;
    rows = newRows;
    shape = newShape;
    mask = newMask;
    tableRows = null;
    return this;
  }

  /** Sets the content of this tensor to that of another one, with another mask. */
  Tensor setWithMask(Tensor other, boolean[] newMask) {
    set(other.values, other.offset, other.rows, other.shape, newMask);
    tableRows = other.tableRows;
    return this;
  }

  /**
   * Adds that the values are rows of a table, until the next {@link #set}.
   *
   * @return this tensor
   * @hidden
   */
  public Tensor tableRows(TableRows rows) {
    tableRows = rows;
    return this;
  }

  /**
   * Returns the table that the rows of the values come from; null if there is none.
   *
   * @hidden
   */
  public TableRows tableRows() {
    return tableRows;
  }

  /** Returns the array that contains the values, starting at {@link #offset()}. */
  public float[] values() {
    if (tableRows != null) {
      tableRows.fill();
    }
    return values;
  }

  /** Returns the index of the first value in {@link #values()}. */
  public int offset() {
    return offset;
  }

  /** Returns the number of samples in the slice. */
  public int rows() {
    return rows;
  }

  /** Returns the shape of one sample, with all axes known. */
  public Shape shape() {
    return shape;
  }

  /**
   * Returns the mask: the element at {@code t · rows + r} is false if row {@code r} is masked at
   * time step {@code t}. Null if nothing is masked.
   */
  public boolean[] mask() {
    return mask;
  }

  /** Returns the length of the time axis, or 1 if a sample has only one axis. */
  public int timesteps() {
    return shape.rank() >= 2 ? shape.axis(0) : 1;
  }

  /** Returns the number of values of one sample at one time step. */
  public int width() {
    return shape.size() / timesteps();
  }

  /**
   * Sets a view to the values: the last axis in the columns, and a row for each position.
   *
   * @return the view
   * @hidden
   */
  public Matrix matrix(Matrix view) {
    int columns = shape.last();
    return view.set(values(), offset, size() / columns, columns);
  }

  /** Returns the number of values in the slice. */
  public int size() {
    return rows * shape.size();
  }
}
