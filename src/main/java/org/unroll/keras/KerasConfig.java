package org.unroll.keras;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.ArrayList;
import java.util.List;
import org.unroll.Sequential;
import org.unroll.layers.Layer;
import org.unroll.layers.Layers;
import org.unroll.training.Loss;
import org.unroll.training.Optimizer;

/**
 * Reads what Keras 3's {@code get_config()} and {@code to_json()} say of a model. Everything that
 * is not supported is an error that names layer, option and reason; nothing is dropped in silence.
 */
public final class KerasConfig {
  private static final ObjectMapper JSON = new ObjectMapper();

  private KerasConfig() {}

  /**
   * A new model from the JSON of {@code Sequential.get_config()} (or of {@code to_json()}, which
   * wraps it in a class name).
   *
   * @throws IllegalArgumentException if the text is not such a configuration, or asks for something
   *     this library does not have
   */
  public static Sequential sequential(String json) {
    JsonNode node = parse(json);
    JsonNode wrapped = node.get("config");
    if (wrapped == null) {
      return sequential(node);
    }
    if (!"Sequential".equals(node.path("class_name").asText())) {
      throw new IllegalArgumentException(
          "Only Sequential models are read. Received: " + node.path("class_name"));
    }
    return sequential(wrapped);
  }

  /** The optimizer from the JSON of {@code keras.optimizers.serialize}. */
  public static Optimizer optimizer(String json) {
    return TrainingConfigs.optimizer(parse(json));
  }

  /** The loss from the JSON of {@code keras.losses.serialize}, or from its quoted name. */
  public static Loss loss(String json) {
    return TrainingConfigs.loss(parse(json));
  }

  private static JsonNode parse(String json) {
    try {
      return JSON.readTree(json);
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException(
          "A Keras configuration is JSON. " + e.getOriginalMessage(), e);
    }
  }

  private static Sequential sequential(JsonNode config) {
    JsonNode layers = config.get("layers");
    if (layers == null || !layers.isArray() || layers.isEmpty()) {
      throw new IllegalArgumentException(
          "The configuration of a Sequential model has a list 'layers'. Received: "
              + (layers == null ? "none" : layers));
    }
    List<Layer> stack = new ArrayList<>();
    if (!"InputLayer".equals(layers.get(0).path("class_name").asText())) {
      JsonNode shape = config.path("build_input_shape");
      if (!shape.isArray()) {
        throw new IllegalArgumentException(
            "The model has no input shape: it was never built in Keras. Begin it with an Input, or"
                + " call it once before saving.");
      }
      stack.add(Layers.input(LayerConfigs.sampleAxes("the model", shape)));
    }
    for (JsonNode layer : layers) {
      stack.add(LayerConfigs.layer(layer));
    }
    Sequential model = Sequential.of(stack.toArray(new Layer[0]));
    return config.hasNonNull("name") ? model.name(config.get("name").asText()) : model;
  }
}
