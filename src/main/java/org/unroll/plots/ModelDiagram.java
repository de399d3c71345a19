package org.unroll.plots;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.unroll.Summary;

/** Draws the layers of a model as boxes from the input at the top, with the shapes between them. */
final class ModelDiagram {

  /** In units of the hidden axes, which are pixels. */
  private static final double BOX = 44;

  private static final double LINE = 18;
  private static final double ARROW = 38;
  private static final double WIDTH = 560;
  private static final double MARGIN = 20;

  private ModelDiagram() {}

  static PlotFigure of(Summary summary, String inputShape) {
    ObjectNode layout = FigureJson.parse("{}");
    ArrayNode shapes = layout.putArray("shapes");
    ArrayNode texts = layout.putArray("annotations");
    List<String> hover = new ArrayList<>();
    double[] middles = new double[summary.rows().size()];
    double y = 0;
    if (!summary.isGraph()) {
      text(texts, WIDTH / 2, y, "center", "input " + inputShape);
      y -= 10;
    }
    for (int i = 0; i < middles.length; i++) {
      Summary.Row row = summary.rows().get(i);
      if (!summary.isGraph()) {
        arrow(shapes, texts, y, y - ARROW + 10);
      } else if (!row.connectedTo().isEmpty()) {
        String sources = String.join(", ", row.connectedTo());
        text(texts, WIDTH / 2, y - ARROW / 2 + 6, "center", "▼ " + FigureJson.escape(sources));
      }
      y -= ARROW - 8;
      middles[i] = y - BOX / 2;
      box(shapes, y);
      // Two texts in a line are legible on a phone, four are not.
      double upper = middles[i] + LINE / 2;
      double lower = middles[i] - LINE / 2;
      text(texts, 14, upper, "left", "<b>" + FigureJson.escape(row.name()) + "</b>");
      text(texts, WIDTH - 14, upper, "right", row.shapeText());
      text(texts, 14, lower, "left", FigureJson.escape(row.type()));
      text(texts, WIDTH - 14, lower, "right", parameters(row.parameters()));
      hover.add(row.name() + ": " + row.outputShape() + ", " + parameters(row.parameters()));
      y -= BOX;
    }
    // Invisible points carry the hover texts because the boxes are shapes.
    double[] centers = new double[middles.length];
    Arrays.fill(centers, WIDTH / 2);
    PlotlyTrace boxes =
        PlotlyTrace.points(
            "layers",
            PlotlyTrace.numbers(centers),
            PlotlyTrace.numbers(middles),
            PlotStyle.color(0));
    boxes.with("{marker: {opacity: 0, size: 20}, hoverinfo: 'text'}");
    boxes.json().set("hovertext", PlotlyTrace.texts(hover));
    hide(layout.putObject("xaxis"), 0, WIDTH);
    hide(layout.putObject("yaxis"), y - MARGIN, MARGIN);
    // Plotly's height includes the margins.
    layout.put("height", (int) (2 * MARGIN - y + 60)).put("showlegend", false);
    layout.set("margin", FigureJson.parse("{l: 24, r: 24, t: 48, b: 12}"));
    String total = Summary.withBytes(summary.parameters()) + " parameters";
    return new PlotFigure(layout, List.of(boxes)).title(summary.name() + ": " + total);
  }

  private static String parameters(int count) {
    return count == 0
        ? "no parameters"
        : String.format(Locale.ROOT, "%,d parameter%s", count, count == 1 ? "" : "s");
  }

  private static void hide(ObjectNode axis, double from, double to) {
    axis.put("visible", false).put("fixedrange", true).putArray("range").add(from).add(to);
  }

  private static void box(ArrayNode shapes, double top) {
    ObjectNode box =
        FigureJson.parse(
            "{type: 'rect', xref: 'x', yref: 'y', fillcolor: 'rgba(0,114,178,0.13)',"
                + " line: {color: '#0072B2', width: 1.5}}");
    shapes.add(box.put("x0", 0).put("x1", WIDTH).put("y0", top - BOX).put("y1", top));
  }

  private static void arrow(ArrayNode shapes, ArrayNode texts, double from, double to) {
    ObjectNode line =
        FigureJson.parse(
            "{type: 'line', xref: 'x', yref: 'y', line: {color: '#808080', width: 1.5}}");
    shapes.add(line.put("x0", WIDTH / 2).put("x1", WIDTH / 2).put("y0", from).put("y1", to));
    ObjectNode head = text(texts, WIDTH / 2, to, "center", "▼");
    head.put("yanchor", "middle").withObject("/font").put("size", 10).put("color", "#808080");
  }

  private static ObjectNode text(ArrayNode texts, double x, double y, String anchor, String text) {
    ObjectNode annotation =
        FigureJson.parse("{xref: 'x', yref: 'y', showarrow: false, font: {size: 13}}");
    annotation.put("x", x).put("y", y).put("xanchor", anchor).put("text", text);
    texts.add(annotation);
    return annotation;
  }
}
