package org.unroll.plots;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.DoublePredicate;
import java.util.stream.IntStream;
import tech.tablesaw.api.DoubleColumn;
import tech.tablesaw.api.NumericColumn;
import tech.tablesaw.api.Table;

/** Draws matrices as colors. */
final class HeatMaps {

  /** The number of labels that fit next to each other below a plot. */
  private static final int MOST_LABELS = 60;

  /** The numbers are written into the cells of matrices up to this size. */
  static final int NUMBERED = 15;

  private static final int ROW_HEIGHT = 26;
  private static final int PANEL = 110;

  private HeatMaps() {}

  static PlotFigure heatMap(
      String title,
      String xTitle,
      String yTitle,
      List<String> columns,
      List<String> rows,
      double[][] values) {
    int width = requireRectangle(values, "the heat map");
    requireLabels("column", columns, width);
    requireLabels("row", rows, values.length);
    PlotlyTrace trace =
        PlotlyTrace.heatMap(
            PlotlyTrace.counted(width), PlotlyTrace.counted(values.length), values, "");
    int height = Math.min(640, Math.max(160, ROW_HEIGHT * values.length));
    ObjectNode yAxis = FigureJson.parse("{autorange: 'reversed', showgrid: false}");
    label(yAxis, rows);
    ObjectNode xAxis = Subplots.axis(xTitle);
    xAxis.put("showgrid", false);
    label(xAxis, columns);
    return Subplots.figure(
        title,
        xAxis,
        List.of(
            new Subplots.Panel(
                yTitle,
                yAxis.toString(),
                rows == null ? Math.max(height, 288) : height,
                List.of(trace))));
  }

  static PlotFigure heatMap(
      String title, String xTitle, String yTitle, double[] x, double[] y, double[][] values) {
    int width = requireRectangle(values, "the heat map");
    if (x.length != width || y.length != values.length) {
      throw new IllegalArgumentException(
          "values must have one row per y and one value per x, "
              + y.length
              + " × "
              + x.length
              + ", but was "
              + values.length
              + " × "
              + width
              + ".");
    }
    PlotlyTrace trace =
        PlotlyTrace.heatMap(PlotlyTrace.numbers(x), PlotlyTrace.numbers(y), values, "");
    return Subplots.figure(title, xTitle, yTitle, List.of(trace));
  }

  static PlotFigure heatMaps(String title, String xTitle, Map<String, double[][]> panels) {
    LinePlots.requireSome(panels, "panel");
    int width = width(panels);
    List<Subplots.Panel> below = new ArrayList<>();
    panels.forEach((name, values) -> below.add(panel(name, values, width, PANEL)));
    return Subplots.figure(title, Subplots.axis(xTitle), below);
  }

  /** Returns the number of columns of the first panel, which all panels must have. */
  private static int width(Map<String, double[][]> panels) {
    Map.Entry<String, double[][]> first = panels.entrySet().iterator().next();
    return requireRectangle(first.getValue(), "'" + first.getKey() + "'");
  }

  /** Returns a panel of rows over columns, numbered from 0. */
  static Subplots.Panel panel(String name, double[][] values, int width, int height) {
    int columns = requireRectangle(values, "'" + name + "'");
    if (columns != width) {
      throw new IllegalArgumentException(
          "All panels must have the same number of columns, "
              + width
              + ", but '"
              + name
              + "' has "
              + columns
              + ".");
    }
    PlotlyTrace trace =
        PlotlyTrace.heatMap(
            PlotlyTrace.counted(columns), PlotlyTrace.counted(values.length), values, "");
    return new Subplots.Panel(
        name, "{autorange: 'reversed', showgrid: false}", height, List.of(trace));
  }

  static PlotFigure correlation(Table table, String... columns) {
    List<String> names =
        columns.length > 0
            ? List.of(columns)
            : table.columns().stream()
                .filter(NumericColumn.class::isInstance)
                .map(column -> column.name())
                .toList();
    if (names.size() < 2) {
      throw new IllegalArgumentException(
          "A correlation needs at least two columns of numbers, but the columns are "
              + names
              + ".");
    }
    double[][] values =
        names.stream().map(name -> SeriesPlots.numbers(table, name)).toArray(double[][]::new);
    double[][] correlations = new double[names.size()][names.size()];
    for (int i = 0; i < names.size(); i++) {
      for (int j = 0; j <= i; j++) {
        correlations[i][j] = pearson(values[i], values[j]);
        correlations[j][i] = correlations[i][j];
      }
    }
    PlotFigure figure =
        heatMap("Correlation", "", "", names, names, correlations).colorRange(-1, 1);
    return names.size() <= NUMBERED
        ? numbered(figure, correlations, "%.2f", value -> Math.abs(value) > 0.5)
        : figure;
  }

  /**
   * Draws attributions, columns over lags.
   *
   * @param table a table of integrated gradients: the lag, then one column per input column
   * @param isSigned whether the colors are centered on 0
   */
  static PlotFigure attributions(Table table, boolean isSigned) {
    List<String> lags = new ArrayList<>();
    table.intColumn("lag").forEach(lag -> lags.add(lag > 0 ? "−" + lag : String.valueOf(-lag)));
    List<String> columns = table.columnNames().subList(1, table.columnCount());
    double[][] values =
        columns.stream()
            .map(name -> table.doubleColumn(name).asDoubleArray())
            .toArray(double[][]::new);
    PlotFigure figure =
        heatMap(table.name(), "rows after the last input row", "", lags, columns, values);
    double largest =
        Arrays.stream(values)
            .flatMapToDouble(Arrays::stream)
            .filter(value -> !Double.isNaN(value))
            .map(Math::abs)
            .max()
            .orElse(0);
    return largest == 0 ? figure : figure.colorRange(isSigned ? -largest : 0, largest);
  }

  /** Returns Pearson's coefficient over the rows in which both columns have a value. */
  private static double pearson(double[] a, double[] b) {
    int[] both =
        IntStream.range(0, a.length)
            .filter(i -> !Double.isNaN(a[i]) && !Double.isNaN(b[i]))
            .toArray();
    if (both.length < 2) {
      return Double.NaN;
    }
    return DoubleColumn.create("a", IntStream.of(both).mapToDouble(i -> a[i]))
        .pearsons(DoubleColumn.create("b", IntStream.of(both).mapToDouble(i -> b[i])));
  }

  /**
   * Writes the numbers into the cells, in a color that contrasts with the cell's color.
   *
   * @param dark whether the color of a cell with this value is dark
   */
  static PlotFigure numbered(
      PlotFigure figure, double[][] values, String format, DoublePredicate dark) {
    ArrayNode annotations = figure.settings().putArray("annotations");
    for (int r = 0; r < values.length; r++) {
      for (int c = 0; c < values[r].length; c++) {
        if (Double.isNaN(values[r][c])) {
          continue;
        }
        ObjectNode text =
            FigureJson.parse("{xref: 'x', yref: 'y', showarrow: false, font: {size: 11}}");
        text.put("x", c).put("y", r).put("text", String.format(Locale.ROOT, format, values[r][c]));
        text.withObject("/font").put("color", dark.test(values[r][c]) ? "#FFFFFF" : "#222222");
        annotations.add(text);
      }
    }
    return figure;
  }

  /** Labels the numbers 0, 1, 2, …. Plotly would merge equal labels of a category axis. */
  static void label(ObjectNode axis, List<String> labels) {
    if (labels == null) {
      return;
    }
    int step = (labels.size() + MOST_LABELS - 1) / MOST_LABELS;
    ArrayNode at = axis.putArray("tickvals");
    ArrayNode texts = axis.putArray("ticktext");
    for (int i = 0; i < labels.size(); i += step) {
      at.add(i);
      texts.add(FigureJson.escape(labels.get(i)));
    }
  }

  private static void requireLabels(String kind, List<String> labels, int count) {
    if (labels != null && labels.size() != count) {
      throw new IllegalArgumentException(
          "The number of "
              + kind
              + " labels must be "
              + count
              + ", one per "
              + kind
              + ", but was "
              + labels.size()
              + ".");
    }
  }

  /** Returns the length of the rows, which must be the same for all. */
  static int requireRectangle(double[][] values, String what) {
    if (values.length == 0 || values[0].length == 0) {
      throw new IllegalArgumentException(
          "There must be at least one value in " + what + ", but there is none.");
    }
    for (int r = 0; r < values.length; r++) {
      if (values[r].length != values[0].length) {
        throw new IllegalArgumentException(
            "All rows of "
                + what
                + " must have the same length, but row 0 has length "
                + values[0].length
                + " and row "
                + r
                + " has length "
                + values[r].length
                + ".");
      }
    }
    return values[0].length;
  }
}
