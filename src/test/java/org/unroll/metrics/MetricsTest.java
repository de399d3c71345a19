package org.unroll.metrics;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.unroll.keras.KerasConfig;
import org.unroll.losses.Losses;
import org.unroll.training.References;

/** Metrics, compared with Keras. */
class MetricsTest {
  private static final int OFFSET = 3;

  static List<JsonNode> cases() {
    return References.read("metrics.json");
  }

  private static Metric metric(JsonNode reference) {
    return KerasConfig.metric(References.config(reference, "metric"));
  }

  /** The names that Keras numbers are tested in MetricNamesTest. */
  @Test
  void rejectsNamesThatAreEqualAfterNumbering() {
    Metric mae = Metrics.of("mae");
    Metric third = new LossMetric("mae_1", Losses.mae());
    assertEquals(
        "The names of logged values must be unique, but two would be named 'mae_1'. The metrics are"
            + " named [mae, mae, mae_1]. A repeated name gets a number, and the name of the loss is"
            + " 'loss'. Rename one of the metrics.",
        assertThrows(IllegalArgumentException.class, () -> Metrics.byName(List.of(mae, mae, third)))
            .getMessage());
    Metric loss = new LossMetric("loss", Losses.mae());
    assertThrows(IllegalArgumentException.class, () -> Metrics.byName(List.of(loss)));
  }

  @ParameterizedTest
  @MethodSource("cases")
  void resultMatchesKerasForAllSlices(JsonNode reference) {
    int outputs = reference.get("outputs").asInt();
    float[] predictions = References.floats(reference.get("predictions"));
    float[] targets = References.floats(reference.get("targets"));
    float[] weights = References.floats(reference.get("weights"));
    int positions = predictions.length / outputs;
    int width = targets.length / positions;
    Metric metric = metric(reference).resolve(outputs, width);

    JsonNode result = reference.get("result");
    double expected = result.isNull() ? Double.NaN : result.asDouble();
    for (int slice : new int[] {positions, 7, 1}) {
      double[] totals = new double[metric.accumulators()];
      for (int from = 0; from < positions; from += slice) {
        int to = Math.min(positions, from + slice);
        double[] sliceTotals = new double[metric.accumulators()];
        metric.add(
            to - from,
            outputs,
            References.shifted(predictions, OFFSET),
            OFFSET + from * outputs,
            Arrays.copyOfRange(targets, from * width, to * width),
            weights == null ? null : Arrays.copyOfRange(weights, from, to),
            sliceTotals);
        for (int i = 0; i < totals.length; i++) {
          totals[i] += sliceTotals[i];
        }
      }
      double tolerance = result.isNull() ? 0.1 : 2e-6 * Math.abs(expected) + 2e-7;
      assertEquals(expected, metric.result(totals), tolerance);
    }
  }

  @Test
  void symmetricPercentageErrorMatchesTheFormula() {
    Metric metric = Metrics.smape().resolve(2, 2);
    double[] totals = new double[metric.accumulators()];
    float[] predictions = {3, 0, -1, 4};
    metric.add(2, 2, predictions, 0, new float[] {1, 0, 1, 12}, new float[] {1, 3}, totals);
    // 100·(2·2/4 + 0)/2 = 50, and 100·(2·2/2 + 2·8/16)/2 = 150 with the weight 3
    assertEquals((50 + 3 * 150) / 4.0, metric.result(totals), 1e-9);
    assertEquals(0, metric.result(new double[2]));
  }

  @Test
  void accuracyDependsOnOutputsAndTargets() {
    assertEquals(0.5, Metrics.binaryAccuracy().threshold());
    assertEquals(new BinaryAccuracy("acc", 0.5), Metrics.of("acc").resolve(1, 1));
    assertEquals(new SparseCategoricalAccuracy("accuracy"), Metrics.accuracy().resolve(3, 1));
    assertEquals(new CategoricalAccuracy("accuracy"), Metrics.of("accuracy").resolve(3, 3));
    assertThrows(IllegalStateException.class, () -> Metrics.accuracy().accumulators());
  }

  @Test
  void givenNameIsTheNameInTheLogs() {
    for (String name :
        List.of("mae", "MAE", "mean_absolute_error", "acc", "rmse", "auc", "r2_score")) {
      assertEquals(name, Metrics.of(name).name());
    }
    assertEquals("f1_score", Metrics.f1Score().name());
    assertEquals("root_mean_squared_error", Metrics.rootMeanSquaredError().name());
    assertEquals("acc", Metrics.of("acc").resolve(4, 4).name());
    String message =
        assertThrows(IllegalArgumentException.class, () -> Metrics.of("error")).getMessage();
    assertTrue(message.startsWith("Unknown metric 'error'. Known: accuracy, acc, "), message);
  }

  @Test
  void rejectsOtherTargetsAndInvalidParameters() {
    String message =
        assertThrows(IllegalArgumentException.class, () -> Metrics.of("mae").resolve(10, 1))
            .getMessage();
    assertEquals(
        "The metric 'mae' needs 10 target values per position for a model with 10 outputs, but the"
            + " loss has 1. Use a sparse metric for targets that are class numbers.",
        message);
    assertThrows(
        IllegalArgumentException.class, () -> Metrics.sparseCategoricalAccuracy().resolve(10, 10));
    assertThrows(IllegalArgumentException.class, () -> Metrics.f1Score().resolve(1, 1));
    assertThrows(IllegalArgumentException.class, () -> Metrics.topKCategoricalAccuracy(0));
    assertThrows(IllegalArgumentException.class, () -> Metrics.precision(1.5));
    assertThrows(IllegalArgumentException.class, () -> Metrics.auc().numThresholds(1));
  }

  @Test
  void predictionsEqualToTheLastOfTheTopKCount() {
    Metric metric = Metrics.sparseTopKCategoricalAccuracy(1).resolve(3, 1);
    double[] totals = new double[2];
    metric.add(1, 3, new float[] {0.4f, 0.2f, 0.4f}, 0, new float[] {2}, null, totals);
    assertEquals(1, metric.result(totals));
  }
}
