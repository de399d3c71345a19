package org.unroll.keras;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.unroll.Model;
import org.unroll.layers.core.Embedding;
import org.unroll.network.Layer;

/** Reads and writes whole models: Sequential models, and Functional models that are a chain. */
final class ModelConfigs {
  private ModelConfigs() {}

  /**
   * A model before its weights are created.
   *
   * @param name the name, may be null
   * @param layers the layers, the first of them an input
   */
  record Stack(String name, List<Layer> layers) {}

  /** Reads a model, {@code {class_name, config}}, or only the config of a Sequential model. */
  static Stack read(JsonNode node) {
    JsonNode config = node.get("config");
    if (config == null) {
      return frozen(node, sequential(node));
    }
    String type = node.path("class_name").asText("");
    return switch (type) {
      case "Sequential" -> frozen(config, sequential(config));
      case "Functional", "Model" -> frozen(config, functional(config));
      default ->
          throw new IllegalArgumentException(
              "A model of the class '"
                  + type
                  + "' is not supported. Supported: Sequential models, and Functional models that"
                  + " are a chain of layers.");
    };
  }

  /** Freezes all layers if the whole model is frozen. */
  private static Stack frozen(JsonNode config, Stack stack) {
    if (!config.path("trainable").asBoolean(true)) {
      stack.layers().forEach(layer -> layer.trainable(false));
    }
    return stack;
  }

  private static Stack sequential(JsonNode config) {
    // Before Keras 2.3, the configuration was the list itself.
    JsonNode layers = config.isArray() ? config : config.get("layers");
    if (layers == null || !layers.isArray() || layers.isEmpty()) {
      throw new IllegalArgumentException(
          "The configuration of a Sequential model must have a list 'layers', but "
              + (layers == null ? "has none." : "'layers' was " + layers + "."));
    }
    List<Layer> stack = new ArrayList<>();
    if (!"InputLayer".equals(layers.get(0).path("class_name").asText())) {
      JsonNode shape = layers.get(0).path("config").path("batch_input_shape");
      if (!shape.isArray()) {
        shape = config.path("build_input_shape");
      }
      if (!shape.isArray()) {
        throw new IllegalArgumentException(
            "The model must have an input shape, but has none because it was not built in Keras."
                + " Begin it with an Input, or call it on a batch before you save it.");
      }
      stack.add(CoreFormats.input("the model", shape));
    }
    for (JsonNode layer : layers) {
      stack.add(LayerFormats.read(layer));
    }
    return new Stack(config.path("name").asText(null), stack);
  }

  private static Stack functional(JsonNode config) {
    Map<String, JsonNode> successors = new HashMap<>();
    var masks = new FunctionalMasks();
    JsonNode input = null;
    for (JsonNode layer : config.path("layers")) {
      String name = layer.path("config").path("name").asText("");
      if (masks.add(layer)) {
        continue;
      }
      if (layer.path("class_name").asText().equals("InputLayer")) {
        if (input != null) {
          throw notAChain("it has the inputs '" + nameOf(input) + "' and '" + name + "'");
        }
        input = layer;
        continue;
      }
      String predecessor = predecessor(layer, name);
      JsonNode other = successors.put(predecessor, layer);
      if (other != null) {
        throw notAChain(
            "the layer '"
                + predecessor
                + "' feeds both '"
                + nameOf(other)
                + "' and '"
                + name
                + "'");
      }
    }
    if (input == null) {
      throw notAChain("it has no input");
    }
    List<Layer> stack = new ArrayList<>();
    JsonNode layer = input;
    String last = "";
    while (layer != null) {
      masks.check(layer, last);
      stack.add(LayerFormats.read(layer));
      last = nameOf(layer);
      layer = successors.remove(last);
    }
    if (!successors.isEmpty()) {
      throw notAChain(
          "the layers after " + successors.keySet() + " are not connected to the input");
    }
    JsonNode output = config.path("output_layers");
    if (output.isArray() && output.size() == 1 && output.get(0).isArray()) {
      output = output.get(0);
    }
    if (!output.path(0).asText("").equals(last)) {
      throw notAChain("its output is " + output + ", not that of the last layer '" + last + "'");
    }
    return new Stack(config.path("name").asText(null), stack);
  }

  private static String nameOf(JsonNode layer) {
    return layer.path("config").path("name").asText("");
  }

  static IllegalArgumentException notAChain(String reason) {
    return new IllegalArgumentException(
        "A Functional model must be a chain of layers with one input and one output, but "
            + reason
            + ".");
  }

  /** Returns the name of the layer that feeds this one. */
  private static String predecessor(JsonNode layer, String name) {
    JsonNode calls = layer.path("inbound_nodes");
    if (calls.size() != 1) {
      throw notAChain("the layer '" + name + "' is used " + calls.size() + " times");
    }
    JsonNode call = calls.get(0);
    JsonNode tensor;
    JsonNode arguments;
    if (call.isObject()) { // Keras 3
      JsonNode inputs = call.path("args");
      if (inputs.size() != 1) {
        throw notAChain("the layer '" + name + "' has " + inputs.size() + " inputs");
      }
      tensor = inputs.get(0).path("config").path("keras_history");
      arguments = call.path("kwargs");
    } else { // Keras 2: [[name, 0, 0, {}]]
      if (call.size() != 1) {
        throw notAChain("the layer '" + name + "' has " + call.size() + " inputs");
      }
      tensor = call.get(0);
      arguments = tensor.path(3);
    }
    arguments
        .fieldNames()
        .forEachRemaining(
            argument -> {
              JsonNode value = arguments.get(argument);
              if (argument.equals("mask") && FunctionalMasks.isTensor(value)) {
                return; // checked later
              }
              if (!value.isNull() && !(value.isBoolean() && !value.booleanValue())) {
                throw notAChain(
                    "the layer '" + name + "' is called with " + argument + "=" + value);
              }
            });
    if (!tensor.path(0).isTextual() || tensor.path(1).asInt(-1) != 0) {
      throw notAChain("the layer '" + name + "' has the input " + tensor);
    }
    return tensor.get(0).asText();
  }

  /** Writes a model as Keras writes a Sequential model, including its compile configuration. */
  static ObjectNode write(Model model) {
    ArrayNode layers = JsonNodeFactory.instance.arrayNode();
    ObjectNode input = LayerFormats.write(model.network().input());
    if (model.layers().get(0) instanceof Embedding) {
      ((ObjectNode) input.get("config")).put("dtype", "int32");
    }
    layers.add(input);
    for (Layer layer : model.layers()) {
      layers.add(LayerFormats.write(layer));
    }
    int batchSize = model.network().input().batchSize();
    if (batchSize > 0) {
      fixBatch(layers, batchSize);
    }
    ArrayNode inputShape = LayerFormats.batchShape(model.network().inputShape(), batchSize);
    ObjectNode config = JsonNodeFactory.instance.objectNode();
    config.put("name", model.name());
    config.put("trainable", true);
    config.set("dtype", LayerFormats.dtypePolicy());
    config.set("layers", layers);
    config.set("build_input_shape", inputShape);
    ObjectNode node = Format.wrap("keras", "Sequential", config);
    node.putObject("build_config").set("input_shape", inputShape);
    if (model.optimizer() != null) {
      node.set("compile_config", CompileConfig.write(model));
    }
    return node;
  }

  /** Sets a fixed batch size in the input shapes of all layers, as Keras does. */
  private static void fixBatch(JsonNode layers, int batchSize) {
    for (JsonNode shape : layers.findValues("input_shape")) {
      ((ArrayNode) shape).set(0, batchSize);
    }
  }
}
