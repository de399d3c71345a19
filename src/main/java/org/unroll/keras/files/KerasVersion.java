package org.unroll.keras.files;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Set;
import org.unroll.compute.Activation;

/**
 * The version of Keras that wrote a file. The classes that read layers expect the configuration of
 * Keras 3, so {@link #modernize} replaces what had another meaning before.
 *
 * @param text the version, such as {@code 2.13.1} or {@code 2.2.4-tf}
 */
public record KerasVersion(String text) {
  private static final Set<String> GATED = Set.of("LSTM", "GRU", "LSTMCell", "GRUCell");

  /**
   * Returns the version of a file. Keras considers a file without a version older than Keras 2.
   *
   * @param text the version, may be null or empty
   * @param config the configuration of the model; null for a file of weights
   * @throws IllegalArgumentException if the version is unknown, or is Keras 1
   */
  public static KerasVersion of(String text, JsonNode config) {
    if (text == null || text.isEmpty()) {
      if (config != null
          && config.findValue("init") == null) { // every layer with weights had it in Keras 1
        return new KerasVersion("2, without a version number");
      }
      throw keras1("1, without a version number");
    }
    if (text.startsWith("1.") || text.startsWith("0.")) {
      throw keras1(text);
    }
    if (!text.matches("[23]\\..*")) {
      throw new IllegalArgumentException(
          "The model must have been saved by Keras 2 or 3, but its keras_version is '"
              + text
              + "'.");
    }
    return new KerasVersion(text);
  }

  private static IllegalArgumentException keras1(String version) {
    return new IllegalArgumentException(
        "The model must have been saved by Keras 2 or 3, but was saved by Keras "
            + version
            + ", whose layers had other arguments. Load it with Keras 2.2, which converts models of"
            + " Keras 1, and save it again.");
  }

  /** Returns whether Keras 3 wrote the file. */
  public boolean isKeras3() {
    return text.startsWith("3");
  }

  /**
   * Replaces in a configuration what had another meaning before Keras 3: the function {@code
   * hard_sigmoid}, which was also the default of the recurrent activation.
   */
  public void modernize(JsonNode config) {
    if (isKeras3()) {
      return;
    }
    for (JsonNode node : config) {
      modernize(node);
    }
    if (config instanceof ObjectNode object) {
      rename(object, "activation");
      rename(object, "recurrent_activation");
      if (object.get("config") instanceof ObjectNode arguments
          && !arguments.has("recurrent_activation")) {
        setDefault(object.path("class_name").asText(), arguments);
      }
    }
  }

  private static void rename(ObjectNode arguments, String name) {
    JsonNode function = arguments.path(name);
    String given = function.isObject() ? function.path("config").asText() : function.asText();
    if (given.equals(Activation.HARD_SIGMOID.kerasName())) {
      arguments.put(name, Activation.HARD_SIGMOID_KERAS2.kerasName());
    }
  }

  private void setDefault(String className, ObjectNode arguments) {
    boolean hard;
    if (className.startsWith("ConvLSTM")) {
      hard = true;
    } else if (!GATED.contains(className)) {
      return;
    } else if (text.matches("2\\.[12]\\..*-tf")) {
      // TensorFlow 1 and 2 had different defaults, and both have written this version.
      throw new IllegalArgumentException(
          className
              + " '"
              + arguments.path("name").asText()
              + "' must have the argument recurrent_activation, because the default of Keras "
              + text
              + " depends on the version of TensorFlow.");
    } else {
      hard = text.matches("2(\\.[012]\\..*|,.*)");
    }
    Activation function = hard ? Activation.HARD_SIGMOID_KERAS2 : Activation.SIGMOID;
    arguments.put("recurrent_activation", function.kerasName());
  }
}
