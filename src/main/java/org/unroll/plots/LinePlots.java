package org.unroll.plots;

import com.fasterxml.jackson.databind.node.ArrayNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Draws lines and points over numbers. */
final class LinePlots {

  private LinePlots() {}

  static PlotFigure lines(
      String title, String xTitle, String yTitle, double[] x, Map<String, double[]> lines) {
    requireSome(lines, "line");
    List<String> colors = LayerColors.of(lines.keySet());
    List<PlotlyTrace> traces = new ArrayList<>();
    lines.forEach(
        (name, y) -> {
          if (x != null && y.length != x.length) {
            throw new IllegalArgumentException(
                "The number of y values of '"
                    + name
                    + "' must be "
                    + x.length
                    + ", one per x, but was "
                    + y.length
                    + ".");
          }
          ArrayNode at = x == null ? PlotlyTrace.counted(y.length) : PlotlyTrace.numbers(x);
          PlotlyTrace line =
              PlotlyTrace.line(name, at, PlotlyTrace.numbers(y), colors.get(traces.size()));
          traces.add(y.length == 1 ? line.with("{mode: 'lines+markers'}") : line);
        });
    return Subplots.figure(title, xTitle, yTitle, traces);
  }

  static PlotFigure points(
      String title, String xTitle, String yTitle, Map<String, double[][]> groups) {
    requireSome(groups, "group of points");
    List<String> colors = LayerColors.of(groups.keySet());
    List<PlotlyTrace> traces = new ArrayList<>();
    groups.forEach(
        (name, points) -> {
          double[] x = new double[points.length];
          double[] y = new double[points.length];
          for (int i = 0; i < points.length; i++) {
            if (points[i].length != 2) {
              throw new IllegalArgumentException(
                  "Each point must have two numbers, x and y, but row "
                      + i
                      + " of '"
                      + name
                      + "' has length "
                      + points[i].length
                      + ".");
            }
            x[i] = points[i][0];
            y[i] = points[i][1];
          }
          traces.add(
              PlotlyTrace.points(
                  name, PlotlyTrace.numbers(x), PlotlyTrace.numbers(y), colors.get(traces.size())));
        });
    return Subplots.figure(title, xTitle, yTitle, traces);
  }

  static void requireSome(Map<String, ?> what, String kind) {
    if (what.isEmpty()) {
      throw new IllegalArgumentException(
          "A plot must have at least one " + kind + ", but the map is empty.");
    }
  }
}
