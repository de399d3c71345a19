package org.unroll.keras;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.HashMap;
import java.util.Map;

/**
 * The masks in a Functional model of Keras 3. Keras 3.15 writes the computation of a mask as nodes
 * of the operations {@code NotEqual} and {@code Any}, and passes it to each layer that uses it. In
 * a chain of layers, this is what the layers do anyway: an Embedding or Masking creates the mask,
 * which the following layers receive. Any other use is rejected.
 */
final class FunctionalMasks {
  private final Map<String, JsonNode> operations = new HashMap<>();

  /** The layer whose output the last layer with a separate mask receives, or null. */
  private String source;

  /** The value that this layer masks. */
  private double value;

  /** Remembers a node and returns true if it computes a mask. */
  boolean add(JsonNode node) {
    String type = node.path("class_name").asText();
    boolean isOperation =
        node.path("module").asText().startsWith("keras.src.ops")
            && (type.equals("NotEqual") || type.equals("Any"));
    if (isOperation) {
      operations.put(node.path("config").path("name").asText(), node);
    }
    return isOperation;
  }

  /** Returns whether an argument is the output of a node. */
  static boolean isTensor(JsonNode argument) {
    return argument.path("class_name").asText().equals("__keras_tensor__");
  }

  /**
   * Checks the mask with which the next layer of the chain is called.
   *
   * @param layer the layer
   * @param previous the name of the layer before it
   */
  void check(JsonNode layer, String previous) {
    JsonNode config = layer.path("config");
    JsonNode mask = layer.path("inbound_nodes").path(0).path("kwargs").path("mask");
    if (isTensor(mask) && !isOfSource(mask)) {
      throw ModelConfigs.notAChain(
          "the layer '"
              + config.path("name").asText()
              + "' is called with a mask that is not the one of the Embedding or Masking before it");
    }
    String type = layer.path("class_name").asText();
    if (type.equals("Masking")
        || (type.equals("Embedding") && config.path("mask_zero").asBoolean())) {
      source = previous;
      value = config.path("mask_value").asDouble(0);
    }
  }

  private boolean isOfSource(JsonNode mask) {
    JsonNode operation = operations.get(nameOf(mask));
    if (operation != null && operation.path("class_name").asText().equals("Any")) {
      operation = operations.get(nameOf(arguments(operation).path(0)));
    }
    if (operation == null || !operation.path("class_name").asText().equals("NotEqual")) {
      return false;
    }
    JsonNode arguments = arguments(operation);
    return nameOf(arguments.path(0)).equals(source)
        && arguments.path(1).isNumber()
        && (float) arguments.path(1).asDouble() == (float) value;
  }

  private static JsonNode arguments(JsonNode operation) {
    return operation.path("inbound_nodes").path(0).path("args");
  }

  private static String nameOf(JsonNode tensor) {
    return tensor.path("config").path("keras_history").path(0).asText();
  }
}
