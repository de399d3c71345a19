package org.unroll.notebook;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.ejml.data.DMatrix;
import org.ejml.data.FMatrix;
import org.ejml.data.Matrix;
import org.ejml.simple.SimpleBase;

/** How an EJML matrix looks: its type, its size and its upper left corner. */
final class MatrixView {

  private static final int MOST = 12;

  private MatrixView() {}

  static MimeBundle of(SimpleBase<?> matrix) {
    return of(matrix.<Matrix>getMatrix());
  }

  static MimeBundle of(Matrix matrix) {
    String type = matrix.getClass().getSimpleName();
    int rows = Math.min(matrix.getNumRows(), MOST);
    int columns = Math.min(matrix.getNumCols(), MOST);
    boolean whole = rows == matrix.getNumRows() && columns == matrix.getNumCols();
    String caption =
        String.format(
            Locale.ROOT,
            "%s, %,d × %,d%s",
            type,
            matrix.getNumRows(),
            matrix.getNumCols(),
            whole ? "" : ", upper left " + rows + " × " + columns);
    if (!(matrix instanceof DMatrix) && !(matrix instanceof FMatrix)) {
      return MimeBundle.text(matrix.toString());
    }
    HtmlTable html = new HtmlTable(caption).column("", "", true);
    for (int c = 0; c < columns; c++) {
      html.column(Integer.toString(c), "", true);
    }
    StringBuilder text = new StringBuilder(caption);
    for (int r = 0; r < rows; r++) {
      List<String> cells = new ArrayList<>();
      cells.add(Integer.toString(r));
      text.append('\n');
      for (int c = 0; c < columns; c++) {
        String number = Numbers.format(element(matrix, r, c));
        cells.add(number);
        text.append("%13s".formatted(number));
      }
      html.row(cells);
    }
    return MimeBundle.html(html.html(), text.toString());
  }

  private static double element(Matrix matrix, int row, int column) {
    return matrix instanceof DMatrix d
        ? d.get(row, column)
        : shortest(((FMatrix) matrix).get(row, column));
  }

  /** The double that reads like the float: 0.1, not 0.10000000149. */
  private static double shortest(float value) {
    return Double.parseDouble(Float.toString(value));
  }
}
