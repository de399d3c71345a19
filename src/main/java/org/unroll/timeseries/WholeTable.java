package org.unroll.timeseries;

import java.math.BigDecimal;
import java.math.MathContext;
import tech.tablesaw.api.DoubleColumn;
import tech.tablesaw.api.Table;
import tech.tablesaw.columns.Column;

/**
 * A short table whose text has all rows, with five significant digits. Tablesaw leaves out the
 * middle of more than 20 rows.
 */
final class WholeTable extends Table {
  private static final MathContext DIGITS = new MathContext(5);

  WholeTable(String name, Column<?>... columns) {
    super(name, columns);
  }

  @Override
  public String toString() {
    Table shown = Table.create(name());
    for (Column<?> column : columns()) {
      shown.addColumns(column instanceof DoubleColumn numbers ? rounded(numbers) : column);
    }
    return shown.print(rowCount());
  }

  private static DoubleColumn rounded(DoubleColumn numbers) {
    DoubleColumn rounded = numbers.copy();
    for (int i = 0; i < rounded.size(); i++) {
      double value = rounded.getDouble(i);
      if (Double.isFinite(value)) {
        rounded.set(i, new BigDecimal(value).round(DIGITS).doubleValue());
      }
    }
    return rounded;
  }
}
