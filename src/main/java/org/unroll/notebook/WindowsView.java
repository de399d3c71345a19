package org.unroll.notebook;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.unroll.notebook.kernel.MimeBundle;
import org.unroll.timeseries.WindowsDescription;
import org.unroll.timeseries.WindowsDescription.Edge;

/**
 * Renders the description of windows: shapes, the rows and times of the first and last window, and
 * remarks.
 */
final class WindowsView {

  private WindowsView() {}

  static MimeBundle of(WindowsDescription windows) {
    HtmlTable edges =
        new HtmlTable(caption(windows))
            .column("", "", false)
            .column("first input", "row", true)
            .column("", "time", false)
            .column("last input", "row", true)
            .column("", "time", false)
            .column("target", "row", true)
            .column("", "time", false);
    edges.row(cells("first window", windows.first()));
    edges.row(cells("last window", windows.last()));
    List<String> notes = new ArrayList<>(windows.remarks());
    if (!windows.known().isEmpty()) {
      notes.add(0, windows.future());
    }
    return MimeBundle.html(edges.html() + HtmlTable.notes(notes), windows.toString());
  }

  /** Returns the lines of the text that do not describe the first and last window. */
  private static String caption(WindowsDescription windows) {
    return windows.toString().lines().limit(3).reduce((a, b) -> a + "; " + b).orElse("");
  }

  private static List<String> cells(String name, Edge edge) {
    return List.of(
        name,
        number(edge.firstRow()),
        edge.firstTime(),
        number(edge.lastRow()),
        edge.lastTime(),
        number(edge.targetRow()),
        edge.targetTime());
  }

  private static String number(int row) {
    return String.format(Locale.ROOT, "%,d", row);
  }
}
