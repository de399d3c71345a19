package org.unroll.plots;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Draws a spectrogram and, below it, the classes as in a piano roll. */
final class EventRolls {

  private static final int ROW = 14;

  private EventRolls() {}

  /**
   * Draws the figure.
   *
   * @param prediction may be null
   */
  static PlotFigure of(
      double[][] spectrogram,
      double secondsPerFrame,
      List<String> classes,
      double[][] truth,
      double[][] prediction) {
    if (!(secondsPerFrame > 0)) {
      throw new IllegalArgumentException(
          "secondsPerFrame must be greater than 0, but was " + secondsPerFrame + ".");
    }
    int bins = HeatMaps.requireRectangle(spectrogram, "the spectrogram");
    double[] seconds = new double[spectrogram.length];
    Arrays.setAll(seconds, t -> (t + 0.5) * secondsPerFrame);
    ArrayNode x = PlotlyTrace.numbers(seconds);
    PlotlyTrace sound =
        PlotlyTrace.heatMap(
            x, PlotlyTrace.counted(bins), CellPlots.transposed(spectrogram), "log-mel");
    // Zero decibels is a reference and not a middle.
    sound.json().set("colorscale", PlotlyTrace.scale(PlotStyle.SEQUENTIAL));
    List<Subplots.Panel> panels = new ArrayList<>();
    panels.add(new Subplots.Panel("mel band", "{showgrid: false}", 190, List.of(sound)));
    panels.add(roll("truth", x, classes, truth));
    if (prediction != null) {
      panels.add(roll("prediction", x, classes, prediction));
    }
    return Subplots.figure("Sound events", Subplots.axis("time (s)"), panels);
  }

  private static Subplots.Panel roll(
      String name, ArrayNode x, List<String> classes, double[][] frames) {
    int width = HeatMaps.requireRectangle(frames, "the " + name);
    if (frames.length != x.size() || width != classes.size()) {
      throw new IllegalArgumentException(
          name
              + " must have one row per frame and one value per class, "
              + x.size()
              + " × "
              + classes.size()
              + ", but was "
              + frames.length
              + " × "
              + width
              + ".");
    }
    PlotlyTrace trace =
        PlotlyTrace.heatMap(
            x, PlotlyTrace.counted(width), CellPlots.transposed(frames), "probability");
    trace.colors(0, 1).json().set("colorscale", PlotlyTrace.scale(PlotStyle.PRESENCE));
    boolean shares =
        Arrays.stream(frames).flatMapToDouble(Arrays::stream).anyMatch(p -> p > 0 && p < 1);
    if (!shares) {
      trace.with("{showscale: false}");
    }
    ObjectNode axis = FigureJson.parse("{autorange: 'reversed', showgrid: false}");
    HeatMaps.label(axis, classes);
    return new Subplots.Panel(
        name, axis.toString(), Math.max(90, ROW * classes.size()), List.of(trace));
  }
}
