package org.unroll.data;

import java.io.Serializable;
import java.lang.reflect.Array;
import java.util.Arrays;
import java.util.List;
import org.ejml.data.DMatrix;
import org.ejml.data.FMatrix;
import org.ejml.simple.SimpleMatrix;
import tech.tablesaw.api.NumericColumn;
import tech.tablesaw.api.Table;

/**
 * Samples of one shape in a single row-major array. The factories copy and validate the values;
 * their argument {@code what} is the name of the data ("inputs", "targets") in error messages.
 *
 * @param count the number of samples
 * @param shape the shape of one sample
 * @param values count × shape.size() values, sample after sample
 */
record Block(int count, Shape shape, float[] values) implements Serializable {
  private static final long serialVersionUID = 1;

  /** All integers up to this one can be represented exactly as floats. */
  private static final int EXACT = 1 << 24;

  /** Provides the values to copy. */
  private interface Source {
    double get(int sample, int step, int column);
  }

  /** Describes the position of a value in an error message. */
  interface Place {
    String of(int sample, int step, int column);
  }

  private static final Place IN_ROWS = (i, t, j) -> "sample " + i + ", column " + j;
  static final Place IN_STEPS = (i, t, j) -> "sample " + i + ", time step " + t + ", feature " + j;

  static Block of(String what, double[] numbers) {
    int count = count(what, numbers);
    return copy(what, count, Shape.of(1), IN_ROWS, (i, t, j) -> numbers[i]);
  }

  static Block of(String what, double[][] rows) {
    int count = count(what, rows);
    Shape shape = Shape.of(width(what, rows));
    return copy(what, count, shape, IN_ROWS, (i, t, j) -> rows[i][j]);
  }

  static Block of(String what, double[][][] sequences) {
    int count = count(what, sequences);
    int steps = width(what, sequences);
    int width = width(what + " at sample 0", sequences[0]);
    for (int i = 0; i < count; i++) {
      for (int t = 0; t < steps; t++) {
        int length = sequences[i][t] == null ? 0 : sequences[i][t].length;
        if (length != width) {
          throw ragged(what, "sample " + i + ", time step " + t, length, "time step 0", width);
        }
      }
    }
    Shape shape = Shape.of(steps, width);
    return copy(what, count, shape, IN_STEPS, (i, t, j) -> sequences[i][t][j]);
  }

  /** Creates samples of any rank from nested arrays, whose first axis is the sample axis. */
  static Block nested(String what, Object[] samples, int rank) {
    int[] axes = new int[rank];
    int count = count(what, samples);
    Object first = samples;
    for (int i = 0; i < rank; i++) {
      first = Array.get(first, 0);
      axes[i] = first == null ? 0 : Array.getLength(first);
      if (axes[i] == 0) {
        throw empty(what, "sample 0 is empty");
      }
    }
    Shape shape = Shape.of(axes);
    float[] values = new float[checkedSize(what, count, shape)];
    fill(what, samples, shape.prepend(count), new int[rank + 1], 0, values, 0);
    return new Block(count, shape, values);
  }

  /** Copies an array whose indices in the outer arrays are the first ones of {@code position}. */
  private static void fill(
      String what, Object array, Shape all, int[] position, int depth, float[] values, int before) {
    int length = array == null ? 0 : Array.getLength(array);
    if (length != all.axis(depth)) {
      throw ragged(what, place(position, depth), length, "sample 0", all.axis(depth));
    }
    for (int i = 0; i < length; i++) {
      position[depth] = i;
      int at = before * length + i;
      if (array instanceof double[] numbers) {
        values[at] = (float) numbers[i];
        if (!Float.isFinite(values[at])) {
          throw notFinite(what, numbers[i], place(position, position.length));
        }
      } else {
        fill(what, ((Object[]) array)[i], all, position, depth + 1, values, at);
      }
    }
  }

  /** Describes the first indices of a value: the sample, and the position in it. */
  private static String place(int[] position, int axes) {
    String sample = "sample " + position[0];
    return axes == 1
        ? sample
        : sample + ", position " + Arrays.toString(Arrays.copyOfRange(position, 1, axes));
  }

  /** Creates samples of any shape from all their values, sample after sample, row-major. */
  static Block of(String what, Shape shape, float[] numbers) {
    if (shape.rank() == 0 || !shape.isKnown()) {
      throw new IllegalArgumentException(
          "The shape of the "
              + what
              + " must have at least one axis and no axis of Shape.ANY, but was "
              + shape
              + ".");
    }
    int size = shape.size();
    if (numbers.length == 0 || numbers.length % size != 0) {
      throw new IllegalArgumentException(
          "The "
              + what
              + " of shape "
              + shape
              + " must have a multiple of "
              + size
              + " values, one or more samples, but there are "
              + numbers.length
              + ".");
    }
    float[] values = numbers.clone();
    for (int i = 0; i < values.length; i++) {
      if (!Float.isFinite(values[i])) {
        int[] position = new int[shape.rank() + 1];
        int rest = i;
        for (int axis = shape.rank(); axis > 0; axis--) {
          position[axis] = rest % shape.axis(axis - 1);
          rest /= shape.axis(axis - 1);
        }
        position[0] = rest;
        throw notFinite(what, values[i], place(position, position.length));
      }
    }
    return new Block(values.length / size, shape, values);
  }

  static Block of(String what, int[] numbers) {
    int count = count(what, numbers);
    return copy(what, count, Shape.of(1), IN_ROWS, (i, t, j) -> exact(what, numbers[i], i, j));
  }

  static Block of(String what, int[][] rows) {
    int count = count(what, rows);
    Shape shape = Shape.of(width(what, rows));
    return copy(what, count, shape, IN_ROWS, (i, t, j) -> exact(what, rows[i][j], i, j));
  }

  static Block of(String what, DMatrix matrix) {
    Shape shape = shape(what, matrix.getNumRows(), matrix.getNumCols());
    return copy(what, matrix.getNumRows(), shape, IN_ROWS, (i, t, j) -> matrix.unsafe_get(i, j));
  }

  static Block of(String what, FMatrix matrix) {
    Shape shape = shape(what, matrix.getNumRows(), matrix.getNumCols());
    return copy(what, matrix.getNumRows(), shape, IN_ROWS, (i, t, j) -> matrix.unsafe_get(i, j));
  }

  static Block of(String what, SimpleMatrix matrix) {
    if (!matrix.getType().isReal()) {
      throw new IllegalArgumentException(
          "The " + what + " must be real numbers, but the matrix is complex.");
    }
    Shape shape = shape(what, matrix.getNumRows(), matrix.getNumCols());
    return copy(what, matrix.getNumRows(), shape, IN_ROWS, (i, t, j) -> matrix.get(i, j));
  }

  static Block of(String what, Table table, String... names) {
    List<NumericColumn<?>> columns =
        names.length == 0 ? Columns.allNumeric(table) : Columns.numeric(table, List.of(names));
    Place place = (i, t, j) -> "row " + i + ", column '" + columns.get(j).name() + "'";
    Shape shape = shape(what, table.rowCount(), columns.size());
    return copy(
        what, table.rowCount(), shape, place, (i, t, j) -> Columns.value(columns.get(j), i));
  }

  /**
   * Copies values of any kind that the other factories accept.
   *
   * @throws IllegalArgumentException if the value is of another kind
   */
  static Block ofAny(String what, Object value) {
    if (value instanceof double[] numbers) {
      return of(what, numbers);
    }
    if (value instanceof double[][] rows) {
      return of(what, rows);
    }
    if (value instanceof double[][][] sequences) {
      return of(what, sequences);
    }
    if (value instanceof double[][][][] images) {
      return nested(what, images, 3);
    }
    if (value instanceof double[][][][][] images) {
      return nested(what, images, 4);
    }
    if (value instanceof int[] numbers) {
      return of(what, numbers);
    }
    if (value instanceof int[][] rows) {
      return of(what, rows);
    }
    if (value instanceof DMatrix matrix) {
      return of(what, matrix);
    }
    if (value instanceof FMatrix matrix) {
      return of(what, matrix);
    }
    if (value instanceof SimpleMatrix matrix) {
      return of(what, matrix);
    }
    if (value instanceof Table table) {
      return of(what, table);
    }
    throw new IllegalArgumentException(
        "Each of the "
            + what
            + " must be an array of numbers, an EJML matrix or a table, but one is "
            + (value == null ? "null" : "of type " + value.getClass().getSimpleName())
            + ". Convert it first.");
  }

  private static Block copy(String what, int count, Shape shape, Place place, Source source) {
    float[] values = new float[checkedSize(what, count, shape)];
    int steps = shape.rank() > 1 ? shape.axis(0) : 1;
    int width = shape.last();
    int filled = 0;
    for (int i = 0; i < count; i++) {
      for (int t = 0; t < steps; t++) {
        for (int j = 0; j < width; j++) {
          double value = source.get(i, t, j);
          float single = (float) value;
          if (!Float.isFinite(single)) {
            throw notFinite(what, value, place.of(i, t, j));
          }
          values[filled++] = single;
        }
      }
    }
    return new Block(count, shape, values);
  }

  /** Returns the number of values, which must fit into an array. */
  private static int checkedSize(String what, int count, Shape shape) {
    long size = count;
    for (int i = 0; i < shape.rank() && size < Integer.MAX_VALUE; i++) {
      size *= shape.axis(i);
    }
    if (size > Integer.MAX_VALUE - 8) {
      throw new IllegalArgumentException(
          "The "
              + what
              + " must not contain more than 2^31 - 9 numbers, but "
              + count
              + " samples of shape "
              + shape
              + " have more. Use fewer samples.");
    }
    return (int) size;
  }

  static IllegalArgumentException notFinite(String what, double value, String place) {
    return new IllegalArgumentException(
        "The "
            + what
            + " must be finite numbers within the range of a float, but contain "
            + value
            + " at "
            + place
            + ". Remove or replace such values first.");
  }

  /**
   * Returns an integer as a number that a float represents exactly.
   *
   * @throws IllegalArgumentException if its absolute value is above 16,777,216
   */
  static double exact(String what, int value, int sample, int column) {
    if (Math.abs((long) value) > EXACT) {
      throw new IllegalArgumentException(
          "Integers in the "
              + what
              + " must lie between -16777216 and 16777216, because they are stored as floats, but "
              + IN_ROWS.of(sample, 0, column)
              + " contains "
              + value
              + ".");
    }
    return value;
  }

  private static int count(String what, Object array) {
    int count = array == null ? 0 : Array.getLength(array);
    if (count == 0) {
      throw empty(what, "there are no samples");
    }
    return count;
  }

  /**
   * Returns the length of all rows.
   *
   * @throws IllegalArgumentException if the rows are empty or differ in length
   */
  private static int width(String what, Object[] rows) {
    int width = rows[0] == null ? 0 : Array.getLength(rows[0]);
    if (width == 0) {
      throw empty(what, "sample 0 is empty");
    }
    for (int i = 1; i < rows.length; i++) {
      int length = rows[i] == null ? 0 : Array.getLength(rows[i]);
      if (length != width) {
        throw ragged(what, "sample " + i, length, "sample 0", width);
      }
    }
    return width;
  }

  private static Shape shape(String what, int rows, int columns) {
    if (rows == 0 || columns == 0) {
      throw empty(what, "there are " + rows + " rows and " + columns + " columns");
    }
    return Shape.of(columns);
  }

  private static IllegalArgumentException empty(String what, String received) {
    return new IllegalArgumentException(
        "The "
            + what
            + " must contain at least one sample with at least one number, but "
            + received
            + ".");
  }

  private static IllegalArgumentException ragged(
      String what, String place, int length, String first, int expected) {
    return new IllegalArgumentException(
        "All samples of the "
            + what
            + " must have the same shape, but "
            + place
            + " has length "
            + length
            + " and "
            + first
            + " has length "
            + expected
            + ". Pad or truncate them to one length, or use Sequences.");
  }
}
