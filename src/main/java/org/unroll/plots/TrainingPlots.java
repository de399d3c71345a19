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

/** Draws the curves of training runs: dashed for training values, solid for validation values. */
final class TrainingPlots {

  private static final String EPOCH = "epoch";
  private static final String SECONDS = "seconds";
  private static final String VALIDATION = "val_";
  private static final Set<String> ABBREVIATIONS =
      Set.of("mae", "mse", "rmse", "mape", "msle", "auc");
  private static final int FEW_EPOCHS = 12;

  private TrainingPlots() {}

  /** Returns a figure without a curve, for training that ended before its first epoch did. */
  static PlotFigure empty(String title) {
    return figure(
        title + ": no epoch has finished",
        List.of(),
        List.of(new Subplots.Panel("loss", Subplots.height(1), List.of())));
  }

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
          "There must be at least one history with an epoch, but there is none.");
    }
    Set<String> known = metrics(histories.values());
    Collection<String> drawn = metrics.length > 0 ? Arrays.asList(metrics) : known;
    List<String> colors = LayerColors.of(histories.keySet());
    List<Subplots.Panel> panels = new ArrayList<>();
    for (String metric : drawn) {
      if (!known.contains(metric)) {
        throw new IllegalArgumentException(
            "At least one history must have the metric '"
                + metric
                + "', but the histories of "
                + histories.keySet()
                + " have "
                + known
                + ".");
      }
      List<PlotlyTrace> curves = new ArrayList<>();
      boolean legend = panels.isEmpty();
      int number = 0;
      for (Map.Entry<String, Table> entry : histories.entrySet()) {
        String color = colors.get(number++);
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
      // A line with a single point would be invisible.
      curves.add(history.rowCount() == 1 ? curve.with("{mode: 'lines+markers'}") : curve);
    }
  }

  /** Returns the recorded quantities without the prefix of validation values. */
  private static Set<String> metrics(Collection<Table> histories) {
    Set<String> metrics = new LinkedHashSet<>();
    for (Table history : histories) {
      if (!history.containsColumn(EPOCH) || history.rowCount() == 0) {
        throw new IllegalArgumentException(
            "A history must have the column 'epoch' and at least one row, but its columns are "
                + history.columnNames()
                + " and its number of rows is "
                + history.rowCount()
                + ". Check that at least one epoch was completed.");
      }
      history.columnNames().stream()
          .filter(name -> !name.equals(EPOCH) && !name.equals(SECONDS))
          .map(name -> name.startsWith(VALIDATION) ? name.substring(VALIDATION.length()) : name)
          .forEach(metrics::add);
    }
    return metrics;
  }

  /** Puts a tick at each epoch where Plotly would put ticks between epochs. */
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

  /** Returns abbreviations in capitals and words unchanged: MAE, loss, accuracy. */
  private static String label(String metric) {
    return ABBREVIATIONS.contains(metric) ? metric.toUpperCase(Locale.ROOT) : metric;
  }
}
