package org.unroll.plots.diagrams;

import java.awt.BasicStroke;
import java.awt.Shape;
import java.awt.geom.Rectangle2D;
import java.util.ArrayList;
import java.util.List;

/**
 * A drawing of shapes and texts, the lowest first, which {@link SvgWriter} and {@link PngPainter}
 * render alike.
 */
final class Scene {

  /**
   * A shape.
   *
   * @param fill null if it is not filled
   * @param line null if it has no line
   */
  record Figure(Shape shape, Ink fill, Ink line, double width, boolean dashed) {}

  /**
   * A line of text. Bold text is a heading, which may contain names and has no formulas.
   *
   * @param x the left end, the middle or the right end
   * @param y the baseline
   * @param align the share of the text to the left of x: 0, 0.5 or 1
   * @param mono whether it is one letter of a fixed width, without formulas
   */
  record Text(
      String text,
      double x,
      double y,
      double align,
      double size,
      boolean bold,
      Ink ink,
      boolean mono) {

    List<MathText.Run> runs() {
      return bold || mono ? List.of(new MathText.Run(text, false, false)) : MathText.parse(text);
    }

    double width() {
      return mono
          ? 0.6 * size
          : runs().stream().mapToDouble(run -> MathText.width(run, size, bold)).sum();
    }

    /** Returns the box of the letters, with room for a subscript. */
    Rectangle2D bounds() {
      double width = width();
      boolean hasSubscript = runs().stream().anyMatch(MathText.Run::subscript);
      double top = y - 0.76 * size;
      double bottom = y + (hasSubscript ? size * MathText.DROP : 0);
      return new Rectangle2D.Double(x - align * width, top, width, bottom - top);
    }
  }

  private final double width;
  private final double height;
  private final List<Figure> figures = new ArrayList<>();
  private final List<Text> texts = new ArrayList<>();

  Scene(double width, double height) {
    this.width = width;
    this.height = height;
  }

  double width() {
    return width;
  }

  double height() {
    return height;
  }

  List<Figure> figures() {
    return figures;
  }

  List<Text> texts() {
    return texts;
  }

  void fill(Shape shape, Ink fill, Ink line, double lineWidth) {
    figures.add(new Figure(shape, fill, line, lineWidth, false));
  }

  void line(Shape shape, Ink line, double lineWidth, boolean dashed) {
    figures.add(new Figure(shape, null, line, lineWidth, dashed));
  }

  void text(String text, double x, double y, double align, double size, Ink ink) {
    texts.add(new Text(text, x, y, align, size, false, ink, false));
  }

  void bold(String text, double x, double y, double align, double size, Ink ink) {
    texts.add(new Text(text, x, y, align, size, true, ink, false));
  }

  /** Adds a letter that is never part of a formula, with its middle at x. */
  void letter(String letter, double x, double y, double size) {
    texts.add(new Text(letter, x, y, 0.5, size, false, Ink.TEXT, true));
  }

  static BasicStroke stroke(Figure figure) {
    float[] dashes = figure.dashed() ? new float[] {4, 3} : null;
    return new BasicStroke(
        (float) figure.width(), BasicStroke.CAP_BUTT, BasicStroke.JOIN_ROUND, 1, dashes, 0);
  }
}
