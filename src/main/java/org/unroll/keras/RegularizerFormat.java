package org.unroll.keras;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import org.unroll.layers.Layers;
import org.unroll.network.Regularizer;

/** The format of regularizers. */
final class RegularizerFormat {
  private RegularizerFormat() {}

  /** Reads the argument {@code name}, which is an object or a name. */
  static Regularizer read(Config owner, String name) {
    JsonNode node = owner.node(name);
    String type = node.isTextual() ? node.asText() : node.path("class_name").asText();
    Config config = new Config(name + " " + type + " of " + owner.owner(), node.path("config"));
    Regularizer regularizer =
        switch (type) {
          case "L1", "l1" -> Layers.l1(config.number("l1", Regularizer.DEFAULT_FACTOR));
          case "L2", "l2" -> Layers.l2(config.number("l2", Regularizer.DEFAULT_FACTOR));
          case "L1L2", "l1_l2" -> Layers.l1l2(config.number("l1", 0), config.number("l2", 0));
          default ->
              throw new IllegalArgumentException(
                  owner.owner()
                      + " has "
                      + name
                      + "="
                      + type
                      + ", which is not supported: a regularizer must be L1, L2 or L1L2.");
        };
    config.finish();
    return regularizer;
  }

  /** Writes a regularizer, which may be null. */
  static JsonNode write(Regularizer regularizer) {
    if (regularizer == null) {
      return JsonNodeFactory.instance.nullNode();
    }
    ObjectNode config = JsonNodeFactory.instance.objectNode();
    config.put("l1", regularizer.l1());
    config.put("l2", regularizer.l2());
    return Format.wrap("keras.regularizers", "L1L2", config);
  }
}
