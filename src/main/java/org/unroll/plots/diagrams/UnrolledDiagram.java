package org.unroll.plots.diagrams;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.DoubleStream;
import org.unroll.Recording;
import org.unroll.layers.cells.LstmVariantCell;
import org.unroll.layers.recurrent.RecurrentLayer;
import org.unroll.network.Layer;
import org.unroll.plots.diagrams.MathText.Run;
import org.unroll.plots.diagrams.Sketch.Size;
import org.unroll.plots.diagrams.Sketch.Style;

/**
 * The diagram of a layer unrolled over time from {@link org.unroll.plots.Plots#unrolled}. Three
 * steps are in a row; the states pass on to the next row. A masked step has no gates.
 *
 * <pre>{@code
 * Sequential tiny = Sequential.of(input(6, 1), lstm(4), dense(1));
 * Recording sixSteps = tiny.record(Samples.of(new double[1][6][1]), 0);
 * Notebook.show(Plots.unrolled(sixSteps, "lstm", 0, 6).unit(2));
 * }</pre>
 */
public final class UnrolledDiagram extends Diagram {

  private static final double WIDTH = 360;

  /** The number of time steps next to each other. */
  private static final int COLUMNS = 3;

  private static final int MOST_STEPS = 12;
  private static final double PITCH = 112;
  private static final double ROW = 186;

  /** The x of the first step. */
  private static final double FIRST = 68;

  private final Source source;
  private final int from;
  private final int to;

  private UnrolledDiagram(Source source, int from, int to) {
    super(
        draw(source, from, to),
        "'" + source.layer + "'" + place(from, to),
        describe(source, from, to),
        caption(source, from));
    this.source = source;
    this.from = from;
    this.to = to;
  }

  /**
   * What is drawn: a layer of a recording.
   *
   * @param unit the unit, or −1 for the mean of all
   */
  private record Source(Recording recording, String layer, int unit) {

    RecurrentLayer<?> recurrent() {
      return (RecurrentLayer<?>) recording.layer(layer);
    }

    int units() {
      return recording.get(layer, "h")[0].length;
    }

    String where() {
      RecurrentLayer<?> recurrent = recurrent();
      boolean isKnown = DrawnCell.exists(recurrent);
      String type = isKnown ? DrawnCell.of(recurrent).name() : recurrent.cell().type();
      return type + ", " + CellValues.unit(unit, units());
    }

    List<String> states() {
      return recording.quantities(layer).contains("c") ? List.of("c", "h") : List.of("h");
    }

    List<String> gates() {
      List<String> recorded = recording.quantities(layer);
      List<String> gates = new ArrayList<>(List.of("f", "i", "o", "z", "r"));
      gates.removeIf(gate -> !recorded.contains(gate) && !(gate.equals("f") && isCoupled()));
      return gates;
    }

    private boolean isCoupled() {
      return recurrent().cell() instanceof LstmVariantCell cell && cell.coupledGates();
    }

    String state(String state, int step) {
      return CellValues.text(recording.get(layer, state)[step], unit);
    }

    String before(String state, int step) {
      return CellValues.text(CellValues.before(recording, layer, state, step), unit);
    }

    String gate(String gate, int step) {
      boolean isComplement = gate.equals("f") && isCoupled();
      double[] values = recording.get(layer, isComplement ? "i" : gate)[step];
      double[] shown =
          isComplement ? DoubleStream.of(values).map(value -> 1 - value).toArray() : values;
      return CellValues.text(shown, unit);
    }

    boolean isMasked(int step) {
      return CellValues.isMasked(recording, layer, step);
    }

    /** Returns the color of a gate in the diagram of the cell. */
    Ink ink(String gate) {
      if (!DrawnCell.exists(recurrent())) {
        return Ink.TEXT;
      }
      Ink ink = DrawnCell.of(recurrent()).sketch().nodes().get(gate).ink();
      return ink == null ? Ink.TEXT : ink;
    }
  }

  /**
   * Draws a recurrent layer over some time steps of a recording.
   *
   * @param layer the name of a recurrent layer that reads from the first step to the last
   * @param from the first time step, from 0
   * @param to the end of the time steps, exclusive, at most 12 after the first
   * @throws IllegalArgumentException if the recording does not have the layer or the steps, or if
   *     the layer goes backward
   * @hidden
   */
  public static UnrolledDiagram of(Recording recording, String layer, int from, int to) {
    Layer recorded = recording.layer(layer);
    if (!(recorded instanceof RecurrentLayer<?> recurrent) || recurrent.goBackwards()) {
      throw new IllegalArgumentException(
          "The unrolled layer must be a recurrent layer that reads from the first step to the last,"
              + " but "
              + recorded.describe()
              + (recorded instanceof RecurrentLayer<?> ? " has goBackwards(true)." : " is not."));
    }
    int steps = recording.get(layer, "h").length;
    if (from < 0 || to > steps || to <= from || to - from > MOST_STEPS) {
      throw new IllegalArgumentException(
          "The time steps from (inclusive) to (exclusive) must be 1 to "
              + MOST_STEPS
              + " steps among the recorded ones, 0 to "
              + steps
              + ", but were "
              + from
              + " to "
              + to
              + ".");
    }
    return new UnrolledDiagram(new Source(recording, layer, -1), from, to);
  }

  /**
   * Returns the diagram with the values of one unit instead of means over all units.
   *
   * @param unit from 0
   * @throws IllegalArgumentException if there is no such unit
   */
  public UnrolledDiagram unit(int unit) {
    CellValues.requireUnit(unit, source.units());
    return new UnrolledDiagram(new Source(source.recording, source.layer, unit), from, to);
  }

  private static String place(int from, int to) {
    return to - from == 1 ? " at step " + from : " at steps " + from + " to " + (to - 1);
  }

  private static String describe(Source source, int from, int to) {
    StringBuilder text = new StringBuilder("The layer '" + source.layer + "' unrolled");
    text.append(place(from, to) + ": " + source.where() + ".");
    text.append(" The same weights are used at each step.");
    text.append(from == 0 ? " Initial state:" : " Before step " + from + ":");
    source.states().forEach(s -> text.append(" " + s + " = " + source.before(s, from)));
    for (int step = from; step < to; step++) {
      text.append(". Step " + step + (source.isMasked(step) ? ", masked:" : ":"));
      for (String state : source.states()) {
        text.append(" " + state + " = " + source.state(state, step));
      }
      for (String gate : source.isMasked(step) ? List.<String>of() : source.gates()) {
        text.append(" " + gate + " = " + source.gate(gate, step));
      }
    }
    return text.append('.').toString();
  }

  private static String caption(Source source, int from) {
    String text = "Each box is the same layer with the same weights, at another time step.";
    if (from == 0) {
      text +=
          " Steps count from 0, as in a recording: x_0 is the first input and h_0 the state after"
              + " it. The first arrow is the initial state, which equations that count the inputs"
              + " from 1 call h_0.";
    }
    return source.unit < 0 && source.units() > 1 ? text + " " + CellValues.MEANS : text;
  }

  private static Scene draw(Source source, int from, int to) {
    int rows = (to - from - 1) / COLUMNS + 1;
    double width = to - from < COLUMNS ? PITCH * (to - from) + 24 : WIDTH;
    Scene scene = new Scene(Math.max(width, 248), 44 + ROW * rows);
    double room = scene.width() - 12;
    scene.bold(heading(source.layer, place(from, to), room), 6, 18, 0, 14, Ink.TEXT);
    scene.text(source.where(), 6, 36, 0, MathText.SMALLEST, Ink.SOFT);
    for (int row = 0; row < rows; row++) {
      int first = from + row * COLUMNS;
      int last = Math.min(to, first + COLUMNS) - 1;
      double y = 44 + row * ROW + 86;
      Sketch sketch = new Sketch();
      Map<String, String> values = new HashMap<>();
      cells(sketch, first, last, y);
      source.states().forEach(state -> wires(sketch, values, source, state, first, last, y));
      SketchDrawing drawing = new SketchDrawing(sketch, scene, Ink.PAGE);
      drawing.wires(wire -> true);
      drawing.nodes(node -> true);
      drawing.labels(node -> true, values);
      for (int step = first; step <= last; step++) {
        gates(scene, source, step, FIRST + PITCH * (step - first), y - 38);
      }
    }
    return scene;
  }

  /** Returns the title with as much of the name of the layer as there is room for. */
  private static String heading(String layer, String place, double room) {
    String name = layer;
    String title = "'" + name + "'" + place;
    while (!name.isEmpty() && MathText.width(new Run(title, false, false), 14, true) > room) {
      name = name.substring(0, name.offsetByCodePoints(name.length(), -1));
      title = "'" + name + "…'" + place;
    }
    return title;
  }

  private static void gates(Scene scene, Source source, int step, double x, double top) {
    double line = top + 15;
    boolean isMasked = source.isMasked(step);
    scene.bold(isMasked ? "masked" : "cell", x, line, 0.5, 12, Ink.TEXT);
    for (String gate : isMasked ? List.<String>of() : source.gates()) {
      line += 14;
      scene.text(gate + "_t", x - 22, line, 0, 12, source.ink(gate));
      scene.text(source.gate(gate, step), x + 24, line, 1, MathText.SMALLEST, Ink.TEXT);
    }
  }

  private static void cells(Sketch sketch, int first, int last, double y) {
    for (int step = first; step <= last; step++) {
      double x = FIRST + PITCH * (step - first);
      String cell = "cell" + step;
      sketch.box(cell, "", x, y, new Size(28, 38), Ink.SOFT);
      sketch.port("x" + step, x, y + 68).port("out" + step, x, y - 66);
      sketch.wire("x" + step, cell).wire(cell, "out" + step);
      sketch.label("x" + step, "x_{" + step + "}", x + 7, y + 66, 0);
      sketch.label("out" + step, "h_{" + step + "}", x + 7, y - 57, 0);
    }
  }

  /** Adds the wires of a state through the steps of a row. */
  private static void wires(
      Sketch sketch,
      Map<String, String> values,
      Source source,
      String state,
      int first,
      int last,
      double y) {
    boolean isAlone = source.states().size() == 1;
    double wire = isAlone ? y : state.equals("c") ? y - 18 : y + 18;
    double label = state.equals("c") ? wire - 23 : wire + 16;
    Style style = state.equals("c") ? Style.THICK : Style.NORMAL;
    String before = state + "before";
    sketch.port(before, 0, wire).wire(style, before, "cell" + first);
    sketch.label(before, first == 0 ? "start" : state + "_{" + (first - 1) + "}", 3, label, 0);
    values.put(before, source.before(state, first));
    for (int step = first; step <= last; step++) {
      double x = FIRST + PITCH * (step - first);
      String value = state + step;
      boolean leaves = step == last;
      sketch.port(value, leaves ? x + PITCH - 44 : x + 28, wire);
      sketch.wire(style, "cell" + step, leaves ? value : "cell" + (step + 1), x, wire);
      sketch.label(value, state + "_{" + step + "}", x + 31, label, 0);
      values.put(value, source.state(state, step));
    }
  }
}
