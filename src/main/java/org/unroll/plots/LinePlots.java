package org.unroll.plots;

import com.fasterxml.jackson.databind.node.ArrayNode;
import java.util.ArrayList;
import java.util.Comparator;
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

  static PlotFigure runs(
      String title, String xTitle, Map<String, double[]> runs, Map<String, String> groups) {
    requireSome(runs, "run");
    if (!groups.keySet().equals(runs.keySet())) {
      throw new IllegalArgumentException(
          "Each name of the runs must have a group, but the runs are "
              + runs.keySet()
              + " and the groups "
              + groups
              + ".");
    }
    runs.forEach(
        (name, values) -> {
          if (values.length == 0) {
            throw new IllegalArgumentException(
                "Each name must have at least one run, but '" + name + "' has none.");
          }
        });
    List<String> names =
        runs.keySet().stream()
            .sorted(Comparator.comparingDouble(name -> BarPlots.mean(runs.get(name))))
            .toList();
    List<PlotlyTrace> traces = new ArrayList<>();
    for (String group : names.stream().map(groups::get).distinct().toList()) {
      List<Double> x = new ArrayList<>();
      List<Double> y = new ArrayList<>();
      List<Double> means = new ArrayList<>();
      List<Double> rows = new ArrayList<>();
      for (int row = 0; row < names.size(); row++) {
        double[] values = runs.get(names.get(row));
        if (groups.get(names.get(row)).equals(group)) {
          means.add(BarPlots.mean(values));
          rows.add((double) row);
          for (double value : values) {
            x.add(value);
            y.add((double) row);
          }
        }
      }
      int number = traces.size() / 2;
      String color =
          number == OTHERS ? PlotStyle.NEUTRAL : PlotStyle.color(GROUPS + number % OTHERS);
      traces.add(dots(group, means, rows, color).with("{marker: {size: 12, opacity: 1}}"));
      traces.add(
          dots(group, x, y, color).with("{marker: {size: 6, opacity: 0.5}, showlegend: false}"));
    }
    Subplots.Panel panel =
        new Subplots.Panel(
            "",
            "{autorange: false, zeroline: false, range: [" + (names.size() - 0.5) + ", -0.5]}",
            Math.max(90, 26 * names.size()),
            traces);
    PlotFigure figure = Subplots.figure(title, Subplots.axis(xTitle), List.of(panel));
    figure.settings().put("showlegend", traces.size() > 2);
    HeatMaps.label(figure.settings().withObject("/yaxis"), names);
    return figure;
  }

  /** The first color of the palette that is not the color of a layer. */
  private static final int GROUPS = 3;

  /** The number of colors of the palette that are not colors of layers. */
  private static final int OTHERS = 3;

  private static PlotlyTrace dots(String name, List<Double> x, List<Double> y, String color) {
    return PlotlyTrace.points(name, numbers(x), numbers(y), color);
  }

  private static ArrayNode numbers(List<Double> values) {
    return PlotlyTrace.numbers(values.stream().mapToDouble(Double::doubleValue).toArray());
  }

  static void requireSome(Map<String, ?> what, String kind) {
    if (what.isEmpty()) {
      throw new IllegalArgumentException(
          "A plot must have at least one " + kind + ", but the map is empty.");
    }
  }
}
