package org.unroll.plots;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import tech.tablesaw.plotly.components.Figure;
import tech.tablesaw.plotly.traces.Trace;

/**
 * A plot returned by {@link Plots}: a jsplot {@link Figure} whose titles, axes and size can be
 * changed in place.
 *
 * <pre>{@code
 * double[] losses = {1, 0.1, 0.02, 0.004};
 * PlotFigure plot =
 *     Plots.lines("Training", "epoch", "loss", Map.of("GRU", losses)).logY().height(300);
 * Notebook.show(plot);
 * }</pre>
 *
 * <p>Every method changes this figure and returns it. For other settings, pass a jsplot layout to
 * {@link #setLayout}: its settings take precedence, and panels and axes that it does not mention
 * are unchanged.
 */
public final class PlotFigure extends Figure {

  private final ObjectNode settings;

  /**
   * Creates a figure.
   *
   * @param settings Plotly's layout, in full because jsplot's layout lacks many settings
   * @param traces the lines, points, bars and heat maps
   */
  PlotFigure(ObjectNode settings, List<? extends Trace> traces) {
    super(traces.toArray(new Trace[0]));
    this.settings = settings;
  }

  /**
   * Sets the title above the plot.
   *
   * @param text plain text
   */
  public PlotFigure title(String text) {
    settings.withObject("/title").put("text", FigureJson.escape(text));
    return this;
  }

  /**
   * Sets the title of the x axis.
   *
   * @param text plain text; by convention it ends with the unit, as in {@code time (h)}
   */
  public PlotFigure xTitle(String text) {
    settings.withObject("/xaxis/title").put("text", FigureJson.escape(text));
    return this;
  }

  /**
   * Sets the title of the y axis. In a figure with several panels, sets that of the top panel.
   *
   * @param text plain text; by convention it ends with the unit, as in {@code T (°C)}
   */
  public PlotFigure yTitle(String text) {
    settings.withObject("/yaxis/title").put("text", FigureJson.escape(text));
    return this;
  }

  /** Makes all x axes logarithmic. Values that are not positive are then not drawn. */
  public PlotFigure logX() {
    return logarithmic("x");
  }

  /** Makes all y axes logarithmic. Values that are not positive are then not drawn. */
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
   * Sets the range of the x axis.
   *
   * @param from the value at the left
   * @param to the value at the right; may be less than {@code from} to reverse the axis
   * @throws IllegalArgumentException if the two values are equal or not finite, or if one of them
   *     is not positive on a logarithmic axis
   */
  public PlotFigure xRange(double from, double to) {
    return range("xaxis", from, to);
  }

  /**
   * Sets the range of the y axis. In a figure with several panels, sets that of the top panel.
   *
   * @param from the value at the bottom
   * @param to the value at the top; may be less than {@code from} to reverse the axis
   * @throws IllegalArgumentException if the two values are equal or not finite, or if one of them
   *     is not positive on a logarithmic axis
   */
  public PlotFigure yRange(double from, double to) {
    return range("yaxis", from, to);
  }

  private PlotFigure range(String name, double from, double to) {
    ObjectNode axis = settings.withObject("/" + name);
    boolean logarithmic = axis.path("type").asText().equals("log");
    if (!Double.isFinite(from) || !Double.isFinite(to) || from == to) {
      throw new IllegalArgumentException(
          "Both ends of a range must be finite and must differ, but were "
              + from
              + " and "
              + to
              + ".");
    }
    if (logarithmic && Math.min(from, to) <= 0) {
      throw new IllegalArgumentException(
          "Both ends of a range must be greater than 0 on a logarithmic axis, but were "
              + from
              + " and "
              + to
              + ".");
    }
    axis.putArray("range")
        .add(logarithmic ? Math.log10(from) : from)
        .add(logarithmic ? Math.log10(to) : to);
    return this;
  }

  /**
   * Sets the range of the color scale of all heat maps in the figure. If the range contains numbers
   * of both signs, the scale goes from blue to red, otherwise from dark to light.
   *
   * @param from the value of the first color
   * @param to the value of the last color
   * @throws IllegalArgumentException if {@code from} is not less than {@code to}
   */
  public PlotFigure colorRange(double from, double to) {
    if (!(from < to)) {
      throw new IllegalArgumentException(
          "from must be less than to, but from was " + from + " and to was " + to + ".");
    }
    for (Trace trace : getTraces()) {
      if (trace instanceof PlotlyTrace heatMap
          && heatMap.json().path("type").asText().equals("heatmap")) {
        heatMap.colors(from, to);
      }
    }
    return this;
  }

  /**
   * Sets the height.
   *
   * @param pixels in CSS pixels, at least 100
   * @throws IllegalArgumentException if the height is less than 100
   */
  public PlotFigure height(int pixels) {
    settings.put("height", atLeast100("height", pixels));
    return this;
  }

  /**
   * Sets the width. By default, the interactive plot is as wide as the output of its cell.
   *
   * @param pixels in CSS pixels, at least 100
   * @throws IllegalArgumentException if the width is less than 100
   */
  public PlotFigure width(int pixels) {
    settings.put("width", atLeast100("width", pixels));
    return this;
  }

  private static int atLeast100(String name, int pixels) {
    if (pixels < 100) {
      throw new IllegalArgumentException(
          name + " must be at least 100 pixels, but was " + pixels + ".");
    }
    return pixels;
  }

  /**
   * Saves the figure. The end of the file name selects the format: {@code .png} and {@code .svg}
   * for a static picture, {@code .html} for an interactive page that needs no network.
   *
   * @throws IllegalArgumentException if the name has another end, or a static picture of this kind
   *     of plot is not supported
   * @throws java.io.UncheckedIOException if the file cannot be written
   */
  public PlotFigure save(Path file) {
    save(this, file);
    return this;
  }

  /** Saves any jsplot figure, such as that of {@code history.plot()}, like {@link #save(Path)}. */
  public static void save(Figure figure, Path file) {
    FigureFile.save(figure, file);
  }

  /**
   * Shows the figure: below the running cell of a notebook, and elsewhere in a browser. Prints the
   * name of a file with the interactive page if there is no browser.
   */
  public void show() {
    FigureFile.show(this);
  }

  /** Returns the title and the traces with their numbers of points, as printed in a terminal. */
  @Override
  public String toString() {
    return FigureJson.text(this);
  }

  ObjectNode settings() {
    return settings;
  }
}
