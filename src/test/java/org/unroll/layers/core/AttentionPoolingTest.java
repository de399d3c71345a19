package org.unroll.layers.core;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.unroll.layers.Layers.additiveAttention;
import static org.unroll.layers.Layers.dense;
import static org.unroll.layers.Layers.dotProductAttention;
import static org.unroll.layers.Layers.gru;
import static org.unroll.layers.Layers.input;
import static org.unroll.layers.Layers.masking;
import static org.unroll.layers.Layers.timeDistributed;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.unroll.Recording;
import org.unroll.Sequential;
import org.unroll.data.Samples;
import org.unroll.data.Shape;
import org.unroll.network.ForwardContext;
import org.unroll.network.Gradient;
import org.unroll.network.Input;
import org.unroll.network.Network;
import org.unroll.network.NetworkPass;
import org.unroll.network.Tensor;

/** Attention over time compared with a reference in float64 (src/test/python/attention.py). */
@Tag("both-compute-implementations")
class AttentionPoolingTest {
  private static final float TOLERANCE = 2e-6f;

  private static JsonNode reference() throws IOException {
    try (var in = AttentionPoolingTest.class.getResourceAsStream("attention.json")) {
      return new ObjectMapper().readTree(in);
    }
  }

  private static float[] floats(JsonNode numbers) {
    float[] values = new float[numbers.size()];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) numbers.get(i).asDouble();
    }
    return values;
  }

  /** Swaps the first two axes: rows × steps × width is steps × rows × width in a tensor. */
  private static float[] swap(float[] values, int outer, int inner) {
    int width = values.length / outer / inner;
    float[] result = new float[values.length];
    for (int i = 0; i < outer * inner; i++) {
      int to = i % inner * outer + i / inner;
      System.arraycopy(values, i * width, result, to * width, width);
    }
    return result;
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1})
  void agreesWithTheReference(int number) throws IOException {
    JsonNode root = reference();
    JsonNode expected = root.get("cases").get(number);
    int rows = root.get("shape").get(0).asInt();
    int steps = root.get("shape").get(1).asInt();
    var shape = Shape.of(steps, root.get("shape").get(2).asInt());
    AttentionPooling layer =
        expected.get("additive").asBoolean()
            ? additiveAttention(root.get("units").asInt())
            : dotProductAttention();
    var network = new Network(List.of(new Input(shape), layer), 0);
    for (int w = 0; w < network.weights().size(); w++) {
      float[] values = floats(expected.get("weights").get(w));
      System.arraycopy(values, 0, network.weights().get(w).values(), 0, values.length);
    }
    boolean[] mask = new boolean[rows * steps];
    for (int i = 0; i < mask.length; i++) {
      mask[i % steps * rows + i / steps] = expected.get("mask").get(i).asBoolean();
    }
    float[] x = swap(floats(expected.get("x")), rows, steps);
    NetworkPass pass = network.newPass();
    List<float[]> attention = new ArrayList<>();
    ForwardContext context =
        new ForwardContext()
            .inference(0)
            .recorder(
                (of, application, quantity, values) -> {
                  if (quantity.equals("attention_weights")) {
                    attention.add(values.values().clone());
                  }
                });
    Tensor y = pass.forward(new Tensor().set(x, 0, rows, shape, mask), context);
    assertArrayEquals(floats(expected.get("output")), y.values(), TOLERANCE);
    assertArrayEquals(
        floats(expected.get("attention")), swap(attention.get(0), steps, rows), TOLERANCE);

    network.prepareBackward();
    Gradient[] gradients = network.newGradients();
    float[] factors = floats(expected.get("factors"));
    Tensor dx =
        pass.backwardToInput(new Tensor().set(factors, 0, rows, y.shape(), null), false, gradients);
    for (int w = 0; w < gradients.length; w++) {
      float[] values = floats(expected.get("gradients").get(w));
      assertArrayEquals(values, gradients[w].values(), TOLERANCE, network.weightPaths().get(w));
    }
    float[] inputGradient = floats(expected.get("gradients").get(gradients.length));
    assertArrayEquals(inputGradient, swap(dx.values(), steps, rows), TOLERANCE);
  }

  /** With a query of 1 and one feature, the scores are the values themselves. */
  @Test
  void recordsAttentionWeights() {
    Sequential model = Sequential.of(input(3, 1), masking(-1), dotProductAttention());
    model.network().weights().get(0).values()[0] = 1;
    Samples data = Samples.of(new double[][][] {{{0}, {0}, {0}}, {{Math.log(3)}, {0}, {-1}}});
    Recording recording = model.record(data, 1);
    assertEquals(List.of("masking", "attention_pooling"), recording.layers());
    assertEquals(List.of("attention_weights", "output"), recording.quantities("attention_pooling"));
    double[][] weights = recording.get("attention_pooling", "attention_weights");
    assertEquals(3, weights.length);
    assertEquals(0.75, weights[0][0], 1e-6);
    assertEquals(0.25, weights[1][0], 1e-6);
    assertEquals(0, weights[2][0]);
    assertEquals(0.75 * Math.log(3), model.predict(data).toArray()[1][0], 1e-6);
    var error =
        assertThrows(IllegalArgumentException.class, () -> recording.get("masking", "gates"));
    assertEquals(
        "The layer and quantity must be among the recorded ones, [masking [output],"
            + " attention_pooling [attention_weights, output]], but were 'masking' and 'gates'.",
        error.getMessage());
    assertThrows(IndexOutOfBoundsException.class, () -> model.record(data, 2));
    Samples wide = Samples.of(new double[][][] {{{1, 2}, {1, 2}, {1, 2}}});
    assertThrows(IllegalArgumentException.class, () -> model.record(wide, 0));
  }

  @Test
  void needsASequence() {
    Sequential model =
        Sequential.of(input(5, 2), gru(3).returnSequences(true), additiveAttention(4));
    assertEquals(Shape.of(3), model.network().outputShape());
    assertEquals(4 + 3 * 4 + 4, model.layers().get(1).parameters());
    var error =
        assertThrows(
            IllegalArgumentException.class,
            () -> new Network(List.of(input(5, 2), gru(3), additiveAttention(4)), 0));
    assertEquals(
        "AttentionPooling 'attention_pooling' needs input (batch, time, features), but 'gru' returns"
            + " (batch, units). Set returnSequences on 'gru'",
        error.getMessage());
    assertThrows(IllegalArgumentException.class, () -> additiveAttention(0));
    assertEquals(
        Shape.of(5, 2),
        new Network(List.of(input(5, 4, 3), timeDistributed(dotProductAttention()), dense(2)), 0)
            .outputShape());
  }
}
