package org.unroll.notebook;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import org.unroll.plots.Numbers;
import org.unroll.plots.PlotStyle;
import org.unroll.plots.Thinning;

/**
 * A small line chart in SVG without a script. It has only a few kilobytes because it is sent twice
 * a second and stored. It is embedded as an image because front ends remove SVG from the HTML of
 * untrusted notebooks. Its gray is visible on light and on dark pages.
 */
final class CurveChart {

  private static final int WIDTH = 370;
  private static final int HEIGHT = 180;
  private static final int LEFT = 58;
  private static final int RIGHT = 10;
  private static final int TOP = 22;
  private static final int BOTTOM = 34;

  /** The number of intervals of a line; two points of each are drawn. */
  private static final int LINE_INTERVALS = 60;

  private record Curve(String color, boolean dashed, double[] x, double[] y) {}

  private final String title;
  private final String xTitle;
  private final List<Curve> curves = new ArrayList<>();

  CurveChart(String title, String xTitle) {
    this.title = title;
    this.xTitle = xTitle;
  }

  /** Adds a line; values that are not finite are gaps. */
  CurveChart curve(String color, boolean dashed, double[] x, double[] y) {
    curves.add(new Curve(color, dashed, x, y));
    return this;
  }

  /**
   * Returns the chart as an inline image of an HTML page. Without the style, JupyterLab would
   * display it as a block.
   */
  String html() {
    String base64 = Base64.getEncoder().encodeToString(svg().getBytes(StandardCharsets.UTF_8));
    return "<img width=\""
        + WIDTH
        + "\" height=\""
        + HEIGHT
        + "\" style=\"display:inline\" alt=\""
        + HtmlTable.escape(title + " by " + xTitle)
        + "\" src=\"data:image/svg+xml;base64,"
        + base64
        + "\">";
  }

  String svg() {
    Range xs = new Range();
    Range ys = new Range();
    for (Curve curve : curves) {
      for (int i = 0; i < curve.x().length; i++) {
        if (Double.isFinite(curve.y()[i])) {
          xs.add(curve.x()[i]);
          ys.add(curve.y()[i]);
        }
      }
    }
    var svg = new StringBuilder();
    svg.append("<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"" + WIDTH + "\" height=\"")
        .append(HEIGHT + "\" font-size=\"11\" fill=\"" + PlotStyle.NEUTRAL + "\" font-family=\"")
        .append(PlotStyle.FONTS)
        .append("\"><text x=\"" + LEFT + "\" y=\"13\" font-size=\"12\" font-weight=\"bold\">")
        .append(HtmlTable.escape(title))
        .append("</text><g stroke=\"" + PlotStyle.NEUTRAL + "\" stroke-opacity=\"0.3\">");
    Scale x = new Scale(xs, true, LEFT, WIDTH - RIGHT);
    Scale y = new Scale(ys, false, HEIGHT - BOTTOM, TOP);
    for (double tick : y.ticks()) {
      svg.append(format("<path d=\"M%d %.1fH%d\"/>", LEFT, y.at(tick), WIDTH - RIGHT));
    }
    svg.append("</g><g text-anchor=\"end\">");
    for (double tick : y.ticks()) {
      svg.append(
          format(
              "<text x=\"%d\" y=\"%.1f\">%s</text>",
              LEFT - 5, y.at(tick) + 4, Numbers.format(tick)));
    }
    svg.append("</g><g text-anchor=\"middle\">");
    for (double tick : x.ticks()) {
      svg.append(
          format(
              "<text x=\"%.1f\" y=\"%d\">%s</text>",
              x.at(tick), HEIGHT - BOTTOM + 14, Numbers.format(tick)));
    }
    svg.append(
        format(
            "<text x=\"%d\" y=\"%d\">%s</text></g>",
            (LEFT + WIDTH - RIGHT) / 2, HEIGHT - 5, HtmlTable.escape(xTitle)));
    svg.append("<g fill=\"none\" stroke-width=\"1.8\" stroke-linejoin=\"round\">");
    curves.forEach(curve -> append(svg, curve, x, y));
    return svg.append("</g></svg>").toString();
  }

  private static void append(StringBuilder svg, Curve curve, Scale x, Scale y) {
    var path = new StringBuilder();
    char command = 'M';
    int points = 0;
    double lastX = 0;
    double lastY = 0;
    for (int i : Thinning.rows(curve.y(), LINE_INTERVALS)) {
      if (!Double.isFinite(curve.y()[i])) {
        command = 'M';
        continue;
      }
      lastX = x.at(curve.x()[i]);
      lastY = y.at(curve.y()[i]);
      path.append(format("%s%.1f %.1f", command, lastX, lastY));
      command = 'L';
      points++;
    }
    if (points == 1) { // no line yet
      svg.append(
          format(
              "<circle cx=\"%.1f\" cy=\"%.1f\" r=\"2.5\" fill=\"%s\"/>",
              lastX, lastY, curve.color()));
    } else if (points > 1) {
      svg.append("<path stroke=\"" + curve.color() + "\"")
          .append(curve.dashed() ? " stroke-dasharray=\"4 3\"" : "")
          .append(" d=\"" + path + "\"/>");
    }
  }

  private static String format(String pattern, Object... values) {
    return String.format(Locale.ROOT, pattern, values);
  }

  /** The smallest and the largest value. */
  private static final class Range {
    double least = Double.POSITIVE_INFINITY;
    double most = Double.NEGATIVE_INFINITY;

    void add(double value) {
      least = Math.min(least, value);
      most = Math.max(most, value);
    }
  }

  /** Maps values to pixels, with ticks at round numbers. */
  private static final class Scale {
    private static final int TICK_INTERVALS = 4;

    /** A tolerance relative to a step, because 3 · 0.1 is not exactly 0.3. */
    private static final double ROUNDING = 1e-6;

    private final double least;
    private final double most;
    private final double step;
    private final int from;
    private final int to;

    Scale(Range range, boolean whole, int from, int to) {
      this.from = from;
      this.to = to;
      if (range.least > range.most) { // nothing to draw yet
        least = 0;
        most = 1;
      } else if (range.least == range.most) {
        double margin = whole ? 1 : range.least == 0 ? 1 : Math.abs(range.least) * 0.1;
        least = range.least - (whole ? 0 : margin);
        most = range.most + margin;
      } else {
        least = range.least;
        most = range.most;
      }
      double exact = (most - least) / TICK_INTERVALS;
      double power = Math.pow(10, Math.floor(Math.log10(exact)));
      double digit = exact / power;
      double round = digit < 1.5 ? 1 : digit < 3.5 ? 2 : digit < 7.5 ? 5 : 10;
      step = whole ? Math.max(1, round * power) : round * power;
    }

    double at(double value) {
      return from + (value - least) / (most - least) * (to - from);
    }

    List<Double> ticks() {
      List<Double> ticks = new ArrayList<>();
      for (long n = (long) Math.ceil(least / step - ROUNDING); n <= most / step + ROUNDING; n++) {
        ticks.add(n * step);
      }
      return ticks;
    }
  }
}
