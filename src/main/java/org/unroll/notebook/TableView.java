package org.unroll.notebook;

import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;
import org.unroll.notebook.kernel.MimeBundle;
import tech.tablesaw.api.ColumnType;
import tech.tablesaw.api.DateTimeColumn;
import tech.tablesaw.api.NumericColumn;
import tech.tablesaw.api.Table;
import tech.tablesaw.columns.Column;

/** Renders a Tablesaw table: its size, column types and first rows, with rounded numbers. */
final class TableView {

  /** Tables with up to this number of rows are shown completely. */
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
    List<List<String>> cells = columns.stream().map(column -> cells(column, shown)).toList();
    IntStream.range(0, shown)
        .forEach(row -> html.row(cells.stream().map(column -> column.get(row)).toList()));
    String text = table.first(shown).setName(table.name()).print();
    if (shown < rows) {
      text += String.format(Locale.ROOT, "\n(%,d more rows)", rows - shown);
    }
    return MimeBundle.html(html.html(), text);
  }

  private static String caption(Table table, int shown) {
    String name = table.name() == null || table.name().isEmpty() ? "" : table.name() + ": ";
    String size = count(table.rowCount(), "row") + " × " + count(table.columnCount(), "column");
    return name + size + (shown < table.rowCount() ? ", the first " + shown : "");
  }

  private static String count(int number, String noun) {
    return String.format(Locale.ROOT, "%,d %s%s", number, noun, number == 1 ? "" : "s");
  }

  private static List<String> cells(Column<?> column, int shown) {
    if (column instanceof NumericColumn<?> numbers) {
      return RoundedColumn.cells(numbers, shown);
    }
    List<String> texts = IntStream.range(0, shown).mapToObj(column::getString).toList();
    return column instanceof DateTimeColumn
        ? texts.stream()
            .map(text -> text.replaceFirst("(\\d)T(\\d\\d:\\d\\d)(:00\\.000)?$", "$1 $2"))
            .toList()
        : texts;
  }
}
