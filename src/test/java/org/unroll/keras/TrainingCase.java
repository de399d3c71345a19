package org.unroll.keras;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import org.unroll.Evaluation;
import org.unroll.History;
import org.unroll.Sequential;
import org.unroll.data.Samples;

/** A model, its samples, and the numbers of its evaluation and training in Keras. */
record TrainingCase(JsonNode json) {
  private static final ObjectMapper JSON = new ObjectMapper();

  Samples samples() {
    JsonNode x = json.get("x");
    Samples samples =
        isThreeDimensional(x)
            ? Samples.of(JSON.convertValue(x, double[][][].class))
            : Samples.of(JSON.convertValue(x, double[][].class));
    JsonNode y = json.get("y");
    samples =
        isThreeDimensional(y)
            ? samples.targets(JSON.convertValue(y, double[][][].class))
            : samples.targets(JSON.convertValue(y, double[][].class));
    JsonNode weights = json.get("weights");
    if (!weights.isNull()) {
      samples =
          weights.get(0).isArray()
              ? samples.weights(JSON.convertValue(weights, double[][].class))
              : samples.weights(JSON.convertValue(weights, double[].class));
    }
    return samples.batchSize(json.get("batch_size").asInt());
  }

  private static boolean isThreeDimensional(JsonNode array) {
    return array.get(0).get(0).isArray();
  }

  /** Returns the model with the weights before training, not compiled. */
  Sequential model() {
    Sequential model = KerasConfig.sequential(json.get("config").toString());
    for (int w = 0; w < json.get("start").size(); w++) {
      float[] values = model.network().weights().get(w).values();
      for (int i = 0; i < values.length; i++) {
        values[i] = (float) json.get("start").get(w).get(i).asDouble();
      }
    }
    return model;
  }

  /**
   * Compares the evaluation before training.
   *
   * @param least numbers closer to 0 may have the error of this number
   */
  void assertEvaluates(Evaluation evaluation, double least) {
    for (var value : json.get("evaluation").properties()) {
      double actual = evaluation.get(value.getKey());
      assertNear(value.getValue().asDouble(), actual, 1e-5, least, value.getKey());
    }
  }

  /** Compares the values of two epochs. */
  void assertHistory(History history, double least) {
    for (var column : json.get("history").properties()) {
      for (int epoch = 0; epoch < 2; epoch++) {
        double expected = column.getValue().get(epoch).asDouble();
        double actual = history.get(column.getKey()).get(epoch);
        assertNear(expected, actual, 1e-4, least, column.getKey() + epoch);
      }
    }
  }

  static void assertNear(
      double expected, double actual, double tolerance, double least, String what) {
    assertEquals(expected, actual, tolerance * Math.max(least, Math.abs(expected)), what);
  }
}
