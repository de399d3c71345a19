package org.unroll.keras;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.zip.ZipFile;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.unroll.Evaluation;
import org.unroll.Model;
import org.unroll.Predictions;
import org.unroll.data.Samples;
import org.unroll.layers.Layers;
import org.unroll.layers.core.Dense;
import org.unroll.network.Layer;
import org.unroll.network.Node;
import org.unroll.network.Weight;
import org.unroll.training.FitOptions;

/** Files of models that branch, written by Keras (src/test/python/functional_files.py). */
@Tag("both-compute-implementations")
class FunctionalFilesTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Path FILES = Path.of("src/test/resources/org/unroll/keras/functional");
  private static final List<String> NAMES =
      List.of(
          "two_inputs",
          "two_outputs",
          "siamese",
          "encoder_decoder",
          "masked_decoder",
          "stateful_encoder",
          "bidirectional_states",
          "masked_branches",
          "residual",
          "attention",
          "masked_join",
          "masked_attention",
          "nested_siamese",
          "nested_outputs",
          "nested_deep",
          "nested_chain",
          "nested_masked",
          "nested_shared",
          "nested_time_distributed");

  @TempDir Path folder;

  static List<String> names() {
    return NAMES;
  }

  private static JsonNode reference(String name) throws IOException {
    return JSON.readTree(FILES.resolve(name + ".json").toFile());
  }

  private static Object array(JsonNode tensor) {
    if (tensor.get("dtype").asText().equals("int")) {
      double[][] rows = GoldenCase.square(tensor);
      int[][] ids = new int[rows.length][];
      for (int r = 0; r < rows.length; r++) {
        ids[r] = Arrays.stream(rows[r]).mapToInt(value -> (int) value).toArray();
      }
      return ids;
    }
    return tensor.get("shape").size() == 3 ? GoldenCase.cube(tensor) : GoldenCase.square(tensor);
  }

  private static List<Object> arrays(JsonNode tensors) {
    List<Object> arrays = new ArrayList<>();
    tensors.forEach(tensor -> arrays.add(array(tensor)));
    return arrays;
  }

  private static Samples samples(JsonNode reference) {
    Samples inputs = Samples.of(arrays(reference.get("inputs")));
    return inputs.targets(arrays(reference.get("targets"))).batchSize(6);
  }

  private static void resetStates(Model model) {
    if (model.network().isStateful()) {
      model.resetStates();
    }
  }

  private static List<double[]> outputs(Model model, Samples samples) {
    resetStates(model);
    Predictions all = model.predict(samples);
    List<Predictions> outputs =
        model.network().outputs().size() == 1 ? List.of(all) : List.copyOf(all.outputs().values());
    return outputs.stream().map(output -> GoldenCase.flat(output.toArray())).toList();
  }

  private static double train(Model model, Samples samples) {
    resetStates(model);
    return model.fit(samples, FitOptions.epochs(1).verbose(0)).last("loss");
  }

  private static void assertOutputs(JsonNode expected, Model model, Samples samples) {
    List<double[]> actual = outputs(model, samples);
    assertEquals(expected.size(), actual.size());
    for (int i = 0; i < actual.size(); i++) {
      assertArrayEquals(GoldenCase.doubles(expected.get(i)), actual.get(i), 1e-5, "output " + i);
    }
  }

  @ParameterizedTest
  @MethodSource("names")
  void predictsAndTrainsLikeKeras(String name) throws IOException {
    JsonNode reference = reference(name);
    Samples samples = samples(reference);
    Model model = Model.load(FILES.resolve(name + ".keras"));
    assertEquals(2, model.optimizer().iterations());
    assertOutputs(reference.get("outputs"), model, samples);
    resetStates(model);
    Evaluation evaluation = model.evaluate(samples);
    for (Map.Entry<String, JsonNode> entry : reference.get("evaluation").properties()) {
      double expected = entry.getValue().asDouble();
      double tolerance = 1e-5 * Math.max(1, Math.abs(expected));
      assertEquals(expected, evaluation.get(entry.getKey()), tolerance, entry.getKey());
    }
    train(model, samples);
    List<Weight> weights = model.network().trainableWeights();
    JsonNode after = reference.get("after");
    assertEquals(after.size(), weights.size());
    for (int w = 0; w < after.size(); w++) {
      float[] values = weights.get(w).values();
      for (int i = 0; i < values.length; i++) {
        assertEquals(after.get(w).get(i).asDouble(), values[i], 1e-4, "weight " + w + ", " + i);
      }
    }
  }

  @ParameterizedTest
  @MethodSource("names")
  void trainingContinuesBitForBitAfterLoading(String name) throws IOException {
    Samples samples = samples(reference(name));
    Model model = Model.load(FILES.resolve(name + ".keras"));
    Path file = folder.resolve(name + ".keras");
    model.save(file);
    Model loaded = Model.load(file);
    assertEquals(ModelConfigs.write(model).toString(), ModelConfigs.write(loaded).toString());
    assertEquals(train(model, samples), train(loaded, samples));
    List<Weight> weights = model.network().weights();
    for (int w = 0; w < weights.size(); w++) {
      assertArrayEquals(
          weights.get(w).values(), loaded.network().weights().get(w).values(), "weight " + w);
    }
    Path older = folder.resolve(name + ".h5");
    if (name.equals("nested_shared")) {
      var e = assertThrows(IllegalArgumentException.class, () -> model.save(older));
      assertTrue(e.getMessage().contains("must not belong to a model and also"), e.getMessage());
      return;
    }
    model.save(older);
    Model ofH5 = Model.load(older);
    assertEquals(ModelConfigs.write(model).toString(), ModelConfigs.write(ofH5).toString());
    assertEquals(train(model, samples), train(ofH5, samples));
    for (int w = 0; w < weights.size(); w++) {
      assertArrayEquals(
          weights.get(w).values(), ofH5.network().weights().get(w).values(), "weight " + w);
    }
    Path onlyWeights = folder.resolve(name + ".weights.h5");
    model.saveWeights(onlyWeights);
    Model other = Model.load(FILES.resolve(name + ".keras"), false);
    assertEquals(List.of(), other.loadWeights(onlyWeights));
    List<double[]> expected = outputs(model, samples);
    for (int i = 0; i < expected.size(); i++) {
      assertArrayEquals(expected.get(i), outputs(other, samples).get(i));
    }
  }

  /** Otherwise Keras names operations of its own, which could be the names of layers. */
  @ParameterizedTest
  @MethodSource("names")
  void savesTheOperationsThatComputeMasksLikeKeras(String name) throws IOException {
    JsonNode own = ModelConfigs.write(Model.load(FILES.resolve(name + ".keras")));
    try (var file = new ZipFile(FILES.resolve(name + ".keras").toFile())) {
      JsonNode keras = JSON.readTree(file.getInputStream(file.getEntry("config.json")));
      assertEquals(operations(keras), operations(own));
    }
    Set<String> names = new HashSet<>();
    own.get("config")
        .get("layers")
        .forEach(node -> names.add(node.get("config").get("name").asText()));
    assertEquals(own.get("config").get("layers").size(), names.size());
  }

  /** Returns the types of the operations and of the layers that take a mask. */
  private static List<String> operations(JsonNode config) {
    List<String> types = new ArrayList<>();
    for (JsonNode node : config.get("config").get("layers")) {
      String type = node.get("class_name").asText();
      if (node.get("module").asText().startsWith("keras.src.ops")) {
        types.add(type);
      }
      for (JsonNode call : node.path("inbound_nodes")) { // none in a chain
        if (call.path("kwargs").path("mask").isObject()) {
          types.add("mask of " + type);
        }
      }
    }
    Collections.sort(types);
    return types;
  }

  /** The weights in a file have no names of layers, so their order decides. */
  @Test
  void ordersTheLayersOfMaskedBranchesLikeKeras() {
    var a = Layers.input(4, 2);
    var b = Layers.input(4, 2);
    Node x = Layers.masking(0).on(Layers.dense(2, "relu").name("first").on(a));
    Node y = Layers.dense(2).name("third").on(Layers.dense(2).name("second").on(b));
    Node q = Layers.dense(1).name("q").on(Layers.simpleRnn(2).on(y));
    Node p = Layers.dense(1).name("p").on(Layers.simpleRnn(2).on(x));
    Model model = Model.of(List.of(a, b), List.of(q, p));
    Model loaded = Model.load(FILES.resolve("masked_branches.keras"));
    List<String> dense =
        loaded.layers().stream().filter(l -> l instanceof Dense).map(Layer::name).toList();
    assertEquals(List.of("first", "second", "third", "q", "p"), dense);
    assertEquals(
        dense, model.layers().stream().filter(l -> l instanceof Dense).map(Layer::name).toList());
  }

  @Test
  void ordersTheLayersBeforeAMaskedConcatenateLikeKeras() {
    var a = Layers.input(4);
    var b = Layers.input(4, 2);
    var c = Layers.input(2);
    Node y = Layers.dense(2).name("second").on(Layers.dense(2, "tanh").name("first").on(b));
    Node ids = Layers.embedding(5, 2).maskZero(true).on(a);
    Node z = c;
    for (String name : List.of("third", "fourth", "fifth", "sixth", "seventh")) {
      z = Layers.dense(2, "tanh").name(name).on(z);
    }
    Node memory = Layers.lstm(2).on(Layers.concatenate().on(ids, y));
    Node last = Layers.dense(1).name("last").on(Layers.concatenate().on(memory, z));
    Model model = Model.of(List.of(a, b, c), last);
    Model loaded = Model.load(FILES.resolve("masked_join.keras"));
    List<String> expected =
        List.of("first", "second", "third", "fourth", "fifth", "sixth", "seventh", "last");
    for (Model each : List.of(loaded, model)) {
      List<Layer> dense = each.layers().stream().filter(l -> l instanceof Dense).toList();
      assertEquals(expected, dense.stream().map(Layer::name).toList());
    }
  }

  /** Saved by Keras after one more step. */
  @ParameterizedTest
  @ValueSource(strings = {"two_outputs", "nested_deep", "nested_chain"})
  void readsH5(String name) throws IOException {
    Model model = Model.load(FILES.resolve(name + ".h5"));
    assertEquals(3, model.optimizer().iterations());
    requireAfter(name, model);
    Model other = Model.load(FILES.resolve(name + ".keras"), false);
    assertEquals(List.of(), other.loadWeights(FILES.resolve(name + ".h5")));
    requireAfter(name, other);
    for (int w = 0; w < model.network().weights().size(); w++) {
      assertArrayEquals(
          model.network().weights().get(w).values(),
          other.network().weights().get(w).values(),
          "weight " + w);
    }
  }

  private static void requireAfter(String name, Model model) throws IOException {
    JsonNode after = reference(name).get("after");
    for (int w = 0; w < after.size(); w++) {
      float[] values = model.network().trainableWeights().get(w).values();
      for (int i = 0; i < values.length; i++) {
        assertEquals((float) after.get(w).get(i).asDouble(), values[i], "weight " + w + ", " + i);
      }
    }
  }

  @Test
  void readsLossWeightsFromH5() {
    Model model = Model.load(FILES.resolve("two_outputs.h5"));
    assertEquals(List.of(0.5, 2.0), model.outputLosses().stream().map(o -> o.weight()).toList());
  }

  /** Unroll trains a step and saves; Keras loads, predicts, trains a step and saves. */
  @Test
  void trainingContinuesInKerasAndBack() throws Exception {
    String python = System.getProperty("unroll.python", System.getenv("UNROLL_PYTHON"));
    assumeTrue(
        python != null && !python.isBlank(),
        "no comparison with Keras: set -Dunroll.python=… to a Python with Keras 3");
    // Keras 3.15 itself does not restore a layer that an inner and an outer model share.
    List<String> checked = NAMES.stream().filter(name -> !name.equals("nested_shared")).toList();
    for (String name : checked) {
      ObjectNode reference = (ObjectNode) reference(name);
      Samples samples = samples(reference);
      Model model = Model.load(FILES.resolve(name + ".keras"));
      train(model, samples);
      model.save(folder.resolve(name + ".keras"));
      model.save(folder.resolve(name + ".h5"));
      reference.set("outputs", JSON.valueToTree(outputs(model, samples)));
      reference.put("loss", train(model, samples));
      Files.writeString(folder.resolve(name + ".json"), reference.toString());
    }
    Path log = folder.resolve("log.txt");
    Process process =
        new ProcessBuilder(python, "src/test/python/check_saved_models.py", folder.toString())
            .redirectErrorStream(true)
            .redirectOutput(log.toFile())
            .start();
    int exit = process.waitFor();
    String output = Files.readString(log, StandardCharsets.UTF_8);
    System.out.println(output);
    assertEquals(0, exit, output);
    for (String name : checked) {
      JsonNode back = JSON.readTree(folder.resolve("back/" + name + ".json").toFile());
      Model model = Model.load(folder.resolve("back/" + name + ".keras"));
      assertOutputs(back, model, samples(reference(name)));
    }
  }
}
