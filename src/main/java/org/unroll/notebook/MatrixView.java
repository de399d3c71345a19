package org.unroll.notebook;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.ejml.data.DMatrix;
import org.ejml.data.FMatrix;
import org.ejml.data.Matrix;
import org.ejml.simple.SimpleBase;
import org.unroll.network.Tensor;
import org.unroll.notebook.kernel.MimeBundle;
import org.unroll.plots.Numbers;

/** Renders EJML matrices, arrays and tensors: type, size and upper left corner. */
final class MatrixView {

  private static final int MOST = 12;

  private MatrixView() {}

  /** Returns the number at a position, or an empty text. */
  private interface Cells {
    String at(int row, int column);
  }

  static MimeBundle of(SimpleBase<?> matrix) {
    return of(matrix.<Matrix>getMatrix());
  }

  static MimeBundle of(Matrix matrix) {
    if (!(matrix instanceof DMatrix) && !(matrix instanceof FMatrix)) {
      return MimeBundle.text(matrix.toString());
    }
    return of(
        matrix.getClass().getSimpleName(),
        matrix.getNumRows(),
        matrix.getNumCols(),
        (r, c) -> Numbers.format(element(matrix, r, c)));
  }

  /** Returns the number of columns; the rows of an array may differ in length. */
  static MimeBundle of(double[][] rows) {
    return of(
        "double[][]",
        rows.length,
        Arrays.stream(rows).mapToInt(row -> row.length).max().orElse(0),
        (r, c) -> c < rows[r].length ? Numbers.format(rows[r][c]) : "");
  }

  static MimeBundle of(double[] values) {
    return of("double[]", 1, values.length, (r, c) -> Numbers.format(values[c]));
  }

  /** Renders the first row of a slice: its time steps and their values. */
  static MimeBundle of(Tensor tensor) {
    String name = String.format(Locale.ROOT, "Tensor, %,d × %s", tensor.rows(), tensor.shape());
    if (tensor.rows() == 0) {
      return MimeBundle.text(name);
    }
    int width = tensor.width();
    return of(
        name + ", its first row",
        tensor.timesteps(),
        width,
        (t, j) ->
            Numbers.format(
                shortest(tensor.values()[tensor.offset() + t * tensor.rows() * width + j])));
  }

  private static MimeBundle of(String type, int allRows, int allColumns, Cells cells) {
    int rows = Math.min(allRows, MOST);
    int columns = Math.min(allColumns, MOST);
    boolean whole = rows == allRows && columns == allColumns;
    String caption =
        String.format(
            Locale.ROOT,
            "%s, %,d × %,d%s",
            type,
            allRows,
            allColumns,
            whole ? "" : ", upper left " + rows + " × " + columns);
    HtmlTable html = new HtmlTable(caption).column("", "", true);
    for (int c = 0; c < columns; c++) {
      html.column(Integer.toString(c), "", true);
    }
    StringBuilder text = new StringBuilder(caption);
    for (int r = 0; r < rows; r++) {
      List<String> row = new ArrayList<>();
      row.add(Integer.toString(r));
      text.append('\n');
      for (int c = 0; c < columns; c++) {
        String number = cells.at(r, c);
        row.add(number);
        text.append("%13s".formatted(number));
      }
      html.row(row);
    }
    return MimeBundle.html(html.html(), text.toString());
  }

  private static double element(Matrix matrix, int row, int column) {
    return matrix instanceof DMatrix d
        ? d.get(row, column)
        : shortest(((FMatrix) matrix).get(row, column));
  }

  /** Returns the double with the decimal form of the float: 0.1, not 0.10000000149. */
  private static double shortest(float value) {
    return Double.parseDouble(Float.toString(value));
  }
}
