package org.unroll.plots.drawing;

import com.fasterxml.jackson.databind.JsonNode;
import java.awt.Font;
import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.geom.Rectangle2D;
import java.util.List;

/** Draws heat maps and their color bars. */
final class HeatMapTraces {

  /** The width of a color bar with its numbers at the right. */
  static final double BAR_ROOM = 82;

  private static final double BAR_WIDTH = 14;
  private static final int SHADES = 64;

  private HeatMapTraces() {}

  static void draw(Graphics2D g, Subplot panel, Trace trace) {
    JsonNode rows = trace.json().path("z");
    double[] xs = panel.xAxis().edges(trace.values(true));
    double[] ys = panel.yAxis().edges(trace.values(false));
    double least = limit(trace, "zmin", false);
    double most = limit(trace, "zmax", true);
    // Antialiasing would leave visible seams between the cells.
    g.setRenderingHint(RenderingHints.KEY_ANTIALIASING, RenderingHints.VALUE_ANTIALIAS_OFF);
    for (int r = 0; r < rows.size(); r++) {
      for (int c = 0; c < rows.get(r).size(); c++) {
        JsonNode value = rows.get(r).get(c);
        if (value.isNull()) {
          continue;
        }
        Rectangle2D cell = new Rectangle2D.Double();
        cell.setFrameFromDiagonal(
            panel.x(xs[c]), panel.y(ys[r]), panel.x(xs[c + 1]), panel.y(ys[r + 1]));
        double share = most > least ? (value.asDouble() - least) / (most - least) : 0.5;
        g.setColor(Colors.onScale(trace.json().path("colorscale"), share));
        g.fill(cell);
      }
    }
    g.setRenderingHint(RenderingHints.KEY_ANTIALIASING, RenderingHints.VALUE_ANTIALIAS_ON);
  }

  private static double limit(Trace trace, String name, boolean largest) {
    if (trace.json().path(name).isNumber()) {
      return trace.json().path(name).asDouble();
    }
    double limit = largest ? Double.NEGATIVE_INFINITY : Double.POSITIVE_INFINITY;
    for (JsonNode row : trace.json().path("z")) {
      for (JsonNode value : row) {
        if (value.isNumber()) {
          limit = largest ? Math.max(limit, value.asDouble()) : Math.min(limit, value.asDouble());
        }
      }
    }
    return limit;
  }

  /**
   * Draws the color bar of a heat map or of colored points.
   *
   * @param area the area to the left of the bar
   */
  static void colorBar(Graphics2D g, Trace trace, Rectangle2D area) {
    JsonNode owner = trace.isHeatMap() ? trace.json() : trace.json().path("marker");
    double least = trace.isHeatMap() ? limit(trace, "zmin", false) : owner.path("cmin").asDouble();
    double most = trace.isHeatMap() ? limit(trace, "zmax", true) : owner.path("cmax").asDouble();
    String title = FigureText.plain(owner.path("colorbar").path("title").path("text").asText());
    Font font = FigureText.FONT;
    double x = area.getMaxX() + 14;
    double top = area.getY() + (title.isEmpty() ? 0 : 18);
    double height = area.getMaxY() - top;
    g.setColor(Colors.INK);
    FigureText.draw(
        g, FigureText.fit(title, font, BAR_ROOM - 8), font, x, area.getY() + 2, 0, 0, 0);
    g.setRenderingHint(RenderingHints.KEY_ANTIALIASING, RenderingHints.VALUE_ANTIALIAS_OFF);
    for (int i = 0; i < SHADES; i++) {
      g.setColor(Colors.onScale(owner.path("colorscale"), (i + 0.5) / SHADES));
      double y = top + height * (SHADES - 1 - i) / SHADES;
      g.fill(new Rectangle2D.Double(x, y, BAR_WIDTH, height / SHADES + 0.5));
    }
    g.setRenderingHint(RenderingHints.KEY_ANTIALIASING, RenderingHints.VALUE_ANTIALIAS_ON);
    if (!(most > least)) {
      return;
    }
    g.setColor(Colors.INK);
    List<Ticks.Tick> ticks = Ticks.linear(least, most, (int) Math.max(2, height / 22));
    JsonNode at = owner.path("colorbar").path("tickvals");
    if (at.isArray()) {
      ticks.clear();
      JsonNode texts = owner.path("colorbar").path("ticktext");
      for (int i = 0; i < at.size(); i++) {
        ticks.add(new Ticks.Tick(at.get(i).asDouble(), FigureText.plain(texts.path(i).asText())));
      }
    }
    for (Ticks.Tick tick : ticks) {
      double y = top + height * (1 - (tick.at() - least) / (most - least));
      FigureText.draw(
          g,
          FigureText.fit(tick.label(), font, BAR_ROOM - BAR_WIDTH - 20),
          font,
          x + BAR_WIDTH + 5,
          y,
          0,
          0.5,
          0);
    }
  }
}
