package org.unroll.keras;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.stream.Stream;
import org.unroll.data.Shape;
import org.unroll.layers.core.ActivityRegularization;
import org.unroll.layers.core.KernelLayer;
import org.unroll.layers.core.SpatialDropout1D;
import org.unroll.network.GraphLayer;
import org.unroll.network.Input;
import org.unroll.network.Layer;
import org.unroll.network.ModelLayer;
import org.unroll.network.Weight;

/**
 * Reads and writes the configuration of any layer. There is one class of formats for each package
 * of layers, such as {@link CoreFormats}. A new layer needs one new format there.
 */
final class LayerFormats {
  private static final String MODULE = "keras.layers";

  private static final List<LayerFormat<?>> FORMATS =
      Stream.of(
              CoreFormats.formats(),
              RecurrentFormats.formats(),
              ConvolutionFormats.formats(),
              NormalizationFormats.formats(),
              MergingFormats.formats())
          .flatMap(List::stream)
          .<LayerFormat<?>>map(format -> format)
          .toList();

  private static final List<Format<? extends Layer>> CONFIGS =
      FORMATS.stream().<Format<? extends Layer>>map(LayerFormat::config).toList();

  private LayerFormats() {}

  /** Returns the format of a layer. */
  static LayerFormat<?> of(Layer layer) {
    for (LayerFormat<?> format : FORMATS) {
      if (format.config().accepts(layer)) {
        return format;
      }
    }
    LayerFormat<?> registered = CustomObjects.layer(layer);
    if (registered == null) {
      throw new IllegalArgumentException(
          layer.describe()
              + " cannot be saved: it must be a layer of Keras, or registered. "
              + CustomObjects.howToRegister(layer));
    }
    return registered;
  }

  /** Reads one entry of a model's list of layers that is not a model, or a layer inside another. */
  static Layer read(JsonNode node) {
    String type = node.path("class_name").asText("");
    if (ModelConfigs.isModel(node) && !type.equals("Sequential")) {
      return ModelConfigs.readLayer(node, new HashMap<>());
    }
    String owner = type + " '" + node.path("config").path("name").asText("") + "'";
    Format<? extends Layer> format = Format.named(CONFIGS, Layer.class, node);
    if (format == null) {
      throw new IllegalArgumentException(
          "The layer "
              + owner
              + " is of a type that is not supported. Supported: "
              + CONFIGS.stream().map(Format::className).toList());
    }
    Config config = new Config(owner, node.path("config"));
    boolean isIds =
        type.equals("InputLayer")
            && config.has("dtype")
            && config.node("dtype").asText().startsWith("int");
    if (!isIds) {
      config.requireFloat32("weights must be float32.");
    }
    boolean trainable = config.flag("trainable", true);
    Layer layer = format.read(config);
    if (config.has("activity_regularizer")) {
      layer.setActivityRegularizer(RegularizerFormat.read(config, "activity_regularizer"));
    }
    if (!trainable) { // otherwise inner layers keep their own setting
      layer.trainable(false);
    }
    config.ignore("batch_input_shape"); // of the first layer; already read for the model
    config.finish();
    return layer;
  }

  /**
   * Sets the options of a layer that are arguments of its calls in Keras.
   *
   * @throws IllegalArgumentException if there is no such option, or the calls differ
   */
  static void setCallArguments(Layer layer, List<FunctionalCall> calls) {
    for (FunctionalCall call : calls) {
      call.others()
          .forEach(
              (name, value) -> {
                if (!value.isBoolean() || !of(layer).setCallArgument(layer, name)) {
                  throw call.refused(name, value);
                }
              });
      if (!call.others().equals(calls.get(0).others())) {
        throw new IllegalArgumentException(
            "All calls of "
                + layer.describe()
                + " must have the same arguments, but have "
                + calls.get(0).others()
                + " and "
                + call.others()
                + ".");
      }
    }
  }

  /** Returns the weights of a layer that are not those of its inner layers, in Keras's order. */
  static List<Weight> ownWeights(Layer layer) {
    return of(layer).ownWeights(layer);
  }

  /** Writes the entry of a built layer in a model's list of layers, or inside another layer. */
  static ObjectNode write(Layer layer) {
    if (layer instanceof ModelLayer) {
      return ModelConfigs.write(layer, new IdentityHashMap<>());
    }
    LayerFormat<?> format = of(layer);
    ObjectNode node;
    try {
      node = format.config().write(layer);
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(
          layer.describe() + " cannot be saved: " + e.getMessage(), e);
    }
    requireTrainableFirst(layer);
    ObjectNode config = (ObjectNode) node.get("config");
    if (layer instanceof Input) {
      config.put("dtype", "float32");
      return node;
    }
    if (!(layer instanceof SpatialDropout1D)) { // has no such argument in Keras
      config.put("trainable", layer.trainable());
    }
    config.set("dtype", dtypePolicy());
    if (layer.activityRegularizer() != null && !(layer instanceof ActivityRegularization)) {
      config.set("activity_regularizer", RegularizerFormat.write(layer.activityRegularizer()));
    }
    if (!(layer instanceof GraphLayer)) { // Keras builds those when it applies them
      node.putObject("build_config").set("input_shape", batchShape(layer.inputShape(), 0));
    }
    return node;
  }

  /** Keras saves the weights that are trained before the others. */
  private static void requireTrainableFirst(Layer layer) {
    boolean before = true;
    for (Weight weight : ownWeights(layer)) {
      if (weight.isVariable() && !before) {
        throw new IllegalArgumentException(
            layer.describe()
                + " cannot be saved: createWeights must create the weights that are trained first, as"
                + " Keras saves them, but '"
                + weight.name()
                + "' follows one that is not. Create it before.");
      }
      before = weight.isVariable();
    }
  }

  /** Returns the dtype policy of all layers in this library. */
  static ObjectNode dtypePolicy() {
    ObjectNode name = JsonNodeFactory.instance.objectNode();
    name.put("name", "float32");
    return Format.wrap("keras", "DTypePolicy", name);
  }

  /** Converts a shape to Keras's, with the batch axis first. A batch size of 0 means any. */
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

  /** Creates the format of a layer without arguments. */
  static <L extends Layer> Format<L> layer(
      String className, Class<L> type, Function<Config, L> create) {
    return Format.of(MODULE, className, type, create);
  }

  /** Rejects the options that Keras has for all layers with weights and this library has not. */
  static <L extends Layer> Format<L> withWeights(Format<L> format) {
    return format
        .refuse("quantization_config", "weights must be float32.")
        .refuse("lora_rank", "there are no adapters.");
  }

  /** Creates the format of a layer with a kernel and a bias. */
  static <L extends KernelLayer<L>> Format<L> kernel(
      String className, Class<L> type, Function<Config, L> create) {
    return kernel(className, type, create, "kernel");
  }

  /**
   * Creates the format of a layer with a kernel and a bias.
   *
   * @param prefix the first word of Keras's names of the arguments of the kernel
   */
  static <L extends KernelLayer<L>> Format<L> kernel(
      String className, Class<L> type, Function<Config, L> create, String prefix) {
    return withWeights(layer(className, type, create))
        .text("name", L::name, L::name)
        .activation("activation", L::activation, L::activation)
        .flag("use_bias", L::useBias, L::useBias)
        .initializer(prefix + "_initializer", L::kernelInitializer, L::kernelInitializer)
        .initializer("bias_initializer", L::biasInitializer, L::biasInitializer)
        .regularizer(prefix + "_regularizer", L::kernelRegularizer, L::kernelRegularizer)
        .regularizer("bias_regularizer", L::biasRegularizer, L::biasRegularizer)
        .constraint(prefix + "_constraint", L::kernelConstraint, L::kernelConstraint)
        .constraint("bias_constraint", L::biasConstraint, L::biasConstraint);
  }

  /** Rejects {@code data_format="channels_first"}. */
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
                    + ", which is not supported: features must be the last axis.");
          }
          return layer;
        });
  }

  /** Writes a list of one number: Keras has one for each axis along which a window slides. */
  static ArrayNode single(int number) {
    return JsonNodeFactory.instance.arrayNode().add(number);
  }

  /** Reads an argument that is a number or a list of one number. */
  static int single(Config config, String name) {
    return single(config.owner(), name, config.node(name));
  }

  /** Reads an argument that is a number or a list of one number. */
  static int single(Layer layer, String name, JsonNode given) {
    return single(layer.describe(), name, given);
  }

  static int single(String owner, String name, JsonNode given) {
    JsonNode number = given.isArray() && given.size() == 1 ? given.get(0) : given;
    if (!number.isIntegralNumber() || !number.canConvertToInt()) {
      throw Config.wrong(name, owner, "a whole number", given);
    }
    return number.intValue();
  }

  /** Writes a number for the rows and a number for the columns of an image. */
  static ArrayNode pair(int[] numbers) {
    return JsonNodeFactory.instance.arrayNode().add(numbers[0]).add(numbers[1]);
  }

  /** Reads a number of rows and a number of columns; a single number is for both. */
  static <R> R pair(String argument, JsonNode node, BiFunction<Integer, Integer, R> use) {
    JsonNode first = node.isArray() ? node.path(0) : node;
    JsonNode second = node.isArray() ? node.path(1) : node;
    if (!first.isInt() || !second.isInt() || (node.isArray() && node.size() != 2)) {
      throw new IllegalArgumentException(
          "The argument '" + argument + "' must be two whole numbers, but was " + node + ".");
    }
    return use.apply(first.intValue(), second.intValue());
  }
}
