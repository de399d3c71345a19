package org.unroll.keras;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import org.unroll.Model;
import org.unroll.layers.core.Embedding;
import org.unroll.layers.core.SequentialLayer;
import org.unroll.network.Input;
import org.unroll.network.Layer;
import org.unroll.network.ModelLayer;
import org.unroll.network.Network;
import org.unroll.network.Node;
import org.unroll.network.WeightSource;

/** Reads and writes Sequential and Functional models, also those inside other models. */
final class ModelConfigs {
  /** The field that identifies a layer that several models contain. */
  private static final String SHARED = "shared_object_id";

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

    /** Returns the model as a layer of another one, before its weights are created. */
    ModelLayer layer() {
      ModelLayer layer;
      if (outputs == null) {
        List<Layer> stack = new ArrayList<>(inputs);
        stack.addAll(layers);
        layer = ModelLayer.chain(stack);
      } else {
        layer = ModelLayer.of(inputs, outputs, layers);
      }
      return name == null ? layer : layer.name(name);
    }
  }

  /**
   * Returns whether a layer is a model with inputs. A Sequential without them is a {@link
   * SequentialLayer}.
   */
  static boolean isModel(JsonNode node) {
    String type = node.path("class_name").asText("");
    JsonNode config = node.path("config");
    JsonNode first = (config.isArray() ? config : config.path("layers")).path(0);
    return type.equals("Functional")
        || type.equals("Model")
        || (type.equals("Sequential")
            && (first.path("class_name").asText().equals("InputLayer")
                || first.path("config").path("batch_input_shape").isArray()));
  }

  /**
   * Reads an entry of a model's list of layers, which may be a model.
   *
   * @param shared the layers that several models contain, by the class and Keras's number
   */
  static Layer readLayer(JsonNode node, Map<String, Layer> shared) {
    String key = node.path("class_name").asText() + " " + node.path(SHARED).asText();
    Layer layer = node.has(SHARED) ? shared.get(key) : null;
    if (layer == null) {
      layer = isModel(node) ? readModel(node, shared) : LayerFormats.read(node);
      shared.put(key, layer);
    }
    return layer;
  }

  /** Reads a model that is a layer of another one, whose own trainable flag Keras ignores. */
  private static ModelLayer readModel(JsonNode node, Map<String, Layer> shared) {
    JsonNode config = node.path("config");
    boolean chain = node.path("class_name").asText().equals("Sequential");
    try {
      return (chain ? sequential(config, shared) : FunctionalConfig.readGraph(config, shared))
          .layer();
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(
          "Inside '" + config.path("name").asText() + "': " + e.getMessage(), e);
    }
  }

  /** Reads a model, {@code {class_name, config}}, or only the config of a Sequential model. */
  static Stack read(JsonNode node) {
    Map<String, Layer> shared = new HashMap<>();
    JsonNode config = node.get("config");
    if (config == null) {
      return frozen(node, sequential(node, shared));
    }
    String type = node.path("class_name").asText("");
    return switch (type) {
      case "Sequential" -> frozen(config, sequential(config, shared));
      case "Functional", "Model" -> frozen(config, FunctionalConfig.read(config, shared));
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

  private static Stack sequential(JsonNode config, Map<String, Layer> shared) {
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
      stack.add(readLayer(layer, shared));
    }
    return Stack.chain(config.path("name").asText(null), stack);
  }

  /** Writes a model as Keras does, including its compile configuration. */
  static ObjectNode write(Model model) {
    ObjectNode node = write(model.name(), model.network(), new IdentityHashMap<>());
    int batchSize = model.network().input().batchSize();
    if (batchSize > 0) {
      fixBatch(node.get("config").get("layers"), batchSize);
    }
    if (model.optimizer() != null) {
      node.set("compile_config", CompileConfig.write(model));
    }
    return node;
  }

  /** Writes a model without its compile configuration. */
  private static ObjectNode write(String name, Network network, Map<Layer, Written> written) {
    return network.isChain()
        ? writeSequential(name, network, written)
        : FunctionalWriter.write(name, network, written);
  }

  /** A layer in the configuration, and a number for the case that several models contain it. */
  record Written(ObjectNode node, int number) {}

  /** Writes an entry of a model's list of layers, which may be a model. */
  static ObjectNode write(Layer layer, Map<Layer, Written> written) {
    ObjectNode node =
        layer instanceof ModelLayer model
            ? write(model.name(), model.network(), written)
            : LayerFormats.write(layer);
    Written first = written.putIfAbsent(layer, new Written(node, written.size() + 1));
    if (first != null) {
      first.node.put(SHARED, first.number);
      node.put(SHARED, first.number);
    }
    return node;
  }

  private static ObjectNode writeSequential(
      String name, Network network, Map<Layer, Written> written) {
    ArrayNode layers = JsonNodeFactory.instance.arrayNode();
    ObjectNode input = write(network.input(), written);
    if (network.steps().get(0).layer() instanceof Embedding) {
      ((ObjectNode) input.get("config")).put("dtype", "int32");
    }
    layers.add(input);
    for (Layer layer : network.topLayers()) {
      layers.add(write(layer, written));
    }
    ArrayNode inputShape =
        LayerFormats.batchShape(network.inputShape(), network.input().batchSize());
    ObjectNode config = JsonNodeFactory.instance.objectNode();
    config.put("name", name);
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
