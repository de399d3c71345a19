package org.unroll;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.unroll.data.Shape;
import org.unroll.network.Network;
import org.unroll.network.Weight;

/**
 * The layers of a model with their output shapes and numbers of parameters, as in Keras's {@code
 * summary()}.
 */
public final class Summary {
  private static final String SHAPE_TITLE = "Output Shape";
  private static final String PARAMETERS_TITLE = "Param #";
  private static final String LAYER_TITLE = "Layer (type)";
  private static final int BYTES_PER_PARAMETER = 4;

  private final String name;
  private final List<Row> rows;
  private final int trainable;

  private Summary(String name, List<Row> rows, int trainable) {
    this.name = name;
    this.rows = List.copyOf(rows);
    this.trainable = trainable;
  }

  static Summary of(String name, Network network) {
    List<Row> rows =
        network.layers().stream()
            .map(l -> new Row(l.name(), l.type(), l.outputShape(), l.parameters()))
            .toList();
    return new Summary(
        name, rows, network.trainableWeights().stream().mapToInt(Weight::size).sum());
  }

  /**
   * A row of the table for one layer.
   *
   * @param name the name of the layer
   * @param type the class name in Keras
   * @param outputShape the shape of one output sample
   * @param parameters the number of weight values
   */
  public record Row(String name, String type, Shape outputShape, int parameters) {
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

  /** Returns the number of all weight values. */
  public int parameters() {
    return rows.stream().mapToInt(Row::parameters).sum();
  }

  /** Returns the number of trainable weight values. */
  public int trainableParameters() {
    return trainable;
  }

  /** Returns the number of other weight values, such as moving averages and frozen weights. */
  public int nonTrainableParameters() {
    return parameters() - trainable;
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
    var cells = new ArrayList<String[]>();
    for (Row row : rows) {
      cells.add(
          new String[] {
            row.name() + " (" + row.type() + ")",
            row.shapeText(),
            String.format(Locale.ROOT, "%,d", row.parameters())
          });
    }
    int[] widths = {LAYER_TITLE.length(), SHAPE_TITLE.length(), PARAMETERS_TITLE.length()};
    for (String[] row : cells) {
      for (int i = 0; i < widths.length; i++) {
        widths[i] = Math.max(widths[i], row[i].length());
      }
    }
    var text = new StringBuilder("Model: \"" + name + "\"\n");
    text.append(rule("┏", "━", "┳", "┓", widths));
    text.append(line("┃", widths, LAYER_TITLE, SHAPE_TITLE, PARAMETERS_TITLE));
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

  private static String line(String bar, int[] widths, String... cells) {
    return String.format(
            Locale.ROOT,
            "%1$s %2$-"
                + widths[0]
                + "s %1$s %3$-"
                + widths[1]
                + "s %1$s %4$"
                + widths[2]
                + "s %1$s%n",
            bar,
            cells[0],
            cells[1],
            cells[2])
        .replace(System.lineSeparator(), "\n");
  }
}
