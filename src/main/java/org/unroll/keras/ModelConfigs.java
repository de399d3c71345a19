package org.unroll.keras;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import org.unroll.Model;
import org.unroll.layers.core.Embedding;
import org.unroll.network.Input;
import org.unroll.network.Layer;
import org.unroll.network.Network;
import org.unroll.network.Node;
import org.unroll.network.WeightSource;

/** Reads and writes whole models: Sequential and Functional models. */
final class ModelConfigs {
  private ModelConfigs() {}

  /**
   * A model before its weights are created.
   *
   * @param name the name, may be null
   * @param layers the layers without the inputs, in the order of their weights
   * @param inputs the inputs
   * @param outputs the outputs; null if the layers are a chain
   */
  record Stack(String name, List<Layer> layers, List<Input> inputs, List<Node> outputs) {
    /** Returns a chain of layers, the first of which is an input. */
    static Stack chain(String name, List<Layer> stack) {
      return new Stack(name, stack.subList(1, stack.size()), List.of((Input) stack.get(0)), null);
    }

    /** Creates the model. */
    Model model(WeightSource weights) {
      Network network;
      if (outputs == null) {
        List<Layer> stack = new ArrayList<>(inputs);
        stack.addAll(layers);
        network = new Network(stack, weights);
      } else {
        network = new Network(inputs, outputs, layers, weights);
      }
      Model model = Model.of(network);
      return name == null ? model : model.name(name);
    }
  }

  /** Reads a model, {@code {class_name, config}}, or only the config of a Sequential model. */
  static Stack read(JsonNode node) {
    JsonNode config = node.get("config");
    if (config == null) {
      return frozen(node, sequential(node));
    }
    String type = node.path("class_name").asText("");
    return switch (type) {
      case "Sequential" -> frozen(config, sequential(config));
      case "Functional", "Model" -> frozen(config, FunctionalConfig.read(config));
      default ->
          throw new IllegalArgumentException(
              "A model of the class '"
                  + type
                  + "' is not supported. Supported: Sequential and Functional models.");
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
    return Stack.chain(config.path("name").asText(null), stack);
  }

  /** Writes a model as Keras does, including its compile configuration. */
  static ObjectNode write(Model model) {
    ObjectNode node =
        model.network().isChain() ? writeSequential(model) : FunctionalWriter.write(model);
    int batchSize = model.network().input().batchSize();
    if (batchSize > 0) {
      fixBatch(node.get("config").get("layers"), batchSize);
    }
    if (model.optimizer() != null) {
      node.set("compile_config", CompileConfig.write(model));
    }
    return node;
  }

  private static ObjectNode writeSequential(Model model) {
    ArrayNode layers = JsonNodeFactory.instance.arrayNode();
    ObjectNode input = LayerFormats.write(model.network().input());
    if (model.layers().get(0) instanceof Embedding) {
      ((ObjectNode) input.get("config")).put("dtype", "int32");
    }
    layers.add(input);
    for (Layer layer : model.layers()) {
      layers.add(LayerFormats.write(layer));
    }
    ArrayNode inputShape =
        LayerFormats.batchShape(model.network().inputShape(), model.network().input().batchSize());
    ObjectNode config = JsonNodeFactory.instance.objectNode();
    config.put("name", model.name());
    config.put("trainable", true);
    config.set("dtype", LayerFormats.dtypePolicy());
    config.set("layers", layers);
    config.set("build_input_shape", inputShape);
    ObjectNode node = Format.wrap("keras", "Sequential", config);
    node.putObject("build_config").set("input_shape", inputShape);
    return node;
  }

  /** Sets a fixed batch size in the input shapes of all layers, as Keras does. */
  private static void fixBatch(JsonNode layers, int batchSize) {
    for (JsonNode shape : layers.findValues("input_shape")) {
      ((ArrayNode) shape).set(0, batchSize);
    }
  }
}
