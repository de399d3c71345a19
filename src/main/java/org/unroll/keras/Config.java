package org.unroll.keras;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.unroll.compute.Activation;

/**
 * One object of a Keras configuration, {@code {class_name, config}}, read argument by argument.
 * Whoever reads it names every argument it understands, and {@link #finish} refuses what is left
 * over: an option that was silently dropped would make another model.
 */
final class Config {
  private final String owner;
  private final JsonNode arguments;
  private final Set<String> read = new HashSet<>();

  /**
   * The arguments of one object.
   *
   * @param owner how errors call it, for example {@code LSTM 'lstm_1'}
   */
  Config(String owner, JsonNode arguments) {
    this.owner = owner;
    this.arguments = arguments;
  }

  /** How errors call the object. */
  String owner() {
    return owner;
  }

  /** Whether the argument is there and not null. */
  boolean has(String name) {
    read.add(name);
    JsonNode node = arguments.get(name);
    return node != null && !node.isNull();
  }

  /** Whether the argument is there and null, where that says something. */
  boolean isNull(String name) {
    read.add(name);
    return arguments.has(name) && arguments.get(name).isNull();
  }

  /** An argument as it stands. */
  JsonNode node(String name) {
    if (!has(name)) {
      throw new IllegalArgumentException(owner + " lacks the argument '" + name + "'.");
    }
    return arguments.get(name);
  }

  int integer(String name) {
    JsonNode node = node(name);
    if (!node.isIntegralNumber() || !node.canConvertToInt()) {
      throw wrong(name, "a whole number", node);
    }
    return node.intValue();
  }

  long whole(String name) {
    JsonNode node = node(name);
    if (!node.isIntegralNumber() || !node.canConvertToLong()) {
      throw wrong(name, "a whole number", node);
    }
    return node.longValue();
  }

  double number(String name) {
    JsonNode node = node(name);
    if (!node.isNumber()) {
      throw wrong(name, "a number", node);
    }
    return node.doubleValue();
  }

  double number(String name, double fallback) {
    return has(name) ? number(name) : fallback;
  }

  boolean flag(String name, boolean fallback) {
    if (!has(name)) {
      return fallback;
    }
    JsonNode node = arguments.get(name);
    if (!node.isBoolean()) {
      throw wrong(name, "true or false", node);
    }
    return node.booleanValue();
  }

  String text(String name) {
    JsonNode node = node(name);
    if (!node.isTextual()) {
      throw wrong(name, "a text", node);
    }
    return node.textValue();
  }

  /** One of the constants of an enum, by its name in lower or upper case. */
  <E extends Enum<E>> E choice(String name, Class<E> type) {
    String given = text(name);
    for (E constant : type.getEnumConstants()) {
      if (constant.name().equalsIgnoreCase(given)) {
        return constant;
      }
    }
    throw wrong(name, "one of " + List.of(type.getEnumConstants()), node(name));
  }

  /** An activation by its name, null where the argument is left out; in Keras, None is linear. */
  Activation activation(String name) {
    if (has(name)) {
      return Activation.of(text(name));
    }
    return arguments.has(name) ? Activation.LINEAR : null;
  }

  /** {@code GlorotUniform} for {@code glorot_uniform}. */
  static String camelCase(String name) {
    var result = new StringBuilder();
    for (String word : name.split("_", -1)) {
      if (!word.isEmpty()) {
        result.append(Character.toUpperCase(word.charAt(0))).append(word.substring(1));
      }
    }
    return result.toString();
  }

  /** {@code simple_rnn} for {@code SimpleRNN}, by Keras's rule. */
  static String snakeCase(String name) {
    return name.replaceAll("(.)([A-Z][a-z]+)", "$1_$2")
        .replaceAll("([a-z])([A-Z])", "$1_$2")
        .toLowerCase(Locale.ROOT);
  }

  /** Notes arguments that change nothing here. */
  void ignore(String... names) {
    for (String name : names) {
      read.add(name);
    }
  }

  /** Refuses an argument that is set to anything but null, false, 0 or nothing. */
  void refuse(String name, String reason) {
    if (has(name) && isSet(arguments.get(name))) {
      throw new IllegalArgumentException(
          owner
              + " has "
              + name
              + "="
              + arguments.get(name)
              + ", which is not supported: "
              + reason);
    }
  }

  /** Refuses an {@code axis} other than the last one, over which losses and metrics are taken. */
  void requireLastAxis() {
    if (has("axis") && integer("axis") != -1) {
      throw wrong("axis", "-1, the last", node("axis"));
    }
  }

  /** Refuses arguments that nobody asked for, unless they are null, false, 0 or nothing. */
  void finish() {
    arguments
        .fieldNames()
        .forEachRemaining(
            name -> {
              if (!read.contains(name)) {
                refuse(name, "this library does not know the option.");
              }
            });
  }

  private static boolean isSet(JsonNode node) {
    return !(node.isNull()
        || (node.isBoolean() && !node.booleanValue())
        || (node.isNumber() && node.doubleValue() == 0)
        || (node.isContainerNode() && node.isEmpty()));
  }

  IllegalArgumentException wrong(String name, String expected, JsonNode came) {
    return new IllegalArgumentException(
        "The argument '" + name + "' of " + owner + " is " + expected + ". Received: " + came);
  }
}
