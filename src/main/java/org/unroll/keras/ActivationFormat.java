package org.unroll.keras;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import org.unroll.compute.Activation;

/**
 * The format of activations: their name in Keras 3. The hard sigmoid of Keras 2, clip(0.2·x + 0.5,
 * 0, 1), has no name there. It is written as a model of the layers Rescaling and ReLU, because
 * Keras accepts any callable object as an activation and loads this one without custom objects.
 */
final class ActivationFormat {
  private static final double SCALE = 0.2;
  private static final double OFFSET = 0.5;
  private static final double MAXIMUM = 1;

  private ActivationFormat() {}

  /** Reads an activation: a name, a function with a name, or what {@link #write} wrote. */
  static Activation read(Config config, String name) {
    JsonNode node = config.node(name);
    if (node.path("class_name").asText().equals("function")) {
      return Activation.of(node.path("config").asText());
    }
    return isHardSigmoidOfKeras2(node)
        ? Activation.HARD_SIGMOID_KERAS2
        : Activation.of(config.text(name));
  }

  private static boolean isHardSigmoidOfKeras2(JsonNode node) {
    List<JsonNode> layers = new ArrayList<>();
    for (JsonNode layer : node.path("config").path("layers")) {
      if (!layer.path("class_name").asText().equals("InputLayer")) {
        layers.add(layer);
      }
    }
    return layers.size() == 2
        && has(layers.get(0), "Rescaling", "scale", SCALE)
        && has(layers.get(0), "Rescaling", "offset", OFFSET)
        && has(layers.get(1), "ReLU", "max_value", MAXIMUM)
        && has(layers.get(1), "ReLU", "negative_slope", 0)
        && has(layers.get(1), "ReLU", "threshold", 0);
  }

  private static boolean has(JsonNode layer, String className, String name, double value) {
    return layer.path("class_name").asText().equals(className)
        && layer.path("config").path(name).asDouble(0) == value;
  }

  /** Writes an activation. */
  static JsonNode write(Activation activation) {
    if (activation != Activation.HARD_SIGMOID_KERAS2) {
      return JsonNodeFactory.instance.textNode(activation.kerasName());
    }
    ObjectNode rescaling = JsonNodeFactory.instance.objectNode();
    rescaling.put("scale", SCALE).put("offset", OFFSET);
    ObjectNode relu = JsonNodeFactory.instance.objectNode();
    relu.put("max_value", MAXIMUM).put("negative_slope", 0.0).put("threshold", 0.0);
    ObjectNode model = JsonNodeFactory.instance.objectNode();
    model.put("name", activation.kerasName());
    model
        .putArray("layers")
        .add(Format.wrap("keras.layers", "Rescaling", rescaling))
        .add(Format.wrap("keras.layers", "ReLU", relu));
    return Format.wrap("keras", "Sequential", model);
  }
}
