package org.unroll.plots.drawing;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.awt.Color;

/**
 * A trace with its index in the figure, which selects its default color.
 *
 * @param json the trace as Plotly's JSON
 * @param palette the colors of the figure
 */
record Trace(JsonNode json, int number, JsonNode palette) {

  boolean isBar() {
    return type().equals("bar");
  }

  boolean isHeatMap() {
    return type().equals("heatmap");
  }

  boolean isDrawable() {
    return isBar() || isHeatMap() || type().equals("scatter") || type().equals("scattergl");
  }

  String type() {
    return json.path("type").asText("scatter");
  }

  String name() {
    return FigureText.plain(json.path("name").asText());
  }

  String axis(boolean horizontal) {
    String letter = horizontal ? "x" : "y";
    return json.path(letter + "axis").asText(letter);
  }

  /** Returns the values along one axis; missing values are 0, 1, 2, …. */
  JsonNode values(boolean horizontal) {
    JsonNode values = json.path(horizontal ? "x" : "y");
    if (values.isArray()) {
      return values;
    }
    int count =
        isHeatMap()
            ? horizontal ? json.path("z").path(0).size() : json.path("z").size()
            : json.path(horizontal ? "y" : "x").size();
    ArrayNode counted = JsonNodeFactory.instance.arrayNode();
    for (int i = 0; i < count; i++) {
      counted.add(i);
    }
    return counted;
  }

  boolean isMarked() {
    return !isBar() && !isHeatMap() && mode().contains("markers");
  }

  boolean isLine() {
    return !isBar() && !isHeatMap() && mode().contains("lines");
  }

  private String mode() {
    return json.path("mode").asText("lines");
  }

  /** Returns whether the values are along the y axis, as for all traces but horizontal bars. */
  boolean isUpright() {
    return !json.path("orientation").asText("v").equals("h");
  }

  /** Returns the length of the whiskers, one per value; empty without whiskers. */
  double[] errors() {
    JsonNode array = json.path(isUpright() ? "error_y" : "error_x").path("array");
    double[] errors = new double[array.size()];
    for (int i = 0; i < errors.length; i++) {
      errors[i] = array.get(i).isNumber() ? array.get(i).asDouble() : Double.NaN;
    }
    return errors;
  }

  /** Returns the width that the bars of one value share, in coordinates of their axis. */
  double barSlot(Axis axis) {
    JsonNode at = values(isUpright());
    double least = Double.POSITIVE_INFINITY;
    for (int i = 1; i < at.size() && !axis.isCategories(); i++) {
      double gap = Math.abs(axis.coordinate(at.get(i)) - axis.coordinate(at.get(i - 1)));
      least = gap > 0 ? Math.min(least, gap) : least;
    }
    return Double.isInfinite(least) ? 1 : least;
  }

  Color color() {
    JsonNode line = json.path("line").path("color");
    JsonNode marker = json.path("marker").path("color");
    String own = (line.isTextual() ? line : marker).asText();
    String other = palette.path(number % Math.max(1, palette.size())).asText();
    return Colors.of(own, Colors.of(other, Colors.AXIS));
  }

  /** Returns the color of one bar. */
  Color color(int bar) {
    return Colors.of(json.path("marker").path("color").path(bar).asText(), color());
  }

  boolean isInLegend() {
    return json.path("showlegend").asBoolean(true) && !name().isEmpty() && !isHeatMap();
  }

  /** Returns whether the trace has a color bar. */
  boolean hasColorBar() {
    return (isHeatMap() && json.path("showscale").asBoolean(true))
        || json.path("marker").path("showscale").asBoolean(false);
  }
}
