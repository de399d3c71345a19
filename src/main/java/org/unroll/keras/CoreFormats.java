package org.unroll.keras;

import static org.unroll.keras.LayerFormats.batchShape;
import static org.unroll.keras.LayerFormats.channelsLast;
import static org.unroll.keras.LayerFormats.kernel;
import static org.unroll.keras.LayerFormats.layer;
import static org.unroll.keras.LayerFormats.read;
import static org.unroll.keras.LayerFormats.withWeights;
import static org.unroll.keras.LayerFormats.write;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.util.ArrayList;
import java.util.List;
import org.unroll.data.Shape;
import org.unroll.layers.Layers;
import org.unroll.layers.core.ActivationLayer;
import org.unroll.layers.core.ActivityRegularization;
import org.unroll.layers.core.AlphaDropout;
import org.unroll.layers.core.AttentionPooling;
import org.unroll.layers.core.Dense;
import org.unroll.layers.core.Dropout;
import org.unroll.layers.core.Elu;
import org.unroll.layers.core.Embedding;
import org.unroll.layers.core.Flatten;
import org.unroll.layers.core.GaussianDropout;
import org.unroll.layers.core.GaussianNoise;
import org.unroll.layers.core.LeakyRelu;
import org.unroll.layers.core.Masking;
import org.unroll.layers.core.OrderedQuantiles;
import org.unroll.layers.core.Permute;
import org.unroll.layers.core.Prelu;
import org.unroll.layers.core.Relu;
import org.unroll.layers.core.RepeatVector;
import org.unroll.layers.core.Rescaling;
import org.unroll.layers.core.Reshape;
import org.unroll.layers.core.SequentialLayer;
import org.unroll.layers.core.Softmax;
import org.unroll.layers.core.SpatialDropout1D;
import org.unroll.layers.core.TimeDistributed;
import org.unroll.network.Input;
import org.unroll.network.Layer;
import org.unroll.network.ModelLayer;

/** The formats of the layers of {@link org.unroll.layers.core} and of {@link Input}. */
final class CoreFormats {
  private CoreFormats() {}

  /** Returns the formats, one for each layer. */
  static List<LayerFormat<?>> formats() {
    return List.of(
        input(),
        dense(),
        embedding(),
        dropout(),
        timeDistributed(),
        masking(),
        activation(),
        flatten(),
        repeatVector(),
        spatialDropout1D(),
        gaussianNoise(),
        reshape(),
        permute(),
        relu(),
        leakyRelu(),
        elu(),
        prelu(),
        softmax(),
        rescaling(),
        gaussianDropout(),
        alphaDropout(),
        activityRegularization(),
        attentionPooling(),
        orderedQuantiles(),
        sequential(), // first, because inside another layer a Sequential is read as this one
        model("Sequential", true),
        model("Functional", false));
  }

  private static LayerFormat<Input> input() {
    return LayerFormat.of(
        layer("InputLayer", Input.class, CoreFormats::createInput)
            .text("name", Input::name, Input::name)
            .node("batch_shape", input -> batchShape(input.shape(), input.batchSize()))
            .refuseFlag("sparse", "inputs must be dense.")
            .refuseFlag("ragged", "all samples of a batch must have the same length.")
            .refuseFlag("optional", "a sequential model must have its input."));
  }

  private static Input createInput(Config config) {
    String shapeName = config.has("batch_shape") ? "batch_shape" : "batch_input_shape";
    return input(config.owner(), config.node(shapeName));
  }

  /** Creates an input from a shape of Keras, whose batch axis is null or a fixed size. */
  static Input input(String owner, JsonNode shape) {
    Input input = Layers.input(sampleAxes(owner, shape));
    JsonNode rows = shape.path(0);
    if (rows.isNull()) {
      return input;
    }
    if (!rows.isIntegralNumber() || !rows.canConvertToInt() || rows.intValue() < 1) {
      throw new IllegalArgumentException(
          "The batch axis of "
              + owner
              + " must be null or at least 1, but the shape was "
              + shape
              + ".");
    }
    return input.batchSize(rows.intValue());
  }

  private static LayerFormat<Dense> dense() {
    return LayerFormat.of(
        kernel("Dense", Dense.class, config -> Layers.dense(config.integer("units")))
            .integer("units", Dense::units));
  }

  private static LayerFormat<Embedding> embedding() {
    return LayerFormat.of(
        withWeights(
                layer(
                    "Embedding",
                    Embedding.class,
                    config ->
                        Layers.embedding(
                            config.integer("input_dim"), config.integer("output_dim"))))
            .text("name", Embedding::name, Embedding::name)
            .integer("input_dim", Embedding::inputDim)
            .integer("output_dim", Embedding::outputDim)
            .initializer(
                "embeddings_initializer",
                Embedding::embeddingsInitializer,
                Embedding::embeddingsInitializer)
            .regularizer(
                "embeddings_regularizer",
                Embedding::embeddingsRegularizer,
                Embedding::embeddingsRegularizer)
            .constraint(
                "embeddings_constraint",
                Embedding::embeddingsConstraint,
                Embedding::embeddingsConstraint)
            .flag("mask_zero", Embedding::maskZero, Embedding::maskZero)
            .ignore("input_length"));
  }

  private static LayerFormat<Dropout> dropout() {
    return LayerFormat.of(
        layer("Dropout", Dropout.class, config -> Layers.dropout(config.number("rate")))
            .text("name", Dropout::name, Dropout::name)
            .number("rate", Dropout::rate)
            .ignore("seed")
            .refuse("noise_shape", "each value is dropped independently."));
  }

  private static LayerFormat<TimeDistributed> timeDistributed() {
    return LayerFormat.of(
            layer(
                    "TimeDistributed",
                    TimeDistributed.class,
                    config -> Layers.timeDistributed(read(config.node("layer"))))
                .text("name", TimeDistributed::name, TimeDistributed::name)
                .node("layer", layer -> write(layer.layer())))
        .inner("layer", TimeDistributed::layer);
  }

  private static LayerFormat<Masking> masking() {
    return LayerFormat.of(
        layer("Masking", Masking.class, config -> Layers.masking(config.number("mask_value", 0)))
            .text("name", Masking::name, Masking::name)
            .number("mask_value", Masking::maskValue));
  }

  private static LayerFormat<ActivationLayer> activation() {
    return LayerFormat.of(
        layer(
                "Activation",
                ActivationLayer.class,
                config ->
                    Layers.activation(ActivationFormat.read(config, "activation").kerasName()))
            .text("name", ActivationLayer::name, ActivationLayer::name)
            .node("activation", layer -> ActivationFormat.write(layer.activation())));
  }

  private static LayerFormat<Flatten> flatten() {
    return LayerFormat.of(
        channelsLast(
            layer("Flatten", Flatten.class, config -> Layers.flatten())
                .text("name", Flatten::name, Flatten::name)));
  }

  private static LayerFormat<RepeatVector> repeatVector() {
    return LayerFormat.of(
        layer(
                "RepeatVector",
                RepeatVector.class,
                config -> Layers.repeatVector(config.integer("n")))
            .text("name", RepeatVector::name, RepeatVector::name)
            .integer("n", RepeatVector::n));
  }

  private static LayerFormat<SpatialDropout1D> spatialDropout1D() {
    return LayerFormat.of(
        layer(
                "SpatialDropout1D",
                SpatialDropout1D.class,
                config -> Layers.spatialDropout1D(config.number("rate")))
            .text("name", SpatialDropout1D::name, SpatialDropout1D::name)
            .number("rate", SpatialDropout1D::rate)
            .ignore("seed", "noise_shape")); // Keras 2 wrote noise_shape, but did not use it
  }

  private static LayerFormat<GaussianNoise> gaussianNoise() {
    return LayerFormat.of(
        layer(
                "GaussianNoise",
                GaussianNoise.class,
                config -> Layers.gaussianNoise(config.number("stddev")))
            .text("name", GaussianNoise::name, GaussianNoise::name)
            .number("stddev", GaussianNoise::stddev)
            .ignore("seed"));
  }

  private static LayerFormat<Reshape> reshape() {
    return LayerFormat.of(
        layer("Reshape", Reshape.class, config -> Layers.reshape(integers(config, "target_shape")))
            .text("name", Reshape::name, Reshape::name)
            .node("target_shape", layer -> integers(layer.targetShape().toArray())));
  }

  private static LayerFormat<Permute> permute() {
    return LayerFormat.of(
        layer("Permute", Permute.class, config -> Layers.permute(integers(config, "dims")))
            .text("name", Permute::name, Permute::name)
            .node("dims", layer -> integers(layer.dims())));
  }

  private static LayerFormat<Relu> relu() {
    return LayerFormat.of(
        layer("ReLU", Relu.class, config -> Layers.relu())
            .text("name", Relu::name, Relu::name)
            .optionalNumber("max_value", Relu::maxValue, Relu::maxValue)
            .number("negative_slope", Relu::negativeSlope, Relu::negativeSlope)
            .number("threshold", Relu::threshold, Relu::threshold));
  }

  private static LayerFormat<LeakyRelu> leakyRelu() {
    return LayerFormat.of(
        layer("LeakyReLU", LeakyRelu.class, CoreFormats::createLeakyRelu)
            .text("name", LeakyRelu::name, LeakyRelu::name)
            .number("negative_slope", LeakyRelu::negativeSlope, LeakyRelu::negativeSlope));
  }

  /** Reads the slope as Keras 2 wrote it: a number, or an array of NumPy. */
  private static LeakyRelu createLeakyRelu(Config config) {
    LeakyRelu layer = Layers.leakyRelu();
    if (!config.has("alpha")) {
      return layer;
    }
    JsonNode alpha = config.node("alpha");
    JsonNode slope = alpha.isObject() ? alpha.path("value") : alpha;
    if (!slope.isNumber()) {
      throw config.wrong("alpha", "a number", alpha);
    }
    return layer.negativeSlope(slope.doubleValue());
  }

  private static LayerFormat<Elu> elu() {
    return LayerFormat.of(
        layer("ELU", Elu.class, config -> Layers.elu())
            .text("name", Elu::name, Elu::name)
            .number("alpha", Elu::alpha, Elu::alpha));
  }

  private static LayerFormat<Prelu> prelu() {
    return LayerFormat.of(
        withWeights(
                layer("PReLU", Prelu.class, CoreFormats::createPrelu)
                    .text("name", Prelu::name, Prelu::name))
            .initializer("alpha_initializer", Prelu::alphaInitializer, Prelu::alphaInitializer)
            .regularizer("alpha_regularizer", Prelu::alphaRegularizer, Prelu::alphaRegularizer)
            .constraint("alpha_constraint", Prelu::alphaConstraint, Prelu::alphaConstraint)
            .node(
                "shared_axes",
                layer ->
                    layer.sharedAxes().length == 0
                        ? JsonNodeFactory.instance.nullNode()
                        : integers(layer.sharedAxes())));
  }

  private static Prelu createPrelu(Config config) {
    return config.has("shared_axes")
        ? Layers.prelu().sharedAxes(integers(config, "shared_axes"))
        : Layers.prelu();
  }

  private static LayerFormat<Softmax> softmax() {
    return LayerFormat.of(
        layer("Softmax", Softmax.class, CoreFormats::createSoftmax)
            .text("name", Softmax::name, Softmax::name)
            .node("axis", layer -> JsonNodeFactory.instance.numberNode(-1)));
  }

  private static Softmax createSoftmax(Config config) {
    config.requireLastAxis();
    return Layers.softmax();
  }

  private static LayerFormat<Rescaling> rescaling() {
    return LayerFormat.of(
        layer(
                "Rescaling",
                Rescaling.class,
                config -> Layers.rescaling(config.number("scale"), config.number("offset", 0)))
            .text("name", Rescaling::name, Rescaling::name)
            .number("scale", Rescaling::scale)
            .number("offset", Rescaling::offset));
  }

  private static LayerFormat<GaussianDropout> gaussianDropout() {
    return LayerFormat.of(
        layer(
                "GaussianDropout",
                GaussianDropout.class,
                config -> Layers.gaussianDropout(config.number("rate")))
            .text("name", GaussianDropout::name, GaussianDropout::name)
            .number("rate", GaussianDropout::rate)
            .ignore("seed"));
  }

  private static LayerFormat<AlphaDropout> alphaDropout() {
    return LayerFormat.of(
        layer(
                "AlphaDropout",
                AlphaDropout.class,
                config -> Layers.alphaDropout(config.number("rate")))
            .text("name", AlphaDropout::name, AlphaDropout::name)
            .number("rate", AlphaDropout::rate)
            .ignore("seed")
            .refuse("noise_shape", "each value is replaced independently."));
  }

  private static LayerFormat<ActivityRegularization> activityRegularization() {
    return LayerFormat.of(
        layer(
                "ActivityRegularization",
                ActivityRegularization.class,
                config ->
                    Layers.activityRegularization(config.number("l1", 0), config.number("l2", 0)))
            .text("name", ActivityRegularization::name, ActivityRegularization::name)
            .number("l1", layer -> layer.activityRegularizer().l1())
            .number("l2", layer -> layer.activityRegularizer().l2()));
  }

  private static LayerFormat<AttentionPooling> attentionPooling() {
    return LayerFormat.of(
        Format.own("AttentionPooling", AttentionPooling.class, CoreFormats::createAttentionPooling)
            .text("name", AttentionPooling::name, AttentionPooling::name)
            .node("units", layer -> JsonNodeFactory.instance.numberNode(layer.units())));
  }

  private static LayerFormat<OrderedQuantiles> orderedQuantiles() {
    return LayerFormat.of(
        Format.own(
                "OrderedQuantiles",
                OrderedQuantiles.class,
                config -> Layers.orderedQuantiles(config.integer("count")))
            .text("name", OrderedQuantiles::name, OrderedQuantiles::name)
            .integer("count", OrderedQuantiles::count));
  }

  private static AttentionPooling createAttentionPooling(Config config) {
    return config.has("units")
        ? Layers.additiveAttention(config.integer("units"))
        : Layers.dotProductAttention();
  }

  private static LayerFormat<SequentialLayer> sequential() {
    return LayerFormat.of(
            Format.of("keras", "Sequential", SequentialLayer.class, CoreFormats::createSequential)
                .text("name", SequentialLayer::name, SequentialLayer::name)
                .node("layers", CoreFormats::writeLayers)
                .node("build_input_shape", layer -> batchShape(layer.inputShape(), 0)))
        .innerList("layers", SequentialLayer::layers);
  }

  /** The formats of models inside models, which {@link ModelConfigs} reads and writes. */
  private static LayerFormat<ModelLayer> model(String className, boolean chain) {
    return LayerFormat.of(
            Format.of("keras", className, ModelLayer.class, CoreFormats::refuseModel)
                .when(ModelLayer.class, model -> model.isChain() == chain))
        .innerList("layers", ModelLayer::layers);
  }

  private static ModelLayer refuseModel(Config config) {
    throw new IllegalStateException(config.owner() + " must be read as a model.");
  }

  private static SequentialLayer createSequential(Config config) {
    config.ignore("build_input_shape"); // the layer before determines it
    List<Layer> layers = new ArrayList<>();
    for (JsonNode node : config.node("layers")) {
      Layer layer = read(node);
      if (!(layer instanceof Input)) {
        layers.add(layer);
      }
    }
    return Layers.sequential(layers.toArray(new Layer[0]));
  }

  private static ArrayNode writeLayers(SequentialLayer stack) {
    ArrayNode layers = JsonNodeFactory.instance.arrayNode();
    stack.layers().forEach(layer -> layers.add(write(layer)));
    return layers;
  }

  static ArrayNode integers(int[] values) {
    ArrayNode node = JsonNodeFactory.instance.arrayNode();
    for (int value : values) {
      node.add(value);
    }
    return node;
  }

  static int[] integers(Config config, String name) {
    JsonNode node = config.node(name);
    int[] values = new int[node.size()];
    for (int i = 0; i < values.length; i++) {
      if (node.get(i) == null || !node.get(i).canConvertToInt()) {
        throw config.wrong(name, "a list of whole numbers", node);
      }
      values[i] = node.get(i).intValue();
    }
    return values;
  }

  /** Returns the axes of a shape of Keras without the batch axis. */
  static int[] sampleAxes(String owner, JsonNode shape) {
    int[] axes = new int[Math.max(0, shape.size() - 1)];
    for (int i = 0; i < axes.length; i++) {
      JsonNode axis = shape.get(i + 1);
      if (axis == null || !(axis.isNull() || (axis.isIntegralNumber() && axis.canConvertToInt()))) {
        throw new IllegalArgumentException(
            "The shape of "
                + owner
                + " must be a list of whole numbers and null, but was "
                + shape
                + ".");
      }
      axes[i] = axis.isNull() ? Shape.ANY : axis.asInt();
    }
    return axes;
  }
}
