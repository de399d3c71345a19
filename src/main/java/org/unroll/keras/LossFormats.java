package org.unroll.keras;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.util.List;
import org.unroll.losses.BinaryCrossentropy;
import org.unroll.losses.CategoricalCrossentropy;
import org.unroll.losses.Huber;
import org.unroll.losses.Loss;
import org.unroll.losses.Losses;
import org.unroll.losses.SparseCategoricalCrossentropy;

/** The formats of losses: a name, or an object if the loss has arguments. */
final class LossFormats {
  private static final String MODULE = "keras.losses";

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
              .refuse("ignore_class", "all classes are counted."),
          // Keras 3.15 does not write delta, so a missing value must be 1, its default.
          Format.of(MODULE, "Huber", Huber.class, config -> Losses.huber(config.number("delta", 1)))
              .number("delta", Huber::delta));

  private LossFormats() {}

  /** Reads a loss. */
  static Loss read(JsonNode node) {
    if (node.isTextual()) {
      return Losses.of(node.asText());
    }
    String type = node.path("class_name").asText("");
    if (type.equals("function")) {
      return Losses.of(node.path("config").asText());
    }
    Config config = new Config("the loss " + type, node.path("config"));
    config.ignore("name", "dtype");
    config.requireLastAxis();
    if (config.has("reduction") && !config.text("reduction").equals("sum_over_batch_size")) {
      throw config.wrong("reduction", "sum_over_batch_size", config.node("reduction"));
    }
    Format<? extends Loss> format = Format.named(FORMATS, type);
    Loss loss = format == null ? Losses.of(type) : format.read(config);
    config.finish();
    return loss;
  }

  /** Writes a loss, by its name if it has Keras's default arguments. */
  static JsonNode write(Loss loss) {
    if (isDefault(loss)) {
      return JsonNodeFactory.instance.textNode(loss.name());
    }
    Format<? extends Loss> format = Format.of(FORMATS, loss);
    if (format == null) {
      throw new IllegalArgumentException(
          "The loss '"
              + loss.name()
              + "' cannot be saved: it must be a loss of Keras. Save the model before compile, or"
              + " compile it with one of Losses.");
    }
    return format.write(loss);
  }

  private static boolean isDefault(Loss loss) {
    try {
      return Losses.of(loss.name()).equals(loss);
    } catch (IllegalArgumentException unknown) {
      return false;
    }
  }
}
