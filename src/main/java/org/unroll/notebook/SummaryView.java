package org.unroll.notebook;

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
    for (Summary.Row row : summary.rows()) {
      table.row(
          List.of(
              row.name() + " (" + row.type() + ")",
              row.shapeText(),
              String.format(Locale.ROOT, "%,d", row.parameters())));
    }
    String totals =
        "<div>Total params: "
            + HtmlTable.escape(Summary.withBytes(summary.parameters()))
            + "</div>";
    return MimeBundle.html(table.html() + totals, summary.toString());
  }
}
