package org.unroll.plots.diagrams;

import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.unroll.plots.diagrams.Sketch.Place;
import org.unroll.plots.diagrams.Sketch.Style;

/**
 * The diagram of a cell and the steps in which it is explained. A layer of the sketch has the name
 * that a recording has for its activations, and the states have the names {@code h0} and {@code c0}
 * before and {@code h1} and {@code c1} after the time step.
 *
 * @param name as in titles
 * @param description what is computed, in words
 */
record CellSketch(String name, String description, Sketch sketch, List<Step> steps) {

  /**
   * A step of the explanation.
   *
   * @param nodes the nodes that belong to it
   */
  record Step(String name, Set<String> nodes, String text, String equations) {}

  static final double WIDTH = 360;
  static final double HEIGHT = 300;

  /** The frame of the cell. */
  static final double LEFT = 46;

  static final double RIGHT = 322;
  static final double TOP = 56;
  static final double BOTTOM = 246;

  /** The y of the state that passes through the cell. */
  private static final double STATE = 80;

  private static final double BOXES = 176;

  /** The y of what the layers read. */
  private static final double READ = 214;

  private static final double UP = 312;

  /** A gate that writes: 1 writes the candidate. */
  private static final Ink WRITE = Ink.BLUE;

  /** A gate that keeps: 1 keeps the old value. */
  private static final Ink KEEP = Ink.RED;

  private static final Ink RESET = Ink.VIOLET;
  private static final Ink CANDIDATE = Ink.GREEN;
  private static final Ink OUTPUT = Ink.PINK;

  /** All cells by their names in lower case without spaces. */
  private static final Map<String, CellSketch> CELLS =
      new TreeMap<>(
          Map.of(
              "simplernn", simpleRnn(),
              "lstm", lstm(false, false),
              "peephole", lstm(true, false),
              "coupled", lstm(false, true),
              "coupledpeephole", lstm(true, true),
              "gru", gru(true),
              "gruresetbefore", gru(false),
              "mgu", minimalGatedUnit()));

  /**
   * Returns a cell by its name.
   *
   * @throws IllegalArgumentException if there is none
   */
  static CellSketch of(String name) {
    String key = name.toLowerCase(Locale.ROOT).replaceAll("[^a-z]", "");
    key = key.replaceAll("(?<=.)(lstm)?(cell)?$", "").replace("minimalgatedunit", "mgu");
    CellSketch cell = CELLS.get(key);
    if (cell == null) {
      throw new IllegalArgumentException(
          "The name of a cell must be SimpleRNN, LSTM, peephole LSTM, coupled LSTM, coupled"
              + " peephole LSTM, GRU, GRU reset before, or MGU, but was '"
              + name
              + "'.");
    }
    return cell;
  }

  private static CellSketch simpleRnn() {
    Sketch sketch =
        new Sketch()
            .port("h0", 0, 150)
            .port("x", 110, 268)
            .join("xh", 110, 150)
            .layer("h", "tanh", 196, 150, CANDIDATE)
            .port("h1", WIDTH, 150)
            .port("up", UP, 32)
            .wire("h0", "xh")
            .wire("x", "xh")
            .wire("xh", "h")
            .wire("h", "h1")
            .wire("h", "up", UP, 150);
    inputs(sketch, 110, 150);
    sketch.label(Place.ACROSS, "h1", "h_t", 357, 142, 1);
    return new CellSketch(
        "SimpleRNN",
        "One layer with a tanh reads the input and the previous state. Its result is the new state"
            + " and the output.",
        sketch,
        List.of(
            new Step(
                "output",
                Set.of("h0", "x", "xh", "h", "h1", "up"),
                "A tanh layer reads the input x_t and the state h_{t−1}. Its result is the output"
                    + " of this time step, and the state that the next time step reads.",
                "h_t = tanh(x_t·W + h_{t−1}·U + b)")));
  }

  /** Adds the labels of x and of the previous state, and of the arrow that leaves the frame. */
  private static void inputs(Sketch sketch, double x, double hidden) {
    sketch
        .label(Place.ACROSS, "h0", "h_{t−1}", 4, hidden - 8, 0)
        .label("x", "x_t", x + 7, 268, 0)
        .label("up", "h_t", UP + 6, 42, 0);
  }

  /** Draws the state along the top, through the node that keeps a share of it, to the output. */
  private static Sketch state(Sketch sketch, String kept) {
    return sketch
        .wire(Style.THICK, "h0", kept)
        .wire(Style.THICK, kept, "h")
        .wire(Style.THICK, "h", "h1")
        .wire("h", "up", UP, STATE)
        .label(Place.ACROSS, "h1", "h_t", 357, STATE - 8, 1);
  }

  private static CellSketch lstm(boolean peephole, boolean coupled) {
    Sketch sketch =
        new Sketch()
            .port("x", 62, 268)
            .port("h0", 0, READ)
            .port("c0", 0, STATE)
            .join("xh", 62, READ);
    if (!coupled) {
      sketch.layer("f", "σ", 82, BOXES, KEEP);
    } else {
      sketch.complement("f", 82, 122);
    }
    sketch
        .layer("i", "σ", 130, BOXES, WRITE)
        .layer("g", "tanh", 178, BOXES, CANDIDATE)
        .layer("o", "σ", 240, BOXES, OUTPUT)
        .times("fc", 82, STATE)
        .times("ig", 178, 122)
        .plus("c", 178, STATE)
        .tanh("tanh", 288, 108)
        .times("oh", 288, 150)
        .port("c1", WIDTH, STATE)
        .port("h1", WIDTH, READ)
        .port("up", UP, 32);
    if (peephole && !coupled) {
      sketch.wire("c0", "f", 56, STATE, 56, 202, 72, 202);
    }
    if (peephole) {
      sketch.wire("c0", "i", 56, STATE, 56, 202, 120, 202);
      sketch.wire("c", "o", 228, STATE);
    }
    sketch
        .wire("h0", "xh")
        .wire("x", "xh")
        .wire("xh", "i", 130, READ)
        .wire("xh", "g", 178, READ)
        .wire("xh", "o", 240, READ)
        .wire("i", "ig", 130, 122)
        .wire("g", "ig")
        .wire("ig", "c")
        .wire("f", "fc")
        .wire(Style.THICK, "c0", "fc")
        .wire(Style.THICK, "fc", "c")
        .wire(Style.THICK, "c", "c1")
        .wire("c", "tanh", 288, STATE)
        .wire("tanh", "oh")
        .wire("o", "oh", 240, 150)
        .wire("oh", "h1", 288, READ)
        .wire("oh", "up", 288, READ, UP, READ);
    if (coupled) {
      sketch.wire("i", "f", 130, 122);
      sketch.label("f", "f_t", 94, 97, 0);
    } else {
      sketch.wire("xh", "f", 82, READ);
      sketch.label("f", "f_t", 87, 141, 0);
    }
    sketch
        .label(Place.ACROSS, "c0", "c_{t−1}", 4, STATE - 8, 0)
        .label(Place.ACROSS, "c1", "c_t", 357, STATE - 8, 1)
        .label(Place.ACROSS, "h1", "h_t", 357, READ - 8, 1)
        .label("i", "i_t", 135, 141, 0)
        .label("g", "g_t", 184, 142, 0)
        .label(Place.INSTEAD, "o", "o_t", 245, 144, 0)
        .label("fc", "", 130, STATE - 7, 0.5)
        .label("ig", "", 184, 104, 0);
    inputs(sketch, 62, READ);
    String p = peephole ? " + p_%s ⊙ c_{%s}" : "";
    return new CellSketch(
        (coupled ? "Coupled " : "")
            + (peephole ? coupled ? "peephole " : "Peephole " : "")
            + "LSTM",
        "The cell state c passes along the top; it is multiplied by the forget gate f, and the"
            + " candidate g times the input gate i is added. The output h is tanh(c) times the"
            + " output gate o. The layers "
            + (coupled ? "i, g and o" : "f, i, g and o")
            + " read the input and the previous output."
            + (peephole
                ? " The gate o also reads the new cell state, and "
                    + (coupled ? "i reads" : "f and i read")
                    + " the previous one."
                : "")
            + (coupled ? " The forget gate is 1 minus the input gate." : ""),
        sketch,
        lstmSteps(p, coupled));
  }

  private static List<Step> lstmSteps(String peephole, boolean coupled) {
    Step forget =
        coupled
            ? new Step(
                "forget",
                Set.of("f"),
                "The forget gate has no weights. It is 1 minus the input gate: an input gate of 1"
                    + " replaces a value of the cell state, an input gate of 0 keeps it.",
                "f_t = 1 − i_t")
            : new Step(
                "forget",
                reading(peephole, "f"),
                "The forget gate is computed from h_{t−1} and x_t. It is the share of each value of the"
                    + " cell state that stays: 1 keeps the value, 0 drops it.",
                gate("f", peephole, "t−1"));
    Step input =
        new Step(
            "input",
            reading(peephole, "i", "g"),
            "A tanh layer computes the candidate g_t, the new values. The input gate is the share"
                + " of the candidate that is added to the cell state.",
            gate("i", peephole, "t−1") + "; g_t = tanh(x_t·W_c + h_{t−1}·U_c + b_c)");
    Step update =
        new Step(
            "update",
            Set.of("c0", "fc", "ig", "c", "c1"),
            "The old cell state is multiplied by the forget gate. The candidate, multiplied by the"
                + " input gate, is added.",
            "c_t = f_t ⊙ c_{t−1} + i_t ⊙ g_t");
    Step output =
        new Step(
            "output",
            reading("", "o", "tanh", "oh", "h1", "up"),
            "The output is computed from the cell state: tanh brings it between −1 and 1, and the"
                + " output gate is the share of it that leaves the cell.",
            gate("o", peephole, "t") + "; h_t = o_t ⊙ tanh(c_t)");
    return coupled
        ? List.of(input, forget, update, output)
        : List.of(forget, input, update, output);
  }

  /** Returns the nodes of a step whose layers read the input and the state. */
  private static Set<String> reading(String peephole, String... nodes) {
    Set<String> all = new HashSet<>(List.of(nodes));
    all.addAll(peephole.isEmpty() ? List.of("x", "h0", "xh") : List.of("x", "h0", "xh", "c0"));
    return Set.copyOf(all);
  }

  private static String gate(String gate, String peephole, String time) {
    return "G_t = σ(x_t·W_G + h_{t−1}·U_GPEEPHOLE + b_G)"
        .replace("PEEPHOLE", String.format(Locale.ROOT, peephole, gate, time))
        .replace("G", gate);
  }

  private static CellSketch gru(boolean resetAfter) {
    Sketch sketch =
        new Sketch()
            .port("x", 68, 268)
            .port("h0", 0, STATE)
            .join("xh", 68, READ)
            .layer("z", "σ", 94, BOXES, KEEP)
            .layer("r", "σ", 144, BOXES, RESET);
    if (resetAfter) {
      sketch.layer("u", "U_h", 212, BOXES, CANDIDATE);
    }
    sketch
        .times("rh", 212, resetAfter ? 136 : BOXES)
        .layer("g", "tanh", 274, BOXES, CANDIDATE)
        .times("zh", 94, STATE)
        .complement("nz", 134, 108)
        .times("gz", 274, 108)
        .plus("h", 274, STATE)
        .port("h1", WIDTH, STATE)
        .port("up", UP, 32)
        .wire("x", "xh")
        .wire("h0", "xh", 56, STATE, 56, READ)
        .wire("xh", "z", 94, READ)
        .wire("xh", "r", 144, READ)
        .wire("x", "g", 68, 234, 274, 234)
        .wire("h0", resetAfter ? "u" : "rh", 56, STATE, 56, 202, 212, 202);
    if (resetAfter) {
      sketch
          .wire("u", "rh")
          .wire("r", "rh", 144, 136)
          .wire("rh", "g", 243, 136, 243, BOXES)
          .label(Place.ACROSS, "r", "r_t", 152, 129, 0);
    } else {
      sketch.wire("r", "rh").wire("rh", "g").label(Place.ACROSS, "r", "r_t", 168, 169, 0);
    }
    sketch
        .wire("z", "zh")
        .wire("z", "nz", 94, 108)
        .wire("nz", "gz")
        .wire("g", "gz")
        .wire("gz", "h");
    state(sketch, "zh")
        .label("z", "z_t", 99, 141, 0)
        .label("g", "g_t", 279, 141, 0)
        .label("zh", "", 154, STATE - 7, 0.5);
    inputs(sketch, 68, STATE);
    String candidate =
        resetAfter
            ? "g_t = tanh(x_t·W_h + b_h + r_t ⊙ (h_{t−1}·U_h + b′_h))"
            : "g_t = tanh(x_t·W_h + (r_t ⊙ h_{t−1})·U_h + b_h)";
    String gates = "z_t = σ(x_t·W_z + h_{t−1}·U_z + b_z" + (resetAfter ? " + b′_z)" : ")");
    return new CellSketch(
        resetAfter ? "GRU" : "GRU, reset before",
        "The state h passes along the top. The update gate z weights it against the candidate g:"
            + " z times the previous state, plus 1 minus z times g. The reset gate r multiplies "
            + (resetAfter
                ? "the product of the previous state and its weights"
                : "the previous state")
            + " before the candidate reads it.",
        sketch,
        List.of(
            new Step(
                "update",
                Set.of("x", "h0", "xh", "z"),
                "The update gate is the share of each value of the state that stays: z = 1 keeps"
                    + " the state, as in Keras, and z = 0 replaces it by the candidate. It has the"
                    + " role of the forget gate of an LSTM; 1 − z has that of the input gate.",
                gates),
            new Step(
                "reset",
                Set.of("x", "h0", "xh", "r"),
                "The reset gate is the share of the state from which the candidate is computed.",
                gates.replace("z", "r")),
            new Step(
                "candidate",
                resetAfter ? Set.of("x", "h0", "u", "rh", "g") : Set.of("x", "h0", "rh", "g"),
                resetAfter
                    ? "A tanh layer computes the candidate g_t from the input and the state. The"
                        + " reset gate is applied after the product with U_h, as in Keras."
                    : "A tanh layer computes the candidate g_t from the input and the state, after"
                        + " the reset gate.",
                candidate),
            new Step(
                "output",
                Set.of("h0", "zh", "nz", "gz", "h", "h1", "up"),
                "The new state is a weighted mean of the old state and the candidate. It is also"
                    + " the output.",
                "h_t = z_t ⊙ h_{t−1} + (1 − z_t) ⊙ g_t")));
  }

  private static CellSketch minimalGatedUnit() {
    Sketch sketch =
        new Sketch()
            .port("x", 68, 268)
            .port("h0", 0, STATE)
            .join("xh", 68, READ)
            .layer("f", "σ", 98, BOXES, WRITE)
            .times("rh", 196, BOXES)
            .layer("g", "tanh", 260, BOXES, CANDIDATE)
            .complement("nf", 98, 110)
            .times("fh", 98, STATE)
            .times("fg", 260, 132)
            .plus("h", 260, STATE)
            .port("h1", WIDTH, STATE)
            .port("up", UP, 32)
            .wire("x", "xh")
            .wire("h0", "xh", 56, STATE, 56, READ)
            .wire("xh", "f", 98, READ)
            .wire("x", "g", 68, 234, 260, 234)
            .wire("h0", "rh", 56, STATE, 56, 202, 196, 202)
            .wire("f", "rh")
            .wire("rh", "g")
            .wire("f", "nf")
            .wire("f", "fg", 98, 132)
            .wire("g", "fg")
            .wire("fg", "h")
            .wire("nf", "fh");
    state(sketch, "fh")
        .label(Place.ACROSS, "f", "f_t", 124, 169, 0)
        .label(Place.INSTEAD, "g", "g_t", 271, 155, 0)
        .label("fh", "", 150, STATE - 7, 0.5);
    inputs(sketch, 68, STATE);
    return new CellSketch(
        "Minimal gated unit",
        "The state h passes along the top. One gate f both resets the state that the candidate g"
            + " reads and weights the candidate against the state: 1 minus f times the previous"
            + " state, plus f times g.",
        sketch,
        List.of(
            new Step(
                "forget",
                Set.of("x", "h0", "xh", "f"),
                "There is one gate. f = 1 replaces the state by the candidate and f = 0 keeps it,"
                    + " the opposite of the forget gate of an LSTM. It is also the share of the"
                    + " state from which the candidate is computed.",
                "f_t = σ(x_t·W_f + h_{t−1}·U_f + b_f)"),
            new Step(
                "candidate",
                Set.of("x", "h0", "rh", "g"),
                "A tanh layer computes the candidate g_t from the input and the state, after the"
                    + " gate.",
                "g_t = tanh(x_t·W_h + (f_t ⊙ h_{t−1})·U_h + b_h)"),
            new Step(
                "output",
                Set.of("h0", "nf", "fh", "fg", "h", "h1", "up"),
                "The new state is a weighted mean of the old state and the candidate. It is also"
                    + " the output.",
                "h_t = (1 − f_t) ⊙ h_{t−1} + f_t ⊙ g_t")));
  }

  /** Returns this sketch with equations without the biases. */
  CellSketch withoutBias() {
    List<Step> changed =
        steps.stream()
            .map(
                step ->
                    new Step(
                        step.name(),
                        step.nodes(),
                        step.text(),
                        step.equations().replaceAll(" \\+ b′?(_.)?", "")))
            .toList();
    return new CellSketch(name, description, sketch, changed);
  }

  /**
   * Returns a step by its name.
   *
   * @throws IllegalArgumentException if there is none
   */
  Step step(String stepName) {
    return steps.stream()
        .filter(step -> step.name().equals(stepName))
        .findFirst()
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "The step of the "
                        + name
                        + " must be one of "
                        + steps.stream().map(Step::name).toList()
                        + ", but was '"
                        + stepName
                        + "'."));
  }
}
