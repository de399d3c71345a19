package org.unroll;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;
import static org.unroll.callbacks.Callbacks.lambdaCallback;
import static org.unroll.layers.Layers.concatenate;
import static org.unroll.layers.Layers.dense;
import static org.unroll.layers.Layers.dropout;
import static org.unroll.layers.Layers.gru;
import static org.unroll.layers.Layers.input;
import static org.unroll.layers.Layers.lstm;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.unroll.compute.Compute;
import org.unroll.data.Dataset;
import org.unroll.data.Samples;
import org.unroll.layers.Layers;
import org.unroll.losses.Losses;
import org.unroll.metrics.Metrics;
import org.unroll.network.Weight;
import org.unroll.optimizers.Optimizers;
import org.unroll.training.FitOptions;
import org.unroll.training.NonFiniteLossException;
import org.unroll.training.References;

/**
 * Training, testing and predicting one batch, compared with Keras (src/test/python/on_batch.py).
 */
@Tag("both-compute-implementations")
class OnBatchTest {
  private static final ObjectMapper JSON = new ObjectMapper();

  private record Case(String name, JsonNode json) {
    @Override
    public String toString() {
      return name;
    }
  }

  static List<Case> cases() {
    return References.read(OnBatchTest.class, "on_batch.json").stream()
        .map(json -> new Case(json.get("name").asText(), json))
        .toList();
  }

  private static Model model(String name) {
    switch (name) {
      case "chain" -> {
        var model =
            Sequential.of(
                input(4, 3), gru(3), dense(2, "softmax").kernelRegularizer(Layers.l2(0.01)));
        model.compile(Optimizers.adam(0.05), Losses.sparseCategoricalCrossentropy(), "accuracy");
        return model;
      }
      case "graph" -> {
        var series = input(4, 3);
        var place = input(2);
        var both = concatenate().on(lstm(3).on(series), place);
        var model =
            Model.of(
                List.of(series, place),
                List.of(dense(1).name("price").on(both), dense(2).name("level").on(both)));
        model.compile(
            Optimizers.rmsprop(0.05),
            OutputLoss.of("price", "mse").weight(0.5).metrics("mae"),
            OutputLoss.of("level", "mae").weight(2));
        return model;
      }
      default -> {
        var model = Sequential.of(input(4, 3).batchSize(5), lstm(3).stateful(true), dense(1));
        model.compile(
            Optimizers.sgd(0.1).momentum(0.9), Losses.mse(), Metrics.weighted(Metrics.of("mae")));
        return model;
      }
    }
  }

  private static Samples samples(JsonNode call) throws Exception {
    List<Object> inputs = new ArrayList<>();
    for (JsonNode x : call.get("x")) {
      boolean isSequence = x.get(0).get(0).isArray();
      inputs.add(
          isSequence
              ? JSON.treeToValue(x, double[][][].class)
              : JSON.treeToValue(x, double[][].class));
    }
    List<Object> targets = new ArrayList<>();
    for (JsonNode y : call.get("y")) {
      targets.add(JSON.treeToValue(y, double[][].class));
    }
    Samples samples = Samples.of(inputs).targets(targets);
    return call.has("weights")
        ? samples.weights(JSON.treeToValue(call.get("weights"), double[].class))
        : samples;
  }

  @ParameterizedTest
  @MethodSource("cases")
  void trainsAndTestsAsKerasDoes(Case which) throws Exception {
    Model model = model(which.name);
    List<Weight> weights = model.network().weights();
    for (int w = 0; w < weights.size(); w++) {
      float[] start = References.floats(which.json.get("start").get(w));
      System.arraycopy(start, 0, weights.get(w).values(), 0, start.length);
    }
    for (JsonNode call : which.json.get("calls")) {
      Map<Integer, Double> classWeight = new HashMap<>();
      call.path("class_weight")
          .properties()
          .forEach(e -> classWeight.put(Integer.valueOf(e.getKey()), e.getValue().asDouble()));
      Evaluation found =
          call.get("call").asText().equals("test")
              ? model.testOnBatch(samples(call))
              : model.trainOnBatch(samples(call), classWeight);
      Map<String, Double> expected = new HashMap<>();
      call.get("logs").properties().forEach(e -> expected.put(e.getKey(), e.getValue().asDouble()));
      assertEquals(expected.keySet(), found.asMap().keySet());
      expected.forEach((name, value) -> assertEquals(value, found.get(name), 2e-5, name));
    }
    for (int w = 0; w < weights.size(); w++) {
      float[] end = References.floats(which.json.get("end").get(w));
      assertArrayEquals(end, weights.get(w).values(), 1e-4f, weights.get(w).name());
    }
  }

  private static Samples data(int n, int batchSize) {
    var random = new Random(3);
    double[][][] x = new double[n][6][3];
    double[] y = new double[n];
    for (int i = 0; i < n; i++) {
      for (double[] step : x[i]) {
        for (int f = 0; f < step.length; f++) {
          step[f] = random.nextGaussian();
        }
      }
      y[i] = x[i][5][0];
    }
    return Samples.of(x).targets(y).batchSize(batchSize);
  }

  private static Model dropoutModel() {
    var model = Sequential.of(input(6, 3), gru(8).dropout(0.3), dropout(0.2), dense(1));
    model.compile("adam", "mse", "mae");
    return model;
  }

  @Test
  void equalsFitOnTheSameBatches() {
    Model fitted = dropoutModel();
    Model stepped = dropoutModel();
    Samples data = data(48, 16);
    fitted.fit(data, FitOptions.epochs(2).verbose(0));
    for (int i = 0; i < 6; i++) {
      stepped.trainOnBatch(data.subset(i % 3 * 16, i % 3 * 16 + 16));
    }
    assertEquals(6, stepped.optimizer().iterations());
    assertEquals(0, stepped.history().epochs());
    fitted.weights().forEach((name, w) -> assertArrayEquals(w.data, stepped.weight(name).data));
    assertEquals(fitted.evaluate(data.batchSize(48)).asMap(), stepped.testOnBatch(data).asMap());
    assertArrayEquals(fitted.predict(data).get(7), stepped.predictOnBatch(data).get(7));
  }

  @Test
  void continuesAndChecksStates() {
    var whole = Sequential.of(input(6, 3), lstm(4), dense(1));
    var parts = Sequential.of(input(3, 3).batchSize(5), lstm(4).stateful(true), dense(1));
    double[][][] x = new double[5][6][3];
    double[][][] first = new double[5][3][];
    double[][][] second = new double[5][3][];
    var random = new Random(1);
    for (int i = 0; i < 5; i++) {
      for (int t = 0; t < 6; t++) {
        for (int f = 0; f < 3; f++) {
          x[i][t][f] = random.nextGaussian();
        }
        (t < 3 ? first : second)[i][t % 3] = x[i][t];
      }
    }
    parts.predictOnBatch(Samples.of(first));
    assertArrayEquals(
        whole.predict(Samples.of(x)).get(4), parts.predictOnBatch(Samples.of(second)).get(4), 1e-6);
    parts.compile("sgd", "mse");
    Dataset small = Samples.of(first).targets(new double[5]).subset(0, 4);
    assertThrows(IllegalArgumentException.class, () -> parts.trainOnBatch(small));
  }

  @Test
  void reportsWhatDoesNotFit() {
    Model model = dropoutModel();
    Samples data = data(8, 8);
    float[] before = model.weight("gru/kernel").data.clone();
    model.weight("dense/bias").data[0] = Float.NaN;
    var e = assertThrows(NonFiniteLossException.class, () -> model.trainOnBatch(data));
    assertTrue(e.getMessage().startsWith("The loss became NaN in trainOnBatch. "), e.getMessage());
    assertTrue(e.getMessage().endsWith("The weights are as before this batch."), e.getMessage());
    assertArrayEquals(before, model.weight("gru/kernel").data);
    model.weight("dense/bias").data[0] = 0;
    model.trainOnBatch(data);

    Samples weighted = data.weights(new double[8]);
    assertThrows(
        IllegalArgumentException.class, () -> model.trainOnBatch(weighted, Map.of(0, 1.0)));
    var uncompiled = Sequential.of(input(6, 3), gru(2));
    assertThrows(IllegalStateException.class, () -> uncompiled.trainOnBatch(data));
    assertThrows(IllegalStateException.class, () -> uncompiled.testOnBatch(data));
    var inCallback =
        lambdaCallback().onEpochEnd((training, epoch, logs) -> model.trainOnBatch(data));
    assertThrows(
        IllegalStateException.class,
        () -> model.fit(data, FitOptions.epochs(1).verbose(0).callbacks(inCallback)));
    model.layer("gru").trainable(false);
    assertThrows(IllegalStateException.class, () -> model.trainOnBatch(data));
  }

  @Test
  @SuppressWarnings("deprecation") // Thread.getId, from JDK 19 on
  void reusesBuffers() {
    // Vectors are objects until the JIT compiler has removed them.
    assumeTrue(Compute.describe().startsWith("Plain loops"));
    var model = Sequential.of(input(6, 3), gru(64), dense(1));
    model.compile("adam", "mse");
    Samples data = data(64, 64);
    var bean = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    long id = Thread.currentThread().getId();
    long before = 0;
    for (int i = 0; i < 60; i++) {
      if (i == 20) {
        before = bean.getThreadAllocatedBytes(id);
      }
      model.trainOnBatch(data);
    }
    long perCall = (bean.getThreadAllocatedBytes(id) - before) / 40;
    int gradients = 4 * model.parameters(); // of one slice
    assertTrue(perCall < gradients / 2, perCall + " bytes a call");
  }
}
