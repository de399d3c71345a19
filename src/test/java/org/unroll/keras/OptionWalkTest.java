package org.unroll.keras;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestReporter;
import org.unroll.Sequential;
import org.unroll.layers.Layers;
import org.unroll.network.Cell;
import org.unroll.network.GraphLayer;
import org.unroll.network.Initializer;
import org.unroll.network.Input;
import org.unroll.network.Layer;
import org.unroll.network.Network;
import org.unroll.network.WeightSource;

/**
 * Walks over every option that Keras 3.15 can write (src/test/python/keras_options.py), each with a
 * value that is not its default. An option is supported if this library writes the value that it
 * has read, or refused by a message that names it. None is ignored.
 */
class OptionWalkTest {
  private static final ObjectMapper JSON = new ObjectMapper();

  /**
   * Options that change no output of a saved model: names that appear nowhere, hints how to
   * compute, and seeds, which only choose other random numbers.
   */
  private static final Set<String> WITHOUT_EFFECT =
      Set.of(
          "losses.name",
          "optimizers.name",
          "schedules.name",
          "initializers.seed",
          "layers.seed",
          "layers.unroll",
          "layers.use_cudnn",
          "layers.synchronized",
          "metrics.num_labels");

  private static JsonNode keras;

  @BeforeAll
  static void readOptions() throws IOException {
    try (InputStream in = OptionWalkTest.class.getResourceAsStream("options.json")) {
      keras = JSON.readTree(in);
    }
  }

  /** Reads and writes the configuration of one object. */
  private static JsonNode roundTrip(JsonNode line, ObjectNode object) {
    return switch (line.get("family").asText()) {
      case "losses" -> LossFormats.write(LossFormats.read(object));
      case "metrics" -> MetricFormats.write(MetricFormats.read(object));
      case "optimizers" -> OptimizerFormats.write(OptimizerFormats.read(object));
      case "schedules" -> ScheduleFormats.write(ScheduleFormats.read(object));
      case "initializers" ->
          InitializerFormats.write("given", InitializerFormats.read(owner(object), "given"));
      case "regularizers" ->
          RegularizerFormat.write(RegularizerFormat.read(owner(object), "given"));
      case "constraints" -> constraint(object);
      default -> layer(line, LayerFormats.read(object));
    };
  }

  private static Config owner(JsonNode object) {
    return new Config("the owner", JSON.createObjectNode().set("given", object));
  }

  private static JsonNode constraint(JsonNode object) {
    ObjectNode dense = JSON.createObjectNode().put("class_name", "Dense");
    dense.putObject("config").put("name", "d").put("units", 3).set("kernel_constraint", object);
    Sequential model = Sequential.of(Layers.input(3), LayerFormats.read(dense));
    return LayerFormats.write(model.layers().get(0)).get("config").path("kernel_constraint");
  }

  private static JsonNode layer(JsonNode line, Layer layer) {
    if (layer instanceof Input) {
      return LayerFormats.write(layer);
    }
    int[] shape = JSON.convertValue(line.get("input"), int[].class);
    if (layer instanceof GraphLayer) {
      List<Input> inputs = List.of(Layers.input(shape), Layers.input(shape));
      Network network = new Network(inputs, List.of(layer.on(inputs)), WeightSource.seeded(0));
      return LayerFormats.write(network.layers().get(network.layers().size() - 1));
    }
    if (layer instanceof Cell cell) {
      Sequential model = Sequential.of(Layers.input(shape), Layers.rnn(cell));
      return LayerFormats.write(model.layers().get(0)).get("config").get("cell");
    }
    Sequential model = Sequential.of(Layers.input(shape).batchSize(2), layer);
    return LayerFormats.write(model.layers().get(0));
  }

  private static boolean isSame(JsonNode expected, JsonNode actual) {
    if (expected.isNumber() && actual.isNumber()) {
      // Keras stores some numbers as float32.
      return (float) expected.doubleValue() == (float) actual.doubleValue();
    }
    if (expected.isTextual() && actual.isTextual()) {
      return expected.asText().equals(actual.asText());
    }
    if (actual.isArray() && actual.size() == 1 && expected.isNumber()) {
      return isSame(expected, actual.get(0));
    }
    if (expected.isArray() && actual.isArray()) {
      boolean same = expected.size() == actual.size();
      for (int i = 0; same && i < expected.size(); i++) {
        same = isSame(expected.get(i), actual.get(i));
      }
      return same;
    }
    if (expected.isObject() && expected.path("config").has("value")) { // a tensor
      return isSame(expected.get("config").get("value"), actual);
    }
    if (expected.isObject() && actual.isObject()) {
      JsonNode type = actual.get("class_name");
      boolean same = type.asText().equals("L1L2") || type.equals(expected.get("class_name"));
      for (var argument : expected.get("config").properties()) {
        JsonNode written = actual.get("config").path(argument.getKey());
        boolean isLeaf = argument.getValue().isNumber() && !written.isMissingNode();
        same &= !isLeaf || isSame(argument.getValue(), written);
      }
      return same;
    }
    return expected.equals(actual);
  }

  /** Returns supported, refused, without effect, or what is wrong. */
  private static String outcome(JsonNode line, String option, JsonNode value) {
    ObjectNode object = line.deepCopy();
    ObjectNode config = (ObjectNode) object.get("config");
    JsonNode companions = line.path("with").path(option);
    companions.properties().forEach(other -> config.set(other.getKey(), other.getValue()));
    config.set(option, value);
    String family = line.get("family").asText();
    JsonNode written;
    try {
      written = roundTrip(line, object);
    } catch (IllegalArgumentException | IllegalStateException refusal) {
      return names(refusal, option) || names(refusal, line.get("class_name").asText())
          ? "refused"
          : "refused without its name: " + refusal.getMessage();
    }
    JsonNode actual =
        written.isObject() ? written.get("config").path(option) : MissingNode.getInstance();
    // An initializer may be written as another class that is equal.
    boolean isEqual =
        family.equals("initializers")
            && initializer(object).equals(initializer(written))
            && !initializer(object).equals(initializer(line));
    if (isEqual || isSame(value, actual)) {
      return "supported";
    }
    return WITHOUT_EFFECT.contains(family + "." + option)
        ? "without effect"
        : "ignored, and written as " + actual;
  }

  private static Initializer initializer(JsonNode object) {
    return InitializerFormats.read(owner(object), "given");
  }

  private static boolean names(RuntimeException refusal, String name) {
    return plain(refusal.getMessage()).contains(plain(name));
  }

  private static String plain(String text) {
    return text.replace("_", "").toLowerCase(Locale.ROOT);
  }

  @Test
  void noOptionIsIgnored(TestReporter reporter) {
    Map<String, Integer> counts = new TreeMap<>();
    List<String> wrong = new ArrayList<>();
    for (JsonNode line : keras) {
      String family = line.get("family").asText();
      for (var option : line.get("options").properties()) {
        String outcome = outcome(line, option.getKey(), option.getValue());
        if (!Set.of("supported", "refused", "without effect").contains(outcome)) {
          String name = family + "." + line.get("class_name").asText() + "." + option.getKey();
          wrong.add(name + "=" + option.getValue() + ": " + outcome);
        }
        counts.merge(family + " " + outcome.split(" ", 2)[0], 1, Integer::sum);
        counts.merge("all " + outcome.split(" ", 2)[0], 1, Integer::sum);
      }
    }
    assertEquals(List.of(), wrong, counts::toString);
    assertTrue(counts.get("all supported") > 650, counts::toString);
    reporter.publishEntry("options", counts.toString());
  }

  /** Without this test, the walk would also pass if every class was refused. */
  @Test
  void readsAllClassesButThese() {
    Set<String> refused = new TreeSet<>();
    for (JsonNode line : keras) {
      if (!line.get("family").asText().equals("layers")) {
        try {
          roundTrip(line, line.deepCopy());
        } catch (IllegalArgumentException e) {
          assertTrue(names(e, line.get("class_name").asText()), e.getMessage());
          refused.add(line.get("class_name").asText());
        }
      }
    }
    assertEquals(
        new TreeSet<>(
            Set.of(
                "Circle",
                "Accuracy",
                "ConcordanceCorrelation",
                "FBetaScore",
                "FalseNegatives",
                "FalsePositives",
                "Mean",
                "PearsonCorrelation",
                "Sum",
                "TrueNegatives",
                "TruePositives",
                "Adafactor",
                "Muon",
                "ScheduleFreeAdamW",
                "STFT",
                "OrthogonalRegularizer")),
        refused);
  }
}
