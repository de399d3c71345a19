package org.unroll.plots.diagrams;

import java.awt.Color;
import java.awt.Font;
import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import javax.imageio.ImageIO;

/** Paints a scene as a PNG. */
final class PngPainter {

  /** The number of pixels of a unit; letters are sharp on high-resolution screens. */
  private static final double SCALE = 1.5 * Diagram.ENLARGED;

  private PngPainter() {}

  static byte[] paint(Scene scene, boolean dark) {
    BufferedImage image =
        new BufferedImage(
            (int) Math.round(scene.width() * SCALE),
            (int) Math.round(scene.height() * SCALE),
            BufferedImage.TYPE_INT_RGB);
    Graphics2D g = image.createGraphics();
    g.setRenderingHint(RenderingHints.KEY_ANTIALIASING, RenderingHints.VALUE_ANTIALIAS_ON);
    g.setRenderingHint(
        RenderingHints.KEY_TEXT_ANTIALIASING, RenderingHints.VALUE_TEXT_ANTIALIAS_ON);
    g.setRenderingHint(RenderingHints.KEY_STROKE_CONTROL, RenderingHints.VALUE_STROKE_PURE);
    g.setRenderingHint(
        RenderingHints.KEY_FRACTIONALMETRICS, RenderingHints.VALUE_FRACTIONALMETRICS_ON);
    g.setColor(Ink.PAGE.color(dark));
    g.fillRect(0, 0, image.getWidth(), image.getHeight());
    g.scale(SCALE, SCALE);
    for (Scene.Figure figure : scene.figures()) {
      if (figure.fill() != null) {
        g.setColor(figure.fill().color(dark));
        g.fill(figure.shape());
      }
      if (figure.line() != null) {
        g.setColor(figure.line().color(dark));
        g.setStroke(Scene.stroke(figure));
        g.draw(figure.shape());
      }
    }
    scene.texts().forEach(text -> draw(g, text, text.ink().color(dark)));
    g.dispose();
    try {
      ByteArrayOutputStream bytes = new ByteArrayOutputStream();
      ImageIO.write(image, "png", bytes);
      return bytes.toByteArray();
    } catch (IOException e) {
      throw new IllegalStateException("The picture of a diagram cannot be written: " + e, e);
    }
  }

  private static void draw(Graphics2D g, Scene.Text text, Color color) {
    g.setColor(color);
    double x = text.x() - text.align() * text.width();
    for (MathText.Run run : text.runs()) {
      Font font =
          text.mono()
              ? new Font(Font.MONOSPACED, Font.PLAIN, 1).deriveFont((float) text.size())
              : run.font(text.size(), text.bold());
      double drop = run.subscript() ? text.size() * MathText.DROP : 0;
      g.setFont(font);
      g.drawString(run.text(), (float) x, (float) (text.y() + drop));
      x += MathText.width(run, text.size(), text.bold());
    }
  }
}
