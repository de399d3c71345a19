package org.unroll.notebook;

import java.time.LocalDateTime;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.IntStream;
import tech.tablesaw.api.DateTimeColumn;
import tech.tablesaw.api.DoubleColumn;
import tech.tablesaw.api.NumericColumn;
import tech.tablesaw.api.Table;
import tech.tablesaw.columns.Column;
import tech.tablesaw.plotly.components.Axis;
import tech.tablesaw.plotly.components.Figure;
import tech.tablesaw.plotly.components.Grid;
import tech.tablesaw.plotly.components.Layout;
import tech.tablesaw.plotly.components.Layout.BarMode;
import tech.tablesaw.plotly.components.Layout.HoverMode;
import tech.tablesaw.plotly.components.Line;
import tech.tablesaw.plotly.components.Line.Dash;
import tech.tablesaw.plotly.components.Marker;
import tech.tablesaw.plotly.traces.BarTrace;
import tech.tablesaw.plotly.traces.ScatterTrace;
import tech.tablesaw.plotly.traces.ScatterTrace.Mode;
import tech.tablesaw.plotly.traces.Trace;

/**
 * Ready-made plots, one call each. A plot is a jsplot {@link Figure} and can be changed as any
 * other: {@code figure.setLayout(…)}, {@code figure.setTraces(…)}.
 *
 * <p>In plots of training, a dashed line is what was seen in training and a solid one is the
 * validation; a model keeps its colour.
 */
public final class Plots {

  private static final String VALIDATION = "val_";

  private Plots() {}

  /**
   * The curves of one training: a panel for the loss and one for each metric.
   *
   * @param logs a value for each epoch, by Keras's names: {@code mae}, {@code val_mae}, …
   */
  public static Figure history(Map<String, double[]> logs) {
    if (logs.isEmpty()) {
      throw new IllegalArgumentException(
          "A history has a value for each epoch, this one is empty: was fit called?");
    }
    Set<String> metrics = new LinkedHashSet<>();
    logs.keySet().forEach(name -> metrics.add(metric(name)));
    List<Panel> panels = new ArrayList<>();
    for (String metric : metrics) {
      List<Curve> curves = new ArrayList<>();
      boolean legend = panels.isEmpty();
      addCurve(curves, "training", logs.get(metric), PlotStyle.color(0), Dash.DASH, legend);
      addCurve(
          curves,
          "validation",
          logs.get(VALIDATION + metric),
          PlotStyle.color(1),
          Dash.SOLID,
          legend);
      panels.add(new Panel(label(metric), curves));
    }
    return figure("Training history", "epoch", panels);
  }

  /**
   * The curves of several trainings in one plot, a colour for each.
   *
   * @param metric what to compare, say {@code loss} or {@code mae}
   * @param histories the logs of each model, as in {@link #history}, by the model's name
   */
  public static Figure comparison(String metric, Map<String, Map<String, double[]>> histories) {
    List<Curve> curves = new ArrayList<>();
    Set<String> known = new TreeSet<>();
    int number = 0;
    for (Map.Entry<String, Map<String, double[]>> history : histories.entrySet()) {
      Map<String, double[]> logs = history.getValue();
      logs.keySet().forEach(name -> known.add(metric(name)));
      String color = PlotStyle.color(number++);
      String name = history.getKey();
      addCurve(curves, name + ", training", logs.get(metric), color, Dash.DASH, true);
      addCurve(
          curves, name + ", validation", logs.get(VALIDATION + metric), color, Dash.SOLID, true);
    }
    if (curves.isEmpty()) {
      throw new IllegalArgumentException(
          "No history has the metric '"
              + metric
              + "'. Received: histories of "
              + histories.keySet()
              + " with "
              + known
              + ".");
    }
    return figure(
        label(metric) + " of each model", "epoch", List.of(new Panel(label(metric), curves)));
  }

  /**
   * Forecasts beside what came true.
   *
   * @param times when, one for each value
   * @param truth the measured values; NaN is a gap
   * @param forecasts the forecast values by the name of the model
   * @param quantity the title of the axis with its unit, say {@code T (°C)}
   */
  public static Figure forecast(
      List<LocalDateTime> times, double[] truth, Map<String, double[]> forecasts, String quantity) {
    Column<?> x = DateTimeColumn.create("time", times);
    List<Curve> curves = new ArrayList<>();
    curves.add(
        new Curve(
            "truth", x, column("truth", truth, times.size()), PlotStyle.NEUTRAL, Dash.SOLID, true));
    int number = 0;
    for (Map.Entry<String, double[]> forecast : forecasts.entrySet()) {
      Column<?> y = column(forecast.getKey(), forecast.getValue(), times.size());
      curves.add(new Curve(forecast.getKey(), x, y, PlotStyle.color(number++), Dash.SOLID, true));
    }
    return figure("Forecast and truth", "", List.of(new Panel(quantity, curves)));
  }

  /**
   * The columns of a table over time, a panel each, with one zoom for all. Of more than {@value
   * Thinning#STRETCHES} rows for which there would be two points, the smallest and largest of each
   * stretch are drawn.
   *
   * @param table has a column of dates with times, else the row number stands for the time
   * @param columns names of number columns; none for all of them
   */
  public static Figure series(Table table, String... columns) {
    List<String> names =
        columns.length > 0
            ? Arrays.asList(columns)
            : table.columns().stream()
                .filter(NumericColumn.class::isInstance)
                .map(Column::name)
                .toList();
    Column<?> time =
        table.columns().stream().filter(DateTimeColumn.class::isInstance).findFirst().orElse(null);
    List<Panel> panels = new ArrayList<>();
    for (String name : names) {
      double[] values = numbers(table, name);
      int[] rows = Thinning.rows(values);
      Column<?> x =
          time != null
              ? DateTimeColumn.create(
                  "time", Arrays.stream(rows).mapToObj(((DateTimeColumn) time)::get).toList())
              : DoubleColumn.create("row", Arrays.stream(rows).asDoubleStream().toArray());
      Column<?> y =
          DoubleColumn.create(name, Arrays.stream(rows).mapToDouble(r -> values[r]).toArray());
      panels.add(
          new Panel(
              name,
              List.of(new Curve(name, x, y, PlotStyle.color(panels.size()), Dash.SOLID, false))));
    }
    return figure(table.name() == null ? "" : table.name(), time == null ? "row" : "", panels);
  }

  /**
   * The mean absolute error of each model beside those of the baselines, the best first.
   *
   * @param models error by model
   * @param baselines error by baseline, drawn in grey; may be empty
   * @param unit the unit of the errors, say {@code °C}
   */
  public static Figure meanAbsoluteErrors(
      Map<String, Double> models, Map<String, Double> baselines, String unit) {
    Trace[] bars = {
      bars("models", models, PlotStyle.color(0)), bars("baselines", baselines, PlotStyle.NEUTRAL)
    };
    Layout layout =
        layout("Mean absolute error", PlotStyle.HEIGHT)
            .barMode(BarMode.OVERLAY)
            .showLegend(!baselines.isEmpty())
            .xAxis(Axis.builder().build())
            .yAxis(axis("MAE (" + unit + ")"))
            .build();
    return baselines.isEmpty() ? new Figure(layout, bars[0]) : new Figure(layout, bars);
  }

  private record Curve(
      String name, Column<?> x, Column<?> y, String color, Dash dash, boolean inLegend) {}

  private record Panel(String title, List<Curve> curves) {}

  private static void addCurve(
      List<Curve> curves, String name, double[] values, String color, Dash dash, boolean legend) {
    if (values != null) {
      double[] epochs = IntStream.rangeClosed(1, values.length).asDoubleStream().toArray();
      Column<?> x = DoubleColumn.create("epoch", epochs);
      curves.add(new Curve(name, x, DoubleColumn.create(name, values), color, dash, legend));
    }
  }

  private static Figure figure(String title, String xTitle, List<Panel> panels) {
    List<Trace> traces = new ArrayList<>();
    Axis[] axes = new Axis[panels.size()];
    for (int p = 0; p < panels.size(); p++) {
      axes[p] = axis(panels.get(p).title());
      for (Curve curve : panels.get(p).curves()) {
        boolean few = curve.x().size() == 1;
        ScatterTrace.ScatterBuilder trace =
            ScatterTrace.builder(curve.x(), curve.y())
                .mode(few ? Mode.LINE_AND_MARKERS : Mode.LINE)
                .name(curve.name())
                .line(Line.builder().color(curve.color()).dash(curve.dash()).build())
                .showLegend(curve.inLegend());
        traces.add((p == 0 ? trace : trace.yAxis("y" + (p + 1))).build());
      }
    }
    int height = panels.size() == 1 ? PlotStyle.HEIGHT : 120 + 180 * panels.size();
    Layout.LayoutBuilder layout =
        layout(title, height).hoverMode(HoverMode.X).xAxis(axis(xTitle)).yAxis(axes[0]);
    if (panels.size() > 1) {
      layout.grid(Grid.builder().rows(panels.size()).columns(1).xGap(0).yGap(0.15).build());
      layout.yAxis2(axes[1]);
    }
    if (panels.size() > 2) {
      layout.yAxis3(axes[2]);
    }
    return new Figure(layout.build(), traces.toArray(new Trace[0]));
  }

  private static Layout.LayoutBuilder layout(String title, int height) {
    return Layout.builder().title(title).autosize(true).height(height);
  }

  private static Axis axis(String title) {
    return Axis.builder().title(title).build();
  }

  private static BarTrace bars(String name, Map<String, Double> errors, String color) {
    List<Map.Entry<String, Double>> sorted =
        errors.entrySet().stream().sorted(Map.Entry.comparingByValue()).toList();
    // jsplot escapes names of traces but not of categories.
    Object[] names = sorted.stream().map(e -> HtmlTable.escape(e.getKey())).toArray();
    double[] values = sorted.stream().mapToDouble(Map.Entry::getValue).toArray();
    return BarTrace.builder(names, values)
        .name(name)
        .marker(Marker.builder().color(color).build())
        .build();
  }

  private static Column<?> column(String name, double[] values, int size) {
    if (values.length != size) {
      throw new IllegalArgumentException(
          "A forecast has a value for each time. Received: "
              + values.length
              + " values of '"
              + name
              + "' for "
              + size
              + " times.");
    }
    return DoubleColumn.create(name, values);
  }

  private static double[] numbers(Table table, String name) {
    if (!table.containsColumn(name)) {
      throw new IllegalArgumentException(
          "The table has no column '" + name + "'. Received: " + table.columnNames() + ".");
    }
    if (table.column(name) instanceof NumericColumn<?> numbers) {
      return numbers.asDoubleArray();
    }
    throw new IllegalArgumentException(
        "Only number columns can be drawn as a series. Received: column '"
            + name
            + "' of type "
            + table.column(name).type().name()
            + ".");
  }

  private static String metric(String name) {
    return name.startsWith(VALIDATION) ? name.substring(VALIDATION.length()) : name;
  }

  /** Abbreviations in capitals, words as they are: MAE, loss, accuracy. */
  private static String label(String metric) {
    return (metric.length() <= 4 && metric.startsWith("m")) || metric.equals("rmse")
        ? metric.toUpperCase(java.util.Locale.ROOT)
        : metric;
  }
}
