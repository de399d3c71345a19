package org.unroll.notebook;

import java.util.List;
import java.util.Locale;
import org.unroll.notebook.kernel.MimeBundle;
import org.unroll.timeseries.TableDescription;
import org.unroll.timeseries.TableDescription.ColumnDescription;

/** Renders what was found in a file: the facts, the types of the columns, and notes. */
final class TableDescriptionView {

  private TableDescriptionView() {}

  static MimeBundle of(TableDescription file) {
    HtmlTable table =
        new HtmlTable(file.summary())
            .column("column", "", false)
            .column("type", "", false)
            .column("format", "", false)
            .column("first", "", false)
            .column("missing", "", true);
    for (ColumnDescription column : file.columns()) {
      table.row(
          List.of(
              column.name(),
              column.type().toLowerCase(Locale.ROOT).replace('_', ' '),
              column.format(),
              column.first(),
              String.format(Locale.ROOT, "%,d", column.missing())));
    }
    return MimeBundle.html(table.html() + HtmlTable.notes(file.notes()), file.toString());
  }
}
