package org.unroll.notebook;

import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;
import tech.tablesaw.api.ColumnType;
import tech.tablesaw.api.NumericColumn;
import tech.tablesaw.api.Table;
import tech.tablesaw.columns.Column;

/** How a Tablesaw table looks: its size, column types and first rows. */
final class TableView {

  /** A table of up to this many rows is shown whole. */
  private static final int MOST = 20;

  private static final int FIRST = 10;

  private TableView() {}

  static MimeBundle of(Table table) {
    int rows = table.rowCount();
    int shown = rows <= MOST ? rows : FIRST;
    HtmlTable html = new HtmlTable(caption(table, shown));
    List<Column<?>> columns = table.columns();
    for (Column<?> column : columns) {
      ColumnType type = column.type();
      html.column(
          column.name(),
          type.name().toLowerCase(Locale.ROOT).replace('_', ' '),
          column instanceof NumericColumn);
    }
    IntStream.range(0, shown)
        .forEach(row -> html.row(columns.stream().map(column -> cell(column, row)).toList()));
    String text = table.first(shown).setName(table.name()).print();
    if (shown < rows) {
      text += "\n(%,d more rows)".formatted(rows - shown);
    }
    return MimeBundle.html(html.html(), text);
  }

  private static String caption(Table table, int shown) {
    String name = table.name() == null || table.name().isEmpty() ? "" : table.name() + ": ";
    String size = "%,d rows × %,d columns".formatted(table.rowCount(), table.columnCount());
    return name + size + (shown < table.rowCount() ? ", the first " + shown : "");
  }

  /** The text of the column's own formatter, but no tails of digits that are only rounding. */
  private static String cell(Column<?> column, int row) {
    String text = column.getString(row);
    boolean longNumber = column instanceof NumericColumn && text.length() > 10;
    return longNumber && !column.isMissing(row) && text.contains(".")
        ? Numbers.format(((NumericColumn<?>) column).getDouble(row))
        : text;
  }
}
