package org.unroll.plots.diagrams;

import java.awt.geom.RoundRectangle2D;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.unroll.Model;
import org.unroll.Recording;
import org.unroll.plots.diagrams.CellSketch.Step;

/**
 * The diagram of a recurrent cell from {@link org.unroll.plots.Plots#cell}: learned layers as
 * boxes, elementwise operations as circles. Gates with the same role have the same color in all
 * cells: those that keep the state (f of the LSTM, z of the GRU), those that write into it (i, f of
 * the MGU), the candidate, the output gate and the reset gate. The letters are those of a {@link
 * Recording}.
 *
 * <pre>{@code
 * Notebook.show(Plots.cell("GRU").step("reset"));
 * }</pre>
 *
 * <p>Methods return a new diagram and leave this one unchanged.
 */
public final class CellDiagram extends Diagram {

  private final CellSketch cell;
  private final Step step; // null for all steps
  private final CellValues values; // null without a recording

  private CellDiagram(CellSketch cell, Step step, CellValues values) {
    super(
        draw(cell, step, values),
        title(cell, step),
        describe(cell, step, values),
        caption(cell, step, values));
    this.cell = cell;
    this.step = step;
    this.values = values;
  }

  /**
   * Returns the diagram of a cell.
   *
   * @param name SimpleRNN, LSTM, peephole LSTM, coupled LSTM, coupled peephole LSTM, GRU, GRU reset
   *     before, or MGU; case and spaces are ignored
   * @throws IllegalArgumentException if there is no such cell
   * @hidden
   */
  public static CellDiagram of(String name) {
    return new CellDiagram(CellSketch.of(name), null, null);
  }

  /**
   * Returns the diagram of the cell of a layer.
   *
   * @param layer the name of a layer of the model
   * @throws IllegalArgumentException if there is no such layer, or if its cell has no diagram
   * @hidden
   */
  public static CellDiagram of(Model model, String layer) {
    return new CellDiagram(DrawnCell.of(model.layer(layer)), null, null);
  }

  /** Returns the names of the steps in which the cell is explained, in order. */
  public List<String> steps() {
    return cell.steps().stream().map(Step::name).toList();
  }

  /**
   * Returns the diagram with one step in color and the rest in gray. The caption explains the step
   * and has its equation.
   *
   * @param name one of {@link #steps()}
   * @throws IllegalArgumentException if there is no such step
   */
  public CellDiagram step(String name) {
    return new CellDiagram(cell, cell.step(name), values);
  }

  /**
   * Returns the diagram with the values of a recording, as means over the units. The mean of a
   * product is not the product of the means; to check the equations, choose a unit.
   *
   * @param layer the name of a layer with this cell
   * @param timeStep from 0, in the order of time also if the layer goes backward
   * @throws IllegalArgumentException if the recording does not have the layer or the time step, if
   *     the layer has another cell or other activations than this diagram, or if the step is masked
   */
  public CellDiagram values(Recording recording, String layer, int timeStep) {
    return new CellDiagram(cell, step, CellValues.of(cell, recording, layer, timeStep, -1));
  }

  /**
   * Returns the diagram with the values of one unit of a recording.
   *
   * @param unit from 0
   * @throws IllegalArgumentException as {@link #values(Recording, String, int)}, or if there is no
   *     such unit
   */
  public CellDiagram values(Recording recording, String layer, int timeStep, int unit) {
    CellValues.requireUnit(unit, recording.get(layer, "h")[0].length);
    return new CellDiagram(cell, step, CellValues.of(cell, recording, layer, timeStep, unit));
  }

  /**
   * Returns the values of all time steps of a recording, with a slider over time.
   *
   * @param layer the name of a layer with this cell
   * @throws IllegalArgumentException as {@link #values(Recording, String, int)}, or if the
   *     recording has more than 500 steps
   */
  public CellTimeline values(Recording recording, String layer) {
    return new CellTimeline(new CellTimeline.Source(cell, step, recording, layer, -1, List.of()));
  }

  static String title(CellSketch cell, Step step) {
    return step == null ? cell.name() : cell.name() + ": " + step.name();
  }

  private static String describe(CellSketch cell, Step step, CellValues values) {
    String text = "Diagram of the " + cell.name() + " cell. " + cell.description();
    if (step != null) {
      text += " The step '" + step.name() + "' is in color: " + MathText.plain(step.equations());
    }
    if (values != null) {
      text += " " + describe(cell, values);
    }
    return text;
  }

  static String describe(CellSketch cell, CellValues values) {
    String listed =
        values.texts().entrySet().stream()
            .filter(entry -> label(cell, entry.getKey()) != null)
            .map(entry -> label(cell, entry.getKey()) + " = " + entry.getValue())
            .sorted()
            .collect(Collectors.joining(", "));
    return "Values at " + values.where() + ": " + listed + ".";
  }

  private static String label(CellSketch cell, String node) {
    return cell.sketch().labels().stream()
        .filter(label -> label.node().equals(node) && !label.text().isEmpty())
        .map(label -> MathText.plain(label.text()))
        .findFirst()
        .orElse(null);
  }

  private static String caption(CellSketch cell, Step step, CellValues values) {
    String equations = cell.steps().stream().map(Step::equations).collect(Collectors.joining("; "));
    String text = step == null ? equations : step.text() + " " + step.equations();
    if (values == null) {
      return text;
    }
    text +=
        ". The filled part of a box is its value: a gate from the bottom, a tanh from the middle.";
    return values.areMeans()
        ? text + " " + CellValues.MEANS + " Choose a unit to check the equations with its values."
        : text;
  }

  private static Scene draw(CellSketch cell, Step step, CellValues values) {
    Scene scene = new Scene(CellSketch.WIDTH, CellSketch.HEIGHT);
    draw(scene, cell, step, values);
    return scene;
  }

  /** Draws the cell at the top of a scene. */
  static void draw(Scene scene, CellSketch cell, Step step, CellValues values) {
    scene.fill(
        new RoundRectangle2D.Double(
            CellSketch.LEFT,
            CellSketch.TOP,
            CellSketch.RIGHT - CellSketch.LEFT,
            CellSketch.BOTTOM - CellSketch.TOP,
            16,
            16),
        Ink.FRAME,
        Ink.EDGE,
        1.2);
    Sketch sketch = cell.sketch();
    SketchDrawing drawing = new SketchDrawing(sketch, scene, Ink.FRAME);
    drawing.wires(wire -> step == null || sketch.isActive(wire, step.nodes()));
    drawing.nodes(node -> step == null || step.nodes().contains(node.id()));
    if (values != null) {
      sketch.nodes().values().stream()
          .filter(node -> node.kind() == Sketch.Kind.LAYER && values.units().containsKey(node.id()))
          .filter(node -> !node.id().equals("u"))
          .filter(node -> step == null || step.nodes().contains(node.id()))
          .forEach(node -> drawing.gauge(node, values.number(node.id())));
    }
    drawing.labels(
        node -> step == null || isLabelActive(sketch, node, step),
        values == null ? Map.of() : values.texts());
    scene.bold(title(cell, step), 6, 18, 0, 14, Ink.TEXT);
    if (values != null) {
      scene.text(values.where(), 6, 36, 0, MathText.SMALLEST, Ink.SOFT);
    }
    legend(scene);
  }

  /** The symbol of a gate belongs to the steps that compute it and to those that use it. */
  private static boolean isLabelActive(Sketch sketch, String node, Step step) {
    return step.nodes().contains(node)
        || sketch.wires().stream()
            .anyMatch(wire -> wire.from().equals(node) && sketch.isActive(wire, step.nodes()));
  }

  private static void legend(Scene scene) {
    double y = CellSketch.HEIGHT - 10;
    Sketch icons =
        new Sketch()
            .box("layer", "", 14, y - 4, new Sketch.Size(8, 5.5), Ink.SOFT)
            .times("operation", 121, y - 4)
            .port("a", 216, y - 8)
            .port("b", 210, y)
            .join("joined", 226, y - 8)
            .port("ab", 240, y - 8)
            .port("c", 284, y - 8)
            .port("c1", 308, y - 8)
            .port("c2", 308, y)
            .wire("a", "joined")
            .wire("b", "joined", 226, y)
            .wire("joined", "ab");
    icons.wire("c", "c1").wire("c", "c2", 294, y - 8, 294, y);
    SketchDrawing drawing = new SketchDrawing(icons, scene, Ink.PAGE);
    drawing.wires(wire -> true);
    drawing.nodes(node -> true);
    String[] names = {"learned layer", "elementwise", "join", "copy"};
    double[] at = {26, 134, 244, 313};
    for (int i = 0; i < names.length; i++) {
      scene.text(names[i], at[i], y, 0, MathText.SMALLEST, Ink.SOFT);
    }
  }
}
