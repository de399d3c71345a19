package org.unroll.keras;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.unroll.Evaluation;
import org.unroll.Sequential;
import org.unroll.data.Samples;
import org.unroll.metrics.Metric;
import org.unroll.metrics.Metrics;
import org.unroll.optimizers.Optimizers;

/** Compares the effect of masks with Keras (src/test/python/masks.py). */
@Tag("both-compute-implementations")
class MasksTest {
  private static final double TOLERANCE = 1e-5;

  private static GoldenCase golden(String name) throws IOException {
    Path file = Path.of("src/test/resources/org/unroll/keras/masks.json");
    return new GoldenCase(new ObjectMapper().readTree(file.toFile()).get(name));
  }

  /** Means over positions exclude masked ones; rmse, precision, recall and AUC include them. */
  @Test
  void metricsCountMaskedStepsAsInKeras() throws IOException {
    GoldenCase golden = golden("metrics");
    Sequential model = golden.model();
    JsonNode expected = golden.get("evaluation");
    Metric[] metrics = {
      Metrics.of("mae"),
      Metrics.of("rmse"),
      Metrics.of("precision"),
      Metrics.of("recall"),
      Metrics.of("auc"),
      Metrics.of("binary_accuracy")
    };
    model.compile(Optimizers.sgd(), KerasConfig.loss("\"mse\""), metrics);
    Evaluation evaluation = model.evaluate(golden.samples().batchSize(2));
    for (Map.Entry<String, JsonNode> entry : expected.properties()) {
      assertEquals(
          entry.getValue().asDouble(), evaluation.get(entry.getKey()), TOLERANCE, entry.getKey());
    }
    assertEquals(1 + metrics.length, expected.size());
  }

  @Test
  void unrolledBackwardLayersOfFilesUseTheMaskOfEachStep() throws IOException {
    GoldenCase golden = golden("unrolled");
    assertTrue(golden.get("keras_config").toString().contains("\"unroll\":true"));
    assertArrayEquals(
        GoldenCase.doubles(golden.get("output")),
        GoldenCase.flat(golden.model().predict(golden.samples()).toArray()),
        TOLERANCE);
  }

  @Test
  void timeDistributedDoesNotReturnTheMaskOfItsInnerLayer() throws IOException {
    GoldenCase golden = golden("time_distributed");
    Sequential model = golden.model();
    assertArrayEquals(
        GoldenCase.doubles(golden.get("output")),
        GoldenCase.flat(model.predict(golden.samples()).toArray()),
        TOLERANCE);
  }

  @Test
  void errorInsideTimeDistributedNamesSampleAndTimeStep() throws IOException {
    Sequential model = golden("time_distributed").model();
    double[][][] ids = new double[7][4][6];
    ids[5][2][3] = 9;
    String message =
        assertThrows(IllegalArgumentException.class, () -> model.predict(Samples.of(ids)))
            .getMessage();
    assertEquals(
        "Embedding 'embedding' needs whole numbers from 0 to 4 (inputDim=5), but sample 5, time step"
            + " 2 has 9 at time step 3. Set inputDim to at least the largest index + 1, or limit the"
            + " vocabulary when you load the data.",
        message);
  }
}
