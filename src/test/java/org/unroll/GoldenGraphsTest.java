package org.unroll;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.unroll.training.FitOptions.epochs;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.lang.reflect.Method;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.unroll.data.Samples;
import org.unroll.network.Weight;
import org.unroll.optimizers.Optimizer;
import org.unroll.optimizers.Optimizers;

/**
 * Compares functional models with Keras 3.15 (src/test/python/graph_goldens.py): names and values
 * of outputs, the logs of evaluate, gradients, and training on 1, 2 and 4 threads.
 */
@Tag("both-compute-implementations")
class GoldenGraphsTest {
  private static final Path FOLDER = Path.of("src/test/resources/goldens/graphs");
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final double TOLERANCE = 1e-5;
  private static final double TOLERANCE_AFTER_TRAINING = 1e-4;

  static List<String> cases() throws IOException {
    try (Stream<Path> files = Files.list(FOLDER)) {
      return files
          .map(file -> file.getFileName().toString().replace(".json", ""))
          .sorted()
          .toList();
    }
  }

  @Test
  void findsTheCases() throws IOException {
    assertTrue(cases().size() >= 25, "too few cases");
  }

  @ParameterizedTest
  @MethodSource("cases")
  void agreesWithKeras(String name) throws Exception {
    JsonNode golden = JSON.readTree(FOLDER.resolve(name + ".json").toFile());
    GraphModels.Graph graph = build(name, golden);
    Model model = graph.model();
    Samples samples = samples(golden);
    Predictions predicted = model.predict(samples);
    List<String> names = List.of(JSON.convertValue(golden.get("output_names"), String[].class));
    List<String> own = model.network().outputNames();
    for (int o = 0; o < names.size(); o++) {
      Predictions output = names.size() == 1 ? predicted : predicted.output(own.get(o));
      double[] values = Stream.of(output.toArray()).flatMapToDouble(Arrays::stream).toArray();
      double[] expected = doubles(golden.get("outputs").get(o));
      assertClose("output " + names.get(o), expected, values, TOLERANCE);
      // Keras gives all outputs of one layer the same name.
      String number = own.get(o).replaceFirst("^" + names.get(o), "");
      assertTrue(names.size() == 1 || number.matches("(_1)?"), own.get(o));
    }
    reset(model);
    model.compile(Optimizers.sgd(), graph.losses());
    assertLogs(golden.get("logs"), model.evaluate(samples).asMap(), TOLERANCE);
    checkGradients(golden, graph, samples);
    List<float[]> weights = null;
    for (int threads : new int[] {1, 2, 4}) {
      List<float[]> trained = train(name, golden, samples, threads);
      for (int w = 0; weights != null && w < weights.size(); w++) {
        assertArrayEquals(weights.get(w), trained.get(w), "weights after " + threads + " threads");
      }
      weights = trained;
    }
  }

  private static void checkGradients(JsonNode golden, GraphModels.Graph graph, Samples samples) {
    Model model = graph.model();
    reset(model);
    var probe = new Probe();
    model.compile(probe, graph.losses());
    History history = model.fit(samples, epochs(1).stepsPerEpoch(1).verbose(0));
    double expectedLoss = golden.get("batch_loss").asDouble();
    assertEquals(expectedLoss, history.get("loss").get(0), TOLERANCE * Math.abs(expectedLoss));
    JsonNode expected = golden.get("gradients");
    assertEquals(expected.size(), probe.gradients.size(), "trainable weights");
    double largest = 0;
    for (JsonNode gradient : expected) {
      largest = Math.max(largest, largest(doubles(gradient)));
    }
    for (int w = 0; w < expected.size(); w++) {
      // The gradient of a bias before a batch normalization is 0 but for rounding.
      assertClose(
          "gradient of " + expected.get(w).get("path"),
          doubles(expected.get(w)),
          probe.gradients.get(w),
          TOLERANCE,
          0.1 * largest);
    }
  }

  /** Trains a new model and returns its weights. */
  private static List<float[]> train(String name, JsonNode golden, Samples samples, int threads)
      throws ReflectiveOperationException {
    GraphModels.Graph graph = build(name, golden);
    Model model = graph.model();
    Optimizer optimizer =
        golden.get("optimizer").asText().equals("adam")
            ? Optimizers.adam(0.01).epsilon(1e-4)
            : Optimizers.sgd(0.1);
    model.compile(optimizer, graph.losses());
    History history = model.fit(samples, epochs(3).threads(threads).verbose(0));
    for (int epoch = 0; epoch < 3; epoch++) {
      Map<String, Double> logs = new LinkedHashMap<>();
      Map<String, Double> expected = new LinkedHashMap<>();
      for (String key : history.names()) {
        logs.put(key, history.get(key).get(epoch));
      }
      int number = epoch;
      golden
          .get("history")
          .properties()
          .forEach(entry -> expected.put(entry.getKey(), entry.getValue().get(number).asDouble()));
      assertLogs(JSON.valueToTree(expected), logs, TOLERANCE_AFTER_TRAINING);
    }
    JsonNode after = golden.get("weights_after");
    List<float[]> weights = new ArrayList<>();
    for (int w = 0; w < after.size(); w++) {
      float[] values = model.network().weights().get(w).values();
      assertClose(
          "after training, " + after.get(w).get("path"),
          doubles(after.get(w)),
          toDoubles(values),
          TOLERANCE_AFTER_TRAINING);
      weights.add(values);
    }
    return weights;
  }

  private static GraphModels.Graph build(String name, JsonNode golden)
      throws ReflectiveOperationException {
    var method = new StringBuilder();
    for (String word : name.split("_", -1)) {
      method.append(
          method.isEmpty() ? word : Character.toUpperCase(word.charAt(0)) + word.substring(1));
    }
    GraphModels.Graph graph = build(method.toString());
    JsonNode weights = golden.get("weights");
    List<Weight> own = graph.model().network().weights();
    List<String> paths = graph.model().network().weightPaths();
    assertEquals(weights.size(), own.size(), () -> "weights: " + paths);
    for (int w = 0; w < own.size(); w++) {
      String path = weights.get(w).get("path").asText();
      assertEquals(lastPart(path), lastPart(paths.get(w)), () -> "weights: " + paths);
      int[] shape = JSON.convertValue(weights.get(w).get("shape"), int[].class);
      assertArrayEquals(shape, own.get(w).shape().toArray(), path);
      double[] values = doubles(weights.get(w));
      for (int i = 0; i < values.length; i++) {
        own.get(w).values()[i] = (float) values[i];
      }
    }
    return graph;
  }

  private static GraphModels.Graph build(String method) throws ReflectiveOperationException {
    for (Class<?> models :
        List.of(GraphModels.class, MergingGraphModels.class, NestedGraphModels.class)) {
      for (Method each : models.getDeclaredMethods()) {
        if (each.getName().equals(method)) {
          return (GraphModels.Graph) each.invoke(null);
        }
      }
    }
    throw new NoSuchMethodException(method);
  }

  private static String lastPart(String path) {
    return path.substring(path.lastIndexOf('/') + 1);
  }

  private static void reset(Model model) {
    if (model.network().isStateful()) {
      model.resetStates();
    }
  }

  private static Samples samples(JsonNode golden) {
    Samples samples =
        Samples.of(arrays(golden.get("inputs")))
            .targets(arrays(golden.get("targets")))
            .batchSize(golden.get("batch_size").asInt());
    JsonNode weights = golden.get("sample_weights");
    if (weights == null) {
      return samples;
    }
    return weights.size() == 1
        ? samples.weights(doubles(weights.get(0)))
        : samples.weights(arrays(weights));
  }

  private static List<Object> arrays(JsonNode tensors) {
    List<Object> arrays = new ArrayList<>();
    for (JsonNode tensor : tensors) {
      double[] values = doubles(tensor);
      JsonNode shape = tensor.get("shape");
      int rows = shape.get(0).asInt();
      boolean whole = tensor.get("dtype").asText().equals("int");
      if (shape.size() == 1) {
        arrays.add(whole ? toInts(values) : values);
      } else if (shape.size() == 2) {
        double[][] split = split(values, rows);
        arrays.add(
            whole ? Stream.of(split).map(GoldenGraphsTest::toInts).toArray(int[][]::new) : split);
      } else {
        int steps = shape.get(1).asInt();
        arrays.add(
            Stream.of(split(values, rows))
                .map(row -> split(row, steps))
                .toArray(double[][][]::new));
      }
    }
    return arrays;
  }

  private static double[][] split(double[] values, int rows) {
    int width = values.length / rows;
    return IntStream.range(0, rows)
        .mapToObj(r -> Arrays.copyOfRange(values, r * width, (r + 1) * width))
        .toArray(double[][]::new);
  }

  private static int[] toInts(double[] values) {
    return Arrays.stream(values).mapToInt(value -> (int) value).toArray();
  }

  private static double[] doubles(JsonNode tensor) {
    return JSON.convertValue(tensor.get("data"), double[].class);
  }

  private static double[] toDoubles(float[] values) {
    return IntStream.range(0, values.length).mapToDouble(i -> values[i]).toArray();
  }

  private static void assertLogs(JsonNode expected, Map<String, Double> logs, double tolerance) {
    Set<String> names = new TreeSet<>();
    expected.fieldNames().forEachRemaining(names::add);
    if (logs.keySet().stream().anyMatch(name -> name.endsWith("_1_loss"))) {
      names.retainAll(Set.of("loss")); // Keras logs the losses of such outputs under one name
    } else {
      assertEquals(names, new TreeSet<>(logs.keySet()));
    }
    for (String name : names) {
      double value = expected.get(name).asDouble();
      assertEquals(value, logs.get(name), tolerance * Math.max(0.1, Math.abs(value)), name);
    }
  }

  private static void assertClose(
      String what, double[] expected, double[] actual, double tolerance) {
    assertClose(what, expected, actual, tolerance, 1e-6);
  }

  /** Compares the largest difference, relative to the largest value of the tensor. */
  private static void assertClose(
      String what, double[] expected, double[] actual, double tolerance, double smallest) {
    assertEquals(expected.length, actual.length, what);
    double difference = 0;
    for (int i = 0; i < expected.length; i++) {
      difference = Math.max(difference, Math.abs(expected[i] - actual[i]));
      assertTrue(Double.isFinite(actual[i]), what + " is not finite");
    }
    double relative = difference / Math.max(largest(expected), smallest);
    assertTrue(relative <= tolerance, () -> what + ": relative error " + relative);
  }

  private static double largest(double[] values) {
    return Arrays.stream(values).map(Math::abs).max().orElse(0);
  }

  /** Keeps the gradients of the last step and changes nothing. */
  private static final class Probe extends Optimizer {
    final List<double[]> gradients = new ArrayList<>();

    Probe() {
      super(0);
    }

    @Override
    public String name() {
      return "probe";
    }

    @Override
    protected void allocate(List<Weight> weights) {}

    @Override
    protected void update(
        int index, float[] values, float[] gradient, float[] squares, float rate, long step) {
      gradients.add(toDoubles(gradient));
    }
  }
}
