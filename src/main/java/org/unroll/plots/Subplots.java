package org.unroll.plots;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;

/** A figure of panels below each other over one x axis. */
final class Subplots {

  /** The pixels between two panels. */
  private static final double GAP = 26;

  /** The pixels for the title above and the x axis below. */
  private static final double AROUND = 112;

  /**
   * One panel.
   *
   * @param title the title of its y axis
   * @param settings further settings of its y axis, as a Plotly object
   * @param height the height in pixels
   */
  record Panel(String title, String settings, int height, List<PlotlyTrace> traces) {
    Panel(String title, int height, List<PlotlyTrace> traces) {
      this(title, "{}", height, traces);
    }
  }

  private Subplots() {}

  /** Returns the height of each of several panels of lines. */
  static int height(int panels) {
    return panels == 1 ? (int) (PlotStyle.HEIGHT - AROUND) : 155;
  }

  /**
   * Returns the figure.
   *
   * @param xAxis the x axis, as a Plotly object
   */
  static PlotFigure figure(String title, ObjectNode xAxis, List<Panel> panels) {
    double height = panels.stream().mapToInt(Panel::height).sum() + GAP * (panels.size() - 1);
    ObjectNode layout = FigureJson.parse("{}");
    layout.put("height", (int) Math.round(height + AROUND));
    layout.set("xaxis", xAxis);
    xAxis.put("anchor", panels.size() == 1 ? "y" : "y" + panels.size());
    List<PlotlyTrace> traces = new ArrayList<>();
    double top = height;
    for (int p = 0; p < panels.size(); p++) {
      Panel panel = panels.get(p);
      double bottom = top - panel.height();
      ObjectNode axis = FigureJson.parse(panel.settings());
      axis.putArray("domain").add(Math.max(0, bottom / height)).add(top / height);
      axis.putObject("title").put("text", FigureJson.escape(panel.title()));
      layout.set("yaxis" + (p == 0 ? "" : p + 1), axis);
      for (PlotlyTrace trace : panel.traces()) {
        traces.add(trace.panel(p));
        if (trace.json().has("colorbar")) {
          // Plotly counts the title of a color bar as part of its length.
          ((ObjectNode) trace.json().get("colorbar"))
              .put("lenmode", "fraction")
              .put("len", panel.height() / height)
              .put("y", (top + bottom) / 2 / height)
              .put("ypad", 0);
        }
      }
      top = bottom - GAP;
    }
    return new PlotFigure(layout, traces).title(title);
  }

  /** Returns a figure of one panel. */
  static PlotFigure figure(String title, String xTitle, String yTitle, List<PlotlyTrace> traces) {
    return figure(title, axis(xTitle), List.of(new Panel(yTitle, height(1), traces)));
  }

  /** Returns an axis with this title. */
  static ObjectNode axis(String title) {
    ObjectNode axis = FigureJson.parse("{}");
    axis.putObject("title").put("text", FigureJson.escape(title));
    return axis;
  }
}
