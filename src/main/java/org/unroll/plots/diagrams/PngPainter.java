package org.unroll.plots.diagrams;

import java.awt.Color;
import java.awt.Font;
import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.image.BufferedImage;
import java.awt.image.DataBuffer;
import java.awt.image.IndexColorModel;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.Arrays;
import java.util.Comparator;
import java.util.Map;
import java.util.TreeMap;
import javax.imageio.IIOImage;
import javax.imageio.ImageIO;
import javax.imageio.ImageWriteParam;
import javax.imageio.ImageWriter;
import javax.imageio.stream.ImageOutputStream;

/** Paints a scene as a PNG. */
final class PngPainter {

  /** The number of pixels of a unit; letters are sharp on high-resolution screens. */
  private static final double SCALE = 1.5 * Diagram.ENLARGED;

  /** The largest number of colors of a PNG with one byte per pixel. */
  private static final int COLORS = 256;

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
    return encode(withPalette(image));
  }

  /**
   * Returns the image in its 256 most frequent colors, which makes the file several times smaller.
   * A diagram has a few inks; the other colors are blends at the edges of lines and letters, and
   * the rare ones of them become the nearest frequent color.
   */
  static BufferedImage withPalette(BufferedImage image) {
    int width = image.getWidth();
    int height = image.getHeight();
    int[] pixels = image.getRGB(0, 0, width, height, null, 0, width);
    Map<Integer, Integer> counts = new TreeMap<>();
    for (int pixel : pixels) {
      counts.merge(pixel, 1, Integer::sum);
    }
    int[] palette =
        counts.entrySet().stream()
            .sorted(Map.Entry.comparingByValue(Comparator.reverseOrder()))
            .limit(COLORS)
            .mapToInt(Map.Entry::getKey)
            .toArray();
    counts.replaceAll((color, count) -> nearest(color, palette));
    IndexColorModel colors =
        new IndexColorModel(8, palette.length, palette, 0, false, -1, DataBuffer.TYPE_BYTE);
    BufferedImage indexed =
        new BufferedImage(width, height, BufferedImage.TYPE_BYTE_INDEXED, colors);
    int[] indices = Arrays.stream(pixels).map(counts::get).toArray();
    indexed.getRaster().setSamples(0, 0, width, height, 0, indices);
    return indexed;
  }

  private static int nearest(int color, int[] palette) {
    int best = 0;
    for (int i = 1; i < palette.length; i++) {
      if (distance(color, palette[i]) < distance(color, palette[best])) {
        best = i;
      }
    }
    return best;
  }

  /** The squared distance in red, green and blue. */
  private static int distance(int a, int b) {
    int sum = 0;
    for (int shift = 0; shift <= 16; shift += 8) {
      int difference = (a >> shift & 0xff) - (b >> shift & 0xff);
      sum += difference * difference;
    }
    return sum;
  }

  private static byte[] encode(BufferedImage image) {
    ImageWriter writer = ImageIO.getImageWritersByFormatName("png").next();
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (ImageOutputStream out = ImageIO.createImageOutputStream(bytes)) {
      writer.setOutput(out);
      ImageWriteParam smallest = writer.getDefaultWriteParam();
      smallest.setCompressionMode(ImageWriteParam.MODE_EXPLICIT);
      smallest.setCompressionQuality(0);
      writer.write(null, new IIOImage(image, null, null), smallest);
    } catch (IOException e) {
      throw new IllegalStateException("The picture of a diagram cannot be written: " + e, e);
    } finally {
      writer.dispose();
    }
    return bytes.toByteArray();
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
