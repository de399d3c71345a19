package org.unroll.keras;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Stream;
import org.unroll.data.Shape;
import org.unroll.layers.core.KernelLayer;
import org.unroll.layers.core.SpatialDropout1D;
import org.unroll.network.Input;
import org.unroll.network.Layer;

/**
 * Reads and writes the configuration of a layer. The tables of the formats are in one class for
 * each package of layers; a new layer needs one new entry there.
 */
final class LayerFormats {
  private static final String MODULE = "keras.layers";

  private static final List<LayerFormat<?>> FORMATS =
      Stream.of(
              CoreFormats.formats(),
              RecurrentFormats.formats(),
              ConvolutionFormats.formats(),
              NormalizationFormats.formats())
          .flatMap(List::stream)
          .<LayerFormat<?>>map(format -> format)
          .toList();

  private LayerFormats() {}

  /** The format of a layer. */
  static LayerFormat<?> of(Layer layer) {
    for (LayerFormat<?> format : FORMATS) {
      if (format.config().accepts(layer)) {
        return format;
      }
    }
    throw new IllegalArgumentException(
        layer.describe()
            + " cannot be saved: Keras has no such layer. A model that Keras is to read is built of the"
            + " layers that Keras has.");
  }

  /** The layer of one entry in a model's list of layers. */
  static Layer read(JsonNode node) {
    String type = node.path("class_name").asText("");
    String owner = type + " '" + node.path("config").path("name").asText("") + "'";
    for (LayerFormat<?> format : FORMATS) {
      if (format.config().className().equals(type)) {
        Config config = new Config(owner, node.path("config"));
        readDtype(config);
        boolean trainable = config.flag("trainable", true);
        Layer layer = format.config().read(config);
        if (!trainable) { // else the layers inside keep their own setting
          layer.trainable(false);
        }
        config.ignore("batch_input_shape"); // of a first layer; the model has read it
        config.finish();
        return layer;
      }
    }
    throw new IllegalArgumentException(
        "The layer "
            + owner
            + " is of a type that is not supported. Supported: "
            + FORMATS.stream().map(format -> format.config().className()).toList());
  }

  private static void readDtype(Config config) {
    if (!config.has("dtype")) {
      return;
    }
    JsonNode dtype = config.node("dtype");
    String policy = dtype.isTextual() ? dtype.asText() : dtype.path("config").path("name").asText();
    boolean ids = policy.startsWith("int") && config.owner().startsWith("InputLayer");
    if (!policy.equals("float32") && !ids) {
      throw new IllegalArgumentException(
          config.owner()
              + " has dtype="
              + policy
              + ", which is not supported: weights are float32.");
    }
  }

  /** The entry of a built layer in a model's list of layers. */
  static ObjectNode write(Layer layer) {
    LayerFormat<?> format = of(layer);
    ObjectNode node;
    try {
      node = format.config().write(layer);
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(
          layer.describe() + " cannot be saved: " + e.getMessage(), e);
    }
    ObjectNode config = (ObjectNode) node.get("config");
    if (layer instanceof Input) {
      config.put("dtype", "float32");
      return node;
    }
    if (!(layer instanceof SpatialDropout1D)) { // the one class that takes no such argument
      config.put("trainable", layer.trainable());
    }
    config.set("dtype", dtypePolicy());
    node.putObject("build_config").set("input_shape", batchShape(layer.inputShape(), 0));
    return node;
  }

  /** Keras's dtype policy of everything here. */
  static ObjectNode dtypePolicy() {
    ObjectNode name = JsonNodeFactory.instance.objectNode();
    name.put("name", "float32");
    return Format.wrap("keras", "DTypePolicy", name);
  }

  /** A shape with the batch axis before it, null where the batch size is 0: any. */
  static ArrayNode batchShape(Shape shape, int batchSize) {
    ArrayNode axes = JsonNodeFactory.instance.arrayNode();
    axes.add(batchSize == 0 ? null : batchSize);
    for (int i = 0; i < shape.rank(); i++) {
      if (shape.axis(i) == Shape.ANY) {
        axes.addNull();
      } else {
        axes.add(shape.axis(i));
      }
    }
    return axes;
  }

  static <L extends Layer> Format<L> layer(
      String className, Class<L> type, Function<Config, L> create) {
    return Format.of(MODULE, className, type, create);
  }

  /** Refuses what Keras has for every layer with weights and this library does not. */
  static <L extends Layer> Format<L> constrained(Format<L> format, String... constraints) {
    for (String constraint : constraints) {
      format.refuse(constraint, "weights have no constraints.");
    }
    return format
        .refuse("activity_regularizer", "penalties are on weights, not on outputs.")
        .refuse("quantization_config", "weights are float32.")
        .refuse("lora_rank", "adapters are a matter of large models.");
  }

  static <L extends KernelLayer<L>> Format<L> kernel(
      String className, Class<L> type, Function<Config, L> create) {
    return constrained(layer(className, type, create), "kernel_constraint", "bias_constraint")
        .text("name", L::name, L::name)
        .activation("activation", L::activation, L::activation)
        .flag("use_bias", L::useBias, L::useBias)
        .initializer("kernel_initializer", L::kernelInitializer, L::kernelInitializer)
        .initializer("bias_initializer", L::biasInitializer, L::biasInitializer)
        .regularizer("kernel_regularizer", L::kernelRegularizer, L::kernelRegularizer)
        .regularizer("bias_regularizer", L::biasRegularizer, L::biasRegularizer);
  }

  /** Keras's other order of the axes is refused. */
  static <L extends Layer> Format<L> channelsLast(Format<L> format) {
    return format.node(
        "data_format",
        layer -> JsonNodeFactory.instance.textNode("channels_last"),
        (layer, order) -> {
          if (!order.asText().equals("channels_last")) {
            throw new IllegalArgumentException(
                layer.describe()
                    + " has data_format="
                    + order.asText()
                    + ", which is not supported: features come last.");
          }
          return layer;
        });
  }

  /** A list of one number: Keras has one for each axis that a window slides along. */
  static ArrayNode single(int number) {
    return JsonNodeFactory.instance.arrayNode().add(number);
  }

  static int single(Config config, String name) {
    return single(config.owner(), name, config.node(name));
  }

  static int single(Layer layer, String name, JsonNode given) {
    return single(layer.describe(), name, given);
  }

  private static int single(String owner, String name, JsonNode given) {
    JsonNode number = given.isArray() && given.size() == 1 ? given.get(0) : given;
    if (!number.isIntegralNumber() || !number.canConvertToInt()) {
      throw new IllegalArgumentException(
          "The argument '" + name + "' of " + owner + " is a whole number. Received: " + given);
    }
    return number.intValue();
  }
}
