package org.unroll.keras;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.unroll.OutputLoss;
import org.unroll.Sequential;
import org.unroll.data.Samples;
import org.unroll.training.FitOptions;
import org.unroll.training.References;

/**
 * Compares training with options of losses and optimizers, and with ids that are repeated in a
 * batch, with Keras on TensorFlow (src/test/python/training_options.py): the evaluation before
 * training, the losses of two epochs, and the weights afterwards.
 */
@Tag("both-compute-implementations")
class TrainingOptionsTest {
  /** Numbers closer to 0 may have the error of this number. */
  private static final double LEAST = 1e-2;

  @TempDir Path folder;

  static List<TrainingCase> cases() {
    return References.read(TrainingOptionsTest.class, "training_options.json").stream()
        .map(TrainingCase::new)
        .toList();
  }

  private static Sequential model(TrainingCase reference) {
    CompileConfig compile = CompileConfig.read(reference.json().get("compile"), List.of("output"));
    Sequential model = reference.model();
    model.compile(compile.optimizer(), compile.outputs().toArray(new OutputLoss[0]));
    return model;
  }

  private static void assertTrains(TrainingCase reference, Sequential model) {
    Samples samples = reference.samples();
    reference.assertEvaluates(model.evaluate(samples), LEAST);
    reference.assertHistory(model.fit(samples, FitOptions.epochs(2).verbose(0)), LEAST);
    JsonNode end = reference.json().get("end");
    for (int w = 0; w < end.size(); w++) {
      float[] values = model.network().weights().get(w).values();
      for (int i = 0; i < values.length; i++) {
        double expected = end.get(w).get(i).asDouble();
        TrainingCase.assertNear(
            expected, values[i], 1e-4, LEAST, model.network().weightPaths().get(w) + " " + i);
      }
    }
  }

  @ParameterizedTest
  @MethodSource("cases")
  void trainsAsKerasDoes(TrainingCase reference) {
    assertTrains(reference, model(reference));
  }

  @ParameterizedTest
  @MethodSource("cases")
  void optionsSurviveSavingAndLoading(TrainingCase reference) {
    Path file = folder.resolve("model.keras");
    model(reference).save(file);
    assertTrains(reference, Sequential.load(file));
  }
}
