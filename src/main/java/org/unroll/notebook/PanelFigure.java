package org.unroll.notebook;

import java.util.List;
import tech.tablesaw.plotly.components.Figure;
import tech.tablesaw.plotly.components.Layout;
import tech.tablesaw.plotly.traces.Trace;

/**
 * A figure of panels one below the other. It keeps the titles of their y axes, as jsplot's layout
 * writes no more than three.
 */
final class PanelFigure extends Figure {

  private final List<String> titles;

  PanelFigure(Layout layout, List<String> titles, Trace... traces) {
    super(layout, traces);
    this.titles = List.copyOf(titles);
  }

  /** The title of the y axis of each panel, from the top. */
  List<String> titles() {
    return titles;
  }
}
