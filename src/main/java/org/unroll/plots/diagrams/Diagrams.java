package org.unroll.plots.diagrams;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.unroll.plots.diagrams.Sketch.Size;
import org.unroll.plots.diagrams.Sketch.Style;

/**
 * Diagrams of recurrent networks in general. {@link org.unroll.plots.Plots#cell} and {@link
 * org.unroll.plots.Plots#unrolled} draw cells and the layers of a model.
 *
 * <pre>{@code
 * import org.unroll.plots.diagrams.*;
 *
 * Notebook.show(Diagrams.loop());
 * Notebook.show(Diagrams.taskShapes());
 * Notebook.show(Diagrams.backpropagation());
 * }</pre>
 */
public final class Diagrams {

  private static final double WIDTH = 360;

  private static final double PITCH = 112;

  private Diagrams() {}

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
    draw(sketch, scene);
    String title = "Backpropagation through time";
    scene.bold(title, 6, 18, 0, 14, Ink.TEXT);
    scene.text("h_0", 4, h + 27, 0, 14, Ink.TEXT);
    scene.text("solid: values, forward", 6, 304, 0, MathText.SMALLEST, Ink.SOFT);
    scene.text("dashed: gradients, backward", 354, 304, 1, MathText.SMALLEST, Ink.RED);
    return new Diagram(
        scene,
        title,
        "Three time steps. Forward, each state h reads the input x and the previous state, and each"
            + " loss L reads its state. Backward, a state receives the gradient of its loss and,"
            + " through the next state, those of all later losses. The gradients of the weights are"
            + " sums over the steps, because all steps use the same weights.",
        "The gradient of a state has two parts, from its loss and from the next state:"
            + " dh_t = ∂L_t/∂h_t + dh_{t+1}·∂h_{t+1}/∂h_t. The weights are the same at each step,"
            + " so their gradients are sums over all steps. h_0 is the initial state. For h_t = tanh(x_t·W + h_{t−1}·U + b):"
            + " da_t = dh_t ⊙ (1 − h_t ⊙ h_t), dW = Σ x_tᵀ·da_t, dU = Σ h_{t−1}ᵀ·da_t,"
            + " db = Σ da_t.");
  }

  /**
   * Draws a recurrent layer twice: as one cell with a loop, which returns the state to the cell,
   * and unrolled over four steps.
   */
  public static Diagram loop() {
    Scene scene = new Scene(WIDTH, 196);
    Sketch sketch = new Sketch();
    double middle = 104;
    Size size = new Size(18, 16);
    sketch.box("cell", "cell", 42, middle, size, Ink.GREEN);
    sketch.wire("cell", "cell", 78, middle, 78, 66, 8, 66, 8, middle);
    double pitch = 60;
    for (int i = 0; i <= 4; i++) {
      double x = i == 0 ? 42 : 148 + pitch * (i - 1);
      String cell = i == 0 ? "cell" : "cell" + i;
      String index = i == 0 ? "t" : "" + i;
      if (i > 0) {
        sketch.box(cell, "cell", x, middle, size, Ink.GREEN);
      }
      sketch.port("x" + i, x, 154).port("h" + i, x, 50);
      sketch.wire("x" + i, cell).wire(cell, "h" + i);
      sketch.label("x" + i, "x_" + index, x, 170, 0.5).label("h" + i, "h_" + index, x, 42, 0.5);
      if (i > 1) {
        sketch.wire("cell" + (i - 1), cell);
      }
    }
    draw(sketch, scene);
    String title = "A cell with a loop, unrolled over time";
    scene.bold(title, 6, 18, 0, 14, Ink.TEXT);
    scene.text("=", 104, middle + 6, 0.5, 20, Ink.TEXT);
    scene.text("the same weights at each step", 238, 190, 0.5, MathText.SMALLEST, Ink.SOFT);
    return new Diagram(
        scene,
        title,
        "Left: a cell reads the input x of a time step and its own previous state, which a loop"
            + " returns to it, and has the state h. Right: the loop unrolled over four steps. The"
            + " cell is drawn once for each step, from left to right, and each step reads the state"
            + " of the previous one.",
        "The cells are copies of one cell with one set of weights. A state h_t depends on the inputs x_1 to x_t.");
  }

  /**
   * Draws the shapes of sequence tasks: one to one, one to many, many to one, many to many step by
   * step, and many to many one after the other. As in models with {@code repeatVector}, a single
   * input and the result of an encoder are read at every step.
   */
  public static Diagram taskShapes() {
    Scene scene = new Scene(WIDTH, 456);
    scene.bold("Shapes of sequence tasks", 6, 18, 0, 14, Ink.TEXT);
    List<Integer> all = List.of(0, 1, 2);
    shape(scene, 8, 34, "One to one", "numbers → price", 1, List.of(0), List.of(0));
    shape(scene, 160, 34, "One to many", "image → caption", 3, List.of(0), all);
    shape(scene, 8, 178, "Many to one", "review → rating", 3, all, List.of(2));
    shape(scene, 160, 178, "Many to many, step by step", "sound → events", 3, all, all);
    String after = "Many to many, one after the other";
    shape(scene, 8, 322, after, "sentence → translation", 6, all, List.of(3, 4, 5));
    Sketch legend = new Sketch();
    List<String> names = List.of("output", "state", "input");
    List<Ink> inks = List.of(Ink.PINK, Ink.GREEN, Ink.BLUE);
    for (int i = 0; i < 3; i++) {
      double y = 352 + 36 * i;
      legend.box(names.get(i), "", 288, y, new Size(11, 9), inks.get(i));
      scene.text(names.get(i), 306, y + 4, 0, 12, Ink.TEXT);
    }
    draw(legend, scene);
    return new Diagram(
        scene,
        "Shapes of sequence tasks",
        "Five networks over time. One to one: one input, one output. One to many: one input, which"
            + " every step reads, and an output at each step. Many to one: an input at each step,"
            + " one output after the last. Many to many, step by step: an input and an output at"
            + " each step. Many to many, one after the other: an encoder reads three inputs, and"
            + " each step of a decoder reads its result and has an output.",
        "A single input and the result of an encoder are read at every step, as with repeatVector.");
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
      boolean isDecoder = !inputs.contains(step) && inputs.size() > 1;
      if (isDecoder) {
        String encoder = cells.get(inputs.size() - 1);
        double turn = left + 15 + 38 * (inputs.size() - 0.5);
        sketch.wire(encoder, cells.get(step), turn, top + 60, turn, top + 96, x, top + 96);
      } else if (inputs.contains(step)) {
        double width = inputs.size() == 1 ? 38 * (steps - 1) : 0;
        Size wide = new Size(size.halfWidth() + width / 2, size.halfHeight());
        sketch.box("x" + step, "", x + width / 2, top + 96, wide, Ink.BLUE);
        sketch.wire("x" + step, cells.get(step), x, top + 96);
      } else {
        sketch.wire("x0", cells.get(step), x, top + 96);
      }
      if (outputs.contains(step)) {
        sketch.box("y" + step, "", x, top + 24, size, Ink.PINK).wire(cells.get(step), "y" + step);
      }
      if (step > 0 && !(isDecoder && inputs.contains(step - 1))) {
        sketch.wire(cells.get(step - 1), cells.get(step));
      }
    }
    draw(sketch, scene);
    scene.bold(title, left, top + 6, 0, 12.5, Ink.TEXT);
    scene.text(example, left, top + 122, 0, 12, Ink.SOFT);
  }

  private static void draw(Sketch sketch, Scene scene) {
    SketchDrawing drawing = new SketchDrawing(sketch, scene, Ink.PAGE);
    drawing.wires(wire -> true);
    drawing.nodes(node -> true);
    drawing.labels(node -> true, Map.of());
  }
}
