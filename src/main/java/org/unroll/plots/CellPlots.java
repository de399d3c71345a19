package org.unroll.plots;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.unroll.Recording;

/** Draws the gates, states and gradients of recurrent layers over time. */
final class CellPlots {

  private static final String ATTENTION = "attention_weights";
  private static final Set<String> GATES = Set.of("i", "f", "o", "z", "r");
  private static final Map<String, String> NAMES =
      Map.of(
          "i", "i, input gate",
          "f", "f, forget gate",
          "o", "o, output gate",
          "z", "z, update gate",
          "r", "r, reset gate",
          "g", "g, candidate",
          "c", "c, cell state",
          "h", "h, state");
  private static final int PANEL = 96;

  private CellPlots() {}

  static PlotFigure gates(
      Recording recording, String layer, List<String> steps, String... quantities) {
    List<String> drawn =
        quantities.length > 0 ? Arrays.asList(quantities) : insideCell(recording, layer);
    if (drawn.isEmpty()) {
      throw new IllegalArgumentException(
          "Layer '"
              + layer
              + "' must have recorded gates or states, but has none. The recorded layers are "
              + recording.layers()
              + ".");
    }
    int length = recording.get(layer, drawn.get(0)).length;
    if (steps != null && steps.size() != length) {
      throw new IllegalArgumentException(
          "The number of step labels must be "
              + length
              + ", one per time step, but was "
              + steps.size()
              + ".");
    }
    List<Subplots.Panel> panels = new ArrayList<>();
    for (String quantity : drawn) {
      double[][] units = transposed(recording.get(layer, quantity));
      Subplots.Panel panel =
          HeatMaps.panel(
              NAMES.getOrDefault(quantity, quantity),
              units,
              length,
              drawn.size() == 1 ? 240 : PANEL);
      if (GATES.contains(quantity)) {
        panel.traces().get(0).colors(0, 1);
      }
      panels.add(panel);
    }
    ObjectNode axis = Subplots.axis(steps == null ? "time step" : "");
    axis.put("showgrid", false);
    HeatMaps.label(axis, steps);
    return Subplots.figure("Units of '" + layer + "'", axis, panels);
  }

  /** Returns the recorded gates and states, without the output and the gradients. */
  private static List<String> insideCell(Recording recording, String layer) {
    List<String> recorded = recording.quantities(layer);
    return recorded.stream()
        .filter(quantity -> !quantity.equals("output") && !quantity.equals("mask"))
        .filter(quantity -> !quantity.startsWith("initial_"))
        .filter(quantity -> !(quantity.startsWith("d") && recorded.contains(quantity.substring(1))))
        .toList();
  }

  static double[][] transposed(double[][] rows) {
    double[][] columns = new double[rows[0].length][rows.length];
    for (int r = 0; r < rows.length; r++) {
      for (int c = 0; c < columns.length; c++) {
        columns[c][r] = rows[r][c];
      }
    }
    return columns;
  }

  static PlotFigure attention(Recording recording, List<String> words) {
    List<String> layers =
        recording.layers().stream()
            .filter(layer -> recording.quantities(layer).contains(ATTENTION))
            .toList();
    if (layers.size() != 1) {
      throw new IllegalArgumentException(
          "Exactly one recorded layer must have attention weights, but those that have them are "
              + layers
              + " of "
              + recording.layers()
              + ". Pass the weights of one layer to attention(weights, words).");
    }
    double[][] weights = recording.get(layers.get(0), ATTENTION);
    return attention(Arrays.stream(weights).mapToDouble(step -> step[0]).toArray(), words);
  }

  static PlotFigure attention(double[] weights, List<String> words) {
    if (words.size() != weights.length) {
      throw new IllegalArgumentException(
          "The number of words must be "
              + weights.length
              + ", one per weight, but was "
              + words.size()
              + ".");
    }
    PlotlyTrace bars =
        PlotlyTrace.bars(
            "weight",
            PlotlyTrace.counted(weights.length),
            PlotlyTrace.numbers(weights),
            PlotStyle.color(0));
    bars.json().set("hovertext", PlotlyTrace.texts(words));
    ObjectNode axis = Subplots.axis("");
    axis.put("showgrid", false);
    HeatMaps.label(axis, words);
    PlotFigure figure =
        Subplots.figure(
            "Attention", axis, List.of(new Subplots.Panel("attention weight", 240, List.of(bars))));
    figure.settings().put("showlegend", false).put("bargap", 0.1);
    return figure;
  }

  static PlotFigure gradientNorms(Map<String, double[]> norms, Map<String, double[]> dashed) {
    LinePlots.requireSome(norms, "line");
    List<PlotlyTrace> traces = new ArrayList<>(gradientNorms(norms));
    gradientNorms(dashed).forEach(trace -> traces.add(trace.with("{line: {dash: 'dash'}}")));
    PlotFigure figure =
        Subplots.figure(
                "Gradient over time",
                "time steps before the last",
                "norm of the loss gradient",
                traces)
            .logY();
    figure.settings().put("showlegend", true);
    return figure;
  }

  /** A gradient of 0 is a gap, because it has no logarithm. */
  private static List<PlotlyTrace> gradientNorms(Map<String, double[]> norms) {
    List<String> colors = LayerColors.of(norms.keySet());
    List<PlotlyTrace> traces = new ArrayList<>();
    norms.forEach(
        (name, values) -> {
          double[] positive =
              Arrays.stream(values).map(norm -> norm == 0 ? Double.NaN : norm).toArray();
          traces.add(
              PlotlyTrace.line(
                  name,
                  PlotlyTrace.counted(values.length),
                  PlotlyTrace.numbers(positive),
                  colors.get(traces.size())));
        });
    return traces;
  }
}
