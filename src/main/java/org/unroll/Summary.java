package org.unroll;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.unroll.data.Shape;
import org.unroll.network.Input;
import org.unroll.network.Layer;
import org.unroll.network.Network;
import org.unroll.network.Step;
import org.unroll.network.Weight;

/**
 * The layers of a model with their output shapes and numbers of parameters, as in Keras's {@code
 * summary()}. A model inside the model is one row.
 */
public final class Summary {
  private static final String SHAPE_TITLE = "Output Shape";
  private static final String PARAMETERS_TITLE = "Param #";
  private static final String LAYER_TITLE = "Layer (type)";
  private static final int BYTES_PER_PARAMETER = 4;

  private final String name;
  private final List<Row> rows;
  private final int parameters;
  private final int trainable;

  private Summary(String name, List<Row> rows, Network network) {
    this.name = name;
    this.rows = List.copyOf(rows);
    // Not the sum of the rows, because inner models may share layers.
    parameters = network.weights().stream().mapToInt(Weight::size).sum();
    trainable = network.trainableWeights().stream().mapToInt(Weight::size).sum();
  }

  static Summary of(String name, Network network) {
    List<Row> rows = new ArrayList<>();
    if (!network.isChain()) {
      for (Input input : network.inputs()) {
        rows.add(new Row(input.name(), input.type(), input.shape(), 0, List.of()));
      }
    }
    Map<Layer, List<String>> sources = sources(network);
    for (Layer layer : network.topLayers()) {
      rows.add(
          new Row(
              layer.name(),
              layer.type(),
              layer.outputShape(),
              layer.parameters(),
              sources.getOrDefault(layer, List.of())));
    }
    return new Summary(name, rows, network);
  }

  /** Returns what each layer of a graph is applied to; an empty map for a chain. */
  private static Map<Layer, List<String>> sources(Network network) {
    Map<Layer, List<String>> sources = new HashMap<>();
    if (network.isChain()) {
      return sources;
    }
    List<String> values = new ArrayList<>();
    network.inputs().forEach(input -> values.add(input.name()));
    for (Step step : network.topSteps()) {
      for (int i = 0; i < step.outputs(); i++) {
        String place = step.application() == 0 && i == 0 ? "" : "[" + step.application() + "]";
        values.add(step.layer().name() + place + (i == 0 ? "" : "[" + i + "]"));
      }
      step.inputs()
          .forEach(
              value ->
                  sources
                      .computeIfAbsent(step.layer(), layer -> new ArrayList<>())
                      .add(values.get(value)));
    }
    return sources;
  }

  /**
   * A row of the table for one layer.
   *
   * @param name the name of the layer
   * @param type the class name in Keras
   * @param outputShape the shape of one output sample
   * @param parameters the number of weight values
   * @param connectedTo in a graph, the layers whose outputs this layer is applied to, each time:
   *     {@code lstm} is its output the first time, {@code lstm[1]} the second time, and {@code
   *     lstm[0][2]} its second state. An empty list in a chain
   */
  public record Row(
      String name, String type, Shape outputShape, int parameters, List<String> connectedTo) {
    /** Returns the shape with the batch axis as in Keras, such as {@code (None, 240, 32)}. */
    public String shapeText() {
      String axes = outputShape.toString();
      return "(None, " + axes.substring(1).replace(",)", ")");
    }
  }

  /** Returns the name of the model. */
  public String name() {
    return name;
  }

  /** Returns the rows, from the first layer. */
  public List<Row> rows() {
    return rows;
  }

  /** Returns whether the model is a graph, whose rows say what they are connected to. */
  public boolean isGraph() {
    return rows.stream().anyMatch(row -> !row.connectedTo().isEmpty());
  }

  /** Returns the number of all weight values. */
  public int parameters() {
    return parameters;
  }

  /** Returns the number of trainable weight values. */
  public int trainableParameters() {
    return trainable;
  }

  /** Returns the number of other weight values, such as moving averages and frozen weights. */
  public int nonTrainableParameters() {
    return parameters - trainable;
  }

  /**
   * Returns a number of parameters with its bytes as in Keras, such as {@code 4,705 (18.38 KB)}.
   *
   * @hidden
   */
  public static String withBytes(int parameters) {
    double bytes = (double) parameters * BYTES_PER_PARAMETER;
    String[] units = {"B", "KB", "MB", "GB"};
    int unit = 0;
    while (bytes >= 1024 && unit < units.length - 1) {
      bytes /= 1024;
      unit++;
    }
    return String.format(Locale.ROOT, "%,d (%.2f %s)", parameters, bytes, units[unit]);
  }

  /** Returns the table in box-drawing characters, followed by the totals. */
  @Override
  public String toString() {
    List<String> titles = new ArrayList<>(List.of(LAYER_TITLE, SHAPE_TITLE, PARAMETERS_TITLE));
    if (isGraph()) {
      titles.add("Connected to");
    }
    List<List<String>> cells = new ArrayList<>();
    for (Row row : rows) {
      List<String> line =
          new ArrayList<>(
              List.of(
                  row.name() + " (" + row.type() + ")",
                  row.shapeText(),
                  String.format(Locale.ROOT, "%,d", row.parameters())));
      if (isGraph()) {
        line.add(String.join(", ", row.connectedTo()));
      }
      cells.add(line);
    }
    int[] widths = titles.stream().mapToInt(String::length).toArray();
    for (List<String> line : cells) {
      for (int i = 0; i < widths.length; i++) {
        widths[i] = Math.max(widths[i], line.get(i).length());
      }
    }
    var text = new StringBuilder("Model: \"" + name + "\"\n");
    text.append(rule("┏", "━", "┳", "┓", widths));
    text.append(line("┃", widths, titles));
    text.append(rule("┡", "━", "╇", "┩", widths));
    for (int i = 0; i < cells.size(); i++) {
      if (i > 0) {
        text.append(rule("├", "─", "┼", "┤", widths));
      }
      text.append(line("│", widths, cells.get(i)));
    }
    text.append(rule("└", "─", "┴", "┘", widths));
    text.append(" Total params: ").append(withBytes(parameters())).append('\n');
    text.append(" Trainable params: ").append(withBytes(trainable)).append('\n');
    text.append(" Non-trainable params: ").append(withBytes(nonTrainableParameters()));
    return text.toString();
  }

  private static String rule(String left, String line, String cross, String right, int[] widths) {
    var text = new StringBuilder(left);
    for (int i = 0; i < widths.length; i++) {
      text.append(line.repeat(widths[i] + 2)).append(i < widths.length - 1 ? cross : right);
    }
    return text.append('\n').toString();
  }

  private static String line(String bar, int[] widths, List<String> cells) {
    var text = new StringBuilder(bar);
    for (int i = 0; i < widths.length; i++) {
      String padding = " ".repeat(widths[i] - cells.get(i).length());
      boolean isNumber = i == 2;
      text.append(' ').append(isNumber ? padding + cells.get(i) : cells.get(i) + padding);
      text.append(' ').append(bar);
    }
    return text.append('\n').toString();
  }
}
