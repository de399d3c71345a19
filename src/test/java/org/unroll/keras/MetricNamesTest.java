package org.unroll.keras;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.unroll.callbacks.Callbacks.earlyStopping;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.unroll.History;
import org.unroll.Sequential;
import org.unroll.data.Samples;
import org.unroll.training.FitOptions;

/**
 * Compares the names and values of several metrics with the same name with Keras
 * (src/test/python/metric_names.py).
 */
class MetricNamesTest {
  private static final ObjectMapper JSON = new ObjectMapper();

  @TempDir Path folder;
  private JsonNode keras;
  private Samples samples;
  private Sequential model;

  @BeforeEach
  void load() throws IOException, URISyntaxException {
    try (InputStream in = MetricNamesTest.class.getResourceAsStream("metric_names.json")) {
      keras = JSON.readTree(in);
    }
    samples =
        Samples.of(JSON.convertValue(keras.get("x"), double[][].class))
            .targets(JSON.convertValue(keras.get("y"), double[][].class))
            .weights(JSON.convertValue(keras.get("weights"), double[].class))
            .batchSize(keras.get("batch_size").asInt());
    model =
        Sequential.load(Path.of(MetricNamesTest.class.getResource("metric_names.keras").toURI()));
  }

  private static Set<String> names(JsonNode values) {
    Set<String> names = new TreeSet<>();
    values.fieldNames().forEachRemaining(names::add);
    return names;
  }

  private void assertEvaluation(Map<String, Double> evaluation) {
    assertEquals(names(keras.get("evaluation")), new TreeMap<>(evaluation).keySet());
    evaluation.forEach(
        (name, value) ->
            assertEquals(keras.get("evaluation").get(name).asDouble(), value, 1e-5, name));
  }

  private FitOptions twoEpochs() {
    return FitOptions.epochs(2).validation(samples).verbose(0);
  }

  @Test
  void namesMetricsLikeKerasInEvaluationsAndHistories() {
    assertEvaluation(model.evaluate(samples).asMap());
    History history = model.fit(samples, twoEpochs());
    assertEquals(names(keras.get("history")), new TreeSet<>(history.names()));
    for (String name : history.names()) {
      for (int epoch = 0; epoch < 2; epoch++) {
        double expected = keras.get("history").get(name).get(epoch).asDouble();
        assertEquals(expected, history.get(name).get(epoch), 1e-4, name + " in epoch " + epoch);
      }
    }
  }

  @Test
  void keepsTheNamesInSavedFiles() {
    Path file = folder.resolve("model.keras");
    model.save(file);
    assertEvaluation(Sequential.load(file).evaluate(samples).asMap());
  }

  /** A numbered accuracy is maximized like any accuracy; it grows from the first epoch. */
  @Test
  void callbackMonitorsAMetricByItsNumberedName() {
    var stopping = earlyStopping("val_binary_accuracy_2", 5);
    model.fit(samples, twoEpochs().callbacks(stopping));
    assertEquals(1, stopping.bestEpoch());
  }
}
