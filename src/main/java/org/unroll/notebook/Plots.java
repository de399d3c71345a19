package org.unroll.notebook;

import java.time.LocalDateTime;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import org.unroll.Sequential;
import org.unroll.data.TimeSeries;
import org.unroll.data.Windows;
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
import tech.tablesaw.plotly.components.TickSettings;
import tech.tablesaw.plotly.components.TickSettings.TickMode;
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

  private static final String EPOCH = "epoch";
  private static final String SECONDS = "seconds";
  private static final String VALIDATION = "val_";
  private static final Set<String> ABBREVIATIONS =
      Set.of("mae", "mse", "rmse", "mape", "msle", "auc");
  private static final int FEW_EPOCHS = 12;

  private Plots() {}

  /**
   * The curves of one training: a panel for the loss and one for each metric.
   *
   * @param history a row for each epoch: the column {@code epoch}, then columns by Keras's names,
   *     say {@code loss, mae, val_loss, val_mae}; a file of a CSV logger will do
   */
  public static Figure history(Table history) {
    List<Panel> panels = new ArrayList<>();
    for (String metric : metrics(List.of(history))) {
      List<Curve> curves = new ArrayList<>();
      boolean legend = panels.isEmpty();
      addCurve(curves, "training", history, metric, PlotStyle.color(0), legend);
      addCurve(curves, "validation", history, VALIDATION + metric, PlotStyle.color(1), legend);
      panels.add(new Panel(label(metric), curves));
    }
    return figure("Training history", epochAxis(List.of(history)), panels);
  }

  /**
   * The curves of several trainings in one plot, a colour for each, with a panel for each metric.
   *
   * @param histories a table as for {@link #history} by the model's name
   * @param metrics what to compare, say {@code loss} or {@code mae}; none for all that were
   *     recorded
   */
  public static Figure comparison(Map<String, Table> histories, String... metrics) {
    if (histories.isEmpty()) {
      throw new IllegalArgumentException(
          "A comparison needs a history with an epoch at least. Received: none.");
    }
    Set<String> known = metrics(histories.values());
    List<Panel> panels = new ArrayList<>();
    for (String metric : metrics.length > 0 ? Arrays.asList(metrics) : known) {
      if (!known.contains(metric)) {
        throw new IllegalArgumentException(
            "No history has the metric '"
                + metric
                + "'. The histories of "
                + histories.keySet()
                + " have "
                + known
                + ".");
      }
      List<Curve> curves = new ArrayList<>();
      boolean legend = panels.isEmpty();
      int number = 0;
      for (Map.Entry<String, Table> entry : histories.entrySet()) {
        String color = PlotStyle.color(number++);
        String name = entry.getKey();
        Table history = entry.getValue();
        addCurve(curves, name + ", training", history, metric, color, legend);
        addCurve(curves, name + ", validation", history, VALIDATION + metric, color, legend);
      }
      panels.add(new Panel(label(metric), curves));
    }
    return figure("Training of each model", epochAxis(histories.values()), panels);
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
    return forecast(DateTimeColumn.create("time", times), "", truth, forecasts, quantity);
  }

  /**
   * The forecasts of models beside what came true, in the target's own unit.
   *
   * @param windows windows with one target; a range of some days, rather than all there are
   * @param models by name, as from a comparison: {@code forecast(days, runs.models())}
   */
  public static Figure forecast(Windows windows, Map<String, Sequential> models) {
    if (windows.targetShape().size() != 1) {
      throw new IllegalArgumentException(
          "A forecast is drawn of windows with one target value. Received: targets of shape "
              + windows.targetShape()
              + ". Draw one of them with forecast(times, truth, forecasts, quantity).");
    }
    TimeSeries series = windows.series();
    double[] truth = windows.targets().doubleColumn(series.targetNames().get(0)).asDoubleArray();
    Map<String, double[]> forecasts = new LinkedHashMap<>();
    models.forEach(
        (name, model) ->
            forecasts.put(
                name,
                Arrays.stream(model.predict(windows).toArray())
                    .mapToDouble(output -> series.denormalize(output[0]))
                    .toArray()));
    boolean dated = series.timestamps() instanceof DateTimeColumn;
    Column<?> x = dated ? windows.targets().column(0) : targetRows(windows);
    return forecast(x, dated ? "" : "row", truth, forecasts, series.targetNames().get(0));
  }

  private static Column<?> targetRows(Windows windows) {
    return DoubleColumn.create(
        "row", IntStream.range(0, windows.size()).mapToDouble(windows::targetRow).toArray());
  }

  private static Figure forecast(
      Column<?> x,
      String xTitle,
      double[] truth,
      Map<String, double[]> forecasts,
      String quantity) {
    List<Curve> curves = new ArrayList<>();
    curves.add(
        new Curve(
            "truth", x, column("truth", truth, x.size()), PlotStyle.NEUTRAL, Dash.SOLID, true));
    int number = 0;
    for (Map.Entry<String, double[]> forecast : forecasts.entrySet()) {
      Column<?> y = column(forecast.getKey(), forecast.getValue(), x.size());
      curves.add(new Curve(forecast.getKey(), x, y, PlotStyle.color(number++), Dash.SOLID, true));
    }
    return figure("Forecast and truth", axis(xTitle), List.of(new Panel(quantity, curves)));
  }

  /**
   * The columns of a table over time, a panel each, with one zoom for all. A column of more than
   * 2,000 rows is drawn as the smallest and the largest value of each of 1,000 stretches, so that
   * no peak is lost and the notebook stays small.
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
    if (names.isEmpty()) {
      throw new IllegalArgumentException(
          "A series needs a column of numbers. Received: a table with "
              + table.columnNames()
              + ".");
    }
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
    return figure(
        table.name() == null ? "" : table.name(), axis(time == null ? "row" : ""), panels);
  }

  /**
   * The mean absolute error of each model beside those of the baselines, the best first.
   *
   * @param models error by model; may be empty where there are baselines
   * @param baselines error by baseline, drawn in grey; may be empty
   * @param unit the unit of the errors, say {@code °C}
   */
  public static Figure meanAbsoluteErrors(
      Map<String, Double> models, Map<String, Double> baselines, String unit) {
    if (models.isEmpty() && baselines.isEmpty()) {
      throw new IllegalArgumentException(
          "There is no model and no baseline whose error could be drawn.");
    }
    List<Trace> bars = new ArrayList<>();
    if (!models.isEmpty()) {
      bars.add(bars("models", models, PlotStyle.color(0)));
    }
    if (!baselines.isEmpty()) {
      bars.add(bars("baselines", baselines, PlotStyle.NEUTRAL));
    }
    Layout layout =
        layout("Mean absolute error", PlotStyle.HEIGHT)
            .barMode(BarMode.OVERLAY)
            .showLegend(bars.size() > 1)
            .xAxis(Axis.builder().build())
            .yAxis(axis("MAE (" + unit + ")"))
            .build();
    return new Figure(layout, bars.toArray(new Trace[0]));
  }

  private record Curve(
      String name, Column<?> x, Column<?> y, String color, Dash dash, boolean inLegend) {}

  private record Panel(String title, List<Curve> curves) {}

  private static void addCurve(
      List<Curve> curves, String name, Table history, String column, String color, boolean legend) {
    if (history.containsColumn(column)) {
      Dash dash = column.startsWith(VALIDATION) ? Dash.SOLID : Dash.DASH;
      curves.add(
          new Curve(name, history.column(EPOCH), history.column(column), color, dash, legend));
    }
  }

  /** What was recorded, without the distinction of training and validation. */
  private static Set<String> metrics(Collection<Table> histories) {
    Set<String> metrics = new LinkedHashSet<>();
    for (Table history : histories) {
      if (!history.containsColumn(EPOCH) || history.rowCount() == 0) {
        throw new IllegalArgumentException(
            "A history has the column 'epoch' and a row for each. Received: "
                + history.shape()
                + " with columns "
                + history.columnNames()
                + ". Was an epoch finished?");
      }
      history.columnNames().stream()
          .filter(name -> !name.equals(EPOCH) && !name.equals(SECONDS))
          .map(name -> name.startsWith(VALIDATION) ? name.substring(VALIDATION.length()) : name)
          .forEach(metrics::add);
    }
    return metrics;
  }

  /** Half an epoch is no epoch: where Plotly would put ticks between, each gets one. */
  private static Axis epochAxis(Collection<Table> histories) {
    int epochs = histories.stream().mapToInt(Table::rowCount).max().orElse(0);
    return epochs > FEW_EPOCHS
        ? axis(EPOCH)
        : Axis.builder()
            .title(EPOCH)
            .tickSettings(
                TickSettings.builder().tickMode(TickMode.LINEAR).tick0(1).dTick(1).build())
            .build();
  }

  private static Figure figure(String title, Axis xAxis, List<Panel> panels) {
    List<Trace> traces = new ArrayList<>();
    for (int p = 0; p < panels.size(); p++) {
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
    int rows = panels.size();
    int height = rows == 1 ? PlotStyle.HEIGHT : 120 + 180 * rows;
    Layout.LayoutBuilder layout = layout(title, height).hoverMode(HoverMode.X).xAxis(xAxis);
    if (rows > 1) {
      layout.grid(Grid.builder().rows(rows).columns(1).xGap(0).yGap(0.15).build());
    }
    List<String> titles = panels.stream().map(Panel::title).toList();
    return new PanelFigure(layout.build(), titles, traces.toArray(new Trace[0]));
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
    Object[] names = sorted.stream().map(e -> FigureJson.escape(e.getKey())).toArray();
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

  /** Abbreviations in capitals, words as they are: MAE, loss, accuracy. */
  private static String label(String metric) {
    return ABBREVIATIONS.contains(metric) ? metric.toUpperCase(Locale.ROOT) : metric;
  }
}
