package org.unroll;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.unroll.data.Samples;
import org.unroll.keras.KerasConfig;
import org.unroll.training.FitOptions;
import org.unroll.training.References;

/** Regularization of weights, compared with Keras (src/test/python/regularizers.py). */
@Tag("both-compute-implementations")
class RegularizersTest {
  private static final ObjectMapper JSON = new ObjectMapper();

  static List<JsonNode> cases() {
    return References.read(RegularizersTest.class, "regularizers.json");
  }

  @ParameterizedTest
  @MethodSource("cases")
  void lossAndTrainingMatchKeras(JsonNode which) throws IOException {
    Sequential model = KerasConfig.sequential(which.get("keras_config").toString());
    for (int w = 0; w < model.network().weights().size(); w++) {
      float[] values = model.network().weights().get(w).values();
      for (int i = 0; i < values.length; i++) {
        values[i] = (float) which.get("weights").get(w).get(i).asDouble();
      }
    }
    model.compile(
        KerasConfig.optimizer(which.get("optimizer").toString()),
        KerasConfig.loss("\"mse\""),
        "mae");
    Samples data = samples(which.get("x"), which.get("y"), 11).batchSize(4);
    Evaluation evaluation = model.evaluate(data);
    assertEquals(which.get("evaluation").get(0).asDouble(), evaluation.get("loss"), 1e-5);
    assertEquals(which.get("evaluation").get(1).asDouble(), evaluation.get("mae"), 1e-5);
    Samples validation = samples(which.get("x"), which.get("y"), 5);
    History history = model.fit(data, FitOptions.epochs(3).validation(validation).verbose(0));
    assertClose(which.get("loss"), history.get("loss"));
    assertClose(which.get("val_loss"), history.get("val_loss"));
    for (int w = 0; w < model.network().weights().size(); w++) {
      double[] expected = JSON.treeToValue(which.get("weights_after").get(w), double[].class);
      float[] values = model.network().weights().get(w).values();
      double[] actual = new double[values.length];
      for (int i = 0; i < values.length; i++) {
        actual[i] = values[i];
      }
      assertArrayEquals(expected, actual, 2e-5, model.network().weightPaths().get(w));
    }
  }

  private static void assertClose(JsonNode expected, List<Double> actual) {
    for (int i = 0; i < actual.size(); i++) {
      assertEquals(expected.get(i).asDouble(), actual.get(i), 2e-5 * actual.get(i));
    }
  }

  private static Samples samples(JsonNode x, JsonNode y, int count) throws IOException {
    double[][] targets = new double[count][];
    double[][][] sequences = new double[count][][];
    int[][] ids = new int[count][];
    boolean tokens = x.get(0).get(0).isInt();
    for (int i = 0; i < count; i++) {
      targets[i] = JSON.treeToValue(y.get(i), double[].class);
      if (tokens) {
        ids[i] = JSON.treeToValue(x.get(i), int[].class);
      } else {
        sequences[i] = JSON.treeToValue(x.get(i), double[][].class);
      }
    }
    return (tokens ? Samples.of(ids) : Samples.of(sequences)).targets(targets);
  }
}
