package org.unroll.plots.drawing;

import java.awt.Font;
import java.awt.Graphics2D;
import java.awt.font.FontRenderContext;
import java.awt.geom.AffineTransform;
import java.awt.geom.Rectangle2D;

/** The texts of a figure: what is left of Plotly's few tags and entities, and where it stands. */
public final class FigureText {

  static final Font FONT = new Font(Font.SANS_SERIF, Font.PLAIN, 12);
  static final Font TITLE = FONT.deriveFont(Font.BOLD, 15f);

  /** Text is measured before there is anything to draw on. */
  private static final FontRenderContext METRICS = new FontRenderContext(null, true, true);

  private FigureText() {}

  /** What Plotly and browsers show for a text of a figure: without entities and tags. */
  public static String plain(String text) {
    return text.replaceAll("<br ?/?>", " ")
        .replaceAll("</?[a-z]+( [^>]*)?>", "")
        .replace("&lt;", "<")
        .replace("&gt;", ">")
        .replace("&quot;", "\"")
        .replace("&#39;", "'")
        .replace("&amp;", "&");
  }

  static double width(String text, Font font) {
    return text.isEmpty() ? 0 : font.getStringBounds(text, METRICS).getWidth();
  }

  /** The text, or as much of it as fits with an ellipsis. */
  static String fit(String text, Font font, double most) {
    String fitting = text;
    while (fitting.length() > 1 && width(fitting + "…", font) > most) {
      fitting = fitting.substring(0, fitting.length() - 1);
    }
    return width(text, font) <= most ? text : fitting + "…";
  }

  /**
   * Draws a text of a line.
   *
   * @param alignX how much of it lies left of x: 0, 0.5 or 1
   * @param alignY how much of it lies above y: 0, 0.5 or 1
   * @param angle in degrees, clockwise, around (x, y)
   */
  static void draw(
      Graphics2D g,
      String text,
      Font font,
      double x,
      double y,
      double alignX,
      double alignY,
      double angle) {
    if (text.isEmpty()) {
      return;
    }
    AffineTransform before = g.getTransform();
    g.translate(x, y);
    g.rotate(Math.toRadians(angle));
    g.setFont(font);
    Rectangle2D bounds = font.getStringBounds(text, METRICS);
    double ascent = font.getSize2D() * 0.76; // the height of capitals, which is what centres
    g.drawString(text, (float) (-alignX * bounds.getWidth()), (float) (ascent * (1 - alignY)));
    g.setTransform(before);
  }
}
