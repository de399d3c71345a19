package org.unroll;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.unroll.layers.Layers.bidirectional;
import static org.unroll.layers.Layers.clockworkCell;
import static org.unroll.layers.Layers.depthGatedLstmCells;
import static org.unroll.layers.Layers.gridLstmCell;
import static org.unroll.layers.Layers.gru;
import static org.unroll.layers.Layers.gruCell;
import static org.unroll.layers.Layers.input;
import static org.unroll.layers.Layers.lstm;
import static org.unroll.layers.Layers.lstmCell;
import static org.unroll.layers.Layers.lstmVariantCell;
import static org.unroll.layers.Layers.masking;
import static org.unroll.layers.Layers.minGruCell;
import static org.unroll.layers.Layers.minLstmCell;
import static org.unroll.layers.Layers.minimalGatedUnitCell;
import static org.unroll.layers.Layers.mut1Cell;
import static org.unroll.layers.Layers.mut2Cell;
import static org.unroll.layers.Layers.mut3Cell;
import static org.unroll.layers.Layers.rnn;
import static org.unroll.layers.Layers.simpleRnn;
import static org.unroll.layers.Layers.simpleRnnCell;
import static org.unroll.layers.Layers.slstmCell;
import static org.unroll.layers.Layers.stackedRnnCells;
import static org.unroll.layers.Layers.timeDistributed;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.unroll.data.Samples;
import org.unroll.data.Shape;
import org.unroll.network.Cell;
import org.unroll.network.CellPass;
import org.unroll.network.ForwardContext;
import org.unroll.network.Gradient;
import org.unroll.network.Initializers;
import org.unroll.network.Layer;
import org.unroll.network.Network;
import org.unroll.network.NetworkPass;
import org.unroll.network.Tensor;
import org.unroll.training.FitOptions;
import org.unroll.training.References;

/**
 * Compares cells that Keras does not have, including custom cells, with their equations in float64
 * (src/test/python/cell_variants.py). Also checks that a layer equals an RNN around its cell.
 */
@Tag("both-compute-implementations")
class CellsTest {
  private static final int ROWS = 4;
  private static final int STEPS = 5;
  private static final int FEATURES = 3;
  private static final int UNITS = 4;

  static List<JsonNode> variants() {
    return References.read(CellsTest.class, "cell_variants.json");
  }

  private static Cell cell(String name) {
    var variant = lstmVariantCell(UNITS).peepholes(name.startsWith("peepholes"));
    var recurrent = lstmVariantCell(UNITS).fullGateRecurrence(true);
    return switch (name) {
      case "full gate recurrence" -> recurrent.peepholes(true);
      case "full gate recurrence, no input gate" -> recurrent.peepholes(true).inputGate(false);
      case "full gate recurrence, no output gate" -> recurrent.outputGate(false);
      case "peepholes of f and o" -> variant.peepholes(false, true, true);
      case "peephole of i" -> variant.peepholes(true, false, false);
      case "sLSTM" -> slstmCell(UNITS);
      case "sLSTM, exponential forget gate" -> slstmCell(UNITS).exponentialForgetGate(true);
      case "clockwork" -> clockworkCell(UNITS, 1, 3);
      case "clockwork of four modules" -> clockworkCell(UNITS, 1, 2, 3, 5);
      case "Grid LSTM" -> gridLstmCell(UNITS, 2);
      case "MUT1" -> mut1Cell(UNITS);
      case "MUT2" -> mut2Cell(UNITS);
      case "MUT3" -> mut3Cell(UNITS);
      case "minGRU" -> minGruCell(UNITS);
      case "minLSTM" -> minLstmCell(UNITS);
      case "depth-gated" -> depthGatedLstmCells(UNITS, 3);
      case "as it comes", "peepholes" -> variant;
      case "coupled", "peepholes, coupled" -> variant.coupledGates(true);
      case "peepholes, no input gate" -> variant.inputGate(false);
      case "peepholes, no forget gate" -> variant.forgetGate(false);
      case "peepholes, no output gate" -> variant.outputGate(false);
      case "peepholes, no input activation" -> variant.activation("linear");
      case "peepholes, no output activation" -> variant.cellActivation("linear");
      case "no gates" -> variant.inputGate(false).forgetGate(false).outputGate(false);
      case "minimal gated unit" -> minimalGatedUnitCell(UNITS);
      case "minimal rnn" -> new MinimalRnnCell(UNITS);
      case "leaky integrator" -> new LeakyIntegratorCell(UNITS, 0.25);
      default -> throw new AssertionError(name);
    };
  }

  /** The example in the Javadoc of {@link Cell}. */
  private static final class MinimalRnnCell extends Cell {
    private final int units;

    MinimalRnnCell(int units) {
      super("MinimalRNNCell");
      this.units = units;
    }

    @Override
    public MinimalRnnCell copy() {
      return new MinimalRnnCell(units);
    }

    @Override
    public Map<String, Shape> stateShapes() {
      return Map.of("h", Shape.of(units));
    }

    @Override
    protected void createWeights(Shape input, WeightFactory factory) {
      factory.create("kernel", Shape.of(input.last(), units), Initializers.glorotUniform(), null);
      factory.create("recurrent_kernel", Shape.of(units, units), Initializers.orthogonal(), null);
    }

    @Override
    public CellPass newCellPass() {
      return new CellPass() {
        @Override
        public void forward(int k) {
          multiply(input(), k, weights().get(0), state(0), k + 1);
          multiplyAdd(state(0), k, weights().get(1), state(0), k + 1);
        }

        @Override
        public void backward(int k, Gradient[] gradients) {
          float[] dh = takeStateGradient(0);
          addWeightGradient(input(), k, dh, gradients[0]);
          addWeightGradient(state(0), k, dh, gradients[1]);
          addInputGradient(k, dh, weights().get(0));
          addStateGradient(0, dh, weights().get(1));
        }
      };
    }
  }

  /** h_t = (1 − leak)·h_{t−1} + leak·g_t, g_t = tanh(x_t·W + h_{t−1}·U). */
  private static final class LeakyIntegratorCell extends Cell {
    private final int units;
    private final double leak;

    LeakyIntegratorCell(int units, double leak) {
      super("LeakyIntegratorCell");
      this.units = units;
      this.leak = leak;
    }

    @Override
    public LeakyIntegratorCell copy() {
      return new LeakyIntegratorCell(units, leak);
    }

    @Override
    public Map<String, Shape> stateShapes() {
      return Map.of("h", Shape.of(units));
    }

    @Override
    protected void createWeights(Shape input, WeightFactory factory) {
      factory.create("kernel", Shape.of(input.last(), units), Initializers.glorotUniform(), null);
      factory.create("recurrent_kernel", Shape.of(units, units), Initializers.orthogonal(), null);
    }

    @Override
    public CellPass newCellPass() {
      return new LeakyPass();
    }

    private final class LeakyPass extends CellPass {
      private float[] candidates = {};

      @Override
      public void begin(ForwardContext call) {
        if (candidates.length < timesteps() * rows() * units) {
          candidates = new float[timesteps() * rows() * units];
        }
      }

      @Override
      public void forward(int k) {
        int size = rows() * units;
        float[] h = state(0).values();
        int after = state(0).at(k + 1);
        multiply(input(), k, weights().get(0), state(0), k + 1);
        multiplyAdd(state(0), k, weights().get(1), state(0), k + 1);
        for (int i = 0; i < size; i++) {
          candidates[k * size + i] = (float) Math.tanh(h[after + i]);
        }
        for (int i = 0; i < size; i++) {
          double mixed = (1 - leak) * h[state(0).at(k) + i] + leak * candidates[k * size + i];
          h[after + i] = (float) mixed;
        }
      }

      @Override
      public void backward(int k, Gradient[] gradients) {
        int size = rows() * units;
        float[] dz = takeStateGradient(0);
        float[] dh = stateGradient(0);
        for (int i = 0; i < size; i++) {
          float g = candidates[k * size + i];
          dh[i] = (float) ((1 - leak) * dz[i]);
          dz[i] *= (float) leak * (1 - g * g);
        }
        addWeightGradient(input(), k, dz, gradients[0]);
        addWeightGradient(state(0), k, dz, gradients[1]);
        addInputGradient(k, dz, weights().get(0));
        addStateGradient(0, dz, weights().get(1));
      }
    }
  }

  @ParameterizedTest
  @MethodSource("variants")
  void outputsAndGradientsAgreeWithTheEquations(JsonNode which) {
    var layer = rnn(cell(which.get("name").asText())).returnSequences(true);
    int features = which.get("x").size() / (ROWS * STEPS);
    var network = new Network(List.of(input(STEPS, features), layer), 1);
    assertEquals(which.get("weights").size(), network.weights().size());
    for (int w = 0; w < network.weights().size(); w++) {
      float[] values = floats(which.get("weights").get(w));
      System.arraycopy(values, 0, network.weights().get(w).values(), 0, values.length);
    }
    boolean[] mask = new boolean[STEPS * ROWS];
    for (int i = 0; i < mask.length; i++) {
      mask[i % STEPS * ROWS + i / STEPS] = which.get("mask").get(i).asBoolean();
    }
    Shape shape = Shape.of(STEPS, features);
    float[] x = timeMajor(floats(which.get("x")), features);
    NetworkPass pass = network.newPass();
    Tensor output =
        pass.forward(new Tensor().set(x, 0, ROWS, shape, mask), new ForwardContext().inference(0));
    assertClose("output", timeMajor(floats(which.get("output")), UNITS), values(output));

    float[] factors = timeMajor(floats(which.get("factors")), UNITS);
    double sum = 0;
    double size = 0;
    for (int i = 0; i < factors.length; i++) {
      double term = (double) factors[i] * values(output)[i];
      sum += term;
      size += Math.abs(term);
    }
    if (which.has("loss")) {
      assertEquals(which.get("loss").asDouble(), sum, 1e-5 * size, "loss");
    }

    network.prepareBackward();
    Gradient[] gradients = network.newGradients();
    Tensor loss = new Tensor().set(factors, 0, ROWS, output.shape(), null);
    Tensor inputGradient = pass.backwardToInput(loss, false, gradients);
    JsonNode expected = which.get("gradients");
    for (int w = 0; w < gradients.length; w++) {
      float[] numbers = floats(expected.get(w));
      assertClose(network.weightPaths().get(w), numbers, gradients[w].values());
    }
    float[] last = timeMajor(floats(expected.get(gradients.length)), features);
    assertClose("input", last, values(inputGradient));
  }

  private static float[] values(Tensor tensor) {
    float[] values = new float[tensor.size()];
    System.arraycopy(tensor.values(), tensor.offset(), values, 0, values.length);
    return values;
  }

  private static float[] floats(JsonNode numbers) {
    float[] floats = new float[numbers.size()];
    for (int i = 0; i < floats.length; i++) {
      floats[i] = (float) numbers.get(i).asDouble();
    }
    return floats;
  }

  private static float[] timeMajor(float[] rowMajor, int width) {
    float[] result = new float[rowMajor.length];
    for (int r = 0; r < ROWS; r++) {
      for (int t = 0; t < STEPS; t++) {
        System.arraycopy(rowMajor, (r * STEPS + t) * width, result, (t * ROWS + r) * width, width);
      }
    }
    return result;
  }

  private static void assertClose(String what, float[] expected, float[] actual) {
    float largest = 1e-3f;
    for (float value : expected) {
      largest = Math.max(largest, Math.abs(value));
    }
    assertArrayEquals(expected, actual, 1e-5f * largest, what);
  }

  private static Samples data() {
    double[][][] x = new double[11][STEPS][FEATURES];
    double[][] y = new double[11][UNITS];
    for (int r = 0; r < x.length; r++) {
      for (int t = r % 3; t < STEPS; t++) {
        for (int i = 0; i < FEATURES; i++) {
          x[r][t][i] = Math.sin(r + 2.1 * t + 0.7 * i);
        }
      }
      y[r][r % UNITS] = 1;
    }
    return Samples.of(x).targets(y).batchSize(4);
  }

  record Pair(String name, Layer layer, Layer rnn) {
    @Override
    public String toString() {
      return name;
    }
  }

  static Stream<Pair> pairs() {
    return Stream.of(
        new Pair("LSTM", lstm(UNITS), rnn(lstmCell(UNITS))),
        new Pair("LSTM variant", lstm(UNITS), rnn(lstmVariantCell(UNITS))),
        new Pair("GRU", gru(UNITS), rnn(gruCell(UNITS))),
        new Pair(
            "GRU of the 2014 paper",
            gru(UNITS).resetAfter(false).goBackwards(true),
            rnn(gruCell(UNITS).resetAfter(false)).goBackwards(true)),
        new Pair("SimpleRNN", simpleRnn(UNITS), rnn(simpleRnnCell(UNITS))),
        new Pair(
            "stack of one cell",
            lstm(UNITS).dropout(0.2).recurrentDropout(0.3),
            rnn(stackedRnnCells(lstmCell(UNITS).dropout(0.2).recurrentDropout(0.3)))),
        new Pair(
            "dropout",
            gru(UNITS).dropout(0.2).recurrentDropout(0.3),
            rnn(gruCell(UNITS).dropout(0.2).recurrentDropout(0.3))));
  }

  /** With the same seed, both have the same weights, dropout masks and training. */
  @ParameterizedTest
  @MethodSource("pairs")
  void layerEqualsRnnAroundItsCell(Pair pair) {
    Samples data = data();
    List<float[]> predictions = new ArrayList<>();
    for (Layer layer : List.of(pair.layer, pair.rnn)) {
      Sequential model = Sequential.seeded(5, input(STEPS, FEATURES), masking(0), layer);
      model.compile("adam", "mse");
      model.fit(data, FitOptions.epochs(3).verbose(0));
      var all = new ArrayList<Float>();
      for (double[] row : model.predict(data).toArray()) {
        for (double value : row) {
          all.add((float) value);
        }
      }
      float[] flat = new float[all.size()];
      for (int i = 0; i < flat.length; i++) {
        flat[i] = all.get(i);
      }
      predictions.add(flat);
    }
    assertArrayEquals(predictions.get(0), predictions.get(1), 1e-6f);
  }

  /** Equal cells at different positions of a stack start with different weights. */
  @Test
  void cellsOfAStackStartWithDifferentWeights() {
    var stack = stackedRnnCells(gruCell(4), gruCell(4), gruCell(4));
    var network = new Network(List.of(input(5, 4), rnn(stack)), 1);
    assertEquals(
        List.of(
            "rnn/gru_cell/kernel",
            "rnn/gru_cell/recurrent_kernel",
            "rnn/gru_cell/bias",
            "rnn/gru_cell_1/kernel",
            "rnn/gru_cell_1/recurrent_kernel",
            "rnn/gru_cell_1/bias",
            "rnn/gru_cell_2/kernel",
            "rnn/gru_cell_2/recurrent_kernel",
            "rnn/gru_cell_2/bias"),
        network.weightPaths());
    for (int cell = 0; cell < 2; cell++) {
      float first = network.weights().get(3 * cell).values()[0];
      assertTrue(first != network.weights().get(3 * cell + 3).values()[0], "cell " + cell);
    }
    assertEquals(List.of("h_0", "h_1", "h_2"), List.copyOf(stack.stateShapes().keySet()));
  }

  private static String refusal(Layer... layers) {
    return assertThrows(IllegalArgumentException.class, () -> Sequential.of(layers)).getMessage();
  }

  @Test
  void rejectsACellInThePlaceOfALayer() {
    String message =
        "LSTMCell 'lstm_cell' is a cell, which computes one time step, but a layer is needed here."
            + " Write rnn(cell) to apply the cell to sequences.";
    assertEquals(message, refusal(input(5, 3), lstmCell(4)));
    Cell cell = lstmCell(4);
    var error = assertThrows(IllegalArgumentException.class, () -> timeDistributed(cell));
    assertEquals(message, error.getMessage());
  }

  @Test
  void rejectsInputsAndArgumentsThatDoNotFit() {
    assertEquals(
        "RNN 'rnn' needs input (batch, time, features), but 'input_layer' returns (batch, 3). Add a"
            + " time axis, for example input(timesteps, features), or put an Embedding after it if"
            + " the values are token ids.",
        refusal(input(3), rnn(lstmCell(4))));
    assertEquals(
        "LSTMVariantCell 'lstm_variant_cell' must have both an input and a forget gate if"
            + " coupledGates is set, because the forget gate is then 1 − input gate, but has"
            + " inputGate=true and forgetGate=false. Set coupledGates alone.",
        refusal(input(5, 3), rnn(lstmVariantCell(4).coupledGates(true).forgetGate(false))));
    assertEquals(
        "LSTMVariantCell 'lstm_variant_cell' must have at least one gate if peepholes is set, but"
            + " has none. Leave peepholes out.",
        refusal(
            input(5, 3),
            rnn(
                lstmVariantCell(4)
                    .inputGate(false)
                    .forgetGate(false)
                    .outputGate(false)
                    .peepholes(true))));
    var error = assertThrows(IllegalArgumentException.class, () -> stackedRnnCells());
    assertEquals(
        "StackedRNNCells needs at least one cell, but was given none.", error.getMessage());
    Cell twice = lstmCell(3);
    assertEquals(
        "LSTMCell 'lstm_cell' is used twice in this model. Each position in a model must have its"
            + " own layer. Create a new layer.",
        refusal(input(5, 3), rnn(stackedRnnCells(twice, twice))));
  }

  @Test
  void savingACellThatIsNotRegisteredThrows() {
    Cell cell = new MinimalRnnCell(4);
    Sequential model = Sequential.of(input(5, 3), bidirectional(rnn(cell)));
    var error =
        assertThrows(
            IllegalArgumentException.class, () -> model.save(Path.of("target", "never.keras")));
    assertTrue(error.getMessage().contains(cell.describe()), error.getMessage());
    assertTrue(
        error.getMessage().contains("must be a layer of Keras, or registered"), error.getMessage());
  }
}
