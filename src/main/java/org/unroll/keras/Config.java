package org.unroll.keras;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.NullNode;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.unroll.compute.Activation;

/**
 * The arguments of one object in a Keras configuration, {@code {class_name, config}}, from which
 * the object is created. A reader asks for each argument by name. Every argument that was not asked
 * for is rejected afterwards, because ignoring an option silently would create a different model.
 *
 * <p>All methods throw an {@link IllegalArgumentException} that names the object and the argument
 * if the argument is missing or has another type.
 *
 * @see CustomObjects#register(String, Class, java.util.function.Function,
 *     java.util.function.Function)
 */
public final class Config {
  private final String owner;
  private final JsonNode arguments;
  private final Set<String> read = new HashSet<>();

  /**
   * Creates the arguments of one object.
   *
   * @param owner the name of the object in error messages, such as {@code LSTM 'lstm_1'}
   */
  Config(String owner, JsonNode arguments) {
    this.owner = owner;
    this.arguments = arguments;
  }

  /** Returns the name of the object in error messages. */
  String owner() {
    return owner;
  }

  /** Returns whether the argument is present and not null. */
  public boolean has(String name) {
    read.add(name);
    JsonNode node = arguments.get(name);
    return node != null && !node.isNull();
  }

  /** Returns whether the argument is present and null. */
  boolean isNull(String name) {
    read.add(name);
    return arguments.has(name) && arguments.get(name).isNull();
  }

  /** Returns the JSON of an argument, which must be present. */
  JsonNode node(String name) {
    if (!has(name)) {
      throw new IllegalArgumentException(
          owner + " must have the argument '" + name + "', but has none.");
    }
    return arguments.get(name);
  }

  /** Returns an argument that is a whole number. */
  public int integer(String name) {
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

  /** Returns an argument that is a number. */
  public double number(String name) {
    JsonNode node = node(name);
    if (!node.isNumber()) {
      throw wrong(name, "a number", node);
    }
    return node.doubleValue();
  }

  double number(String name, double fallback) {
    return has(name) ? number(name) : fallback;
  }

  /** Returns an argument that is true or false. */
  public boolean flag(String name) {
    node(name);
    return flag(name, false);
  }

  /**
   * Returns an argument of a class: {@code Integer}, {@code Double}, {@code String}, {@code
   * Boolean}, a {@code Layer} or a subclass such as {@code Cell}, {@code Activation}, {@code
   * Initializer}, {@code Regularizer}, {@code Constraint}, {@code LearningRateSchedule}, {@code
   * Loss} or {@code Metric}.
   *
   * @return the argument, or null if it is null
   */
  public <T> T get(String name, Class<T> type) {
    return isNull(name) ? null : ConfigValues.read(this, name, type);
  }

  /** Returns an argument that is a list of elements of a class, as {@link #get} has them. */
  public <T> List<T> list(String name, Class<T> type) {
    return ConfigValues.readList(this, name, type);
  }

  /** Returns an argument that maps names to values of a class, as {@link #get} has them. */
  public <T> Map<String, T> map(String name, Class<T> type) {
    return ConfigValues.readMap(this, name, type);
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

  /** Returns an argument that is a string. */
  public String text(String name) {
    JsonNode node = node(name);
    if (!node.isTextual()) {
      throw wrong(name, "a string", node);
    }
    return node.textValue();
  }

  /** Returns the constant of an enum that has this name, ignoring case. */
  <E extends Enum<E>> E choice(String name, Class<E> type) {
    String given = text(name);
    for (E constant : type.getEnumConstants()) {
      if (constant.name().equalsIgnoreCase(given)) {
        return constant;
      }
    }
    throw wrong(name, "one of " + List.of(type.getEnumConstants()), node(name));
  }

  /**
   * Returns an activation, or null if the argument is missing. A null argument is the linear
   * activation, as {@code None} is in Keras.
   */
  Activation activation(String name) {
    if (has(name)) {
      return ActivationFormat.read(this, name);
    }
    return arguments.has(name) ? Activation.LINEAR : null;
  }

  /** Converts snake case to camel case: {@code glorot_uniform} to {@code GlorotUniform}. */
  static String camelCase(String name) {
    var result = new StringBuilder();
    for (String word : name.split("_", -1)) {
      if (!word.isEmpty()) {
        result.append(Character.toUpperCase(word.charAt(0))).append(word.substring(1));
      }
    }
    return result.toString();
  }

  /** Converts to snake case by Keras's rule: {@code SimpleRNN} to {@code simple_rnn}. */
  static String snakeCase(String name) {
    return name.replaceAll("(.)([A-Z][a-z]+)", "$1_$2")
        .replaceAll("([a-z])([A-Z])", "$1_$2")
        .toLowerCase(Locale.ROOT);
  }

  /** Accepts arguments that have no effect in this library. */
  void ignore(String... names) {
    for (String name : names) {
      read.add(name);
    }
  }

  /** Rejects an argument unless it is missing or null, which is its default in Keras. */
  void refuse(String name, String reason) {
    refuse(name, NullNode.instance, reason);
  }

  /**
   * Rejects an argument unless it is missing or has its default in Keras. Any other value is
   * rejected, including 0, false and empty lists: class 0 and no class are different options.
   */
  void refuse(String name, JsonNode standard, String reason) {
    if (has(name) && !isSame(arguments.get(name), standard)) {
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

  private static boolean isSame(JsonNode given, JsonNode standard) {
    return (given.isNumber() && standard.isNumber())
        ? given.doubleValue() == standard.doubleValue()
        : given.equals(standard);
  }

  /** Rejects any {@code dtype} but float32. */
  void requireFloat32(String reason) {
    requireDtype("float32", reason);
  }

  /** Rejects a {@code dtype} that does not begin with this text. */
  void requireDtype(String expected, String reason) {
    if (!has("dtype")) {
      return;
    }
    JsonNode dtype = node("dtype");
    String policy = dtype.isTextual() ? dtype.asText() : dtype.path("config").path("name").asText();
    if (!policy.startsWith(expected)) {
      throw new IllegalArgumentException(
          owner + " has dtype=" + policy + ", which is not supported: " + reason);
    }
  }

  /** Rejects any {@code axis} but the last one, over which losses and metrics are computed. */
  void requireLastAxis() {
    if (has("axis") && integer("axis") != -1) {
      throw wrong("axis", "-1 (the last axis)", node("axis"));
    }
  }

  /** Rejects arguments that were not asked for, unless they are null. */
  void finish() {
    arguments
        .fieldNames()
        .forEachRemaining(
            name -> {
              if (!read.contains(name)) {
                refuse(name, "this library has no such option.");
              }
            });
  }

  /** Returns the exception for an argument with a wrong value. */
  IllegalArgumentException wrong(String name, String expected, JsonNode value) {
    return wrong(name, owner, expected, value);
  }

  /** Returns the exception for an argument with a wrong value. */
  static IllegalArgumentException wrong(
      String name, String owner, String expected, JsonNode value) {
    return new IllegalArgumentException(
        "The argument '"
            + name
            + "' of "
            + owner
            + " must be "
            + expected
            + ", but was "
            + value
            + ".");
  }
}
