package org.unroll.plots.diagrams;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.DoubleBinaryOperator;
import java.util.stream.DoubleStream;
import org.unroll.Recording;
import org.unroll.layers.recurrent.RecurrentLayer;
import org.unroll.network.Layer;
import org.unroll.plots.diagrams.Sketch.Node;

/**
 * The values in a cell at one time step: the gates and the states before it are those of a
 * recording, and the others follow from them by the operations of the sketch.
 */
final class CellValues {

  static final String MEANS =
      "The values are means over the units; the mean of a product is not the product of the means.";

  private final String where;
  private final int unit;
  private final boolean areMeans;
  private final Map<String, String> texts = new HashMap<>();
  private final Map<String, double[]> units = new HashMap<>();

  private CellValues(String where, int unit, boolean areMeans) {
    this.where = where;
    this.unit = unit;
    this.areMeans = areMeans;
  }

  /**
   * Returns the values of a recording.
   *
   * @param unit the unit, or −1 for the mean of all
   */
  static CellValues of(CellSketch cell, Recording recording, String layer, int step, int unit) {
    double[][] h = recording.get(layer, "h");
    if (step < 0 || step >= h.length) {
      throw new IllegalArgumentException(
          "The time step must be from 0 to " + (h.length - 1) + ", but was " + step + ".");
    }
    if (unit != -1) {
      requireUnit(unit, h[step].length);
    }
    requireDrawn(cell, recording, layer, step);
    Map<String, double[]> known = new HashMap<>();
    for (Node node : cell.sketch().nodes().values()) {
      String quantity = node.id().replace("0", "");
      if (node.id().endsWith("0")) {
        known.put(node.id(), before(recording, layer, quantity, step));
      } else if (node.kind() == Sketch.Kind.LAYER && !node.id().equals("u")) {
        known.put(node.id(), recording.get(layer, quantity)[step]);
      }
    }
    boolean areMeans = unit < 0 && h[step].length > 1;
    CellValues values = new CellValues(place(step, unit, h[step].length), unit, areMeans);
    for (String node : cell.sketch().nodes().keySet()) {
      double[] value = value(cell.sketch(), node, known);
      if (value != null) {
        values.units.put(node, value);
        values.texts.put(node, text(value, unit));
      }
    }
    values.texts.remove("up"); // as h1
    return values;
  }

  static void requireUnit(int unit, int units) {
    if (unit < 0 || unit >= units) {
      throw new IllegalArgumentException(
          "unit must be from 0 to " + (units - 1) + ", but was " + unit + ".");
    }
  }

  static String place(int step, int unit, int units) {
    return "step " + step + ", " + unit(unit, units);
  }

  static String unit(int unit, int units) {
    return unit >= 0 ? "unit " + unit : units == 1 ? "1 unit" : "mean of " + units + " units";
  }

  /** Returns the value of a node; null if it does not follow from those known. */
  static double[] value(Sketch sketch, String id, Map<String, double[]> known) {
    if (known.containsKey(id)) {
      return known.get(id);
    }
    Node node = sketch.nodes().get(id);
    List<double[]> inputs = new ArrayList<>();
    for (String input : sketch.inputs(id)) {
      inputs.add(value(sketch, input, known));
    }
    if (inputs.isEmpty() || inputs.contains(null)) {
      return null;
    }
    double[] first = inputs.get(0);
    return switch (node.kind()) {
      case PORT -> first;
      case TIMES -> elementwise(first, inputs.get(1), (a, b) -> a * b);
      case PLUS -> elementwise(first, inputs.get(1), Double::sum);
      case COMPLEMENT -> DoubleStream.of(first).map(a -> 1 - a).toArray();
      case TANH -> DoubleStream.of(first).map(Math::tanh).toArray();
      default -> null;
    };
  }

  private static double[] elementwise(double[] a, double[] b, DoubleBinaryOperator operation) {
    double[] result = new double[a.length];
    for (int i = 0; i < result.length; i++) {
      result[i] = operation.applyAsDouble(a[i], b[i]);
    }
    return result;
  }

  /** Another cell, other activations or a masked step would make the drawing wrong. */
  private static void requireDrawn(CellSketch cell, Recording recording, String layer, int step) {
    Layer recorded = recording.layer(layer);
    CellSketch actual = DrawnCell.of(recorded);
    if (!actual.name().equals(cell.name())) {
      throw new IllegalArgumentException(
          "The layer of the values must have the drawn cell, "
              + cell.name()
              + ", but the cell of "
              + recorded.describe()
              + " is "
              + actual.name()
              + ". Draw it with Plots.cell(model, \""
              + layer
              + "\").");
    }
    if (isMasked(recording, layer, step)) {
      throw new IllegalArgumentException(
          "The values must be those of a step that the layer reads, but step "
              + step
              + " of "
              + recorded.describe()
              + " is masked.");
    }
  }

  static boolean isMasked(Recording recording, String layer, int step) {
    return recording.quantities(layer).contains("mask")
        && recording.get(layer, "mask")[step][0] == 0;
  }

  /** Returns the state that a layer reads at a step. */
  static double[] before(Recording recording, String layer, String state, int step) {
    double[][] states = recording.get(layer, state);
    boolean isBackward =
        recording.layer(layer) instanceof RecurrentLayer<?> recurrent && recurrent.goBackwards();
    int before = isBackward ? step + 1 : step - 1;
    if (before >= 0 && before < states.length) {
      return states[before];
    }
    String initial = "initial_" + state;
    return recording.quantities(layer).contains(initial)
        ? recording.get(layer, initial)[0]
        : new double[states[0].length];
  }

  /** Returns the value of one unit or the mean, with two decimals. */
  static String text(double[] values, int unit) {
    double value = number(values, unit);
    String text = String.format(Locale.ROOT, "%.2f", Math.abs(value));
    return value < 0 && !text.equals("0.00") ? "−" + text : text;
  }

  static double number(double[] values, int unit) {
    return unit >= 0 ? values[unit] : DoubleStream.of(values).average().orElseThrow();
  }

  boolean areMeans() {
    return areMeans;
  }

  /** Returns the time step and the unit. */
  String where() {
    return where;
  }

  /** Returns the text of each value by its node. */
  Map<String, String> texts() {
    return texts;
  }

  /** Returns the values of all units by their node. */
  Map<String, double[]> units() {
    return units;
  }

  /** Returns the value of the unit, or the mean, of a node. */
  double number(String node) {
    return number(units.get(node), unit);
  }
}
