package org.unroll.notebook;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.unroll.Summary;
import org.unroll.notebook.kernel.MimeBundle;

/** Renders the summary of a model: Keras's table, with the totals below. */
final class SummaryView {

  private SummaryView() {}

  static MimeBundle of(Summary summary) {
    HtmlTable table =
        new HtmlTable("Model: \"" + summary.name() + "\"")
            .column("Layer (type)", "", false)
            .column("Output Shape", "", false)
            .column("Param #", "", true);
    if (summary.isGraph()) {
      table.column("Connected to", "", false);
    }
    for (Summary.Row row : summary.rows()) {
      List<String> cells =
          new ArrayList<>(
              List.of(
                  row.name() + " (" + row.type() + ")",
                  row.shapeText(),
                  String.format(Locale.ROOT, "%,d", row.parameters())));
      if (summary.isGraph()) {
        cells.add(String.join(", ", row.connectedTo()));
      }
      table.row(cells);
    }
    String totals =
        "<div>Total params: "
            + HtmlTable.escape(Summary.withBytes(summary.parameters()))
            + "</div>";
    return MimeBundle.html(table.html() + totals, summary.toString());
  }
}
