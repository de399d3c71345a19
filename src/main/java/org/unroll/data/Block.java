package org.unroll.data;

import java.lang.reflect.Array;
import java.util.List;
import org.ejml.data.DMatrix;
import org.ejml.data.FMatrix;
import org.ejml.simple.SimpleMatrix;
import tech.tablesaw.api.NumericColumn;
import tech.tablesaw.api.Table;

/**
 * Samples of one shape, one behind the other in a single array. The factories copy and check what
 * users give; {@code what} names the thing ("inputs", "targets") in their messages.
 *
 * @param count the number of samples
 * @param shape the shape of one sample
 * @param values count × shape.size() values, row-major
 */
record Block(int count, Shape shape, float[] values) {
  /** Every integer up to this one is a float. */
  private static final int EXACT = 1 << 24;

  /** A number of what was given. */
  private interface Source {
    double get(int sample, int step, int column);
  }

  /** What a message calls the place of a number. */
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
      throw new IllegalArgumentException("The " + what + " are complex numbers; give real ones.");
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

  private static Block copy(String what, int count, Shape shape, Place place, Source source) {
    long size = (long) count * shape.size();
    if (size > Integer.MAX_VALUE - 8) {
      throw new IllegalArgumentException(
          "The " + what + " are " + size + " numbers; at most 2^31 - 9 fit. Use fewer samples.");
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
            + " must be finite numbers within the range of a float. Received: "
            + value
            + " at "
            + place
            + ". Remove or fill such values first.");
  }

  static double exact(String what, int value, int sample, int column) {
    if (Math.abs((long) value) > EXACT) {
      throw new IllegalArgumentException(
          "Integers in the "
              + what
              + " are kept as floats, exact up to 16777216. Received: "
              + value
              + " at "
              + IN_ROWS.of(sample, 0, column));
    }
    return value;
  }

  private static int count(String what, Object array) {
    int count = array == null ? 0 : Array.getLength(array);
    if (count == 0) {
      throw empty(what, "no samples");
    }
    return count;
  }

  /** The length of the rows, which must all have the same. */
  private static int width(String what, Object[] rows) {
    int width = rows[0] == null ? 0 : Array.getLength(rows[0]);
    if (width == 0) {
      throw empty(what, "a sample of length 0");
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
      throw empty(what, rows + " rows and " + columns + " columns");
    }
    return Shape.of(columns);
  }

  private static IllegalArgumentException empty(String what, String received) {
    return new IllegalArgumentException(
        "The "
            + what
            + " are empty: at least one sample of one number is needed. Received: "
            + received);
  }

  private static IllegalArgumentException ragged(
      String what, String place, int length, String first, int expected) {
    return new IllegalArgumentException(
        "All samples of the "
            + what
            + " must have one shape. Received: "
            + place
            + " with length "
            + length
            + ", "
            + first
            + " with length "
            + expected
            + ". Pad or cut them to one length, or see Sequences.");
  }
}
