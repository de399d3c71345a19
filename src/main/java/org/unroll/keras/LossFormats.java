package org.unroll.keras;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import org.unroll.losses.BinaryCrossentropy;
import org.unroll.losses.BinaryFocalCrossentropy;
import org.unroll.losses.CategoricalCrossentropy;
import org.unroll.losses.CategoricalFocalCrossentropy;
import org.unroll.losses.CategoricalGeneralizedCrossentropy;
import org.unroll.losses.Dice;
import org.unroll.losses.GaussianNll;
import org.unroll.losses.Huber;
import org.unroll.losses.Loss;
import org.unroll.losses.Losses;
import org.unroll.losses.Pinball;
import org.unroll.losses.ReducedLoss;
import org.unroll.losses.Reduction;
import org.unroll.losses.SparseCategoricalCrossentropy;
import org.unroll.losses.Tversky;

/** The formats of losses: a name, or an object if the loss has arguments. */
final class LossFormats {
  private static final String MODULE = "keras.losses";
  private static final String BATCH = "the loss is computed over the whole batch.";

  private static final List<Format<? extends Loss>> FORMATS =
      List.of(
          Format.of(
                  MODULE,
                  "BinaryCrossentropy",
                  BinaryCrossentropy.class,
                  config -> Losses.binaryCrossentropy())
              .flag("from_logits", BinaryCrossentropy::fromLogits, BinaryCrossentropy::fromLogits)
              .number(
                  "label_smoothing",
                  BinaryCrossentropy::labelSmoothing,
                  BinaryCrossentropy::labelSmoothing),
          Format.of(
                  MODULE,
                  "CategoricalCrossentropy",
                  CategoricalCrossentropy.class,
                  config -> Losses.categoricalCrossentropy())
              .flag(
                  "from_logits",
                  CategoricalCrossentropy::fromLogits,
                  CategoricalCrossentropy::fromLogits)
              .number(
                  "label_smoothing",
                  CategoricalCrossentropy::labelSmoothing,
                  CategoricalCrossentropy::labelSmoothing),
          Format.of(
                  MODULE,
                  "SparseCategoricalCrossentropy",
                  SparseCategoricalCrossentropy.class,
                  config -> Losses.sparseCategoricalCrossentropy())
              .flag(
                  "from_logits",
                  SparseCategoricalCrossentropy::fromLogits,
                  SparseCategoricalCrossentropy::fromLogits)
              .optionalInteger(
                  "ignore_class",
                  SparseCategoricalCrossentropy::ignoreClass,
                  SparseCategoricalCrossentropy::ignoreClass),
          Format.of(
                  MODULE,
                  "BinaryFocalCrossentropy",
                  BinaryFocalCrossentropy.class,
                  config -> Losses.binaryFocalCrossentropy())
              .flag(
                  "apply_class_balancing",
                  BinaryFocalCrossentropy::applyClassBalancing,
                  BinaryFocalCrossentropy::applyClassBalancing)
              .number("alpha", BinaryFocalCrossentropy::alpha, BinaryFocalCrossentropy::alpha)
              .number("gamma", BinaryFocalCrossentropy::gamma, BinaryFocalCrossentropy::gamma)
              .flag(
                  "from_logits",
                  BinaryFocalCrossentropy::fromLogits,
                  BinaryFocalCrossentropy::fromLogits)
              .number(
                  "label_smoothing",
                  BinaryFocalCrossentropy::labelSmoothing,
                  BinaryFocalCrossentropy::labelSmoothing),
          Format.of(
                  MODULE,
                  "CategoricalFocalCrossentropy",
                  CategoricalFocalCrossentropy.class,
                  config -> Losses.categoricalFocalCrossentropy())
              .number(
                  "alpha", CategoricalFocalCrossentropy::alpha, CategoricalFocalCrossentropy::alpha)
              .number(
                  "gamma", CategoricalFocalCrossentropy::gamma, CategoricalFocalCrossentropy::gamma)
              .flag(
                  "from_logits",
                  CategoricalFocalCrossentropy::fromLogits,
                  CategoricalFocalCrossentropy::fromLogits)
              .number(
                  "label_smoothing",
                  CategoricalFocalCrossentropy::labelSmoothing,
                  CategoricalFocalCrossentropy::labelSmoothing),
          Format.of(
                  MODULE,
                  "CategoricalGeneralizedCrossEntropy",
                  CategoricalGeneralizedCrossentropy.class,
                  config -> Losses.categoricalGeneralizedCrossentropy(config.number("q", 0.5)))
              .number("q", CategoricalGeneralizedCrossentropy::q),
          Format.of(MODULE, "Tversky", Tversky.class, config -> Losses.tversky())
              .number("alpha", Tversky::alpha, Tversky::alpha)
              .number("beta", Tversky::beta, Tversky::beta)
              .refuse("axis", BATCH),
          Format.of(MODULE, "Dice", Dice.class, config -> Losses.dice()).refuse("axis", BATCH),
          Format.own(
                  "Pinball",
                  Pinball.class,
                  config -> new Pinball(config.list("levels", Double.class)))
              .node("levels", loss -> Format.numbers(loss.levels())),
          Format.own("GaussianNLL", GaussianNll.class, config -> Losses.gaussianNll()),
          // Keras 3.15 does not write delta, so a missing value must be 1, its default.
          Format.of(MODULE, "Huber", Huber.class, config -> Losses.huber(config.number("delta", 1)))
              .number("delta", Huber::delta));

  private LossFormats() {}

  /** Reads a loss. */
  static Loss read(JsonNode node) {
    boolean isRegistered = Format.registeredName(node) != null;
    if (node.isTextual() && !isRegistered) {
      return Losses.of(node.asText());
    }
    String type = node.path("class_name").asText("");
    if (type.equals("function") && !isRegistered) {
      return Losses.of(node.path("config").asText());
    }
    Config config = new Config("the loss " + type, node.path("config"));
    config.ignore("name"); // of the object; reports call it "loss"
    config.requireFloat32("losses are computed from float32 values.");
    Format<? extends Loss> format = Format.named(FORMATS, Loss.class, node);
    Loss loss = format == null ? Losses.of(type) : format.read(config);
    config.requireLastAxis();
    Reduction reduction = reduction(config);
    config.finish();
    return Losses.reduced(loss, reduction);
  }

  private static Reduction reduction(Config config) {
    if (config.isNull("reduction")) {
      return Reduction.NONE;
    }
    String name = config.has("reduction") ? config.text("reduction") : "sum_over_batch_size";
    return name.equals("mean") || !config.has("reduction")
        ? Reduction.SUM_OVER_BATCH_SIZE
        : config.choice("reduction", Reduction.class);
  }

  /** Writes a loss, by its name if it has Keras's default arguments. */
  static JsonNode write(Loss loss) {
    if (isDefault(loss)) {
      return JsonNodeFactory.instance.textNode(loss.name());
    }
    Loss inner = loss instanceof ReducedLoss reduced ? reduced.loss() : loss;
    Format<?> format = Format.of(FORMATS, inner);
    if (format == null && !isDefault(inner)) {
      throw new IllegalArgumentException(
          "The loss '"
              + loss.name()
              + "' cannot be saved: it must be a loss of Keras, or registered. "
              + CustomObjects.howToRegister(inner));
    }
    ObjectNode node =
        format == null
            ? Format.wrap(MODULE, className(inner), JsonNodeFactory.instance.objectNode())
            : format.write(inner);
    if (format != null && format.registeredName() != null) {
      ((ObjectNode) node.get("config")).put("name", inner.name());
    }
    ((ObjectNode) node.get("config")).set("reduction", Format.lowerCase(loss.reduction()));
    return node;
  }

  /** Reads the arguments of a loss that is used as a metric. */
  static Loss read(Loss standard, Config config) {
    Format<?> format = Format.of(FORMATS, standard);
    return format == null ? standard : (Loss) format.read(config);
  }

  /** Returns the arguments of a loss that is used as a metric. */
  static ObjectNode arguments(Loss loss) {
    Format<?> format = Format.of(FORMATS, loss);
    return format == null
        ? JsonNodeFactory.instance.objectNode()
        : (ObjectNode) format.write(loss).get("config");
  }

  /** Returns Keras's class of a loss. */
  static String className(Loss loss) {
    return switch (loss.name()) {
      case "kl_divergence" -> "KLDivergence";
      case "ctc" -> "CTC";
      default -> Config.camelCase(loss.name());
    };
  }

  private static boolean isDefault(Loss loss) {
    try {
      return Losses.of(loss.name()).equals(loss);
    } catch (IllegalArgumentException unknown) {
      return false;
    }
  }
}
