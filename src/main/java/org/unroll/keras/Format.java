package org.unroll.keras;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.BooleanNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.NullNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.BiConsumer;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.function.ToDoubleFunction;
import java.util.function.ToIntFunction;
import org.unroll.compute.Activation;
import org.unroll.network.Constraint;
import org.unroll.network.Initializer;
import org.unroll.network.Regularizer;

/**
 * Reads and writes the objects of one class in a Keras configuration, {@code {module, class_name,
 * config}}. Each argument is declared once, for reading and for writing. An argument that is
 * missing from a configuration keeps the default of the object.
 *
 * @param <T> the class
 */
final class Format<T> {
  private final String module;
  private final String className;
  private final String registeredName; // null for a class of Keras
  private final Predicate<Object> accepts;
  private final Function<Config, T> create;
  private final List<Argument<T>> arguments = new ArrayList<>();

  private record Argument<T>(BiFunction<Config, T, T> read, BiConsumer<T, ObjectNode> write) {}

  private Format(
      String module,
      String className,
      String registeredName,
      Predicate<Object> accepts,
      Function<Config, T> create) {
    this.module = module;
    this.className = className;
    this.registeredName = registeredName;
    this.accepts = accepts;
    this.create = create;
  }

  /**
   * Creates a format without arguments.
   *
   * @param module Keras's module, such as {@code keras.layers}
   * @param className Keras's class name
   * @param type the class
   * @param create creates an object from the arguments of its constructor
   */
  static <T> Format<T> of(
      String module, String className, Class<T> type, Function<Config, T> create) {
    return new Format<>(module, className, null, type::isInstance, create);
  }

  /**
   * Creates a format of a class that Keras does not have. It is written as an object that was
   * registered with {@code @keras.saving.register_keras_serializable(package)}.
   *
   * @param registeredName {@code package>Name}
   * @param accepts returns whether an object has this format
   */
  static <T> Format<T> registered(
      String registeredName, Predicate<Object> accepts, Function<Config, T> create) {
    String className = registeredName.substring(registeredName.indexOf('>') + 1);
    return new Format<>(null, className, registeredName, accepts, create);
  }

  /** Creates a format of a class of this library that Keras does not have. */
  static <T> Format<T> own(String className, Class<T> type, Function<Config, T> create) {
    return registered(CustomObjects.OWN_PACKAGE + ">" + className, type::isInstance, create);
  }

  /** Restricts the format to some objects of the class, if Keras has several classes for it. */
  Format<T> when(Class<T> type, Predicate<T> condition) {
    var narrowed =
        new Format<T>(
            module,
            className,
            registeredName,
            object -> type.isInstance(object) && condition.test(type.cast(object)),
            create);
    narrowed.arguments.addAll(arguments);
    return narrowed;
  }

  /** Returns Keras's class name. */
  String className() {
    return className;
  }

  /** Returns a configuration that contains only the name of a class of Keras. */
  static ObjectNode classNode(String className) {
    return JsonNodeFactory.instance.objectNode().put("class_name", className);
  }

  /** Returns the name under which the class is registered; null for a class of Keras. */
  String registeredName() {
    return registeredName;
  }

  /** Returns whether a configuration has this format. */
  boolean isOf(JsonNode node) {
    return registeredName == null
        ? registeredName(node) == null && node.path("class_name").asText("").equals(className)
        : registeredName.equals(registeredName(node));
  }

  /**
   * Returns the name under which the class of an object was registered in Keras, {@code
   * package>Name}; null for a class of Keras.
   *
   * @param node an object, a function, or the name of either
   */
  static String registeredName(JsonNode node) {
    for (JsonNode name :
        List.of(
            node,
            node.path("registered_name"),
            node.path("class_name"), // in files of the extension .h5
            node.path("config"))) { // of a function
      if (name.isTextual() && name.asText().contains(">")) {
        return name.asText();
      }
    }
    return null;
  }

  /** Returns whether this is the format of an object. */
  boolean accepts(Object object) {
    return accepts.test(object);
  }

  /** Reads an object. The caller must check with {@link Config#finish} that no argument is left. */
  T read(Config config) {
    T object = create.apply(config);
    for (Argument<T> argument : arguments) {
      object = argument.read.apply(config, object);
    }
    return object;
  }

  /** Writes an object that this format {@linkplain #accepts accepts}. */
  @SuppressWarnings("unchecked") // accepts() has tested the class
  ObjectNode write(Object object) {
    ObjectNode config = JsonNodeFactory.instance.objectNode();
    for (Argument<T> argument : arguments) {
      argument.write.accept((T) object, config);
    }
    ObjectNode node = wrap(module, className, config);
    if (registeredName != null) {
      node.put("registered_name", registeredName);
    }
    return node;
  }

  /** Wraps a configuration as Keras does. */
  static ObjectNode wrap(String module, String className, JsonNode config) {
    ObjectNode node = JsonNodeFactory.instance.objectNode();
    node.put("module", module);
    node.put("class_name", className);
    node.set("config", config);
    node.putNull("registered_name");
    return node;
  }

  /**
   * Returns the format of a configuration. It is null if the class is one of Keras that has none.
   *
   * @param kind the class or interface of the objects of these formats
   * @throws IllegalArgumentException if the class is a custom one that is not registered
   */
  static <F> Format<? extends F> named(
      List<Format<? extends F>> formats, Class<F> kind, JsonNode node) {
    for (Format<? extends F> format : formats) {
      if (format.isOf(node)) {
        return format;
      }
    }
    return registeredName(node) == null ? null : CustomObjects.named(kind, registeredName(node));
  }

  /** Returns the format of an object, or null if there is none. */
  static Format<?> of(List<? extends Format<?>> formats, Object object) {
    for (Format<?> format : formats) {
      if (format.accepts(object)) {
        return format;
      }
    }
    return CustomObjects.of(object);
  }

  /** A list of numbers, or null. */
  static JsonNode numbers(List<? extends Number> values) {
    if (values == null) {
      return NullNode.instance;
    }
    ArrayNode array = JsonNodeFactory.instance.arrayNode();
    for (Number value : values) {
      array.add(
          value instanceof Integer whole
              ? JsonNodeFactory.instance.numberNode(whole)
              : JsonNodeFactory.instance.numberNode(value.doubleValue()));
    }
    return array;
  }

  /** The name of an enum constant as Keras writes it. */
  static JsonNode lowerCase(Enum<?> constant) {
    return JsonNodeFactory.instance.textNode(constant.name().toLowerCase(Locale.ROOT));
  }

  private Format<T> argument(BiFunction<Config, T, T> read, BiConsumer<T, ObjectNode> write) {
    arguments.add(new Argument<>(read, write));
    return this;
  }

  /** A required argument, which {@code create} reads. */
  Format<T> integer(String name, ToIntFunction<T> get) {
    return argument(
        (config, object) -> object, (object, node) -> node.put(name, get.applyAsInt(object)));
  }

  /** A required argument, which {@code create} reads. */
  Format<T> number(String name, ToDoubleFunction<T> get) {
    return argument(
        (config, object) -> object, (object, node) -> node.put(name, get.applyAsDouble(object)));
  }

  /** A required argument, which {@code create} reads. */
  Format<T> node(String name, Function<T, JsonNode> get) {
    return argument(
        (config, object) -> object, (object, node) -> node.set(name, get.apply(object)));
  }

  /** Arguments in any form, which {@code create} reads. */
  Format<T> nodes(Function<T, ObjectNode> get) {
    return argument((config, object) -> object, (object, node) -> node.setAll(get.apply(object)));
  }

  /** An optional argument in any form. */
  Format<T> node(String name, Function<T, JsonNode> get, BiFunction<T, JsonNode, T> set) {
    return argument(
        (config, object) -> config.has(name) ? set.apply(object, config.node(name)) : object,
        (object, node) -> node.set(name, get.apply(object)));
  }

  /** An optional argument. */
  Format<T> integer(String name, ToIntFunction<T> get, BiFunction<T, Integer, T> set) {
    return argument(
        (config, object) -> config.has(name) ? set.apply(object, config.integer(name)) : object,
        (object, node) -> node.put(name, get.applyAsInt(object)));
  }

  /** An optional argument. */
  Format<T> number(String name, ToDoubleFunction<T> get, BiFunction<T, Double, T> set) {
    return argument(
        (config, object) -> config.has(name) ? set.apply(object, config.number(name)) : object,
        (object, node) -> node.put(name, get.applyAsDouble(object)));
  }

  /** An optional argument that is a number or null. */
  Format<T> optionalNumber(String name, Function<T, Double> get, BiFunction<T, Double, T> set) {
    return argument(
        (config, object) -> config.has(name) ? set.apply(object, config.number(name)) : object,
        (object, node) -> node.put(name, get.apply(object)));
  }

  /** An optional argument that is a whole number or null. */
  Format<T> optionalInteger(String name, Function<T, Integer> get, BiFunction<T, Integer, T> set) {
    return argument(
        (config, object) -> config.has(name) ? set.apply(object, config.integer(name)) : object,
        (object, node) -> node.put(name, get.apply(object)));
  }

  /** An optional argument. */
  Format<T> flag(String name, Predicate<T> get, BiFunction<T, Boolean, T> set) {
    return argument(
        (config, object) -> config.has(name) ? set.apply(object, config.flag(name, false)) : object,
        (object, node) -> node.put(name, get.test(object)));
  }

  /** An optional argument. */
  Format<T> text(String name, Function<T, String> get, BiFunction<T, String, T> set) {
    return argument(
        (config, object) -> config.has(name) ? set.apply(object, config.text(name)) : object,
        (object, node) -> node.put(name, get.apply(object)));
  }

  /** An optional argument. */
  Format<T> activation(String name, Function<T, Activation> get, BiFunction<T, Activation, T> set) {
    return argument(
        (config, object) -> {
          Activation activation = config.activation(name);
          return activation == null ? object : set.apply(object, activation);
        },
        (object, node) -> node.set(name, ActivationFormat.write(get.apply(object))));
  }

  /** An optional argument. */
  Format<T> initializer(
      String name, Function<T, Initializer> get, BiFunction<T, Initializer, T> set) {
    return argument(
        (config, object) ->
            config.has(name) ? set.apply(object, InitializerFormats.read(config, name)) : object,
        (object, node) -> node.set(name, InitializerFormats.write(name, get.apply(object))));
  }

  /** An optional argument. */
  Format<T> regularizer(
      String name, Function<T, Regularizer> get, BiFunction<T, Regularizer, T> set) {
    return argument(
        (config, object) ->
            config.has(name) ? set.apply(object, RegularizerFormat.read(config, name)) : object,
        (object, node) -> node.set(name, RegularizerFormat.write(get.apply(object))));
  }

  /** An optional argument. */
  Format<T> constraint(String name, Function<T, Constraint> get, BiFunction<T, Constraint, T> set) {
    return argument(
        (config, object) ->
            config.has(name) ? set.apply(object, ConstraintFormats.read(config, name)) : object,
        (object, node) -> node.set(name, ConstraintFormats.write(name, get.apply(object))));
  }

  /** Arguments of Keras that have no effect here. They are accepted and not written. */
  Format<T> ignore(String... names) {
    return argument(
        (config, object) -> {
          config.ignore(names);
          return object;
        },
        (object, node) -> {});
  }

  /** An argument of Keras that is only supported if it is missing or null. */
  Format<T> refuse(String name, String reason) {
    return refuse(name, NullNode.instance, reason);
  }

  /** A flag of Keras that is only supported if it is missing or false. */
  Format<T> refuseFlag(String name, String reason) {
    return refuse(name, BooleanNode.FALSE, reason);
  }

  /** An argument of Keras that is only supported if it is missing or has Keras's default. */
  Format<T> refuse(String name, JsonNode standard, String reason) {
    return argument(
        (config, object) -> {
          config.refuse(name, standard, reason);
          return object;
        },
        (object, node) -> {});
  }
}
