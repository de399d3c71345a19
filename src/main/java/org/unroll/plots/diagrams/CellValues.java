package org.unroll.plots.diagrams;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.DoubleBinaryOperator;
import java.util.stream.DoubleStream;
import org.unroll.Recording;
import org.unroll.plots.diagrams.Sketch.Node;

/**
 * The values in a cell at one time step: the gates and the states before it are those of a
 * recording, and the others follow from them by the operations of the sketch.
 */
final class CellValues {

  private final String where;
  private final Map<String, String> texts = new HashMap<>();

  private CellValues(String where) {
    this.where = where;
  }

  /**
   * Returns the values of a recording.
   *
   * @param unit the unit, or −1 for the mean of all
   */
  static CellValues of(CellSketch cell, Recording recording, String layer, int step, int unit) {
    double[][] h = recording.get(layer, "h");
    requireStep(step, h.length);
    if (unit < -1 || unit >= h[step].length) {
      throw new IllegalArgumentException(
          "unit must be from 0 to " + (h[step].length - 1) + ", but was " + unit + ".");
    }
    Map<String, double[]> known = new HashMap<>();
    for (Node node : cell.sketch().nodes().values()) {
      String quantity = node.id().replace("0", "");
      if (node.id().endsWith("0")) {
        double[][] states = recording.get(layer, quantity);
        known.put(node.id(), step == 0 ? new double[states[0].length] : states[step - 1]);
      } else if (node.kind() == Sketch.Kind.LAYER && !node.id().equals("u")) {
        known.put(node.id(), recording.get(layer, quantity)[step]);
      }
    }
    CellValues values = new CellValues(place(step, unit, h[step].length));
    for (String node : cell.sketch().nodes().keySet()) {
      double[] value = value(cell.sketch(), node, known);
      if (node.endsWith("1")) {
        requireSame(cell, layer, step, value, recording.get(layer, node.replace("1", ""))[step]);
      }
      if (value != null) {
        values.texts.put(node, text(value, unit));
      }
    }
    values.texts.remove("up"); // as h1
    return values;
  }

  static void requireStep(int step, int steps) {
    if (step < 0 || step >= steps) {
      throw new IllegalArgumentException(
          "The time step must be from 0 to " + (steps - 1) + ", but was " + step + ".");
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

  /** A masked step, another activation or another cell would make the drawing wrong. */
  private static void requireSame(
      CellSketch cell, String layer, int step, double[] drawn, double[] recorded) {
    for (int i = 0; i < recorded.length; i++) {
      if (Math.abs(drawn[i] - recorded[i]) > 1e-4 * (1 + Math.abs(recorded[i]))) {
        throw new IllegalArgumentException(
            String.format(
                Locale.ROOT,
                "Layer '%s' must compute its state at step %d as the %s cell does from the gates"
                    + " and the state before, but unit %d is %.4g instead of %.4g. The step may be"
                    + " masked, the layer may run backward or begin with another state than zeros,"
                    + " or it has another activation or another cell.",
                layer,
                step,
                cell.name(),
                i,
                recorded[i],
                drawn[i]));
      }
    }
  }

  /** Returns the value of one unit or the mean, with two decimals. */
  static String text(double[] values, int unit) {
    double value = unit >= 0 ? values[unit] : DoubleStream.of(values).average().orElseThrow();
    String text = String.format(Locale.ROOT, "%.2f", Math.abs(value));
    return value < 0 && !text.equals("0.00") ? "−" + text : text;
  }

  /** Returns the time step and the unit. */
  String where() {
    return where;
  }

  /** Returns the text of each value by its node. */
  Map<String, String> texts() {
    return texts;
  }
}
