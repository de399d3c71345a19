package org.unroll.plots.diagrams;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.unroll.Recording;
import org.unroll.plots.diagrams.MathText.Run;
import org.unroll.plots.diagrams.Sketch.Size;
import org.unroll.plots.diagrams.Sketch.Style;

/** Diagrams of recurrent networks over time. */
public final class Diagrams {

  private static final double WIDTH = 360;

  /** The number of time steps next to each other. */
  private static final int COLUMNS = 3;

  private static final int MOST_STEPS = 12;
  private static final double PITCH = 112;
  private static final double ROW = 186;
  private static final List<String> GATES = List.of("f", "i", "o", "z", "r");

  private Diagrams() {}

  /**
   * Draws a recurrent layer unrolled over some time steps of a recording, with the means of its
   * states and gates over the units. Three steps are in a row; the states pass on to the next row.
   *
   * @param layer the name of a recurrent layer
   * @param from the first time step, from 0
   * @param to the last time step, at most 11 after the first
   * @throws IllegalArgumentException if the recording does not have the layer or the steps
   */
  public static Diagram unrolled(Recording recording, String layer, int from, int to) {
    return unrolled(recording, layer, from, to, -1);
  }

  /**
   * Draws a recurrent layer unrolled over some time steps, with the values of one unit.
   *
   * @param unit from 0; −1 for the mean of all units
   */
  public static Diagram unrolled(Recording recording, String layer, int from, int to, int unit) {
    double[][] h = recording.get(layer, "h");
    CellValues.requireStep(from, h.length);
    CellValues.requireStep(to, h.length);
    if (to < from || to - from >= MOST_STEPS) {
      throw new IllegalArgumentException(
          "The last time step must be at least the first and at most "
              + (MOST_STEPS - 1)
              + " after it, but the steps were "
              + from
              + " to "
              + to
              + ".");
    }
    if (unit < -1 || unit >= h[0].length) {
      throw new IllegalArgumentException(
          "unit must be from 0 to " + (h[0].length - 1) + ", but was " + unit + ".");
    }
    List<String> states =
        recording.quantities(layer).contains("c") ? List.of("c", "h") : List.of("h");
    List<String> gates = GATES.stream().filter(recording.quantities(layer)::contains).toList();
    String where = CellValues.unit(unit, h[0].length);
    int rows = (to - from) / COLUMNS + 1;
    double width = to - from < 2 ? PITCH * (to - from + 1) + 24 : WIDTH;
    Scene scene = new Scene(Math.max(width, 248), 44 + ROW * rows);
    String place = " at steps " + from + " to " + to;
    String title = "'" + layer + "'" + place;
    scene.bold(shortened(layer, place, scene.width() - 12), 6, 18, 0, 14, Ink.TEXT);
    scene.text(where, 6, 36, 0, MathText.SMALLEST, Ink.SOFT);
    StringBuilder text = new StringBuilder();
    for (int row = 0; row < rows; row++) {
      int first = from + row * COLUMNS;
      int last = Math.min(to, first + COLUMNS - 1);
      Sketch sketch = new Sketch();
      Map<String, String> values = new HashMap<>();
      double y = 44 + row * ROW + 86;
      steps(sketch, values, recording, layer, states, first, last, unit, y);
      SketchDrawing drawing = new SketchDrawing(sketch, scene, Ink.PAGE);
      drawing.wires(wire -> true);
      drawing.nodes(node -> true);
      drawing.labels(node -> true, values);
      for (int step = first; step <= last; step++) {
        double x = 68 + PITCH * (step - first);
        double line = y - 38 + 17;
        scene.bold(cellName(recording.quantities(layer)), x, line, 0.5, 12, Ink.TEXT);
        for (String gate : gates) {
          line += 16;
          String value = CellValues.text(recording.get(layer, gate)[step], unit);
          scene.text(gate + "_t", x - 22, line, 0, 12, color(gate));
          scene.text(value, x + 24, line, 1, MathText.SMALLEST, Ink.TEXT);
        }
        text.append(" Step ").append(step).append(':');
        for (String state : states) {
          text.append(' ').append(state).append(" = ");
          text.append(CellValues.text(recording.get(layer, state)[step], unit));
        }
        text.append('.');
      }
    }
    return new Diagram(
        scene,
        title,
        "The layer '"
            + layer
            + "' unrolled over the time steps "
            + from
            + " to "
            + to
            + ", with its states and gates, "
            + where
            + ". The same weights are used at each step."
            + text,
        "Each box is the same layer with the same weights, at another time step.");
  }

  /** Returns the title with as much of the name of the layer as there is room for. */
  private static String shortened(String layer, String place, double room) {
    String name = layer;
    String title = "'" + name + "'" + place;
    while (!name.isEmpty() && MathText.width(new Run(title, false, false), 14, true) > room) {
      name = name.substring(0, name.offsetByCodePoints(name.length(), -1));
      title = "'" + name + "…'" + place;
    }
    return title;
  }

  private static Ink color(String gate) {
    return switch (gate) {
      case "f", "r" -> Ink.RED;
      case "o" -> Ink.PINK;
      default -> Ink.BLUE;
    };
  }

  private static String cellName(List<String> quantities) {
    return quantities.contains("c") ? "LSTM" : quantities.contains("z") ? "GRU" : "cell";
  }

  private static void steps(
      Sketch sketch,
      Map<String, String> values,
      Recording recording,
      String layer,
      List<String> states,
      int first,
      int last,
      int unit,
      double y) {
    for (int step = first; step <= last; step++) {
      double x = 68 + PITCH * (step - first);
      String cell = "cell" + step;
      sketch.box(cell, "", x, y, new Size(28, 38), Ink.SOFT);
      sketch.port("x" + step, x, y + 68).port("out" + step, x, y - 66);
      sketch.wire("x" + step, cell).wire(cell, "out" + step);
      sketch.label("x" + step, "x_{" + step + "}", x + 7, y + 66, 0);
      sketch.label("out" + step, "h_{" + step + "}", x + 7, y - 57, 0);
    }
    for (String state : states) {
      double wire = states.size() == 1 ? y : state.equals("c") ? y - 18 : y + 18;
      double label = state.equals("c") ? wire - 23 : wire + 16;
      Style style = state.equals("c") ? Style.THICK : Style.NORMAL;
      String before = state + (first - 1);
      sketch.port(before, 0, wire).wire(style, before, "cell" + first);
      if (first > 0) {
        sketch.label(before, state + "_{" + (first - 1) + "}", 3, label, 0);
        values.put(before, CellValues.text(recording.get(layer, state)[first - 1], unit));
      }
      for (int step = first; step <= last; step++) {
        double x = 68 + PITCH * (step - first);
        String value = state + step;
        boolean leaves = step == last;
        sketch.port(value, leaves ? x + PITCH - 44 : x + 28, wire);
        sketch.wire(style, "cell" + step, leaves ? value : "cell" + (step + 1), x, wire);
        sketch.label(value, state + "_{" + step + "}", x + 31, label, 0);
        values.put(value, CellValues.text(recording.get(layer, state)[step], unit));
      }
    }
  }

  /**
   * Draws the graph of backpropagation through time over three steps: values forward as solid
   * arrows, gradients backward as dashed arrows.
   */
  public static Diagram backpropagation() {
    Scene scene = new Scene(WIDTH, 312);
    Sketch sketch = new Sketch();
    double h = 156;
    sketch.box("weights", "dW, dU, db: sums over all steps", 180, 272, new Size(168, 14), Ink.RED);
    for (int t = 1; t <= 3; t++) {
      double x = 54 + PITCH * (t - 1);
      sketch.box("h" + t, "h_" + t, x, h, new Size(24, 20), Ink.GREEN);
      sketch.box("L" + t, "L_" + t, x, 66, new Size(24, 14), Ink.BLUE);
      sketch.port("x" + t, x - 12, 226);
      sketch.wire("x" + t, "h" + t);
      sketch.wire("h" + t, "L" + t, x - 10, h);
      sketch.wire(Style.BACKWARD, "L" + t, "h" + t, x + 10, 66);
      sketch.wire(Style.BACKWARD, "h" + t, "weights", x + 12, h);
      sketch.label("x" + t, "x_" + t, x - 12, 240, 0.5);
      if (t > 1) {
        sketch.wire("h" + (t - 1), "h" + t, x - PITCH, h + 9);
        sketch.wire(Style.BACKWARD, "h" + t, "h" + (t - 1), x, h - 9);
        scene.text("∂h_" + t + "/∂h_" + (t - 1), x - PITCH / 2, h - 19, 0.5, 12, Ink.RED);
      }
      scene.text("∂L_" + t + "/∂h_" + t, x + 16, 112, 0, 12, Ink.RED);
    }
    sketch.port("h0", 0, h + 9).wire("h0", "h1");
    SketchDrawing drawing = new SketchDrawing(sketch, scene, Ink.PAGE);
    drawing.wires(wire -> true);
    drawing.nodes(node -> true);
    drawing.labels(node -> true, Map.of());
    String title = "Backpropagation through time";
    scene.bold(title, 6, 18, 0, 14, Ink.TEXT);
    scene.text("h_0", 4, h + 27, 0, 14, Ink.TEXT);
    scene.text("solid: values, forward", 6, 304, 0, MathText.SMALLEST, Ink.SOFT);
    scene.text("dashed: gradients, backward", 354, 304, 1, MathText.SMALLEST, Ink.RED);
    return new Diagram(
        scene,
        title,
        "Three time steps. Forward, each state h reads the input x and the state before, and each"
            + " loss L reads its state. Backward, a state receives the gradient of its loss and,"
            + " through the next state, those of all later losses. The gradients of the weights are"
            + " sums over the steps, because all steps use the same weights.",
        "The gradient of a state has two parts, from its loss and from the next state:"
            + " dh_t = ∂L_t/∂h_t + dh_{t+1}·∂h_{t+1}/∂h_t. The weights are the same at each step,"
            + " so their gradients are sums over all steps. For h_t = tanh(x_t·W + h_{t−1}·U + b):"
            + " da_t = dh_t ⊙ (1 − h_t ⊙ h_t), dW = Σ x_tᵀ·da_t, dU = Σ h_{t−1}ᵀ·da_t,"
            + " db = Σ da_t.");
  }

  /**
   * Draws the shapes of sequence tasks: one to one, one to many, many to one, many to many with an
   * output at each step, and many to many with outputs after the whole input.
   */
  public static Diagram taskShapes() {
    Scene scene = new Scene(WIDTH, 456);
    scene.bold("Shapes of sequence tasks", 6, 18, 0, 14, Ink.TEXT);
    shape(scene, 8, 34, "One to one", "image → class", 1, List.of(0), List.of(0));
    shape(scene, 190, 34, "One to many", "image → caption", 3, List.of(0), List.of(0, 1, 2));
    shape(scene, 8, 178, "Many to one", "review → rating", 3, List.of(0, 1, 2), List.of(2));
    List<Integer> all = List.of(0, 1, 2);
    shape(scene, 190, 178, "Many to many", "sound frames → events", 3, all, all);
    shape(
        scene,
        8,
        322,
        "Many to many, after the input",
        "sentence → translation",
        6,
        all,
        List.of(3, 4, 5));
    Sketch legend = new Sketch();
    List<String> names = List.of("output", "state", "input");
    List<Ink> inks = List.of(Ink.PINK, Ink.GREEN, Ink.BLUE);
    for (int i = 0; i < 3; i++) {
      double y = 352 + 36 * i;
      legend.box(names.get(i), "", 288, y, new Size(11, 9), inks.get(i));
      scene.text(names.get(i), 306, y + 4, 0, 12, Ink.TEXT);
    }
    new SketchDrawing(legend, scene, Ink.PAGE).nodes(node -> true);
    return new Diagram(
        scene,
        "Shapes of sequence tasks",
        "Five networks over time. One to one: one input, one output. One to many: one input, an"
            + " output at each step. Many to one: an input at each step, one output after the last."
            + " Many to many: an input and an output at each step. Many to many, after the input:"
            + " three inputs, then three outputs.",
        "");
  }

  private static void shape(
      Scene scene,
      double left,
      double top,
      String title,
      String example,
      int steps,
      List<Integer> inputs,
      List<Integer> outputs) {
    Sketch sketch = new Sketch();
    Size size = new Size(11, 9);
    List<String> cells = new ArrayList<>();
    IntStream.range(0, steps).forEach(step -> cells.add("cell" + step));
    for (int step = 0; step < steps; step++) {
      double x = left + 15 + 38 * step;
      sketch.box(cells.get(step), "", x, top + 60, size, Ink.GREEN);
      if (inputs.contains(step)) {
        sketch.box("x" + step, "", x, top + 96, size, Ink.BLUE).wire("x" + step, cells.get(step));
      }
      if (outputs.contains(step)) {
        sketch.box("y" + step, "", x, top + 24, size, Ink.PINK).wire(cells.get(step), "y" + step);
      }
      if (step > 0) {
        sketch.wire(cells.get(step - 1), cells.get(step));
      }
    }
    SketchDrawing drawing = new SketchDrawing(sketch, scene, Ink.PAGE);
    drawing.wires(wire -> true);
    drawing.nodes(node -> true);
    scene.bold(title, left, top + 6, 0, 12.5, Ink.TEXT);
    scene.text(example, left, top + 122, 0, 12, Ink.SOFT);
  }
}
