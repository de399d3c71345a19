package org.unroll.keras;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.unroll.data.Shape;
import org.unroll.layers.attention.AttentionLayer;
import org.unroll.network.ForwardContext;
import org.unroll.network.Gradient;
import org.unroll.network.GraphPass;
import org.unroll.network.Input;
import org.unroll.network.Layer;
import org.unroll.network.Network;
import org.unroll.network.Node;
import org.unroll.network.Tensor;
import org.unroll.network.WeightSource;

/**
 * Layers with several inputs compared with Keras (src/test/python/merge_goldens.py): outputs,
 * masks, and the gradients of all inputs and weights.
 */
@Tag("both-compute-implementations")
class MergeGoldensTest {
  private static final int OFFSET = 3; // of the values in their arrays
  private static final double TOLERANCE = 3e-6;

  static Stream<Named<JsonNode>> cases() throws IOException {
    try (var in = MergeGoldensTest.class.getResourceAsStream("merge_goldens.json")) {
      JsonNode root = new ObjectMapper().readTree(in);
      return StreamSupport.stream(root.spliterator(), false)
          .map(line -> Named.of(line.get("name").asText(), line));
    }
  }

  /** Returns the shape of one sample. */
  private static Shape shape(JsonNode array) {
    int[] axes = new int[array.get("shape").size() - 1];
    Arrays.setAll(axes, i -> array.get("shape").get(i + 1).asInt());
    return Shape.of(axes);
  }

  /** Returns where each value of a batch is in a slice: time before rows. */
  private static int[] order(JsonNode array) {
    int rows = array.get("shape").get(0).asInt();
    int steps = array.get("shape").size() > 2 ? array.get("shape").get(1).asInt() : 1;
    int size = array.get("data").size();
    int width = size / rows / steps;
    int[] order = new int[size];
    for (int i = 0; i < size; i++) {
      int row = i / width / steps;
      order[i] = (i / width % steps * rows + row) * width + i % width;
    }
    return order;
  }

  private static Tensor tensor(JsonNode array, JsonNode mask) {
    int[] order = order(array);
    float[] values = new float[OFFSET + order.length];
    Arrays.fill(values, Float.NaN);
    for (int i = 0; i < order.length; i++) {
      values[OFFSET + order[i]] = (float) array.get("data").get(i).asDouble();
    }
    int rows = array.get("shape").get(0).asInt();
    return new Tensor().set(values, OFFSET, rows, shape(array), mask(mask, rows));
  }

  private static boolean[] mask(JsonNode mask, int rows) {
    if (mask == null || mask.isNull()) {
      return null;
    }
    int steps = mask.get("data").size() / rows;
    boolean[] valid = new boolean[rows * steps];
    for (int i = 0; i < valid.length; i++) {
      valid[i % steps * rows + i / steps] = mask.get("data").get(i).asInt() != 0;
    }
    return valid;
  }

  private static void assertSame(JsonNode expected, Tensor actual, String what) {
    assertEquals(shape(expected), actual.shape(), what);
    int[] order = order(expected);
    for (int i = 0; i < order.length; i++) {
      assertClose(expected, i, actual.values()[actual.offset() + order[i]], what);
    }
  }

  /** Compares masks; a mask that masks nothing is the same as none. */
  private static void assertSameMask(JsonNode expected, Tensor actual) {
    boolean[] keras = mask(expected, actual.rows());
    for (int p = 0; p < actual.rows() * actual.timesteps(); p++) {
      assertEquals(
          keras == null || keras[p], actual.mask() == null || actual.mask()[p], "mask at " + p);
    }
  }

  private static void assertClose(JsonNode expected, int i, double actual, String what) {
    double value = expected.get("data").get(i).asDouble();
    assertEquals(value, actual, TOLERANCE * Math.max(1, Math.abs(value)), what + " at " + i);
  }

  private static Layer layer(JsonNode line) {
    Layer layer = LayerFormats.read(line);
    JsonNode call = line.get("call");
    if (layer instanceof AttentionLayer<?> attention) {
      attention.useCausalMask(call.path("use_causal_mask").asBoolean());
      attention.returnAttentionScores(call.path("return_attention_scores").asBoolean());
    }
    return layer;
  }

  /** Applies the layer to inputs of these shapes, builds it and sets its weights. */
  private static void build(Layer layer, JsonNode line) {
    List<Input> inputs = new ArrayList<>();
    line.get("inputs").forEach(array -> inputs.add(new Input(shape(array))));
    Node node = layer.on(inputs);
    for (int i = 0; i < node.outputs().size(); i++) {
      assertEquals(shape(line.get("outputs").get(i)), node.outputs().get(i).shape());
    }
    var unused = new Network(inputs, List.of(node), WeightSource.seeded(0));
    assertEquals(layer, unused.layers().get(unused.layers().size() - 1));
    JsonNode weights = line.get("weights");
    assertEquals(weights.size(), layer.weights().size());
    for (int w = 0; w < weights.size(); w++) {
      assertEquals(weights.get(w).get("path").asText(), layer.weights().get(w).name());
      float[] values = layer.weights().get(w).values();
      assertEquals(weights.get(w).get("data").size(), values.length);
      for (int i = 0; i < values.length; i++) {
        values[i] = (float) weights.get(w).get("data").get(i).asDouble();
      }
    }
    layer.prepareBackward();
  }

  @ParameterizedTest
  @MethodSource("cases")
  void agreesWithKeras(JsonNode line) {
    Layer layer = layer(line);
    build(layer, line);
    GraphPass pass = (GraphPass) layer.newPass();
    Gradient[] gradients =
        layer.weights().stream().map(layer::newGradient).toArray(Gradient[]::new);
    for (int times = 0; times < 2; times++) { // the second time with used buffers
      run(pass, line, gradients);
    }
    JsonNode written = LayerFormats.write(layer);
    assertEquals(line.get("class_name"), written.get("class_name"));
    assertEquals(written, LayerFormats.write(rebuilt(written, line)));
  }

  private static Layer rebuilt(JsonNode written, JsonNode line) {
    Layer layer = LayerFormats.read(written);
    List<Input> inputs = new ArrayList<>();
    line.get("inputs").forEach(array -> inputs.add(new Input(shape(array))));
    var network = new Network(inputs, List.of(layer.on(inputs)), WeightSource.seeded(0));
    return network.layers().get(network.layers().size() - 1);
  }

  private static void run(GraphPass pass, JsonNode line, Gradient[] gradients) {
    JsonNode arrays = line.get("inputs");
    Tensor[] inputs = new Tensor[arrays.size()];
    Arrays.setAll(inputs, i -> tensor(arrays.get(i), line.get("masks").get(i)));
    Tensor[] outputs = pass.forward(inputs, new ForwardContext().inference(0));
    JsonNode factors = line.get("factors");
    assertEquals(factors.size(), outputs.length);
    for (int i = 0; i < outputs.length; i++) {
      assertSame(line.get("outputs").get(i), outputs[i], "output " + i);
    }
    assertSameMask(line.get("mask"), outputs[0]);
    if (outputs.length > 1) {
      assertNull(outputs[1].mask());
    }

    Tensor[] outputGradients = new Tensor[outputs.length];
    Arrays.setAll(outputGradients, i -> tensor(factors.get(i), null));
    boolean[] needed = new boolean[inputs.length];
    Arrays.fill(needed, true);
    Tensor[] inputGradients = pass.backward(outputGradients, gradients, needed);
    for (int i = 0; i < inputs.length; i++) {
      assertSame(line.get("input_gradients").get(i), inputGradients[i], "gradient of input " + i);
    }
    for (int w = 0; w < gradients.length; w++) {
      JsonNode expected = line.get("weight_gradients").get(w);
      for (int i = 0; i < expected.get("data").size(); i++) {
        assertClose(expected, i, gradients[w].values()[i], "gradient of weight " + w);
      }
    }
  }
}
