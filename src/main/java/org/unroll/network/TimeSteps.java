package org.unroll.network;

import org.unroll.compute.Matrix;

/**
 * What all rows of a slice have at each time step: an input, a state, or the gradient of one. The
 * values of row {@code r} at step {@code k} start at {@code at(k) + r · width()}; the rows of one
 * step stand side by side, so that one product takes them all.
 */
public final class TimeSteps {
  private float[] values = {};
  private int offset;
  private int rows;
  private int width;

  /** Lets these steps show the given values, which are not copied. */
  public TimeSteps set(float[] newValues, int newOffset, int newRows, int newWidth) {
    values = newValues;
    offset = newOffset;
    rows = newRows;
    width = newWidth;
    return this;
  }

  /** The array that holds the values. */
  public float[] values() {
    return values;
  }

  /** Where the first row of a step begins. */
  public int at(int step) {
    return offset + step * rows * width;
  }

  /**
   * Points a view at one step, a row of the matrix for each row of the slice.
   *
   * @return the view
   * @hidden
   */
  public Matrix at(int step, Matrix view) {
    return view.set(values, at(step), rows, width);
  }

  /** The number of values of one row at one step. */
  public int width() {
    return width;
  }
}
