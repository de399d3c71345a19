package org.unroll.network;

import org.unroll.compute.Matrix;
import org.unroll.data.Shape;

/**
 * What flows between two layers for one slice of a batch: float values, the shape of one sample,
 * the number of rows, and optionally a mask.
 *
 * <p>The layout follows the work to be done. Where a sample has two axes or more, its first axis
 * (time) comes first: the value of row {@code r} at time step {@code t} starts at {@code offset +
 * (t · rows + r) · width}, so that a recurrent layer finds all rows of a time step side by side.
 * Where a sample has one axis, row {@code r} starts at {@code offset + r · width}.
 */
public final class Tensor {
  private float[] values = new float[0];
  private int offset;
  private int rows;
  private Shape shape = Shape.of();
  private boolean[] mask;

  /** Lets this tensor show the given values, which are not copied. */
  public Tensor set(
      float[] newValues, int newOffset, int newRows, Shape newShape, boolean[] newMask) {
    values = newValues;
    offset = newOffset;
    rows = newRows;
    shape = newShape;
    mask = newMask;
    return this;
  }

  /** The array that holds the values, from {@link #offset()} on. */
  public float[] values() {
    return values;
  }

  /** Where the values begin. */
  public int offset() {
    return offset;
  }

  /** The number of samples in the slice. */
  public int rows() {
    return rows;
  }

  /** The shape of one sample, every axis known. */
  public Shape shape() {
    return shape;
  }

  /** Which (time step, row) pairs count, at {@code t · rows + r}; null where all do. */
  public boolean[] mask() {
    return mask;
  }

  /** The length of the time axis; 1 where a sample has one axis only. */
  public int timesteps() {
    return shape.rank() >= 2 ? shape.axis(0) : 1;
  }

  /** The number of values that one sample has at one time step. */
  public int width() {
    return shape.size() / timesteps();
  }

  /**
   * Points a view at the values: the last axis in the columns, a row for each position.
   *
   * @return the view
   * @hidden
   */
  public Matrix matrix(Matrix view) {
    int columns = shape.last();
    return view.set(values, offset, size() / columns, columns);
  }

  /** The number of values in the slice. */
  public int size() {
    return rows * shape.size();
  }
}
