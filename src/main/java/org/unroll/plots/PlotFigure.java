package org.unroll.plots;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Map;
import tech.tablesaw.plotly.components.Figure;
import tech.tablesaw.plotly.traces.Trace;

/**
 * A ready-made plot: a jsplot {@link Figure} that can be changed in place, {@code
 * Plots.lines(…).logY().height(300)}. What a layout given to {@link #setLayout} says has
 * precedence; panels and axes stay as they are where it says nothing.
 */
public final class PlotFigure extends Figure {

  private final ObjectNode settings;

  /**
   * A figure.
   *
   * @param settings Plotly's layout, of which jsplot's own lacks much
   */
  PlotFigure(ObjectNode settings, List<? extends Trace> traces) {
    super(traces.toArray(new Trace[0]));
    this.settings = settings;
  }

  /** The title above the plot. */
  public PlotFigure title(String text) {
    settings.withObject("/title").put("text", FigureJson.escape(text));
    return this;
  }

  /** The title of the x axis, with its unit: {@code time (h)}. */
  public PlotFigure xTitle(String text) {
    settings.withObject("/xaxis/title").put("text", FigureJson.escape(text));
    return this;
  }

  /** The title of the y axis, with its unit; in a figure of panels, of the topmost. */
  public PlotFigure yTitle(String text) {
    settings.withObject("/yaxis/title").put("text", FigureJson.escape(text));
    return this;
  }

  /** Makes the x axes logarithmic; values that are not positive are not drawn then. */
  public PlotFigure logX() {
    return logarithmic("x");
  }

  /** Makes the y axes logarithmic; values that are not positive are not drawn then. */
  public PlotFigure logY() {
    return logarithmic("y");
  }

  private PlotFigure logarithmic(String letter) {
    settings.withObject("/" + letter + "axis");
    for (Map.Entry<String, JsonNode> field : settings.properties()) {
      if (field.getKey().startsWith(letter + "axis")) {
        ((ObjectNode) field.getValue()).put("type", "log").remove("range");
      }
    }
    return this;
  }

  /**
   * What the x axis shows.
   *
   * @throws IllegalArgumentException if the range is empty, or reaches 0 on a logarithmic axis
   */
  public PlotFigure xRange(double from, double to) {
    return range("xaxis", from, to);
  }

  /**
   * What the y axis shows; in a figure of panels, that of the topmost.
   *
   * @throws IllegalArgumentException if the range is empty, or reaches 0 on a logarithmic axis
   */
  public PlotFigure yRange(double from, double to) {
    return range("yaxis", from, to);
  }

  private PlotFigure range(String name, double from, double to) {
    ObjectNode axis = settings.withObject("/" + name);
    boolean logarithmic = axis.path("type").asText().equals("log");
    if (!Double.isFinite(from) || !Double.isFinite(to) || from == to) {
      throw new IllegalArgumentException(
          "An axis goes from one finite number to another. Received: " + from + " to " + to + ".");
    }
    if (logarithmic && Math.min(from, to) <= 0) {
      throw new IllegalArgumentException(
          "A logarithmic axis shows positive numbers. Received: " + from + " to " + to + ".");
    }
    axis.putArray("range")
        .add(logarithmic ? Math.log10(from) : from)
        .add(logarithmic ? Math.log10(to) : to);
    return this;
  }

  /**
   * What the colours of heat maps stand for: a scale with a middle at 0 where the range has numbers
   * of both signs, else one from dark to light.
   *
   * @throws IllegalArgumentException if {@code from} is not below {@code to}
   */
  public PlotFigure colorRange(double from, double to) {
    if (!(from < to)) {
      throw new IllegalArgumentException(
          "The first colour stands for a smaller number than the last. Received: "
              + from
              + " to "
              + to
              + ".");
    }
    for (Trace trace : getTraces()) {
      if (trace instanceof PlotlyTrace own && own.json().path("type").asText().equals("heatmap")) {
        own.colors(from, to);
      }
    }
    return this;
  }

  /** The height in the pixels of a page. */
  public PlotFigure height(int pixels) {
    settings.put("height", positive("height", pixels));
    return this;
  }

  /** The width in the pixels of a page; by default the plot is as wide as its cell. */
  public PlotFigure width(int pixels) {
    settings.put("width", positive("width", pixels));
    return this;
  }

  private static int positive(String name, int pixels) {
    if (pixels < 100) {
      throw new IllegalArgumentException(
          "A plot needs a " + name + " of 100 pixels at least. Received: " + pixels + ".");
    }
    return pixels;
  }

  /** The title, the traces and how many points they have; a notebook shows the figure instead. */
  @Override
  public String toString() {
    return FigureJson.text(this);
  }

  ObjectNode settings() {
    return settings;
  }
}
