package org.unroll.plots;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.awt.AWTError;
import java.awt.Color;
import java.awt.Dimension;
import java.awt.Graphics2D;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import javax.imageio.IIOImage;
import javax.imageio.ImageIO;
import javax.imageio.ImageTypeSpecifier;
import javax.imageio.ImageWriteParam;
import javax.imageio.ImageWriter;
import javax.imageio.metadata.IIOMetadata;
import javax.imageio.metadata.IIOMetadataNode;
import javax.imageio.stream.ImageOutputStream;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.parsers.ParserConfigurationException;
import org.apache.batik.svggen.SVGGraphics2D;
import org.unroll.plots.drawing.Drawing;
import org.w3c.dom.Document;

/**
 * Writes a figure as a PNG, which any front end shows. The PNG contains the figure as JSON in a
 * compressed text chunk, from which {@code figures.js} draws the interactive plot in its place. It
 * is public only because the notebook views use it.
 *
 * @hidden
 */
public final class FigurePicture {

  /** The keyword of the text chunk; {@code figures.js} looks for it. */
  public static final String KEYWORD = "unroll-figure";

  /**
   * The picture is larger than its displayed size so that letters are sharp on high-resolution
   * screens.
   */
  private static final double SCALE = 1.5;

  private FigurePicture() {}

  /**
   * Returns a picture of the figure that contains the figure. If the picture cannot be drawn,
   * prints a warning and returns an empty picture that contains the figure.
   *
   * @param figure Plotly's {@code data} and {@code layout}
   * @param width the width in CSS pixels
   * @param height the height in CSS pixels
   */
  public static byte[] png(ObjectNode figure, int width, int height) {
    BufferedImage image =
        new BufferedImage(
            (int) (width * SCALE), (int) (height * SCALE), BufferedImage.TYPE_INT_RGB);
    try {
      draw(image, figure, width, height);
    } catch (RuntimeException | LinkageError | InternalError | AWTError e) {
      // A plot must not fail because its picture does; for example, a machine may have no fonts.
      System.err.println(
          "This plot has no static picture and is only visible where scripts run: " + e);
    }
    try {
      return encode(image, FigureJson.write(figure));
    } catch (IOException e) {
      throw new IllegalStateException("The picture of a figure cannot be written: " + e, e);
    }
  }

  /**
   * Checks that a static picture of the figure is supported.
   *
   * @throws IllegalArgumentException if it is not
   */
  static void requireDrawable(ObjectNode figure) {
    if (!Drawing.canDraw(figure)) {
      throw new IllegalArgumentException(
          "A static picture supports scatter traces, bars and heat maps only, but the figure has"
              + " other traces. Save it as .html.");
    }
  }

  /**
   * Returns the figure as a vector graphic.
   *
   * @param width the width in CSS pixels
   * @param height the height in CSS pixels
   */
  static byte[] svg(ObjectNode figure, int width, int height) {
    try {
      Document document =
          DocumentBuilderFactory.newDefaultInstance()
              .newDocumentBuilder()
              .getDOMImplementation()
              .createDocument(SVGGraphics2D.SVG_NAMESPACE_URI, "svg", null);
      SVGGraphics2D graphics = new SVGGraphics2D(document);
      graphics.setSVGCanvasSize(new Dimension(width, height));
      graphics.setColor(Color.WHITE);
      graphics.fillRect(0, 0, width, height);
      Drawing.draw(figure, graphics, width, height);
      StringWriter text = new StringWriter();
      graphics.stream(text, true);
      return text.toString().getBytes(StandardCharsets.UTF_8);
    } catch (ParserConfigurationException | IOException e) {
      throw new IllegalStateException("The figure cannot be written as SVG: " + e, e);
    }
  }

  private static void draw(BufferedImage image, ObjectNode figure, int width, int height) {
    Graphics2D graphics = image.createGraphics();
    graphics.setColor(Color.WHITE);
    graphics.fillRect(0, 0, image.getWidth(), image.getHeight());
    graphics.scale(SCALE, SCALE);
    if (Drawing.canDraw(figure)) {
      Drawing.draw(figure, graphics, width, height);
    } else {
      graphics.setColor(Color.GRAY);
      graphics.drawString("This kind of plot is only visible where scripts run.", 40, height / 2);
    }
    graphics.dispose();
  }

  private static byte[] encode(BufferedImage image, String json) throws IOException {
    ImageWriter writer = ImageIO.getImageWritersByFormatName("png").next();
    IIOMetadata metadata =
        writer.getDefaultImageMetadata(ImageTypeSpecifier.createFromRenderedImage(image), null);
    String format = "javax_imageio_png_1.0";
    IIOMetadataNode entry = new IIOMetadataNode("zTXtEntry");
    entry.setAttribute("keyword", KEYWORD);
    entry.setAttribute("compressionMethod", "deflate");
    entry.setAttribute("text", json);
    IIOMetadataNode chunk = new IIOMetadataNode("zTXt");
    chunk.appendChild(entry);
    IIOMetadataNode root = new IIOMetadataNode(format);
    root.appendChild(chunk);
    metadata.mergeTree(format, root);
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (ImageOutputStream out = ImageIO.createImageOutputStream(bytes)) {
      writer.setOutput(out);
      ImageWriteParam smallest = writer.getDefaultWriteParam();
      smallest.setCompressionMode(ImageWriteParam.MODE_EXPLICIT);
      smallest.setCompressionQuality(0);
      writer.write(null, new IIOImage(image, null, metadata), smallest);
    } finally {
      writer.dispose();
    }
    return bytes.toByteArray();
  }
}
