package org.unroll.data;

import java.lang.reflect.Array;
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
record Block(int count, Shape shape, float[] values) {
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
    long size = (long) count * shape.size();
    if (size > Integer.MAX_VALUE - 8) {
      throw new IllegalArgumentException(
          "The "
              + what
              + " must not contain more than 2^31 - 9 numbers, but contain "
              + size
              + ". Use fewer samples.");
    }
    float[] values = new float[(int) size];
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
