package org.unroll.keras;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.unroll.Evaluation;
import org.unroll.History;
import org.unroll.OutputLoss;
import org.unroll.Sequential;
import org.unroll.data.Samples;
import org.unroll.training.FitOptions;

/**
 * Compares training with options of losses and optimizers, and with ids that are repeated in a
 * batch, with Keras on TensorFlow (src/test/python/training_options.py): the evaluation before
 * training, the losses of two epochs, and the weights afterwards.
 */
@Tag("both-compute-implementations")
class TrainingOptionsTest {
  private static final ObjectMapper JSON = new ObjectMapper();

  @TempDir Path folder;

  static List<JsonNode> cases() {
    try (InputStream in = TrainingOptionsTest.class.getResourceAsStream("training_options.json")) {
      List<JsonNode> cases = new ArrayList<>();
      JSON.readTree(in).forEach(cases::add);
      return cases;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Samples samples(JsonNode reference) {
    JsonNode x = reference.get("x");
    Samples samples =
        x.get(0).get(0).isArray()
            ? Samples.of(JSON.convertValue(x, double[][][].class))
            : Samples.of(JSON.convertValue(x, double[][].class));
    JsonNode y = reference.get("y");
    samples =
        y.get(0).get(0).isArray()
            ? samples.targets(JSON.convertValue(y, double[][][].class))
            : samples.targets(JSON.convertValue(y, double[][].class));
    JsonNode weights = reference.get("weights");
    if (!weights.isNull()) {
      samples =
          weights.get(0).isArray()
              ? samples.weights(JSON.convertValue(weights, double[][].class))
              : samples.weights(JSON.convertValue(weights, double[].class));
    }
    return samples.batchSize(reference.get("batch_size").asInt());
  }

  private static Sequential model(JsonNode reference) {
    Sequential model = KerasConfig.sequential(reference.get("config").toString());
    for (int w = 0; w < reference.get("start").size(); w++) {
      float[] values = model.network().weights().get(w).values();
      for (int i = 0; i < values.length; i++) {
        values[i] = (float) reference.get("start").get(w).get(i).asDouble();
      }
    }
    CompileConfig compile = CompileConfig.read(reference.get("compile"), List.of("output"));
    model.compile(compile.optimizer(), compile.outputs().toArray(new OutputLoss[0]));
    return model;
  }

  private static void assertNear(double expected, double actual, double tolerance, String what) {
    assertEquals(expected, actual, tolerance * Math.max(1e-2, Math.abs(expected)), what);
  }

  private static void assertTrains(JsonNode reference, Sequential model) {
    Samples samples = samples(reference);
    Evaluation evaluation = model.evaluate(samples);
    for (var value : reference.get("evaluation").properties()) {
      assertNear(value.getValue().asDouble(), evaluation.get(value.getKey()), 1e-5, value.getKey());
    }
    History history = model.fit(samples, FitOptions.epochs(2).verbose(0));
    for (var column : reference.get("history").properties()) {
      for (int epoch = 0; epoch < 2; epoch++) {
        double expected = column.getValue().get(epoch).asDouble();
        assertNear(
            expected, history.get(column.getKey()).get(epoch), 1e-4, column.getKey() + epoch);
      }
    }
    for (int w = 0; w < reference.get("end").size(); w++) {
      float[] values = model.network().weights().get(w).values();
      for (int i = 0; i < values.length; i++) {
        double expected = reference.get("end").get(w).get(i).asDouble();
        assertNear(expected, values[i], 1e-4, model.network().weightPaths().get(w) + " " + i);
      }
    }
  }

  @ParameterizedTest
  @MethodSource("cases")
  void trainsAsKerasDoes(JsonNode reference) {
    assertTrains(reference, model(reference));
  }

  @ParameterizedTest
  @MethodSource("cases")
  void optionsSurviveSavingAndLoading(JsonNode reference) {
    Path file = folder.resolve("model.keras");
    model(reference).save(file);
    assertTrains(reference, Sequential.load(file));
  }
}
