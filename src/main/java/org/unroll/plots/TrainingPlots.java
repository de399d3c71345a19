package org.unroll.plots;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import tech.tablesaw.api.Table;

/** The curves of trainings: dashed for what was seen in training, solid for the validation. */
final class TrainingPlots {

  private static final String EPOCH = "epoch";
  private static final String SECONDS = "seconds";
  private static final String VALIDATION = "val_";
  private static final Set<String> ABBREVIATIONS =
      Set.of("mae", "mse", "rmse", "mape", "msle", "auc");
  private static final int FEW_EPOCHS = 12;

  private TrainingPlots() {}

  static PlotFigure history(Table history) {
    List<Subplots.Panel> panels = new ArrayList<>();
    Set<String> metrics = metrics(List.of(history));
    for (String metric : metrics) {
      List<PlotlyTrace> curves = new ArrayList<>();
      boolean legend = panels.isEmpty();
      addCurve(curves, "training", history, metric, PlotStyle.color(0), legend);
      addCurve(curves, "validation", history, VALIDATION + metric, PlotStyle.color(1), legend);
      panels.add(new Subplots.Panel(label(metric), Subplots.height(metrics.size()), curves));
    }
    return figure("Training history", List.of(history), panels);
  }

  static PlotFigure comparison(Map<String, Table> histories, String... metrics) {
    if (histories.isEmpty()) {
      throw new IllegalArgumentException(
          "A comparison needs a history with an epoch at least. Received: none.");
    }
    Set<String> known = metrics(histories.values());
    Collection<String> drawn = metrics.length > 0 ? Arrays.asList(metrics) : known;
    List<Subplots.Panel> panels = new ArrayList<>();
    for (String metric : drawn) {
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
      List<PlotlyTrace> curves = new ArrayList<>();
      boolean legend = panels.isEmpty();
      int number = 0;
      for (Map.Entry<String, Table> entry : histories.entrySet()) {
        String color = PlotStyle.color(number++);
        String name = entry.getKey();
        Table history = entry.getValue();
        addCurve(curves, name + ", training", history, metric, color, legend);
        addCurve(curves, name + ", validation", history, VALIDATION + metric, color, legend);
      }
      panels.add(new Subplots.Panel(label(metric), Subplots.height(drawn.size()), curves));
    }
    return figure("Training of each model", histories.values(), panels);
  }

  private static void addCurve(
      List<PlotlyTrace> curves,
      String name,
      Table history,
      String column,
      String color,
      boolean legend) {
    if (history.containsColumn(column)) {
      PlotlyTrace curve =
          PlotlyTrace.line(
              name,
              PlotlyTrace.column(history.column(EPOCH)),
              PlotlyTrace.column(history.column(column)),
              color);
      String dash = column.startsWith(VALIDATION) ? "solid" : "dash";
      curve.with("{line: {dash: '" + dash + "'}, showlegend: " + legend + "}");
      // A line of one point would not be seen.
      curves.add(history.rowCount() == 1 ? curve.with("{mode: 'lines+markers'}") : curve);
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
  private static PlotFigure figure(
      String title, Collection<Table> histories, List<Subplots.Panel> panels) {
    int epochs = histories.stream().mapToInt(Table::rowCount).max().orElse(0);
    ObjectNode axis = Subplots.axis(EPOCH);
    if (epochs <= FEW_EPOCHS) {
      axis.put("tickmode", "linear").put("tick0", 1).put("dtick", 1);
    }
    PlotFigure figure = Subplots.figure(title, axis, panels);
    figure.settings().put("hovermode", "x");
    return figure;
  }

  /** Abbreviations in capitals, words as they are: MAE, loss, accuracy. */
  private static String label(String metric) {
    return ABBREVIATIONS.contains(metric) ? metric.toUpperCase(Locale.ROOT) : metric;
  }
}
