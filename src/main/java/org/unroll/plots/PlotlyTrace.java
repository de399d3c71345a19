package org.unroll.plots;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.math.BigDecimal;
import java.math.MathContext;
import java.util.Collection;
import java.util.List;
import org.unroll.plots.drawing.FigureText;
import tech.tablesaw.api.NumericColumn;
import tech.tablesaw.columns.Column;
import tech.tablesaw.plotly.components.HoverLabel;
import tech.tablesaw.plotly.traces.Trace;

/**
 * A trace as Plotly's JSON. It supports what jsplot's traces lack, such as whiskers, bands and
 * color scales. Names are plain text.
 */
final class PlotlyTrace implements Trace {

  /** More digits than are visible in a plot, and as many as a float has. */
  private static final MathContext DIGITS = new MathContext(7);

  /** For the thousands of numbers of a heat map; finer than the steps of its color scale. */
  private static final MathContext FEW_DIGITS = new MathContext(3);

  private static final JsonNodeFactory NODES = JsonNodeFactory.instance;
  private final ObjectNode json;

  private PlotlyTrace(String type, String name) {
    json = NODES.objectNode().put("type", type).put("name", FigureJson.escape(name));
  }

  /** Returns a line through points; a {@code null} value is a gap. */
  static PlotlyTrace line(String name, ArrayNode x, ArrayNode y, String color) {
    PlotlyTrace trace = new PlotlyTrace("scatter", name);
    trace.json.set("x", x);
    trace.json.set("y", y);
    trace.json.put("mode", "lines").putObject("line").put("color", color).put("width", 2);
    return trace;
  }

  static PlotlyTrace points(String name, ArrayNode x, ArrayNode y, String color) {
    PlotlyTrace trace = line(name, x, y, color);
    trace.json.remove("line");
    trace
        .json
        .put("mode", "markers")
        .putObject("marker")
        .put("color", color)
        .put("size", 7)
        .put("opacity", 0.8);
    return trace;
  }

  /** Sets a color for each bar. */
  PlotlyTrace barColors(List<String> colors) {
    json.withObject("/marker").set("color", texts(colors));
    return this;
  }

  static PlotlyTrace bars(String name, ArrayNode x, ArrayNode y, String color) {
    PlotlyTrace trace = new PlotlyTrace("bar", name);
    trace.json.set("x", x);
    trace.json.set("y", y);
    trace.json.putObject("marker").put("color", color);
    return trace;
  }

  /** Returns bars that are labeled with their value, to three digits. */
  PlotlyTrace labeled() {
    return with(FigureJson.BAR_STYLE);
  }

  /**
   * Returns a heat map whose colors span the range of its values.
   *
   * @param values one row per y
   * @param quantity the title of the color bar
   */
  static PlotlyTrace heatMap(ArrayNode x, ArrayNode y, double[][] values, String quantity) {
    PlotlyTrace trace = new PlotlyTrace("heatmap", quantity);
    trace.json.set("x", x);
    trace.json.set("y", y);
    ArrayNode rows = trace.json.putArray("z");
    double low = Double.POSITIVE_INFINITY;
    double high = Double.NEGATIVE_INFINITY;
    for (double[] row : values) {
      rows.add(numbers(row, FEW_DIGITS));
      for (double value : row) {
        if (Double.isFinite(value)) {
          low = Math.min(low, value);
          high = Math.max(high, value);
        }
      }
    }
    trace
        .json
        .putObject("colorbar")
        .put("thickness", 14)
        .put("outlinewidth", 0)
        .putObject("title")
        .put("text", FigureJson.escape(quantity));
    boolean signs = low < 0 && high > 0;
    double limit = Math.max(-low, high);
    trace.colors(signs ? -limit : low, signs ? limit : high);
    return trace;
  }

  /** Sets the numbers of the first and the last color. */
  PlotlyTrace colors(double from, double to) {
    boolean diverging = from < 0 && to > 0;
    json.put("zmin", from).put("zmax", to);
    json.set("colorscale", scale(diverging ? PlotStyle.DIVERGING : PlotStyle.SEQUENTIAL));
    return this;
  }

  static ArrayNode scale(List<String> colors) {
    ArrayNode stops = NODES.arrayNode();
    for (int i = 0; i < colors.size(); i++) {
      stops.addArray().add(i / (colors.size() - 1.0)).add(colors.get(i));
    }
    return stops;
  }

  /** Puts the trace into the panel with this index, from 0 at the top. */
  PlotlyTrace panel(int number) {
    json.put("yaxis", number == 0 ? "y" : "y" + (number + 1));
    return this;
  }

  /** Adds settings to the trace, as a Plotly object. */
  PlotlyTrace with(String settings) {
    return with(FigureJson.parse(settings));
  }

  PlotlyTrace with(ObjectNode settings) {
    ObjectNode merged = settings.deepCopy();
    FigureJson.merge(merged, json);
    json.setAll(merged);
    return this;
  }

  ObjectNode json() {
    return json;
  }

  /** Returns numbers as JSON; a number that is not finite becomes {@code null}. */
  static ArrayNode numbers(double... values) {
    return numbers(values, DIGITS);
  }

  private static ArrayNode numbers(double[] values, MathContext digits) {
    ArrayNode array = NODES.arrayNode(values.length);
    for (double value : values) {
      if (!Double.isFinite(value)) {
        array.addNull();
      } else if (value == Math.rint(value) && Math.abs(value) < 1e15) {
        array.add((long) value);
      } else {
        array.add(new BigDecimal(value).round(digits).doubleValue());
      }
    }
    return array;
  }

  /** Returns 0, 1, 2, …. */
  static ArrayNode counted(int count) {
    ArrayNode array = NODES.arrayNode(count);
    for (int i = 0; i < count; i++) {
      array.add(i);
    }
    return array;
  }

  /** Returns texts in which Plotly finds no tags. */
  static ArrayNode texts(Collection<String> values) {
    ArrayNode array = NODES.arrayNode(values.size());
    values.forEach(value -> array.add(FigureJson.escape(value)));
    return array;
  }

  /** Returns the cells of a column: numbers, or texts such as times. */
  static ArrayNode column(Column<?> column) {
    if (column instanceof NumericColumn<?> numbers) {
      return numbers(numbers.asDoubleArray());
    }
    ArrayNode array = NODES.arrayNode(column.size());
    for (int row = 0; row < column.size(); row++) {
      if (column.isMissing(row)) {
        array.addNull();
      } else {
        array.add(FigureJson.escape(column.get(row).toString()));
      }
    }
    return array;
  }

  @Override
  public String asJavascript(int i) {
    return "var trace" + i + " = " + FigureJson.write(json) + ";\n";
  }

  @Override
  public String name() {
    return FigureText.plain(json.path("name").asText());
  }

  @Override
  public HoverLabel hoverLabel() {
    return null;
  }

  @Override
  public boolean showLegend() {
    return json.path("showlegend").asBoolean(true);
  }
}
