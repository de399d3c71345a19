package org.unroll.timeseries;

import tech.tablesaw.api.Table;
import tech.tablesaw.columns.Column;

/** A short table whose text has all rows. Tablesaw leaves out the middle of more than 20 rows. */
final class WholeTable extends Table {
  WholeTable(String name, Column<?>... columns) {
    super(name, columns);
  }

  @Override
  public String toString() {
    return print(rowCount());
  }
}
