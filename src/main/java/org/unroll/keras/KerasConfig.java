package org.unroll.keras;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import org.unroll.Sequential;
import org.unroll.losses.Loss;
import org.unroll.network.Layer;
import org.unroll.optimizers.Optimizer;

/**
 * Reads what Keras 3's {@code get_config()} and {@code to_json()} say of a model. Everything that
 * is not supported is an error that names layer, option and reason; nothing is dropped in silence.
 */
public final class KerasConfig {
  private static final ObjectMapper JSON = new ObjectMapper();

  private KerasConfig() {}

  /**
   * A new model from the JSON of {@code Sequential.get_config()} (or of {@code to_json()}, which
   * wraps it in a class name). A Functional model is read where it is a chain of layers.
   *
   * @throws IllegalArgumentException if the text is not such a configuration, or asks for something
   *     this library does not have
   */
  public static Sequential sequential(String json) {
    ModelConfigs.Stack stack = ModelConfigs.read(parse(json));
    Sequential model = Sequential.of(stack.layers().toArray(new Layer[0]));
    return stack.name() == null ? model : model.name(stack.name());
  }

  /** The optimizer from the JSON of {@code keras.optimizers.serialize}. */
  public static Optimizer optimizer(String json) {
    return OptimizerFormats.read(parse(json));
  }

  /** The loss from the JSON of {@code keras.losses.serialize}, or from its quoted name. */
  public static Loss loss(String json) {
    return LossFormats.read(parse(json));
  }

  private static JsonNode parse(String json) {
    try {
      return JSON.readTree(json);
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException(
          "A Keras configuration is JSON. " + e.getOriginalMessage(), e);
    }
  }
}
