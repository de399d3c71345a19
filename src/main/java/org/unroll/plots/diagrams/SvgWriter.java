package org.unroll.plots.diagrams;

import java.awt.Shape;
import java.awt.geom.PathIterator;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/** Writes a scene as SVG, whose colors follow the preference of the reader for light or dark. */
final class SvgWriter {

  private static final String FONTS = "system-ui, 'Segoe UI', 'Helvetica Neue', Arial, sans-serif";

  /** The rule for a letter of a fixed width, of which a text may have thousands. */
  private static final String MONO =
      "{font:%spx ui-monospace,Consolas,monospace;text-anchor:middle}";

  private final Map<Ink, String> classes = new LinkedHashMap<>();
  private final StringBuilder body = new StringBuilder();
  private double monoSize;

  private SvgWriter() {}

  /**
   * Returns the SVG.
   *
   * @param title a short name for readers who do not see the drawing
   * @param description what is drawn, for these readers
   */
  static String write(Scene scene, String title, String description, Theme theme) {
    SvgWriter writer = new SvgWriter();
    writer.body(scene);
    return writer.svg(scene, title, description, theme, writer.scope(theme));
  }

  /**
   * Returns the SVG of a drawing that is a whole file, whose rules need no name.
   *
   * @param description as for {@link #write}
   */
  static String writeAlone(Scene scene, String title, String description) {
    SvgWriter writer = new SvgWriter();
    writer.body(scene);
    return writer.svg(scene, title, description, Theme.AUTOMATIC, "unroll");
  }

  private String svg(Scene scene, String title, String description, Theme theme, String scope) {
    StringBuilder svg = new StringBuilder();
    svg.append(
        format(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" class=\"%s\" viewBox=\"0 0 %s %s\" width=\"100%%\""
                + " style=\"max-width:%spx\" role=\"img\" font-family=\"%s\">",
            scope,
            number(scene.width()),
            number(scene.height()),
            number(scene.width() * Diagram.ENLARGED),
            FONTS));
    svg.append("<title>" + MathText.escape(title) + "</title>");
    svg.append("<desc>" + MathText.escape(description) + "</desc><style>");
    svg.append("." + scope + " text{white-space:pre}");
    if (monoSize > 0) {
      svg.append("." + scope + " .m" + format(MONO, number(monoSize)));
    }
    svg.append(rules(scope, theme == Theme.DARK));
    if (theme == Theme.AUTOMATIC) {
      svg.append("@media (prefers-color-scheme:dark){" + rules(scope, true) + "}");
    }
    return svg.append("</style>").append(body).append("</svg>\n").toString();
  }

  private void body(Scene scene) {
    body.append(
        format(
            "<rect class=\"%s\" width=\"%s\" height=\"%s\" rx=\"6\"/>",
            fill(Ink.PAGE), number(scene.width()), number(scene.height())));
    for (Scene.Figure figure : scene.figures()) {
      String fill = figure.fill() == null ? "" : fill(figure.fill()) + " ";
      String line = figure.line() == null ? "" : line(figure.line());
      body.append("<path class=\"" + (fill + line).strip() + "\"");
      if (figure.fill() == null) {
        body.append(" fill=\"none\"");
      }
      if (figure.line() != null) {
        body.append(" stroke-width=\"" + number(figure.width()) + "\"");
      }
      if (figure.dashed()) {
        body.append(" stroke-dasharray=\"4 3\"");
      }
      body.append(" d=\"" + path(figure.shape()) + "\"/>");
    }
    scene.texts().forEach(this::text);
  }

  private void letter(Scene.Text text) {
    monoSize = text.size();
    body.append(
        format(
            "<text class=\"%s m\" x=\"%s\" y=\"%s\">%s</text>",
            fill(text.ink()), number(text.x()), number(text.y()), MathText.escape(text.text())));
  }

  private void text(Scene.Text text) {
    if (text.mono()) {
      letter(text);
      return;
    }
    String anchor = text.align() == 0 ? "start" : text.align() == 1 ? "end" : "middle";
    body.append(
        format(
            "<text class=\"%s\" x=\"%s\" y=\"%s\" font-size=\"%s\" text-anchor=\"%s\"%s>",
            fill(text.ink()),
            number(text.x()),
            number(text.y()),
            number(text.size()),
            anchor,
            text.bold() ? " font-weight=\"bold\"" : ""));
    boolean low = false;
    for (MathText.Run run : text.runs()) {
      body.append("<tspan");
      if (run.subscript() != low) {
        double drop = text.size() * MathText.DROP;
        body.append(" dy=\"" + number(run.subscript() ? drop : -drop) + "\"");
        low = run.subscript();
      }
      if (run.subscript()) {
        body.append(" font-size=\"" + number(run.sizeOf(text.size())) + "\"");
      }
      body.append(run.italic() ? " font-style=\"italic\">" : ">");
      body.append(MathText.escape(run.text()) + "</tspan>");
    }
    body.append("</text>");
  }

  private String fill(Ink ink) {
    return "f" + name(ink);
  }

  private String line(Ink ink) {
    return "s" + name(ink);
  }

  private String name(Ink ink) {
    return classes.computeIfAbsent(ink, key -> String.valueOf(classes.size()));
  }

  /** Returns a class of this drawing alone: the rules of SVG within a page hold for all of it. */
  private String scope(Theme theme) {
    return "unroll-" + Integer.toHexString((theme.name() + classes + body).hashCode());
  }

  private String rules(String scope, boolean dark) {
    return classes.entrySet().stream()
        .map(
            entry ->
                format(
                    ".%1$s .f%2$s{fill:%3$s}.%1$s .s%2$s{stroke:%3$s}",
                    scope, entry.getValue(), entry.getKey().css(dark)))
        .collect(Collectors.joining());
  }

  private static String path(Shape shape) {
    StringBuilder path = new StringBuilder();
    double[] at = new double[6];
    for (PathIterator i = shape.getPathIterator(null); !i.isDone(); i.next()) {
      int kind = i.currentSegment(at);
      int points =
          switch (kind) {
            case PathIterator.SEG_CLOSE -> 0;
            case PathIterator.SEG_QUADTO -> 2;
            case PathIterator.SEG_CUBICTO -> 3;
            default -> 1;
          };
      path.append("MLQCZ".charAt(kind));
      for (int p = 0; p < 2 * points; p++) {
        path.append(p == 0 ? "" : " ").append(number(at[p]));
      }
    }
    return path.toString();
  }

  /** Returns a number with at most two decimals. */
  private static String number(double value) {
    double rounded = Math.round(value * 100) / 100.0;
    return rounded == Math.rint(rounded) ? String.valueOf((long) rounded) : String.valueOf(rounded);
  }

  private static String format(String pattern, Object... values) {
    return String.format(Locale.ROOT, pattern, values);
  }
}
