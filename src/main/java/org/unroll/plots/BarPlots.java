package org.unroll.plots;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;

/** Draws bars of single values and of means with their spread. */
final class BarPlots {

  private static final int BAR_HEIGHT = 30;

  private BarPlots() {}

  static PlotFigure bars(
      String title, String yTitle, List<String> categories, Map<String, double[]> groups) {
    LinePlots.requireSome(groups, "group of bars");
    List<String> colors = LayerColors.of(groups.keySet());
    List<PlotlyTrace> traces = new ArrayList<>();
    groups.forEach(
        (name, values) -> {
          requireOneEach(categories, name, values.length);
          traces.add(bars(name, categories, values, colors.get(traces.size())).labeled());
        });
    colorLayers(traces, categories);
    return figure(title, yTitle, "group", traces);
  }

  static PlotFigure means(
      String title, String yTitle, List<String> categories, Map<String, double[][]> groups) {
    LinePlots.requireSome(groups, "group of bars");
    List<String> colors = LayerColors.of(groups.keySet());
    List<PlotlyTrace> traces = new ArrayList<>();
    groups.forEach(
        (name, runs) -> {
          requireOneEach(categories, name, runs.length);
          for (int i = 0; i < runs.length; i++) {
            if (runs[i].length == 0) {
              throw new IllegalArgumentException(
                  "Each mean needs at least one run, but '"
                      + categories.get(i)
                      + "' in '"
                      + name
                      + "' has none.");
            }
          }
          double[] means = Arrays.stream(runs).mapToDouble(BarPlots::mean).toArray();
          PlotlyTrace trace = bars(name, categories, means, colors.get(traces.size()));
          ObjectNode whiskers =
              FigureJson.parse("{type: 'data', color: '#808080', thickness: 1.5}");
          whiskers.set(
              "array",
              PlotlyTrace.numbers(Arrays.stream(runs).mapToDouble(BarPlots::deviation).toArray()));
          trace.json().set("error_y", whiskers);
          traces.add(trace);
        });
    colorLayers(traces, categories);
    return figure(title, yTitle, "group", traces);
  }

  /** Draws the means of models, and baselines in gray. */
  static PlotFigure means(
      String title, String yTitle, Map<String, double[]> models, Map<String, Double> baselines) {
    List<String> names = List.copyOf(models.keySet());
    Map<String, double[][]> runs = Map.of("models", models.values().toArray(double[][]::new));
    PlotFigure figure = means(title, yTitle, names, runs);
    List<PlotlyTrace> bars = new ArrayList<>(List.of((PlotlyTrace) figure.getTraces()[0]));
    bars.add(sorted("baselines", baselines, PlotStyle.NEUTRAL));
    return figure(title, yTitle, "overlay", bars);
  }

  static double mean(double[] values) {
    return Arrays.stream(values).average().orElse(Double.NaN);
  }

  /** Returns the standard deviation over n − 1, or NaN for a single value. */
  static double deviation(double[] values) {
    double mean = mean(values);
    double squares = Arrays.stream(values).map(v -> (v - mean) * (v - mean)).sum();
    return values.length < 2 ? Double.NaN : Math.sqrt(squares / (values.length - 1));
  }

  static PlotFigure meanAbsoluteErrors(
      Map<String, Double> models, Map<String, Double> baselines, String unit) {
    if (models.isEmpty() && baselines.isEmpty()) {
      throw new IllegalArgumentException("models and baselines must not both be empty.");
    }
    List<PlotlyTrace> bars = new ArrayList<>();
    if (!models.isEmpty()) {
      PlotlyTrace trace = sorted("models", models, PlotStyle.color(0));
      if (LayerColors.isAny(models.keySet())) {
        // The colors in the order of the map, for the bars in the order of their lengths.
        List<String> names = List.copyOf(models.keySet());
        List<String> colors = LayerColors.of(names);
        color(
            trace,
            ascending(models).stream().map(name -> colors.get(names.indexOf(name))).toList());
      }
      bars.add(trace);
    }
    if (!baselines.isEmpty()) {
      bars.add(sorted("baselines", baselines, PlotStyle.NEUTRAL));
    }
    return figure("Mean absolute error", "MAE (" + unit + ")", "overlay", bars);
  }

  /** Gives each bar of a single group the color of its layer, if there is a layer. */
  private static void colorLayers(List<PlotlyTrace> traces, List<String> categories) {
    if (traces.size() == 1 && LayerColors.isAny(categories)) {
      color(traces.get(0), LayerColors.of(categories));
    }
  }

  /** Gives each bar its color, without a symbol in the legend: it would have that of the first. */
  private static void color(PlotlyTrace trace, List<String> colors) {
    trace.barColors(colors);
    trace.with("{showlegend: false}");
  }

  private static PlotlyTrace sorted(String name, Map<String, Double> values, String color) {
    List<String> names = ascending(values);
    return bars(name, names, names.stream().mapToDouble(values::get).toArray(), color).labeled();
  }

  /** Returns the names in the order of their values. */
  private static List<String> ascending(Map<String, Double> values) {
    return values.entrySet().stream()
        .sorted(Map.Entry.comparingByValue())
        .map(Map.Entry::getKey)
        .toList();
  }

  /** Draws horizontal bars, the longest at the top. */
  static PlotFigure ranking(String title, String xTitle, Map<String, Double> values) {
    LinePlots.requireSome(values, "value");
    List<Map.Entry<String, Double>> ordered =
        values.entrySet().stream()
            .sorted(
                Comparator.comparingDouble(
                    entry -> // NaN is at the bottom
                    Double.isNaN(entry.getValue()) ? Double.NEGATIVE_INFINITY : entry.getValue()))
            .toList();
    PlotlyTrace bars =
        PlotlyTrace.bars(
                xTitle,
                PlotlyTrace.numbers(ordered.stream().mapToDouble(Map.Entry::getValue).toArray()),
                PlotlyTrace.texts(ordered.stream().map(Map.Entry::getKey).toList()),
                PlotStyle.color(0))
            .labeled()
            .with("{orientation: 'h', showlegend: false}");
    PlotFigure figure =
        Subplots.figure(
            title,
            Subplots.axis(xTitle),
            List.of(
                new Subplots.Panel(
                    "",
                    "{type: 'category'}",
                    Math.max(90, BAR_HEIGHT * values.size()),
                    List.of(bars))));
    figure.settings().put("showlegend", false);
    double[] finite =
        values.values().stream().mapToDouble(v -> v).filter(Double::isFinite).toArray();
    double least = Math.min(0, Arrays.stream(finite).min().orElse(0));
    double most = Math.max(0, Arrays.stream(finite).max().orElse(0));
    if (least < 0) { // otherwise its label overlaps the name of the bar
      double length = most - least;
      figure.xRange(least - 0.24 * length, most + 0.15 * length);
    }
    return figure;
  }

  private static PlotlyTrace bars(
      String name, List<String> categories, double[] values, String color) {
    return PlotlyTrace.bars(
        name, PlotlyTrace.texts(categories), PlotlyTrace.numbers(values), color);
  }

  private static PlotFigure figure(
      String title, String yTitle, String mode, List<PlotlyTrace> traces) {
    PlotFigure figure = Subplots.figure(title, "", yTitle, traces);
    figure.settings().put("barmode", mode).put("showlegend", traces.size() > 1);
    figure.settings().withObject("/xaxis").put("type", "category");
    return figure;
  }

  private static void requireOneEach(List<String> categories, String name, int received) {
    if (received != categories.size()) {
      throw new IllegalArgumentException(
          "The number of values of '"
              + name
              + "' must be "
              + categories.size()
              + ", one for each of "
              + categories
              + ", but was "
              + received
              + ".");
    }
  }
}
