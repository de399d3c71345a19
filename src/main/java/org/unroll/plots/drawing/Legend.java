package org.unroll.plots.drawing;

import java.awt.Font;
import java.awt.Graphics2D;
import java.awt.geom.Ellipse2D;
import java.awt.geom.Line2D;
import java.awt.geom.Rectangle2D;
import java.util.List;

/** Draws the names of the traces to the right of the panels. */
final class Legend {

  private static final double LINE = 20;
  private static final double SYMBOL = 28;
  private static final double WIDEST = 240;
  private final List<Trace> entries;

  Legend(List<Trace> traces) {
    this.entries = traces.stream().filter(Trace::isInLegend).toList();
  }

  /** Returns the width of the legend. */
  double width() {
    double widest =
        entries.stream()
            .mapToDouble(t -> FigureText.width(t.name(), FigureText.FONT))
            .max()
            .orElse(0);
    return entries.isEmpty() ? 0 : Math.min(WIDEST, SYMBOL + widest + 18);
  }

  void draw(Graphics2D g, double left, double top) {
    double y = top + LINE / 2;
    Font font = FigureText.FONT;
    for (Trace trace : entries) {
      double x = left + 12;
      g.setColor(trace.color());
      if (trace.isBar()) {
        g.fill(new Rectangle2D.Double(x + 4, y - 5, 14, 10));
      } else if (!trace.json().path("fill").asText("none").equals("none")) {
        g.setColor(Colors.of(trace.json().path("fillcolor").asText(), trace.color()));
        g.fill(new Rectangle2D.Double(x, y - 6, 22, 12));
      } else {
        if (trace.isLine()) {
          g.setStroke(LineTraces.stroke(trace.json().path("line")));
          g.draw(new Line2D.Double(x, y, x + 22, y));
        }
        if (trace.isMarked()) {
          g.fill(new Ellipse2D.Double(x + 8, y - 3, 6, 6));
        }
      }
      g.setColor(Colors.INK);
      String name = FigureText.fit(trace.name(), font, WIDEST - SYMBOL - 14);
      FigureText.draw(g, name, font, x + SYMBOL, y, 0, 0.5, 0);
      y += LINE;
    }
  }
}
