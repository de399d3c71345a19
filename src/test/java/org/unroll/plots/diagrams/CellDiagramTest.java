package org.unroll.plots.diagrams;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;
import static org.unroll.layers.Layers.bidirectional;
import static org.unroll.layers.Layers.dense;
import static org.unroll.layers.Layers.gru;
import static org.unroll.layers.Layers.input;
import static org.unroll.layers.Layers.lstm;
import static org.unroll.layers.Layers.lstmVariantCell;
import static org.unroll.layers.Layers.masking;
import static org.unroll.layers.Layers.minimalGatedUnitCell;
import static org.unroll.layers.Layers.rnn;
import static org.unroll.layers.Layers.simpleRnn;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.function.Executable;
import org.unroll.Recording;
import org.unroll.Sequential;
import org.unroll.data.Samples;
import org.unroll.network.Layer;
import org.unroll.network.Weight;
import org.unroll.plots.diagrams.CellSketch.Step;
import org.unroll.plots.diagrams.Sketch.Kind;
import org.unroll.plots.diagrams.Sketch.Node;

/**
 * Evaluates the graph that is drawn with the weights of a layer, and compares the result with what
 * the layer computes.
 */
class CellDiagramTest {

  private static final int UNITS = 3;
  private static final int STEPS = 4;

  /** A layer with random weights, and the names of its gates in the order of the columns. */
  private record Example(Layer layer, String gates, Sequential model, Recording recording) {
    static Example of(Layer layer, String gates) {
      Sequential model = Sequential.seeded(1, input(STEPS, 2), layer);
      Random random = new Random(7);
      for (Weight weight : layer.weights()) {
        for (int i = 0; i < weight.values().length; i++) {
          weight.values()[i] = (float) random.nextGaussian() * 0.6f;
        }
      }
      return new Example(layer, gates, model, model.record(Samples.of(new double[][][] {X}), 0));
    }

    double[][] get(String quantity) {
      return recording.get(layer.name(), quantity);
    }
  }

  private static final double[][] X = {{1, -0.5}, {0.3, 0.8}, {-1.2, 0.1}, {0.6, 0.9}};

  private static Map<String, Example> examples() {
    Map<String, Example> examples = new LinkedHashMap<>();
    examples.put("SimpleRNN", Example.of(simpleRnn(UNITS), "h"));
    examples.put("LSTM", Example.of(lstm(UNITS), "ifgo"));
    examples.put("peephole LSTM", Example.of(rnn(lstmVariantCell(UNITS).peepholes(true)), "ifgo"));
    examples.put("coupled LSTM", Example.of(rnn(lstmVariantCell(UNITS).coupledGates(true)), "igo"));
    examples.put(
        "coupled peephole LSTM",
        Example.of(rnn(lstmVariantCell(UNITS).peepholes(true).coupledGates(true)), "igo"));
    examples.put("GRU", Example.of(gru(UNITS), "zrg"));
    examples.put("GRU reset before", Example.of(gru(UNITS).resetAfter(false), "zrg"));
    examples.put("MGU", Example.of(rnn(minimalGatedUnitCell(UNITS)), "fg"));
    return examples;
  }

  @TestFactory
  Stream<DynamicTest> drawnGraphComputesWhatTheCellComputes() {
    return examples().entrySet().stream()
        .map(entry -> dynamicTest(entry.getKey(), () -> compare(entry.getKey(), entry.getValue())));
  }

  private static void compare(String name, Example example) {
    Sketch sketch = CellSketch.of(name).sketch();
    double[] h = new double[UNITS];
    double[] c = new double[UNITS];
    for (int step = 0; step < STEPS; step++) {
      Map<String, double[]> values = new HashMap<>(Map.of("x", X[step], "h0", h, "c0", c));
      double[] next = evaluate(sketch, "h1", example, values);
      assertArrayEquals(example.get("h")[step], next, 1e-5);
      for (Node node : sketch.nodes().values()) {
        if (node.kind() == Kind.LAYER && !node.id().equals("u")) {
          assertArrayEquals(example.get(node.id())[step], values.get(node.id()), 1e-5);
        }
      }
      if (sketch.nodes().containsKey("c1")) {
        c = evaluate(sketch, "c1", example, values);
        assertArrayEquals(example.get("c")[step], c, 1e-5);
      }
      h = next;
    }
  }

  private static double[] evaluate(
      Sketch sketch, String id, Example example, Map<String, double[]> values) {
    if (values.containsKey(id)) {
      return values.get(id);
    }
    Node node = sketch.nodes().get(id);
    double[] result = new double[UNITS];
    if (node.kind() == Kind.LAYER) {
      result = layer(sketch, node, example, values);
    } else {
      List<String> inputs = sketch.inputs(id);
      double[] a = evaluate(sketch, inputs.get(0), example, values);
      double[] b = evaluate(sketch, inputs.get(inputs.size() - 1), example, values);
      assertEquals(
          node.kind() == Kind.TIMES || node.kind() == Kind.PLUS ? 2 : 1, inputs.size(), id);
      for (int i = 0; i < UNITS; i++) {
        result[i] =
            switch (node.text()) {
              case "×" -> a[i] * b[i];
              case "+" -> a[i] + b[i];
              case "1−" -> 1 - a[i];
              case "tanh" -> Math.tanh(a[i]);
              case "" -> a[i];
              default -> throw new AssertionError(node.text());
            };
      }
    }
    values.put(id, result);
    return result;
  }

  /** Computes a learned layer from the wires that lead to it and the weights of its gate. */
  private static double[] layer(
      Sketch sketch, Node node, Example example, Map<String, double[]> values) {
    String gate = node.id().equals("u") ? "g" : node.id();
    int column = example.gates().indexOf(gate) * UNITS;
    double[] sum = bias(node, example, column);
    for (String input : expanded(sketch, node.id())) {
      double[] value = evaluate(sketch, input, example, values);
      if (input.startsWith("c")) {
        int row = example.gates().replace("g", "").indexOf(gate); // of the peepholes
        float[] p = weight(example, "peephole_kernel");
        for (int j = 0; j < UNITS; j++) {
          sum[j] += value[j] * p[row * UNITS + j];
        }
      } else if (input.equals("rh") && sketch.nodes().containsKey("u")) {
        for (int j = 0; j < UNITS; j++) {
          sum[j] += value[j];
        }
      } else {
        float[] kernel = weight(example, input.equals("x") ? "kernel" : "recurrent_kernel");
        int columns = kernel.length / value.length;
        for (int k = 0; k < value.length; k++) {
          for (int j = 0; j < UNITS; j++) {
            sum[j] += value[k] * kernel[k * columns + column + j];
          }
        }
      }
    }
    return Arrays.stream(sum)
        .map(
            a ->
                switch (node.text()) {
                  case "σ" -> 1 / (1 + Math.exp(-a));
                  case "tanh" -> Math.tanh(a);
                  case "U_h" -> a;
                  default -> throw new AssertionError(node.text());
                })
        .toArray();
  }

  /** Returns the inputs of a layer, with those of a join in its place. */
  private static List<String> expanded(Sketch sketch, String layer) {
    return sketch.inputs(layer).stream()
        .flatMap(
            input ->
                sketch.nodes().get(input).kind() == Kind.JOIN
                    ? sketch.inputs(input).stream()
                    : Stream.of(input))
        .toList();
  }

  private static double[] bias(Node node, Example example, int column) {
    float[] bias = weight(example, "bias");
    int columns = example.gates().length() * UNITS;
    boolean hasTwo = bias.length == 2 * columns;
    double[] sum = new double[UNITS];
    for (int j = 0; j < UNITS; j++) {
      boolean isStateOnly = node.id().equals("u");
      sum[j] = isStateOnly ? 0 : bias[column + j];
      sum[j] += hasTwo && !node.id().equals("g") ? bias[columns + column + j] : 0;
    }
    return sum;
  }

  private static float[] weight(Example example, String name) {
    return example.layer().weights().stream()
        .filter(weight -> weight.name().equals(name))
        .findFirst()
        .orElseThrow()
        .values();
  }

  @TestFactory
  Stream<DynamicTest> showsTheValuesOfTheRecording() {
    return examples().entrySet().stream()
        .map(entry -> dynamicTest(entry.getKey(), () -> values(entry.getKey(), entry.getValue())));
  }

  private static void values(String name, Example example) {
    CellDiagram cell = CellDiagram.of(name);
    String layer = example.layer().name();
    int before = cell.scene().texts().size();
    CellDiagram mean = cell.values(example.recording(), layer, 2);
    CellDiagram unit = cell.values(example.recording(), layer, 2, 1);
    assertTrue(mean.scene().texts().size() > before + 2);
    for (Sketch.Label label : CellSketch.of(name).sketch().labels()) {
      String node = label.node();
      boolean known = !node.equals("x") && !node.equals("up") && !label.text().isEmpty();
      // The forget gate of the coupled cell is not recorded.
      if (known && !(name.startsWith("coupled") && node.equals("f"))) {
        String quantity = node.replaceAll("[01]", "");
        double[] recorded = example.get(quantity)[node.endsWith("0") ? 1 : 2];
        double sum = Arrays.stream(recorded).sum();
        assertShown(mean, label, rounded(sum / UNITS));
        assertShown(unit, label, rounded(recorded[1]));
      }
    }
  }

  private static String rounded(double value) {
    BigDecimal rounded = BigDecimal.valueOf(value).setScale(2, RoundingMode.HALF_UP);
    return (rounded.signum() < 0 ? "−" : "") + rounded.abs();
  }

  /** Asserts that a value is below a label. */
  private static void assertShown(CellDiagram diagram, Sketch.Label label, String value) {
    List<String> below =
        diagram.scene().texts().stream()
            .filter(text -> text.x() == label.x() && !text.text().equals(label.text()))
            .filter(text -> text.y() >= label.y() && text.y() < label.y() + 22)
            .map(Scene.Text::text)
            .toList();
    assertEquals(List.of(value), below, label.node());
  }

  @Test
  void cellOfALayerHasItsDiagram() {
    examples()
        .forEach(
            (name, example) ->
                assertEquals(
                    CellDiagram.of(name).title(),
                    CellDiagram.of(example.model(), example.layer().name()).title()));
  }

  @Test
  void layersWithoutADiagramAreNamedWithTheReason() {
    Map<Layer, String> expected = new LinkedHashMap<>();
    expected.put(rnn(lstmVariantCell(2).inputGate(false)), "has no input gate");
    expected.put(rnn(lstmVariantCell(2).forgetGate(false)), "has no forget gate");
    expected.put(gru(2).activation("relu"), "has the activation relu");
    expected.put(
        lstm(2).recurrentActivation("hard_sigmoid"), "has the recurrent activation hard_sigmoid");
    expected.put(
        bidirectional(lstm(2)),
        "has no cell (the layers in a Bidirectional have their own names in a recording)");
    expected.put(dense(2), "has no cell (");
    expected.forEach(
        (layer, reason) -> {
          Sequential model = Sequential.of(input(STEPS, 2), layer);
          String message = message(() -> CellDiagram.of(model, layer.name()));
          assertTrue(message.startsWith(layer.describe() + " must have"), message);
          assertTrue(message.contains("; but it " + reason), message);
        });
  }

  @Test
  void productsOnTheWiresFollowFromTheRecording() {
    Example example = examples().get("LSTM");
    CellDiagram diagram =
        CellDiagram.of("LSTM").values(example.recording(), example.layer().name(), 3, 2);
    double forgotten = example.get("f")[3][2] * example.get("c")[2][2];
    double written = example.get("i")[3][2] * example.get("g")[3][2];

    List<String> texts = diagram.scene().texts().stream().map(Scene.Text::text).toList();

    assertTrue(texts.contains(rounded(forgotten)), texts.toString());
    assertTrue(texts.contains(rounded(written)), texts.toString());
    assertTrue(texts.contains("step 3, unit 2"), texts.toString());
  }

  @Test
  void stateBeforeTheFirstStepIsZero() {
    Example example = examples().get("LSTM");
    CellDiagram first =
        CellDiagram.of("LSTM").values(example.recording(), example.layer().name(), 0, 1);
    for (Sketch.Label label : CellSketch.of("LSTM").sketch().labels()) {
      if (label.node().endsWith("0")) {
        assertShown(first, label, "0.00");
      }
    }
  }

  @Test
  void stepsTogetherCoverTheCell() {
    for (String name : examples().keySet()) {
      CellSketch cell = CellSketch.of(name);
      for (Sketch.Wire wire : cell.sketch().wires()) {
        assertTrue(
            cell.steps().stream().anyMatch(step -> cell.sketch().isActive(wire, step.nodes())),
            name + ": " + wire.from() + " to " + wire.to());
      }
      for (Step step : cell.steps()) {
        assertTrue(cell.sketch().nodes().keySet().containsAll(step.nodes()), name + step);
        CellDiagram diagram = CellDiagram.of(name).step(step.name());
        assertTrue(diagram.caption().contains(" = "), diagram.caption());
        assertTrue(
            diagram.scene().figures().stream().anyMatch(f -> Ink.PALE.equals(f.line()))
                || cell.steps().size() == 1);
      }
    }
  }

  @Test
  void namesTheCellsAndTheSteps() {
    assertTrue(message(() -> CellDiagram.of("LSTN")).contains("peephole LSTM"));
    assertTrue(
        message(() -> CellDiagram.of("GRU").step("forget"))
            .contains("[update, reset, candidate, output], but was 'forget'"));
    assertEquals("LSTM", CellDiagram.of("lstm").title());
    for (String name : List.of("minimal gated unit", "minimal gated unit cell", "MGU cell")) {
      assertEquals("Minimal gated unit", CellDiagram.of(name).title());
    }
    assertEquals("Peephole LSTM", CellDiagram.of("peephole").title());
  }

  @Test
  void rejectsARecordingOfAnotherCell() {
    List<Layer> reluLayers =
        List.of(
            simpleRnn(UNITS).activation("relu"),
            lstm(UNITS).activation("relu"),
            gru(UNITS).activation("relu"),
            rnn(minimalGatedUnitCell(UNITS).activation("relu")));
    List<String> names = List.of("SimpleRNN", "LSTM", "GRU", "MGU");
    for (int i = 0; i < names.size(); i++) {
      Example relu = Example.of(reluLayers.get(i), "");
      CellDiagram drawn = CellDiagram.of(names.get(i));
      assertTrue(
          message(() -> drawn.values(relu.recording(), relu.layer().name(), 1))
              .contains("it has the activation relu."));
    }
    Map<String, Example> examples = examples();
    for (String drawn : examples.keySet()) {
      for (String recorded : examples.keySet()) {
        Example example = examples.get(recorded);
        String name = example.layer().name();
        if (!drawn.equals(recorded)) {
          assertTrue(
              message(() -> CellDiagram.of(drawn).values(example.recording(), name, 1))
                  .contains("Plots.cell(model, \"" + name + "\")"));
        }
      }
    }
  }

  @Test
  void rejectsStepsAndUnitsThatAreNotRecorded() {
    Example lstm = examples().get("LSTM");
    String name = lstm.layer().name();
    CellDiagram drawn = CellDiagram.of("LSTM");

    assertEquals(
        "The time step must be from 0 to 3, but was 4.",
        message(() -> drawn.values(lstm.recording(), name, 4)));
    for (int unit : new int[] {-1, 3}) {
      assertEquals(
          "unit must be from 0 to 2, but was " + unit + ".",
          message(() -> drawn.values(lstm.recording(), name, 1, unit)));
    }
    Sequential masked = Sequential.of(input(2, 1), masking(0), simpleRnn(1).name("rnn"));
    Recording recording = masked.record(Samples.of(new double[][][] {{{1}, {0}}}), 0);
    CellDiagram.of("SimpleRNN").values(recording, "rnn", 0);
    assertEquals(
        "The values must be those of a step that the layer reads, but step 1 of SimpleRNN 'rnn' is"
            + " masked.",
        message(() -> CellDiagram.of("SimpleRNN").values(recording, "rnn", 1)));
  }

  @Test
  void previousStateOfABackwardLayerIsThatOfTheNextStep() {
    Example backward = Example.of(simpleRnn(UNITS).goBackwards(true), "h");
    CellDiagram rnn = CellDiagram.of("SimpleRNN");
    Sketch.Label before =
        CellSketch.of("SimpleRNN").sketch().labels().stream()
            .filter(label -> label.node().equals("h0"))
            .findFirst()
            .orElseThrow();
    String layer = backward.layer().name();

    assertShown(
        rnn.values(backward.recording(), layer, 1, 2), before, rounded(backward.get("h")[2][2]));
    assertShown(rnn.values(backward.recording(), layer, 3, 2), before, "0.00");
  }

  @Test
  void saysThatMeansAreNotForChecks() {
    Example lstm = examples().get("LSTM");
    CellDiagram drawn = CellDiagram.of("LSTM");

    assertTrue(
        drawn
            .values(lstm.recording(), lstm.layer().name(), 1)
            .caption()
            .contains("the mean of a product is not the product of the means"));
    assertEquals(
        drawn.caption()
            + ". The filled part of a box is its value: a gate from the bottom, a tanh from the"
            + " middle.",
        drawn.values(lstm.recording(), lstm.layer().name(), 1, 0).caption());
  }

  private static String message(Executable call) {
    return assertThrows(IllegalArgumentException.class, call).getMessage();
  }
}
