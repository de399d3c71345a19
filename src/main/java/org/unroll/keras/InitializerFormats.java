package org.unroll.keras;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.unroll.network.Initializer;
import org.unroll.network.Initializers;
import org.unroll.network.Initializers.Distribution;
import org.unroll.network.Initializers.Fan;

/** The formats of initializers. */
final class InitializerFormats {
  private static final String MODULE = "keras.initializers";

  /** Keras's classes without arguments, each a special case of a more general class. */
  private static final Map<String, Initializer> NAMED = new LinkedHashMap<>();

  static {
    NAMED.put("Zeros", Initializers.zeros());
    NAMED.put("Ones", Initializers.ones());
    NAMED.put("GlorotUniform", Initializers.glorotUniform());
    NAMED.put("GlorotNormal", Initializers.glorotNormal());
    NAMED.put("HeUniform", Initializers.heUniform());
    NAMED.put("HeNormal", Initializers.heNormal());
    NAMED.put("LecunUniform", Initializers.lecunUniform());
    NAMED.put("LecunNormal", Initializers.lecunNormal());
  }

  private static final List<Format<? extends Initializer>> FORMATS =
      List.of(
          Format.of(
                  MODULE,
                  "Constant",
                  Initializers.Constant.class,
                  config -> new Initializers.Constant(config.number("value", 0)))
              .number("value", Initializers.Constant::value),
          Format.of(
                  MODULE,
                  "Identity",
                  Initializers.Identity.class,
                  config -> new Initializers.Identity(config.number("gain", 1)))
              .number("gain", Initializers.Identity::gain),
          Format.of(
                  MODULE,
                  "Orthogonal",
                  Initializers.Orthogonal.class,
                  config -> new Initializers.Orthogonal(config.number("gain", 1)))
              .number("gain", Initializers.Orthogonal::gain),
          Format.of(
                  MODULE,
                  "RandomUniform",
                  Initializers.RandomUniform.class,
                  config ->
                      new Initializers.RandomUniform(
                          config.number("minval", -0.05), config.number("maxval", 0.05)))
              .number("minval", Initializers.RandomUniform::min)
              .number("maxval", Initializers.RandomUniform::max),
          Format.of(
                  MODULE,
                  "RandomNormal",
                  Initializers.RandomNormal.class,
                  config ->
                      new Initializers.RandomNormal(
                          config.number("mean", 0), config.number("stddev", 0.05)))
              .number("mean", Initializers.RandomNormal::mean)
              .number("stddev", Initializers.RandomNormal::stddev),
          Format.of(
                  MODULE,
                  "TruncatedNormal",
                  Initializers.TruncatedNormal.class,
                  config ->
                      new Initializers.TruncatedNormal(
                          config.number("mean", 0), config.number("stddev", 0.05)))
              .number("mean", Initializers.TruncatedNormal::mean)
              .number("stddev", Initializers.TruncatedNormal::stddev),
          Format.of(
                  MODULE,
                  "VarianceScaling",
                  Initializers.VarianceScaling.class,
                  InitializerFormats::varianceScaling)
              .number("scale", Initializers.VarianceScaling::scale)
              .node(
                  "mode",
                  object ->
                      JsonNodeFactory.instance.textNode(
                          switch (object.fan()) {
                            case IN -> "fan_in";
                            case OUT -> "fan_out";
                            case AVERAGE -> "fan_avg";
                          }))
              .node("distribution", object -> Format.lowerCase(object.distribution())));

  /** Names that Keras accepts in addition to the class names and their snake case. */
  private static final Map<String, String> ALIASES =
      Map.of(
          "OrthogonalInitializer", "Orthogonal",
          "IdentityInitializer", "Identity",
          "uniform", "RandomUniform",
          "normal", "RandomNormal");

  private InitializerFormats() {}

  private static Initializers.VarianceScaling varianceScaling(Config config) {
    String mode = config.has("mode") ? config.text("mode") : "fan_in";
    String distribution =
        config.has("distribution") ? config.text("distribution") : "truncated_normal";
    Fan fan =
        switch (mode) {
          case "fan_in" -> Fan.IN;
          case "fan_out" -> Fan.OUT;
          case "fan_avg" -> Fan.AVERAGE;
          default -> throw config.wrong("mode", "fan_in, fan_out or fan_avg", config.node("mode"));
        };
    Distribution shape =
        switch (distribution) {
          case "uniform" -> Distribution.UNIFORM;
          case "truncated_normal", "normal" -> Distribution.TRUNCATED_NORMAL;
          case "untruncated_normal" -> Distribution.UNTRUNCATED_NORMAL;
          default ->
              throw config.wrong(
                  "distribution",
                  "uniform, truncated_normal or untruncated_normal",
                  config.node("distribution"));
        };
    return new Initializers.VarianceScaling(config.number("scale", 1), fan, shape);
  }

  /** Reads the argument {@code name}, which is an object or a name. */
  static Initializer read(Config owner, String name) {
    JsonNode node = owner.node(name);
    String given = node.isTextual() ? node.asText() : node.path("class_name").asText();
    String type = ALIASES.getOrDefault(given, Config.camelCase(given));
    JsonNode arguments = node.path("config");
    Config config = new Config(name + " " + given + " of " + owner.owner(), arguments);
    // New weights depend on the model's seed, and saved weights are read from the file.
    config.ignore("seed", "dtype");
    config.refuse("input_axes", "the fans are those of the whole weight.");
    config.refuse("output_axes", "the fans are those of the whole weight.");
    Initializer initializer = NAMED.get(type);
    if (initializer == null) {
      Format<? extends Initializer> format =
          Format.registeredName(node) == null
              ? Format.named(FORMATS, Initializer.class, Format.classNode(type))
              : Format.named(FORMATS, Initializer.class, node);
      if (format == null) {
        throw new IllegalArgumentException(
            owner.owner()
                + " has "
                + name
                + "="
                + given
                + ", which is not supported: this library has no such initializer.");
      }
      initializer = format.read(config);
    }
    config.finish();
    return initializer;
  }

  /** Writes the argument {@code name}. */
  static JsonNode write(String name, Initializer initializer) {
    for (Map.Entry<String, Initializer> named : NAMED.entrySet()) {
      if (named.getValue().equals(initializer)) {
        return Format.wrap(MODULE, named.getKey(), JsonNodeFactory.instance.objectNode());
      }
    }
    Format<?> format = Format.of(FORMATS, initializer);
    if (format == null) {
      throw new IllegalArgumentException(
          "The "
              + name
              + " must be one of Initializers, or registered, to be saved, but was "
              + initializer
              + ". "
              + CustomObjects.howToRegister(initializer));
    }
    return format.write(initializer);
  }
}
