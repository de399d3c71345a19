package org.unroll.keras;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.NullNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiFunction;
import java.util.function.Function;
import org.unroll.compute.Activation;
import org.unroll.losses.Loss;
import org.unroll.metrics.Metric;
import org.unroll.network.Constraint;
import org.unroll.network.Initializer;
import org.unroll.network.Layer;
import org.unroll.network.Regularizer;
import org.unroll.optimizers.LearningRateSchedule;

/** The values in the configuration of a registered class. */
final class ConfigValues {
  private static final JsonNodeFactory JSON = JsonNodeFactory.instance;

  /**
   * The values of one class.
   *
   * @param write converts a value to JSON
   * @param read converts the argument with a name
   */
  private record Kind<T>(
      Class<T> type, Function<T, JsonNode> write, BiFunction<Config, String, T> read) {
    JsonNode write(Object value) {
      return write.apply(type.cast(value));
    }
  }

  private static final List<Kind<?>> KINDS =
      List.of(
          new Kind<>(Integer.class, JSON::numberNode, Config::integer),
          new Kind<>(Long.class, JSON::numberNode, Config::whole),
          new Kind<>(Double.class, JSON::numberNode, Config::number),
          new Kind<>(Float.class, JSON::numberNode, (config, name) -> (float) config.number(name)),
          new Kind<>(String.class, JSON::textNode, Config::text),
          new Kind<>(Boolean.class, JSON::booleanNode, (config, name) -> config.flag(name, false)),
          new Kind<>(
              Layer.class,
              LayerFormats::write,
              (config, name) -> LayerFormats.read(config.node(name))),
          new Kind<>(Activation.class, ActivationFormat::write, Config::activation),
          new Kind<>(
              Initializer.class,
              value -> InitializerFormats.write("initializer", value),
              InitializerFormats::read),
          new Kind<>(Regularizer.class, RegularizerFormat::write, RegularizerFormat::read),
          new Kind<>(
              Constraint.class,
              value -> ConstraintFormats.write("constraint", value),
              ConstraintFormats::read),
          new Kind<>(
              LearningRateSchedule.class,
              ScheduleFormats::write,
              (config, name) -> ScheduleFormats.read(config.node(name))),
          new Kind<>(
              Loss.class,
              LossFormats::write,
              (config, name) -> LossFormats.read(config.node(name))),
          new Kind<>(
              Metric.class,
              MetricFormats::write,
              (config, name) -> MetricFormats.read(config.node(name))));

  private ConfigValues() {}

  /**
   * Writes the arguments of an object.
   *
   * @param owner the name of its class
   */
  static ObjectNode write(String owner, Map<?, ?> arguments) {
    ObjectNode node = JSON.objectNode();
    arguments.forEach((name, value) -> node.set((String) name, write(owner, (String) name, value)));
    return node;
  }

  private static JsonNode write(String owner, String name, Object value) {
    if (value == null) {
      return NullNode.instance;
    }
    if (value instanceof List<?> list) {
      ArrayNode array = JSON.arrayNode();
      list.forEach(element -> array.add(write(owner, name, element)));
      return array;
    }
    if (value instanceof Map<?, ?> map) {
      return write(owner, map);
    }
    for (Kind<?> kind : KINDS) {
      if (kind.type.isInstance(value)) {
        return kind.write(value);
      }
    }
    throw new IllegalArgumentException(
        "The argument '"
            + name
            + "' of "
            + owner
            + " must be a number, a string, a boolean, a layer, another object of a model, or a list"
            + " or map of them, but was of the class "
            + value.getClass().getSimpleName()
            + ".");
  }

  /** Reads an argument of a class. */
  static <T> T read(Config config, String name, Class<T> type) {
    for (Kind<?> kind : KINDS) {
      if (kind.type.isAssignableFrom(type)) {
        Object value = kind.read.apply(config, name);
        if (type.isInstance(value)) {
          return type.cast(value);
        }
        throw config.wrong(name, "a " + type.getSimpleName(), config.node(name));
      }
    }
    throw new IllegalArgumentException(
        "The class of an argument must be one of "
            + KINDS.stream().map(kind -> kind.type.getSimpleName()).toList()
            + ", but was "
            + type.getSimpleName()
            + " for '"
            + name
            + "'.");
  }

  /** Reads an argument that is a list. */
  static <T> List<T> readList(Config config, String name, Class<T> type) {
    JsonNode list = config.node(name);
    if (!list.isArray()) {
      throw config.wrong(name, "a list", list);
    }
    List<T> values = new ArrayList<>();
    for (JsonNode element : list) {
      values.add(
          read(new Config(config.owner(), JSON.objectNode().set(name, element)), name, type));
    }
    return values;
  }

  /** Reads an argument that maps names to values of one class. */
  static <T> Map<String, T> readMap(Config config, String name, Class<T> type) {
    JsonNode map = config.node(name);
    if (!map.isObject()) {
      throw config.wrong(name, "a map", map);
    }
    Map<String, T> values = new LinkedHashMap<>();
    map.fieldNames()
        .forEachRemaining(key -> values.put(key, read(new Config(config.owner(), map), key, type)));
    return values;
  }
}
