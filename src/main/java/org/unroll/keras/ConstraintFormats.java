package org.unroll.keras;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.NullNode;
import java.util.ArrayList;
import java.util.List;
import org.unroll.network.Constraint;
import org.unroll.network.Constraints;

/** The formats of constraints. */
final class ConstraintFormats {
  private static final String MODULE = "keras.constraints";

  private static final List<Format<? extends Constraint>> FORMATS =
      List.of(
          Format.of(
                  MODULE,
                  "MaxNorm",
                  Constraints.MaxNorm.class,
                  config ->
                      new Constraints.MaxNorm(config.number("max_value", 2), readAxes(config)))
              .number("max_value", Constraints.MaxNorm::maxValue)
              .node("axis", constraint -> writeAxes(constraint.axes())),
          Format.of(MODULE, "NonNeg", Constraints.NonNeg.class, config -> new Constraints.NonNeg()),
          Format.of(
                  MODULE,
                  "UnitNorm",
                  Constraints.UnitNorm.class,
                  config -> new Constraints.UnitNorm(readAxes(config)))
              .node("axis", constraint -> writeAxes(constraint.axes())),
          Format.of(
                  MODULE,
                  "MinMaxNorm",
                  Constraints.MinMaxNorm.class,
                  config ->
                      new Constraints.MinMaxNorm(
                          config.number("min_value", 0),
                          config.number("max_value", 1),
                          config.number("rate", 1),
                          readAxes(config)))
              .number("min_value", Constraints.MinMaxNorm::minValue)
              .number("max_value", Constraints.MinMaxNorm::maxValue)
              .number("rate", Constraints.MinMaxNorm::rate)
              .node("axis", constraint -> writeAxes(constraint.axes())));

  private ConstraintFormats() {}

  /** Reads the argument {@code name}, which is an object or a name. */
  static Constraint read(Config owner, String name) {
    JsonNode node = owner.node(name);
    String given = node.isTextual() ? node.asText() : node.path("class_name").asText();
    Format<? extends Constraint> format =
        Format.registeredName(node) == null
            ? Format.named(FORMATS, Constraint.class, Format.classNode(Config.camelCase(given)))
            : Format.named(FORMATS, Constraint.class, node);
    if (format == null) {
      throw new IllegalArgumentException(
          owner.owner()
              + " has "
              + name
              + "="
              + given
              + ", which is not supported: a constraint must be MaxNorm, NonNeg, UnitNorm or"
              + " MinMaxNorm.");
    }
    Config config = new Config(name + " " + given + " of " + owner.owner(), node.path("config"));
    Constraint constraint;
    try {
      constraint = format.read(config);
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(config.owner() + ": " + e.getMessage(), e);
    }
    config.finish();
    return constraint;
  }

  /** Writes the argument {@code name}, which may be null. */
  static JsonNode write(String name, Constraint constraint) {
    if (constraint == null) {
      return NullNode.instance;
    }
    Format<?> format = Format.of(FORMATS, constraint);
    if (format == null) {
      throw new IllegalArgumentException(
          "The "
              + name
              + " must be one of Constraints, or registered, to be saved, but was "
              + constraint
              + ". "
              + CustomObjects.howToRegister(constraint));
    }
    return format.write(constraint);
  }

  /** Reads an axis or a list of axes. Null, in Keras, means all axes. */
  private static List<Integer> readAxes(Config config) {
    if (config.isNull("axis")) {
      return null;
    }
    if (!config.has("axis")) {
      return List.of(0);
    }
    JsonNode node = config.node("axis");
    List<Integer> axes = new ArrayList<>();
    for (JsonNode axis : node.isArray() ? node : List.of(node)) {
      if (!axis.isIntegralNumber() || !axis.canConvertToInt()) {
        throw config.wrong("axis", "a whole number, or a list of whole numbers", node);
      }
      axes.add(axis.intValue());
    }
    return List.copyOf(axes);
  }

  private static JsonNode writeAxes(List<Integer> axes) {
    return axes != null && axes.size() == 1
        ? JsonNodeFactory.instance.numberNode(axes.get(0))
        : Format.numbers(axes);
  }
}
