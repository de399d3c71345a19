package org.unroll;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.unroll.layers.Layers.batchNormalization;
import static org.unroll.layers.Layers.dense;
import static org.unroll.layers.Layers.dropout;
import static org.unroll.layers.Layers.embedding;
import static org.unroll.layers.Layers.gru;
import static org.unroll.layers.Layers.input;
import static org.unroll.layers.Layers.lstm;
import static org.unroll.layers.Layers.masking;
import static org.unroll.layers.Layers.simpleRnn;
import static org.unroll.losses.Losses.binaryCrossentropy;
import static org.unroll.losses.Losses.mse;
import static org.unroll.optimizers.Optimizers.sgd;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.unroll.data.Samples;
import org.unroll.layers.recurrent.RecurrentLayer;
import org.unroll.network.Layer;
import org.unroll.network.Weight;

/**
 * Compares the gradients of the loss with respect to states with those of Keras
 * (src/test/python/state_gradients.py).
 */
@Tag("both-compute-implementations")
class StateGradientsTest {
  private static final double TOLERANCE = 1e-5;
  private static final ObjectMapper JSON = new ObjectMapper();

  private static RecurrentLayer<?> layer(String name) {
    return switch (name) {
      case "simple_rnn" -> simpleRnn(3);
      case "lstm" -> lstm(3);
      case "gru" -> gru(3);
      default -> gru(3).resetAfter(false);
    };
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 2, 3, 4, 5, 6, 7})
  void gradientsAgreeWithKeras(int number) throws IOException {
    JsonNode root =
        JSON.readTree(StateGradientsTest.class.getResourceAsStream("state_gradients.json"));
    JsonNode expected = root.get("cases").get(number);
    RecurrentLayer<?> layer = layer(expected.get("name").asText());
    layer.returnSequences(expected.get("sequences").asBoolean());
    layer.goBackwards(expected.get("backwards").asBoolean());
    layer.name("cells");
    List<Layer> stack = new ArrayList<>(List.of(input(6, 2), layer, dense(1)));
    if (expected.get("masked").asBoolean()) {
      stack.add(1, masking(0));
    }
    Sequential model = Sequential.of(stack.toArray(Layer[]::new));
    model.compile(sgd(), mse());
    for (int w = 0; w < model.network().weights().size(); w++) {
      float[] values = JSON.convertValue(expected.get("weights").get(w), float[].class);
      float[] own = model.network().weights().get(w).values();
      assertEquals(own.length, values.length);
      System.arraycopy(values, 0, own, 0, values.length);
    }
    double[] y = JSON.convertValue(expected.get("y"), double[].class);
    Samples samples =
        Samples.of(new double[][][] {JSON.convertValue(expected.get("x"), double[][].class)})
            .targets(new double[][] {y});
    Recording recording = model.recordGradients(samples, 0);
    String[] quantities = {"dh", "dc"};
    for (int s = 0; s < expected.get("gradients").size(); s++) {
      double[][] gradients = JSON.convertValue(expected.get("gradients").get(s), double[][].class);
      double[] norms = recording.norms("cells", quantities[s]);
      for (int t = 0; t < gradients.length; t++) {
        double[] own = recording.get("cells", quantities[s])[t];
        assertArrayEquals(gradients[t], own, TOLERANCE, quantities[s] + " at " + t);
        double[] g = gradients[t];
        assertEquals(Math.sqrt(g[0] * g[0] + g[1] * g[1] + g[2] * g[2]), norms[t], TOLERANCE);
      }
    }
  }

  /** Compares the gradients of all steps, summed, with a finite difference of the loss. */
  @Test
  void gradientsPassThroughAllLayersInInferenceMode() {
    Sequential model =
        Sequential.of(
            input(4),
            embedding(5, 3),
            dropout(0.5),
            gru(3).recurrentDropout(0.5).returnSequences(true),
            batchNormalization(),
            simpleRnn(2),
            dense(1, "sigmoid"));
    model.compile(sgd(), binaryCrossentropy());
    float[] before = model.network().weights().get(0).values().clone();
    Samples sample = Samples.of(new int[][] {{1, 4, 2, 3}}).targets(new double[] {1});
    Recording recording = model.recordGradients(sample, 0);
    assertArrayEquals(before, model.network().weights().get(0).values());
    // The bias has the same gradient as the pre-activation of the state, summed over all steps.
    Weight bias = model.layer("simple_rnn").weight("bias");
    double[] summed = new double[2];
    for (int t = 0; t < 4; t++) {
      for (int j = 0; j < 2; j++) {
        double h = recording.get("simple_rnn", "h")[t][j];
        summed[j] += recording.get("simple_rnn", "dh")[t][j] * (1 - h * h);
      }
    }
    for (int j = 0; j < 2; j++) {
      float value = bias.values()[j];
      double step = 0.002;
      bias.values()[j] = (float) (value + step);
      double above = model.evaluate(sample).get("loss");
      bias.values()[j] = (float) (value - step);
      double below = model.evaluate(sample).get("loss");
      bias.values()[j] = value;
      assertEquals((above - below) / (2 * step), summed[j], 3e-4);
    }
  }

  @Test
  void recordsTheOutputOfEveryLayer() {
    Sequential model = Sequential.of(input(2, 1), lstm(3), dense(2, "relu"), dense(1));
    Samples sample = Samples.of(new double[][][] {{{1}, {2}}});
    Recording recording = model.record(sample, 0);
    assertEquals(List.of("lstm", "dense", "dense_1"), recording.layers());
    double[] h = recording.get("lstm", "h")[1];
    assertArrayEquals(h, recording.get("lstm", "output")[0]);
    for (int j = 0; j < 2; j++) {
      double z = 0;
      for (int i = 0; i < 3; i++) {
        z += h[i] * model.weight("dense/kernel").get(i, j);
      }
      assertEquals(Math.max(0, z), recording.get("dense", "output")[0][j], 1e-6);
    }
    assertEquals(model.predict(sample).get(0)[0], recording.get("dense_1", "output")[0][0], 1e-6);
  }

  @Test
  void recordingGradientsNeedsALossAndTargets() {
    Sequential model = Sequential.of(input(2, 1), lstm(3), dense(1));
    Samples sample = Samples.of(new double[][][] {{{1}, {2}}});
    assertThrows(IllegalStateException.class, () -> model.recordGradients(sample, 0));
    model.compile(sgd(), mse());
    assertThrows(IllegalArgumentException.class, () -> model.recordGradients(sample, 0));
    Samples complete = sample.targets(new double[] {1});
    assertThrows(IndexOutOfBoundsException.class, () -> model.recordGradients(complete, 1));
    assertThrows(
        IllegalArgumentException.class,
        () -> model.recordGradients(complete, 0).norms("lstm", "dx"));
  }

  @Test
  void setsGradientsBelowTheLimitToZero() {
    int steps = 160;
    Sequential model =
        Sequential.of(input(steps, 1), simpleRnn(1).activation("linear").name("cells"), dense(1));
    model.compile(sgd(), mse());
    // h stays 0, so the prediction is 0 and its gradient 1. Each step back halves the gradient.
    float[] weights = {1, 0.5f, 0, 1, 0};
    for (int w = 0; w < weights.length; w++) {
      model.network().weights().get(w).values()[0] = weights[w];
    }
    Samples samples = Samples.of(new double[1][steps][1]).targets(new double[][] {{-0.5}});
    double[][] gradients = model.recordGradients(samples, 0).get("cells", "dh");
    for (int back = 0; back < steps; back++) {
      // 2^-99 is 1.6e-30 and 2^-100 is below the limit of 1e-30.
      double expected = back < 100 ? Math.pow(2, -back) : 0;
      assertEquals(expected, gradients[steps - 1 - back][0], back + " steps back");
    }
  }
}
