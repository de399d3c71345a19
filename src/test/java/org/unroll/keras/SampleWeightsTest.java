package org.unroll.keras;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.unroll.layers.Layers.dense;
import static org.unroll.layers.Layers.gru;
import static org.unroll.layers.Layers.input;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.unroll.History;
import org.unroll.Sequential;
import org.unroll.data.Dataset;
import org.unroll.data.Samples;
import org.unroll.losses.Losses;
import org.unroll.metrics.Metric;
import org.unroll.metrics.Metrics;
import org.unroll.optimizers.Optimizers;
import org.unroll.training.FitOptions;
import org.unroll.training.References;

/**
 * Compares training with weights of samples, time steps and classes with Keras
 * (src/test/python/weighted_references.py): loss and metrics before training, two epochs with
 * validation, and the weights of the model afterwards.
 */
@Tag("both-compute-implementations")
class SampleWeightsTest {
  /** Numbers closer to 0 may have the error of this number. */
  private static final double LEAST = 1e-3;

  @TempDir Path folder;

  static List<TrainingCase> cases() {
    return References.read(SampleWeightsTest.class, "weighted.json").stream()
        .map(TrainingCase::new)
        .toList();
  }

  private static Sequential model(TrainingCase reference) {
    Sequential model = reference.model();
    List<Metric> metrics = new ArrayList<>();
    for (JsonNode name : reference.json().get("metrics")) {
      metrics.add(Metrics.weighted(Metrics.of(name.asText())));
      metrics.add(Metrics.of(name.asText()));
    }
    model.compile(
        Optimizers.adam(0.05),
        Losses.of(reference.json().get("loss").asText()),
        metrics.toArray(new Metric[0]));
    return model;
  }

  @ParameterizedTest
  @MethodSource("cases")
  void computesTheLossMetricsAndTrainingOfKeras(TrainingCase reference) {
    Sequential model = model(reference);
    Samples samples = reference.samples();
    reference.assertEvaluates(model.evaluate(samples), LEAST);
    FitOptions options = FitOptions.epochs(2).validation(samples).verbose(0);
    if (!reference.json().get("class_weight").isNull()) {
      Map<Integer, Double> weights = new HashMap<>();
      reference
          .json()
          .get("class_weight")
          .properties()
          .forEach(w -> weights.put(Integer.valueOf(w.getKey()), w.getValue().asDouble()));
      options.classWeight(weights);
    }
    reference.assertHistory(model.fit(samples, options), LEAST);
    for (int w = 0; w < reference.json().get("end").size(); w++) {
      float[] values = model.network().weights().get(w).values();
      double largest = 0;
      for (JsonNode value : reference.json().get("end").get(w)) {
        largest = Math.max(largest, Math.abs(value.asDouble()));
      }
      for (int i = 0; i < values.length; i++) {
        double expected = reference.json().get("end").get(w).get(i).asDouble();
        assertEquals(expected, values[i], 1e-4 * largest, model.network().weightPaths().get(w));
      }
    }
  }

  @Test
  void namesWeightedMetricsLikeKeras() {
    TrainingCase reference = cases().get(9);
    Sequential model = model(reference);
    Map<String, Double> logs = new LinkedHashMap<>();
    History history = model.fit(reference.samples(), FitOptions.epochs(1).verbose(0));
    history.names().forEach(name -> logs.put(name, history.last(name)));
    assertEquals(
        List.of(
            "loss",
            "accuracy",
            "precision",
            "auc",
            "weighted_accuracy",
            "weighted_precision",
            "weighted_auc"),
        List.copyOf(logs.keySet()));
    model.compile(Optimizers.sgd(), Losses.mse(), Metrics.weighted(Metrics.of("mae")));
    assertEquals(
        List.of("loss", "mae"),
        model.fit(reference.samples(), FitOptions.epochs(1).verbose(0)).names());
  }

  @Test
  void keepsWeightedMetricsInFiles() {
    Sequential model = model(cases().get(0));
    Path file = folder.resolve("model.keras");
    model.save(file);
    Sequential loaded = Sequential.load(file);
    Samples samples = cases().get(0).samples();
    assertEquals(
        model.evaluate(samples).get("weighted_mae"), loaded.evaluate(samples).get("weighted_mae"));
    KerasFilesTest.assertSame(model, loaded);
  }

  /** Subsets, shuffled or with another batch size, keep the weights of their samples. */
  @Test
  void keepsTheWeightsOfSamplesInSubsets() {
    TrainingCase reference = cases().get(0);
    Samples samples = reference.samples();
    Dataset subset = samples.subset(2, 7).batchSize(5).shuffled(3);
    float[] weight = new float[2];
    for (int i = 0; i < 5; i++) {
      subset.copyWeights(i, weight, 1);
      assertEquals((float) reference.json().get("weights").get(2 + i).asDouble(), weight[1]);
    }
    assertEquals("(1,)", subset.weightShape().toString());
    assertEquals("(1,)", samples.batchSize(3).shuffled(1).weightShape().toString());
  }

  @Test
  void rejectsWeightsOfTheWrongShape() {
    Samples samples = Samples.of(new double[4][5][2]).targets(new double[4][5][1]);
    Sequential steps = Sequential.of(input(5, 2), gru(3).returnSequences(true), dense(1));
    steps.compile("sgd", "mse");
    assertMessage(
        "A model with output shape (5, 1) needs 5 weights, one per time step, per sample, but the"
            + " weights of the evaluation data have shape (1,).",
        () -> steps.evaluate(samples.weights(new double[4])));
    assertMessage("Every sample must have one weight", () -> samples.weights(new double[3]));
    assertMessage(
        "classWeight(…) needs a model that returns one class per sample, but the output shape is (5,"
            + " 1).",
        () -> steps.fit(samples, FitOptions.epochs(1).classWeight(Map.of(1, 2.0))));
    Samples flat = Samples.of(new double[4][2]).targets(new double[4]);
    Sequential model = Sequential.of(input(2), dense(1));
    model.compile("sgd", "mse");
    assertMessage(
        "classWeight(…) cannot be combined with sample weights, but the training data has weights"
            + " of shape (1,).",
        () ->
            model.fit(
                flat.weights(new double[4]), FitOptions.epochs(1).classWeight(Map.of(1, 2.0))));
    assertThrows(UnsupportedOperationException.class, () -> flat.copyWeights(0, new float[1], 0));
  }

  private static void assertMessage(String message, Executable call) {
    var error = assertThrows(IllegalArgumentException.class, call);
    assertTrue(error.getMessage().startsWith(message), error.getMessage());
  }
}
