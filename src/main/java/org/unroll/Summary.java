package org.unroll;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.unroll.data.Shape;

/**
 * The layers of a model with their output shapes and parameters, as Keras's {@code summary()} shows
 * them.
 */
public final class Summary {
  private static final String SHAPE_TITLE = "Output Shape";
  private static final String PARAMETERS_TITLE = "Param #";
  private static final String LAYER_TITLE = "Layer (type)";
  private static final int BYTES_PER_PARAMETER = 4;

  private final String name;
  private final List<Row> rows;
  private final int trainable;

  Summary(String name, List<Row> rows, int trainable) {
    this.name = name;
    this.rows = List.copyOf(rows);
    this.trainable = trainable;
  }

  /**
   * One layer.
   *
   * @param name the layer's name
   * @param type Keras's class name
   * @param outputShape the shape of one output sample
   * @param parameters number of weight values
   */
  public record Row(String name, String type, Shape outputShape, int parameters) {
    /** The shape with the batch axis, as Keras writes it: {@code (None, 240, 32)}. */
    public String shapeText() {
      String axes = outputShape.toString();
      return "(None, " + axes.substring(1).replace(",)", ")");
    }
  }

  /** The model's name. */
  public String name() {
    return name;
  }

  /** The layers, from the first. */
  public List<Row> rows() {
    return rows;
  }

  /** The number of weight values in all layers. */
  public int parameters() {
    return rows.stream().mapToInt(Row::parameters).sum();
  }

  /** The number of weight values that training changes. */
  public int trainableParameters() {
    return trainable;
  }

  /** The number of weight values that training leaves to their layers, such as moving averages. */
  public int nonTrainableParameters() {
    return parameters() - trainable;
  }

  /** A number of parameters with its bytes, as under Keras's table: {@code 4,705 (18.38 KB)}. */
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

  /** The table in box characters, with the totals below. */
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
