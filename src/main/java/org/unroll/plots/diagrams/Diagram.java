package org.unroll.plots.diagrams;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Locale;
import org.unroll.internal.AtomicFile;
import org.unroll.internal.Failures;

/**
 * A drawing of a cell or a network, from {@link org.unroll.plots.Plots} or {@link Diagrams}. In a
 * notebook, it is shown as the result of a cell, with its caption below it. It follows the theme of
 * the page, light or dark, and its letters are legible on a phone.
 *
 * <pre>{@code
 * Notebook.show(Plots.cell("LSTM").step("forget"));
 * }</pre>
 */
public class Diagram {

  /** The largest size on a page, in pixels for each unit of the drawing. */
  static final double ENLARGED = 1.6;

  private final Scene scene;
  private final String title;
  private final String description;
  private final String caption;

  /**
   * Creates a diagram.
   *
   * @param caption with the markup of {@link MathText}; may be empty
   */
  Diagram(Scene scene, String title, String description, String caption) {
    this.scene = scene;
    this.title = title;
    this.description = description;
    this.caption = caption;
  }

  /** Returns the title. */
  public String title() {
    return title;
  }

  /** Returns what the diagram shows in words, for readers who do not see it. */
  public String description() {
    return description;
  }

  /** Returns the text below the diagram, with its equations; may be empty. */
  public String caption() {
    return MathText.plain(caption);
  }

  /** Returns the text below the diagram as HTML, with subscripts; may be empty. */
  public String captionHtml() {
    return MathText.html(caption);
  }

  /**
   * Returns a script that runs after the image of the diagram on a page and makes it interactive;
   * empty for a drawing that has none.
   *
   * @hidden
   */
  public String script() {
    return "";
  }

  /** Returns the largest width on a page, in CSS pixels. */
  public int width() {
    return (int) Math.round(scene.width() * ENLARGED);
  }

  /** Returns the height at the largest width, in CSS pixels. */
  public int height() {
    return (int) Math.round(scene.height() * ENLARGED);
  }

  /** Returns the diagram as SVG, which is as wide as its container permits. */
  public String svg(Theme theme) {
    return SvgWriter.write(scene, title, description, theme);
  }

  /** Returns the diagram as a PNG with 1.5 pixels for each pixel of {@link #width()}. */
  public byte[] png(Theme theme) {
    return PngPainter.paint(scene, theme == Theme.DARK);
  }

  /**
   * Saves the diagram in the colors of a light page, or as SVG in those that the reader prefers.
   *
   * @param file ends in {@code .svg} or {@code .png}
   * @throws IllegalArgumentException if the name has another end
   * @throws UncheckedIOException if the file cannot be written
   */
  public Diagram save(Path file) {
    return save(file, Theme.AUTOMATIC);
  }

  /** Saves the diagram in the colors of a theme, like {@link #save(Path)}. */
  public Diagram save(Path file, Theme theme) {
    String name = file.toString().toLowerCase(Locale.ROOT);
    byte[] content;
    if (name.endsWith(".svg")) {
      content = svg(theme).getBytes(StandardCharsets.UTF_8);
    } else if (name.endsWith(".png")) {
      content = png(theme);
    } else {
      throw new IllegalArgumentException(
          "The name of a diagram's file must end in .svg or .png, but was " + file + ".");
    }
    try {
      AtomicFile.write(file, out -> out.write(content));
    } catch (IOException e) {
      throw new UncheckedIOException(
          "The diagram cannot be saved to " + file + ": " + Failures.reason(e), e);
    }
    return this;
  }

  Scene scene() {
    return scene;
  }

  /** Returns the title and the description, and the caption if there is one. */
  @Override
  public String toString() {
    return title + "\n" + description + (caption.isEmpty() ? "" : "\n" + caption());
  }
}
