package org.unroll.timeseries;

import java.util.Arrays;
import java.util.stream.IntStream;
import org.ejml.simple.SimpleMatrix;
import tech.tablesaw.api.DoubleColumn;
import tech.tablesaw.api.Table;

/** Converts arrays and matrices with one row per time step to tables. */
final class ArrayTable {
  private ArrayTable() {}

  /**
   * Returns a table with the rows of an array.
   *
   * @param names the names of the columns; x0, x1, … if none is given
   * @throws IllegalArgumentException if the rows differ in length, or the number of names is not
   *     the number of columns
   */
  static Table of(double[][] rows, String... names) {
    int columns = rows.length == 0 ? 0 : rows[0].length;
    for (int i = 0; i < rows.length; i++) {
      if (rows[i].length != columns) {
        throw new IllegalArgumentException(
            "All rows must have the same length, but row "
                + i
                + " has "
                + rows[i].length
                + " values and row 0 has "
                + columns
                + ".");
      }
    }
    DoubleColumn[] created = new DoubleColumn[columns];
    String[] columnNames = names(columns, names);
    for (int j = 0; j < columns; j++) {
      int column = j;
      created[j] =
          DoubleColumn.create(columnNames[j], Arrays.stream(rows).mapToDouble(row -> row[column]));
    }
    return Table.create("rows", created);
  }

  /** Returns a table with the rows of a matrix, like {@link #of(double[][], String...)}. */
  static Table of(SimpleMatrix matrix, String... names) {
    double[][] rows = new double[matrix.getNumRows()][matrix.getNumCols()];
    for (int i = 0; i < rows.length; i++) {
      for (int j = 0; j < rows[i].length; j++) {
        rows[i][j] = matrix.get(i, j);
      }
    }
    return of(rows, names);
  }

  private static String[] names(int columns, String[] names) {
    if (names.length == 0) {
      return IntStream.range(0, columns).mapToObj(j -> "x" + j).toArray(String[]::new);
    }
    if (names.length != columns) {
      throw new IllegalArgumentException(
          "Every column must have one name, but there are "
              + columns
              + " columns and "
              + names.length
              + " names: "
              + String.join(", ", names)
              + ".");
    }
    return names;
  }
}
