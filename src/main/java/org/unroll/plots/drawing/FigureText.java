package org.unroll.plots.drawing;

import java.awt.Font;
import java.awt.Graphics2D;
import java.awt.font.FontRenderContext;
import java.awt.geom.AffineTransform;
import java.awt.geom.Rectangle2D;

/** Draws and measures the texts of a figure, with Plotly's tags and entities resolved. */
public final class FigureText {

  static final Font FONT = new Font(Font.SANS_SERIF, Font.PLAIN, 12);
  static final Font TITLE = FONT.deriveFont(Font.BOLD, 15f);

  /** Text is measured before the picture exists. */
  private static final FontRenderContext METRICS = new FontRenderContext(null, true, true);

  private FigureText() {}

  /** Returns the text as Plotly shows it, without entities and tags. */
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

  /** Returns the text, shortened with an ellipsis if it does not fit. */
  static String fit(String text, Font font, double most) {
    String fitting = text;
    while (fitting.length() > 1 && width(fitting + "…", font) > most) {
      fitting = fitting.substring(0, fitting.length() - 1);
    }
    return width(text, font) <= most ? text : fitting + "…";
  }

  /**
   * Draws a single line of text.
   *
   * @param alignX the share of the text to the left of x: 0, 0.5 or 1
   * @param alignY the share of the text above y: 0, 0.5 or 1
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
    double ascent = font.getSize2D() * 0.76; // the height of capitals, by which text is centered
    g.drawString(text, (float) (-alignX * bounds.getWidth()), (float) (ascent * (1 - alignY)));
    g.setTransform(before);
  }
}
