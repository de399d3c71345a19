package org.unroll.layers.attention;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.unroll.layers.Layers.additiveAttention;
import static org.unroll.layers.Layers.attention;
import static org.unroll.layers.Layers.concatenate;
import static org.unroll.layers.Layers.dense;
import static org.unroll.layers.Layers.globalAveragePooling1D;
import static org.unroll.layers.Layers.gru;
import static org.unroll.layers.Layers.input;
import static org.unroll.layers.Layers.masking;
import static org.unroll.layers.Layers.multiHeadAttention;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.unroll.Model;
import org.unroll.data.Samples;
import org.unroll.data.Shape;
import org.unroll.losses.Losses;
import org.unroll.network.ForwardContext;
import org.unroll.network.Gradient;
import org.unroll.network.GraphPass;
import org.unroll.network.Input;
import org.unroll.network.Network;
import org.unroll.network.Tensor;
import org.unroll.network.Weight;
import org.unroll.network.WeightSource;
import org.unroll.optimizers.Optimizers;
import org.unroll.training.FitOptions;

/** Dropout of attention, its messages, and models with attention. */
@Tag("both-compute-implementations")
class AttentionTest {
  private static final int ROWS = 3;

  private static GraphPass pass(AttentionLayer<?> layer, Shape... shapes) {
    List<Input> inputs = Arrays.stream(shapes).map(Input::new).toList();
    new Network(inputs, List.of(layer.on(inputs)), WeightSource.seeded(5));
    layer.prepareBackward();
    return layer.newPass();
  }

  private static Tensor random(Random random, int rows, Shape shape) {
    float[] values = new float[rows * shape.size()];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) random.nextGaussian();
    }
    return new Tensor().set(values, 0, rows, shape, null);
  }

  @Test
  void dropoutDropsTheGivenShareOfTheWeights() {
    Attention layer = attention().dropout(0.3).returnAttentionScores(true);
    Shape shape = Shape.of(40, 2);
    GraphPass pass = pass(layer, shape, shape);
    Tensor same = new Tensor().set(new float[20 * 80], 0, 20, shape, null); // equal weights
    Tensor[] inputs = {same, same};
    Tensor scores = pass.forward(inputs, new ForwardContext().training(1, 0, 0))[1];
    int dropped = 0;
    for (int i = 0; i < scores.size(); i++) {
      float weight = scores.values()[i];
      dropped += weight == 0 ? 1 : 0;
      assertEquals(weight == 0 ? 0 : 1 / 40.0 / 0.7, weight, 1e-7);
    }
    // 32000 weights: four standard deviations are 0.01.
    assertEquals(0.3, dropped / (double) scores.size(), 0.0103);
    float[] first = scores.values().clone();
    pass.forward(inputs, new ForwardContext().training(1, 1, 0));
    assertTrue(!Arrays.equals(first, scores.values()), "another step must drop other weights");
    pass.forward(inputs, new ForwardContext().inference(0));
    assertEquals(
        1 / 40.0, pass.forward(inputs, new ForwardContext().inference(0))[1].values()[0], 1e-8);
  }

  private static AttentionLayer<?> withDropout(int kind) {
    return switch (kind) {
      case 0 -> attention().useScale(true).dropout(0.4).returnAttentionScores(true);
      case 1 -> additiveAttention().dropout(0.4).useCausalMask(true);
      default -> multiHeadAttention(2, 3).valueDim(2).dropout(0.4).returnAttentionScores(true);
    };
  }

  /** The same seed and step draw the same mask, so the loss is a function of inputs and weights. */
  @ParameterizedTest
  @ValueSource(ints = {0, 1, 2})
  void gradientsWithDropoutAgreeWithFiniteDifferences(int kind) {
    AttentionLayer<?> layer = withDropout(kind);
    Shape[] shapes = {Shape.of(4, 3), Shape.of(5, 2), Shape.of(5, 3)};
    GraphPass pass = pass(layer, shapes);
    Random random = new Random(7);
    Tensor[] inputs = new Tensor[3];
    Arrays.setAll(inputs, i -> random(random, ROWS, shapes[i]));
    Tensor[] outputs = pass.forward(inputs, new ForwardContext().training(3, 2, 0));
    Tensor[] factors = new Tensor[outputs.length];
    Arrays.setAll(factors, i -> random(random, ROWS, outputs[i].shape()));
    Gradient[] gradients =
        layer.weights().stream().map(layer::newGradient).toArray(Gradient[]::new);
    Tensor[] copies = new Tensor[factors.length];
    Arrays.setAll(copies, i -> copy(factors[i]));
    Tensor[] inputGradients = pass.backward(copies, gradients, new boolean[] {true, true, true});
    List<float[]> checked = new ArrayList<>();
    List<float[]> expected = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      checked.add(inputs[i].values());
      expected.add(Arrays.copyOf(inputGradients[i].values(), inputs[i].size()));
    }
    for (int w = 0; w < gradients.length; w++) {
      Weight weight = layer.weights().get(w);
      checked.add(weight.values());
      expected.add(gradients[w].values().clone());
    }
    for (int k = 0; k < checked.size(); k++) {
      float[] values = checked.get(k);
      for (int i = 0; i < values.length; i += 1 + values.length / 5) {
        float before = values[i];
        values[i] = before + 0.01f;
        double more = loss(pass, inputs, factors);
        values[i] = before - 0.01f;
        double less = loss(pass, inputs, factors);
        values[i] = before;
        assertEquals(expected.get(k)[i], (more - less) / 0.02, 4e-3, "array " + k + " at " + i);
      }
    }
  }

  private static Tensor copy(Tensor tensor) {
    return new Tensor().set(tensor.values().clone(), 0, tensor.rows(), tensor.shape(), null);
  }

  private static double loss(GraphPass pass, Tensor[] inputs, Tensor[] factors) {
    Tensor[] outputs = pass.forward(inputs, new ForwardContext().training(3, 2, 0));
    double sum = 0;
    for (int o = 0; o < outputs.length; o++) {
      for (int i = 0; i < outputs[o].size(); i++) {
        sum += (double) outputs[o].values()[outputs[o].offset() + i] * factors[o].values()[i];
      }
    }
    return sum;
  }

  /** A loss on the scores alone: the gradient of the first output is null. */
  @ParameterizedTest
  @ValueSource(ints = {0, 2})
  void scoresAloneHaveGradients(int kind) {
    AttentionLayer<?> layer = withDropout(kind);
    Shape[] shapes = {Shape.of(4, 3), Shape.of(5, 3)};
    GraphPass pass = pass(layer, shapes);
    Random random = new Random(9);
    Tensor[] inputs = {random(random, ROWS, shapes[0]), random(random, ROWS, shapes[1])};
    Tensor[] outputs = pass.forward(inputs, new ForwardContext().training(3, 2, 0));
    Tensor[] factors = {
      new Tensor().set(new float[outputs[0].size()], 0, ROWS, outputs[0].shape(), null),
      random(random, ROWS, outputs[1].shape())
    };
    Gradient[] gradients =
        layer.weights().stream().map(layer::newGradient).toArray(Gradient[]::new);
    boolean[] needed = {true, true};
    float[] withZeros =
        pass.backward(new Tensor[] {copy(factors[0]), copy(factors[1])}, gradients, needed)[1]
            .values()
            .clone();
    Tensor[] alone = pass.backward(new Tensor[] {null, copy(factors[1])}, gradients, needed);
    assertArrayEquals(withZeros, alone[1].values(), 1e-6f);
    assertTrue(Math.abs(alone[0].values()[0]) > 1e-4);
  }

  private static double[][][] sequences(int rows, int steps, int features, long seed) {
    Random random = new Random(seed);
    double[][][] x = new double[rows][steps][features];
    for (double[][] row : x) {
      for (double[] step : row) {
        Arrays.setAll(step, i -> random.nextGaussian());
      }
    }
    return x;
  }

  @Test
  void modelsWithAttentionLearnAndRecordTheirWeights() {
    Input source = input(Shape.ANY, 3);
    Input target = input(Shape.ANY, 2);
    var encoded = gru(6).returnSequences(true).on(masking(0).on(source));
    var decoded = gru(6).returnSequences(true).on(target);
    var context = attention().useScale(true).dropout(0.1).on(decoded, encoded);
    var self = multiHeadAttention(2, 4).useCausalMask(true).on(context, context);
    var joined = concatenate().on(decoded, additiveAttention().on(self, encoded), context);
    Model model =
        Model.of(List.of(source, target), dense(1).on(globalAveragePooling1D().on(joined)));
    model.compile(Optimizers.adam(0.01), Losses.of("mse"));
    double[][][] x = sequences(32, 5, 3, 1);
    x[0][4] = new double[3];
    double[] sums = Arrays.stream(x).mapToDouble(row -> row[0][0] + row[3][1]).toArray();
    Samples data = Samples.of(List.of(x, sequences(32, 4, 2, 2))).targets(sums);
    double before = model.evaluate(data).get("loss");
    model.fit(data.batchSize(8), FitOptions.epochs(40).verbose(0));
    assertTrue(model.evaluate(data).get("loss") < 0.3 * before);
    double[][] weights = model.record(data, 0).get("attention", "attention_weights");
    assertEquals(4, weights.length);
    for (double[] query : weights) {
      assertEquals(1, Arrays.stream(query).sum(), 1e-5);
      assertEquals(0, query[4]); // masked
    }
  }

  @Test
  void messagesNameTheLayersAndTheirShapes() {
    assertEquals(
        "Attention 'attention' needs a query and a key with the same number of features, but GRU"
            + " 'gru' returns (batch, 5, 4) and InputLayer 'input_layer' returns (batch, 5, 3). Put"
            + " a dense layer after one of them. Path from the input: input_layer (5, 3) → gru (5, 4)"
            + " → attention.",
        error(
            () -> {
              Input x = input(5, 3);
              attention().on(gru(4).returnSequences(true).on(x), x);
            }));
    assertTrue(
        error(() -> multiHeadAttention(2, 3).on(input(5, 3), input(4, 2), input(3, 2)))
            .contains("a key with as many time steps as the value"));
    assertTrue(
        error(() -> attention().on(input(5, 3), input(3)))
            .contains("each (batch, time, features)"));
    assertTrue(error(() -> attention().scoreMode("product")).contains("was \"product\""));
    assertTrue(error(() -> attention().dropout(1)).contains("dropout must be"));
    assertTrue(error(() -> multiHeadAttention(0, 3)).contains("numHeads must be at least 1"));
    assertTrue(
        error(() -> multiHeadAttention(1, 3).outputShape(new int[0])).contains("at least 1"));
  }

  private static String error(Executable call) {
    return assertThrows(IllegalArgumentException.class, call).getMessage();
  }
}
