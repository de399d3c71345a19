package org.unroll.plots;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.math.BigDecimal;
import java.math.MathContext;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.IntStream;
import org.unroll.internal.Suggestion;
import org.unroll.tuning.SearchResult;
import tech.tablesaw.api.NumericColumn;
import tech.tablesaw.api.Table;
import tech.tablesaw.columns.Column;

/** Draws the results of a search: a table with one row per trial. */
final class TuningPlots {

  /** Numbers whose ratio reaches this value are drawn on a logarithmic axis. */
  private static final double LOGARITHMIC = 100;

  private static final int PER_ROW = 3;

  private TuningPlots() {}

  static PlotFigure bestSoFar(Map<String, Table> searches, String objective, boolean maximize) {
    LinePlots.requireSome(searches, "search");
    List<PlotlyTrace> traces = new ArrayList<>();
    int number = 0;
    for (Map.Entry<String, Table> search : searches.entrySet()) {
      double[] scores = scores(search.getValue(), objective);
      double[] best = new double[scores.length];
      double bestSoFar = Double.NaN;
      for (int i = 0; i < scores.length; i++) {
        boolean better = maximize ? scores[i] > bestSoFar : scores[i] < bestSoFar;
        bestSoFar = Double.isNaN(bestSoFar) || better ? scores[i] : bestSoFar;
        best[i] = bestSoFar;
      }
      String color = PlotStyle.color(number++);
      ArrayNode x =
          PlotlyTrace.numbers(IntStream.rangeClosed(1, scores.length).asDoubleStream().toArray());
      traces.add(
          PlotlyTrace.line(search.getKey() + ", best so far", x, PlotlyTrace.numbers(best), color)
              .with("{line: {shape: 'hv'}}"));
      traces.add(
          PlotlyTrace.points(search.getKey() + ", trials", x, PlotlyTrace.numbers(scores), color)
              .with("{marker: {opacity: 0.45}}"));
    }
    return Subplots.figure("Best so far", "trials", objective, traces);
  }

  static PlotFigure parallelCoordinates(
      Table trials, String objective, boolean maximize, String... hyperParameters) {
    double[] scores = scores(trials, objective);
    List<String> names = new ArrayList<>(hyperParameters(trials, objective, hyperParameters));
    names.add(objective);
    List<Coordinate> axes =
        names.stream().map(name -> new Coordinate(column(trials, name))).toList();
    double least = Arrays.stream(scores).filter(Double::isFinite).min().orElse(0);
    double most = Arrays.stream(scores).filter(Double::isFinite).max().orElse(1);
    // The best is at the top.
    Comparator<Integer> worstFirst =
        Comparator.comparingDouble(i -> maximize ? scores[i] : -scores[i]);
    List<Integer> rows =
        IntStream.range(0, scores.length)
            .boxed()
            .filter(i -> Double.isFinite(scores[i]))
            .sorted(worstFirst)
            .toList();
    if (rows.isEmpty()) {
      throw new IllegalArgumentException(
          "At least one trial must have a finite '"
              + objective
              + "', but none has. The number of trials is "
              + scores.length
              + ".");
    }
    List<String> scale = maximize ? reversed(PlotStyle.RANKING) : PlotStyle.RANKING;
    List<PlotlyTrace> traces = new ArrayList<>();
    for (int row : rows) {
      double share = most > least ? (scores[row] - least) / (most - least) : 0;
      String color = PlotStyle.onScale(scale, share);
      double[] y = axes.stream().mapToDouble(axis -> axis.share(row)).toArray();
      PlotlyTrace line =
          PlotlyTrace.line(
              "trial " + number(trials, row),
              PlotlyTrace.counted(y.length),
              PlotlyTrace.numbers(y),
              color);
      boolean best = row == rows.get(rows.size() - 1);
      traces.add(line.with("{showlegend: false, line: {width: " + (best ? 4 : 1.5) + "}}"));
    }
    traces.add(colorBar(objective, least, most, scale));
    ObjectNode xAxis = Subplots.axis("");
    HeatMaps.label(xAxis, names);
    xAxis.putArray("range").add(-0.25).add(names.size() - 0.6);
    PlotFigure figure =
        Subplots.figure(
            "Trials",
            xAxis,
            List.of(new Subplots.Panel("", "{visible: false, range: [-0.06, 1.06]}", 288, traces)));
    figure.settings().put("showlegend", false).put("hovermode", "closest");
    ArrayNode annotations = figure.settings().putArray("annotations");
    for (int a = 0; a < axes.size(); a++) {
      axes.get(a).annotate(annotations, a);
    }
    return figure;
  }

  /**
   * Returns the trial numbers. They are incomplete after an interrupted search, and a custom table
   * may have none.
   */
  private static String number(Table trials, int row) {
    return trials.containsColumn("trial")
        ? trials.column("trial").getString(row)
        : Integer.toString(row);
  }

  /** Returns an invisible point with a color bar because lines have none. */
  private static PlotlyTrace colorBar(
      String objective, double least, double most, List<String> scale) {
    PlotlyTrace point =
        PlotlyTrace.points(
            objective, PlotlyTrace.numbers(0), PlotlyTrace.numbers(Double.NaN), PlotStyle.NEUTRAL);
    point.with("{showlegend: false, hoverinfo: 'skip'}");
    ObjectNode marker = (ObjectNode) point.json().get("marker");
    marker.set("color", PlotlyTrace.numbers(least));
    marker.put("cmin", least).put("cmax", most > least ? most : least + 1).put("showscale", true);
    marker.set("colorscale", PlotlyTrace.scale(scale));
    marker
        .putObject("colorbar")
        .put("thickness", 14)
        .put("outlinewidth", 0)
        .putObject("title")
        .put("text", FigureJson.escape(objective));
    return point;
  }

  private static List<String> reversed(List<String> colors) {
    List<String> reversed = new ArrayList<>(colors);
    Collections.reverse(reversed);
    return reversed;
  }

  static PlotFigure slices(Table trials, String objective, String... hyperParameters) {
    double[] scores = scores(trials, objective);
    List<String> names = hyperParameters(trials, objective, hyperParameters);
    int rows = (names.size() + PER_ROW - 1) / PER_ROW;
    int perRow = Math.min(PER_ROW, names.size());
    ObjectNode layout = FigureJson.parse("{showlegend: false}");
    layout.put("height", 120 + 210 * rows);
    List<PlotlyTrace> traces = new ArrayList<>();
    for (int i = 0; i < names.size(); i++) {
      String suffix = i == 0 ? "" : Integer.toString(i + 1);
      Column<?> column = column(trials, names.get(i));
      PlotlyTrace points =
          PlotlyTrace.points(
              names.get(i),
              PlotlyTrace.column(column),
              PlotlyTrace.numbers(scores),
              PlotStyle.color(0));
      points.json().put("xaxis", "x" + suffix).put("yaxis", "y" + suffix);
      traces.add(points.with("{marker: {opacity: 0.7}}"));
      double width = 1.0 / perRow;
      double height = 1.0 / rows;
      int row = i / PER_ROW;
      double left = i % PER_ROW * width;
      ObjectNode xAxis = Subplots.axis(names.get(i)).put("anchor", "y" + suffix);
      xAxis.putArray("domain").add(left).add(left + width - (perRow > 1 ? 0.04 : 0));
      boolean numbers = column instanceof NumericColumn;
      xAxis.put("type", !numbers ? "category" : isLogarithmic(column) ? "log" : "linear");
      if (isLogarithmic(column)) {
        xAxis.put("dtick", 1); // whole decades because the digits between them would not fit
      }
      layout.set("xaxis" + suffix, xAxis);
      ObjectNode yAxis =
          Subplots.axis(i % PER_ROW == 0 ? objective : "").put("anchor", "x" + suffix);
      yAxis
          .putArray("domain")
          .add(1 - (row + 1) * height + (rows > 1 ? 0.13 : 0))
          .add(1 - row * height);
      yAxis.put("matches", "y").put("showticklabels", i % PER_ROW == 0);
      if (i == 0) {
        yAxis.remove("matches");
      }
      layout.set("yaxis" + suffix, yAxis);
    }
    return new PlotFigure(layout, traces).title("Trials by hyperparameter");
  }

  private static boolean isLogarithmic(Column<?> column) {
    if (!(column instanceof NumericColumn<?> numbers)) {
      return false;
    }
    double[] values = numbers.asDoubleArray();
    double least = Arrays.stream(values).filter(Double::isFinite).min().orElse(0);
    double most = Arrays.stream(values).filter(Double::isFinite).max().orElse(0);
    return least > 0 && most / least >= LOGARITHMIC;
  }

  private static List<String> hyperParameters(Table trials, String objective, String... names) {
    List<String> drawn =
        names.length > 0
            ? Arrays.asList(names)
            : trials.columnNames().stream()
                .filter(name -> !name.equals(objective) && !SearchResult.BOOKKEEPING.contains(name))
                .toList();
    if (drawn.isEmpty()) {
      throw new IllegalArgumentException(
          "The table of trials must have a hyperparameter, but its columns are "
              + trials.columnNames()
              + ".");
    }
    drawn.forEach(name -> column(trials, name));
    return drawn;
  }

  private static Column<?> column(Table trials, String name) {
    if (!trials.containsColumn(name)) {
      throw new IllegalArgumentException(
          "The table of trials must have the column '"
              + name
              + "', but its columns are "
              + trials.columnNames()
              + "."
              + Suggestion.of(name, trials.columnNames()));
    }
    return trials.column(name);
  }

  private static double[] scores(Table trials, String objective) {
    if (column(trials, objective) instanceof NumericColumn<?> numbers) {
      return numbers.asDoubleArray();
    }
    throw new IllegalArgumentException(
        "The objective '"
            + objective
            + "' must be a column of numbers, but its type is "
            + trials.column(objective).type().name()
            + ".");
  }

  /** One of the parallel axes, which maps the cells of a column to 0 … 1. */
  private static final class Coordinate {
    private final List<String> categories;
    private final double[] numbers;
    private final boolean logarithmic;
    private final double least;
    private final double most;

    Coordinate(Column<?> column) {
      this.logarithmic = isLogarithmic(column);
      if (column instanceof NumericColumn<?> values) {
        categories = List.of();
        numbers = values.asDoubleArray();
      } else {
        Set<String> found = new TreeSet<>();
        for (int i = 0; i < column.size(); i++) {
          if (!column.isMissing(i)) {
            found.add(column.getString(i));
          }
        }
        categories = List.copyOf(found);
        numbers = new double[column.size()];
        Arrays.setAll(
            numbers,
            i -> column.isMissing(i) ? Double.NaN : categories.indexOf(column.getString(i)));
      }
      least = Arrays.stream(numbers).filter(Double::isFinite).min().orElse(0);
      most = Arrays.stream(numbers).filter(Double::isFinite).max().orElse(0);
    }

    double share(int row) {
      return shareOf(numbers[row]);
    }

    private double shareOf(double value) {
      if (most == least) {
        return Double.isNaN(value) ? value : 0.5;
      }
      return logarithmic
          ? Math.log(value / least) / Math.log(most / least)
          : (value - least) / (most - least);
    }

    /** Labels both ends of the axis, or all categories. */
    void annotate(ArrayNode annotations, int x) {
      if (categories.isEmpty()) {
        add(annotations, x, shareOf(least), threeDigits(least));
        if (most > least) {
          add(annotations, x, 1, threeDigits(most));
        }
      }
      for (int i = 0; i < categories.size(); i++) {
        add(annotations, x, shareOf(i), categories.get(i));
      }
    }

    private static String threeDigits(double value) {
      return Numbers.format(new BigDecimal(value).round(new MathContext(3)).doubleValue());
    }

    private static void add(ArrayNode annotations, int x, double y, String text) {
      ObjectNode annotation =
          FigureJson.parse(
              "{xref: 'x', yref: 'y', showarrow: false, xanchor: 'left', xshift: 5,"
                  + " font: {size: 12, color: '#333333'}, bgcolor: 'rgba(255,255,255,0.8)'}");
      annotations.add(annotation.put("x", x).put("y", y).put("text", FigureJson.escape(text)));
    }
  }
}
