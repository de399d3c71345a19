package org.unroll.network;

import org.unroll.compute.Matrix;

/**
 * The values of an input, a state or a gradient at all time steps of a slice. The values of row
 * {@code r} at step {@code k} start at {@code at(k) + r · width()}. The rows of one step are
 * contiguous, so one product can process all of them.
 */
public final class TimeSteps {
  private float[] values = {};
  private int offset;
  private int rows;
  private int width;
  private DistinctRows distinctRows;
  private int[] numbers;
  private int numbersOffset;

  /**
   * Points these steps at the given values, which are not copied.
   *
   * @param newValues the array
   * @param newOffset the index of row 0 at step 0
   * @param newRows the number of rows
   * @param newWidth the number of values of one row at one step
   * @return this object
   */
  public TimeSteps set(float[] newValues, int newOffset, int newRows, int newWidth) {
    values = newValues;
    offset = newOffset;
    rows = newRows;
    width = newWidth;
    distinctRows = null;
    return this;
  }

  /**
   * Adds which rows of the values repeat, until the next {@link #set}.
   *
   * @param distinct the different rows; may be null
   * @param newNumbers the number of each row, in the order of these steps
   * @param newOffset the index of row 0 at step 0 in the numbers
   * @hidden
   */
  public void distinctRows(DistinctRows distinct, int[] newNumbers, int newOffset) {
    distinctRows = distinct;
    numbers = newNumbers;
    numbersOffset = newOffset;
  }

  /**
   * Returns the different rows of the values; null if it is not known that rows repeat.
   *
   * @hidden
   */
  public DistinctRows distinctRows() {
    return distinctRows;
  }

  /**
   * Returns the number of a row among the {@link #distinctRows()}.
   *
   * @param position step · rows + row
   * @hidden
   */
  public int numberOf(int position) {
    return numbers[numbersOffset + position];
  }

  /** Returns the array that contains the values. */
  public float[] values() {
    return values;
  }

  /** Returns the index in {@link #values()} at which the first row of a step begins. */
  public int at(int step) {
    return offset + step * rows * width;
  }

  /**
   * Sets a view to one step, with a row of the matrix for each row of the slice.
   *
   * @return the view
   * @hidden
   */
  public Matrix at(int step, Matrix view) {
    return view.set(values, at(step), rows, width);
  }

  /** Returns the number of values of one row at one step. */
  public int width() {
    return width;
  }
}
