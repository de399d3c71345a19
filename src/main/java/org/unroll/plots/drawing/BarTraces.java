package org.unroll.plots.drawing;

import com.fasterxml.jackson.databind.JsonNode;
import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.geom.Line2D;
import java.awt.geom.Rectangle2D;
import java.math.BigDecimal;
import java.math.MathContext;
import java.util.List;

/** Draws vertical or horizontal bars, grouped or overlaid, with whiskers and labels. */
final class BarTraces {

  private static final double GAP = 0.2;
  private static final double WHISKER = 4;

  private BarTraces() {}

  static void draw(Graphics2D g, Subplot panel, JsonNode layout) {
    List<Trace> bars = panel.traces().stream().filter(Trace::isBar).toList();
    boolean grouped = layout.path("barmode").asText("group").equals("group");
    for (int number = 0; number < bars.size(); number++) {
      double share = grouped ? 1.0 / bars.size() : 1;
      double offset = grouped ? (number + 0.5) * share - 0.5 : 0;
      double used = 1 - layout.path("bargap").asDouble(GAP);
      draw(g, panel, bars.get(number), used * share, used * offset);
    }
  }

  private static void draw(Graphics2D g, Subplot panel, Trace trace, double share, double offset) {
    boolean upright = trace.isUpright();
    Axis along = upright ? panel.xAxis() : panel.yAxis();
    Axis values = upright ? panel.yAxis() : panel.xAxis();
    double slot = trace.barSlot(along);
    JsonNode positions = trace.values(upright);
    JsonNode lengths = trace.values(!upright);
    double[] errors = trace.errors();
    double opacity = trace.json().path("opacity").asDouble(1);
    for (int i = 0; i < Math.min(positions.size(), lengths.size()); i++) {
      double middle = along.coordinate(positions.get(i)) + offset * slot;
      double length = values.coordinate(lengths.get(i));
      if (Double.isNaN(middle) || Double.isNaN(length)) {
        continue;
      }
      double half = share * slot / 2;
      double x0 = upright ? panel.x(middle - half) : panel.x(values.zero());
      double x1 = upright ? panel.x(middle + half) : panel.x(length);
      double y0 = upright ? panel.y(values.zero()) : panel.y(middle - half);
      double y1 = upright ? panel.y(length) : panel.y(middle + half);
      Rectangle2D bar = new Rectangle2D.Double();
      bar.setFrameFromDiagonal(x0, y0, x1, y1);
      Color color = trace.color(i);
      g.setColor(
          new Color(
              color.getRed(), color.getGreen(), color.getBlue(), (int) Math.round(255 * opacity)));
      g.setRenderingHint(RenderingHints.KEY_ANTIALIASING, RenderingHints.VALUE_ANTIALIAS_OFF);
      g.fill(bar);
      g.setRenderingHint(RenderingHints.KEY_ANTIALIASING, RenderingHints.VALUE_ANTIALIAS_ON);
      double error = i < errors.length ? errors[i] : Double.NaN;
      if (!Double.isNaN(error)) {
        whisker(g, panel, trace, middle, length, error);
      }
      if (trace.json().has("texttemplate") && bar.getWidth() * bar.getHeight() > 0) {
        label(g, bar, upright, lengths.get(i).asDouble());
      }
    }
  }

  private static void whisker(
      Graphics2D g, Subplot panel, Trace trace, double middle, double length, double error) {
    g.setColor(Colors.INK);
    g.setStroke(new BasicStroke(1.5f));
    if (trace.isUpright()) {
      double x = panel.x(middle);
      double low = panel.y(length - error);
      double high = panel.y(length + error);
      g.draw(new Line2D.Double(x, low, x, high));
      g.draw(new Line2D.Double(x - WHISKER, low, x + WHISKER, low));
      g.draw(new Line2D.Double(x - WHISKER, high, x + WHISKER, high));
    } else {
      double y = panel.y(middle);
      double low = panel.x(length - error);
      double high = panel.x(length + error);
      g.draw(new Line2D.Double(low, y, high, y));
      g.draw(new Line2D.Double(low, y - WHISKER, low, y + WHISKER));
      g.draw(new Line2D.Double(high, y - WHISKER, high, y + WHISKER));
    }
  }

  /** Labels the end of the bar if the text fits. */
  private static void label(Graphics2D g, Rectangle2D bar, boolean upright, double value) {
    String text = threeDigits(value);
    if (upright && FigureText.width(text, FigureText.FONT) > bar.getWidth() * 1.4) {
      return;
    }
    g.setColor(Colors.INK);
    if (!upright) {
      FigureText.draw(g, text, FigureText.FONT, bar.getMaxX() + 4, bar.getCenterY(), 0, 0.5, 0);
    } else if (value < 0) {
      FigureText.draw(g, text, FigureText.FONT, bar.getCenterX(), bar.getMaxY() + 4, 0.5, 0, 0);
    } else {
      FigureText.draw(g, text, FigureText.FONT, bar.getCenterX(), bar.getY() - 4, 0.5, 1, 0);
    }
  }

  /** Returns three significant digits in d3's format: 2.07, 3.00, 0.00100. */
  static String threeDigits(double value) {
    BigDecimal rounded = new BigDecimal(value).round(new MathContext(3));
    rounded = rounded.setScale(Math.max(0, rounded.scale() + 3 - rounded.precision()));
    double size = Math.abs(value);
    return (size >= 1e-4 && size < 1e6) || value == 0
        ? rounded.toPlainString().replace('-', '−')
        : rounded.toString();
  }
}
