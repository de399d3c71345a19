package org.unroll.keras;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import org.unroll.Model;
import org.unroll.Sequential;
import org.unroll.keras.files.KerasVersion;
import org.unroll.losses.Loss;
import org.unroll.metrics.Metric;
import org.unroll.network.WeightSource;
import org.unroll.optimizers.Optimizer;

/**
 * Creates models, optimizers, losses and metrics from the JSON of Keras 3, such as that of {@code
 * model.to_json()}. The JSON contains no weights; use {@link Sequential#load} to read a model file.
 *
 * <p>An unsupported layer or option throws an exception that names it and the reason. Nothing is
 * silently ignored.
 */
public final class KerasConfig {
  private static final ObjectMapper JSON = new ObjectMapper();

  private KerasConfig() {}

  /**
   * Creates a chain of layers with new weights from the JSON of {@code get_config()} or {@code
   * to_json()}, which may be that of a Functional model. JSON with a {@code keras_version}, as
   * {@code to_json()} of Keras 2 writes it, is read as this version did.
   *
   * @throws IllegalArgumentException if {@code json} is not such a configuration, or contains
   *     something that this library does not support
   */
  public static Sequential sequential(String json) {
    if (model(json) instanceof Sequential chain) {
      return chain;
    }
    throw new IllegalArgumentException(
        "A Sequential must be a chain of layers with one input and one output, but the model"
            + " branches. Read it with KerasConfig.model(json).");
  }

  /**
   * Creates a model with new weights from the JSON of {@code get_config()} or {@code to_json()}. A
   * chain of layers becomes a {@link Sequential}.
   *
   * @throws IllegalArgumentException if {@code json} is not such a configuration, or contains
   *     something that this library does not support
   */
  public static Model model(String json) {
    JsonNode config = parse(json);
    if (config.has("keras_version")) { // Keras 3 does not write it
      KerasVersion.of(config.get("keras_version").asText(), config).modernize(config);
    }
    return ModelConfigs.read(config).model(WeightSource.seeded(0));
  }

  /**
   * Creates an optimizer from the JSON of {@code keras.optimizers.serialize}.
   *
   * @throws IllegalArgumentException if {@code json} is not such a configuration, or contains
   *     something that this library does not support
   */
  public static Optimizer optimizer(String json) {
    return OptimizerFormats.read(parse(json));
  }

  /**
   * Creates a loss from the JSON of {@code keras.losses.serialize}, or from its name in quotes.
   *
   * @throws IllegalArgumentException if {@code json} is not such a configuration, or contains
   *     something that this library does not support
   */
  public static Loss loss(String json) {
    return LossFormats.read(parse(json));
  }

  /**
   * Creates a metric from the JSON of {@code keras.metrics.serialize}, or from its name in quotes.
   *
   * @throws IllegalArgumentException if {@code json} is not such a configuration, or contains
   *     something that this library does not support
   */
  public static Metric metric(String json) {
    return MetricFormats.read(parse(json));
  }

  private static JsonNode parse(String json) {
    try {
      return JSON.readTree(json);
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException(
          "A Keras configuration must be JSON: " + e.getOriginalMessage(), e);
    }
  }
}
