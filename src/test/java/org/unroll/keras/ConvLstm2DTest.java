package org.unroll.keras;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.unroll.layers.Layers.bidirectional;
import static org.unroll.layers.Layers.convLstm2D;
import static org.unroll.layers.Layers.dense;
import static org.unroll.layers.Layers.flatten;
import static org.unroll.layers.Layers.input;
import static org.unroll.layers.Layers.lstm;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.unroll.Sequential;
import org.unroll.data.Shape;
import org.unroll.network.ForwardContext;
import org.unroll.network.Gradient;
import org.unroll.network.Layer;
import org.unroll.network.Network;
import org.unroll.network.NetworkPass;
import org.unroll.network.Tensor;
import org.unroll.training.References;

/**
 * Compares ConvLSTM2D with Keras (src/test/python/conv_lstm.py), and with LSTM on images of one
 * pixel.
 */
@Tag("both-compute-implementations")
class ConvLstm2DTest {
  private static final int ROWS = 2;

  @TempDir Path folder;

  static List<JsonNode> cases() {
    return References.read(ConvLstm2DTest.class, "conv_lstm.json");
  }

  @ParameterizedTest
  @MethodSource("cases")
  void agreesWithKeras(JsonNode which) {
    Sequential model = KerasConfig.sequential(which.get("keras_config").toString());
    Network network = model.network();
    assertEquals(which.get("weights").size(), network.weights().size());
    for (int w = 0; w < network.weights().size(); w++) {
      float[] values = floats(which.get("weights").get(w));
      System.arraycopy(values, 0, network.weights().get(w).values(), 0, values.length);
    }
    check(which, network);

    Path file = folder.resolve("model.keras");
    model.save(file);
    Sequential loaded = Sequential.load(file);
    KerasFilesTest.assertSame(model, loaded);
    check(which, loaded.network());
  }

  private static void check(JsonNode which, Network network) {
    Shape shape = network.inputShape();
    NetworkPass pass = network.newPass();
    Tensor x = tensor(floats(which.get("x")), shape);
    Tensor output = pass.forward(x, new ForwardContext().inference(0));
    assertClose("output", floats(which.get("output")), rowMajor(output));
    network.prepareBackward();
    Gradient[] gradients = network.newGradients();
    Tensor factors = tensor(floats(which.get("factors")), output.shape());
    Tensor inputGradient = pass.backwardToInput(factors, false, gradients);
    JsonNode expected = which.get("gradients");
    for (int w = 0; w < gradients.length; w++) {
      assertClose(network.weightPaths().get(w), floats(expected.get(w)), gradients[w].values());
    }
    assertClose("input", floats(expected.get(gradients.length)), rowMajor(inputGradient));
  }

  /** On images of one pixel, ConvLSTM2D computes the same as LSTM, including dropout. */
  @Test
  void equalsLstmOnImagesOfOnePixel() {
    Layer conv = convLstm2D(3, 1).dropout(0.3).recurrentDropout(0.4).returnSequences(true);
    Layer plain = lstm(3).dropout(0.3).recurrentDropout(0.4).returnSequences(true);
    var images = new Network(List.of(input(5, 1, 1, 4), conv), 6);
    var vectors = new Network(List.of(input(5, 4), plain), 6);
    for (int w = 0; w < 3; w++) {
      float[] values = images.weights().get(w).values();
      System.arraycopy(vectors.weights().get(w).values(), 0, values, 0, values.length);
    }
    float[] x = new float[ROWS * 5 * 4];
    float[] factors = new float[ROWS * 5 * 3];
    for (int i = 0; i < x.length; i++) {
      x[i] = (float) Math.sin(1.3 * i);
    }
    for (int i = 0; i < factors.length; i++) {
      factors[i] = (float) Math.cos(0.7 * i);
    }
    List<float[]> results = new ArrayList<>();
    for (Network network : List.of(images, vectors)) {
      NetworkPass pass = network.newPass();
      network.prepareBackward();
      Tensor input = new Tensor().set(x, 0, ROWS, network.inputShape(), null);
      Tensor output = pass.forward(input, new ForwardContext().training(3, 4, 5));
      results.add(rowMajor(output));
      Gradient[] gradients = network.newGradients();
      Tensor loss = new Tensor().set(factors.clone(), 0, ROWS, output.shape(), null);
      results.add(rowMajor(pass.backwardToInput(loss, false, gradients)));
      for (Gradient gradient : gradients) {
        results.add(gradient.values());
      }
    }
    for (int i = 0; i < 5; i++) {
      assertClose("result " + i, results.get(5 + i), results.get(i));
    }
  }

  private static String refusal(Layer... layers) {
    var error =
        assertThrows(IllegalArgumentException.class, () -> new Network(Arrays.asList(layers), 0));
    return error.getMessage();
  }

  @Test
  void rejectsWrongShapesAndArguments() {
    assertEquals(
        "ConvLSTM2D 'conv_lstm2d' needs input (batch, time, rows, columns, channels), but"
            + " 'input_layer' returns (batch, 5, 3). Change the shape given to input(...).",
        refusal(input(5, 3), convLstm2D(2, 3)));
    assertEquals(
        "ConvLSTM2D 'conv_lstm2d' needs input (batch, time, rows, columns, channels), but"
            + " 'input_layer' returns (batch, 5, 4, None, 1). Change the shape given to input(...).",
        refusal(input(5, 4, Shape.ANY, 1), convLstm2D(2, 3)));
    assertEquals(
        "ConvLSTM2D 'conv_lstm2d' with padding=valid needs images of at least 3 × 3 pixels, the size"
            + " of its window, but the images have 4 × 2. Use a smaller window, larger images or"
            + " padding(\"same\").",
        refusal(input(5, 4, 2, 1), convLstm2D(2, 3)));
    assertEquals(
        "ConvLSTM2D 'conv_lstm2d' must have strides of 1 or a dilation rate of 1, but has strides=[2,"
            + " 2] and dilationRate=[1, 3].",
        refusal(input(5, 8, 8, 1), convLstm2D(2, 3).strides(2).dilationRate(1, 3)));
    assertEquals(
        "Bidirectional 'bidirectional' needs a layer that returns vectors, but ConvLSTM2D"
            + " 'conv_lstm2d' returns outputs of shape (batch, 2, 2, 3). Use it without"
            + " bidirectional(…).",
        refusal(input(5, 4, 4, 1), bidirectional(convLstm2D(3, 3)), flatten(), dense(1)));
    assertThrows(IllegalArgumentException.class, () -> convLstm2D(2, 0));
    assertThrows(IllegalArgumentException.class, () -> convLstm2D(2, 3).strides(0));
    assertThrows(IllegalArgumentException.class, () -> convLstm2D(2, 3).padding("causal"));
  }

  private static float[] floats(JsonNode numbers) {
    float[] floats = new float[numbers.size()];
    for (int i = 0; i < floats.length; i++) {
      floats[i] = (float) numbers.get(i).asDouble();
    }
    return floats;
  }

  private static Tensor tensor(float[] rowMajor, Shape shape) {
    Tensor tensor = new Tensor().set(new float[rowMajor.length], 0, ROWS, shape, null);
    int width = tensor.width();
    for (int r = 0; r < ROWS; r++) {
      for (int t = 0; t < tensor.timesteps(); t++) {
        int from = (r * tensor.timesteps() + t) * width;
        System.arraycopy(rowMajor, from, tensor.values(), (t * ROWS + r) * width, width);
      }
    }
    return tensor;
  }

  private static float[] rowMajor(Tensor tensor) {
    float[] values = new float[tensor.size()];
    int width = tensor.width();
    for (int r = 0; r < ROWS; r++) {
      for (int t = 0; t < tensor.timesteps(); t++) {
        int from = tensor.offset() + (t * ROWS + r) * width;
        System.arraycopy(
            tensor.values(), from, values, (r * tensor.timesteps() + t) * width, width);
      }
    }
    return values;
  }

  private static void assertClose(String what, float[] expected, float[] actual) {
    float largest = 1e-3f;
    for (float value : expected) {
      largest = Math.max(largest, Math.abs(value));
    }
    assertArrayEquals(expected, actual, 1e-5f * largest, what);
  }
}
