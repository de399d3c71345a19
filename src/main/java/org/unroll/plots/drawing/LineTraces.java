package org.unroll.plots.drawing;

import com.fasterxml.jackson.databind.JsonNode;
import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.Stroke;
import java.awt.geom.Ellipse2D;
import java.awt.geom.Path2D;

/** Draws lines (with gaps at missing values), the bands between lines, and points. */
final class LineTraces {

  private LineTraces() {}

  static Stroke stroke(JsonNode line) {
    float width = (float) line.path("width").asDouble(2);
    float[] dash =
        switch (line.path("dash").asText("solid")) {
          case "dash", "longdash" -> new float[] {6, 4};
          case "dot" -> new float[] {2, 3};
          case "dashdot", "longdashdot" -> new float[] {6, 3, 2, 3};
          default -> null;
        };
    return new BasicStroke(width, BasicStroke.CAP_BUTT, BasicStroke.JOIN_ROUND, 1, dash, 0);
  }

  /**
   * Draws a trace.
   *
   * @param previous the previous trace in the same panel, where a band ends; may be null
   */
  static void draw(Graphics2D g, Subplot panel, Trace trace, Trace previous) {
    String fill = trace.json().path("fill").asText("none");
    if ((fill.equals("tonexty") && previous != null) || fill.equals("toself")) {
      Path2D band = path(panel, trace);
      if (fill.equals("tonexty")) {
        appendBackwards(band, panel, previous);
      }
      g.setColor(Colors.of(trace.json().path("fillcolor").asText(), translucent(trace.color())));
      if (band.getCurrentPoint() != null) {
        band.closePath();
        g.fill(band);
      }
    }
    g.setColor(trace.color());
    if (trace.isLine() && trace.json().path("line").path("width").asDouble(2) > 0) {
      g.setStroke(stroke(trace.json().path("line")));
      g.setRenderingHint(RenderingHints.KEY_STROKE_CONTROL, RenderingHints.VALUE_STROKE_PURE);
      g.draw(path(panel, trace));
    }
    if (trace.isMarked()) {
      points(g, panel, trace);
    }
  }

  private static Color translucent(Color color) {
    return new Color(color.getRed(), color.getGreen(), color.getBlue(), 60);
  }

  private static Path2D path(Subplot panel, Trace trace) {
    boolean steps = trace.json().path("line").path("shape").asText().equals("hv");
    Path2D path = new Path2D.Double();
    JsonNode xs = trace.values(true);
    JsonNode ys = trace.values(false);
    boolean begun = false;
    double before = 0;
    for (int i = 0; i < Math.min(xs.size(), ys.size()); i++) {
      double x = panel.x(xs.get(i));
      double y = panel.y(ys.get(i));
      if (Double.isNaN(x) || Double.isNaN(y)) {
        begun = false;
        continue;
      }
      if (!begun) {
        path.moveTo(x, y);
      } else {
        if (steps) {
          path.lineTo(x, before);
        }
        path.lineTo(x, y);
      }
      before = y;
      begun = true;
    }
    return path;
  }

  private static void appendBackwards(Path2D band, Subplot panel, Trace trace) {
    JsonNode xs = trace.values(true);
    JsonNode ys = trace.values(false);
    for (int i = Math.min(xs.size(), ys.size()) - 1; i >= 0; i--) {
      double x = panel.x(xs.get(i));
      double y = panel.y(ys.get(i));
      if (!Double.isNaN(x) && !Double.isNaN(y) && band.getCurrentPoint() != null) {
        band.lineTo(x, y);
      }
    }
  }

  private static void points(Graphics2D g, Subplot panel, Trace trace) {
    JsonNode marker = trace.json().path("marker");
    double size = marker.path("size").asDouble(6);
    int alpha = (int) Math.round(255 * marker.path("opacity").asDouble(1));
    JsonNode xs = trace.values(true);
    JsonNode ys = trace.values(false);
    JsonNode colors = marker.path("color");
    for (int i = 0; i < Math.min(xs.size(), ys.size()); i++) {
      double x = panel.x(xs.get(i));
      double y = panel.y(ys.get(i));
      if (Double.isNaN(x) || Double.isNaN(y)) {
        continue;
      }
      Color color = trace.color();
      if (colors.isArray() && colors.path(i).isNumber()) {
        double from = marker.path("cmin").asDouble();
        double to = marker.path("cmax").asDouble(1);
        double share = (colors.get(i).asDouble() - from) / (to - from);
        color = Colors.onScale(marker.path("colorscale"), share);
      }
      g.setColor(new Color(color.getRed(), color.getGreen(), color.getBlue(), alpha));
      g.fill(new Ellipse2D.Double(x - size / 2, y - size / 2, size, size));
    }
  }
}
