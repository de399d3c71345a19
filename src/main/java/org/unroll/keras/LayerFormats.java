package org.unroll.keras;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;
import java.util.function.IntFunction;
import java.util.function.Supplier;
import org.unroll.data.Shape;
import org.unroll.layers.Layers;
import org.unroll.layers.convolution.AveragePooling1D;
import org.unroll.layers.convolution.Conv1D;
import org.unroll.layers.convolution.GlobalAveragePooling1D;
import org.unroll.layers.convolution.GlobalMaxPooling1D;
import org.unroll.layers.convolution.GlobalPooling1D;
import org.unroll.layers.convolution.MaxPooling1D;
import org.unroll.layers.convolution.Pooling1D;
import org.unroll.layers.core.ActivationLayer;
import org.unroll.layers.core.Dense;
import org.unroll.layers.core.Dropout;
import org.unroll.layers.core.Embedding;
import org.unroll.layers.core.Flatten;
import org.unroll.layers.core.GaussianNoise;
import org.unroll.layers.core.KernelLayer;
import org.unroll.layers.core.Masking;
import org.unroll.layers.core.Permute;
import org.unroll.layers.core.RepeatVector;
import org.unroll.layers.core.Reshape;
import org.unroll.layers.core.SpatialDropout1D;
import org.unroll.layers.core.TimeDistributed;
import org.unroll.layers.normalization.BatchNormalization;
import org.unroll.layers.normalization.LayerNormalization;
import org.unroll.layers.normalization.NormalizationLayer;
import org.unroll.layers.recurrent.Bidirectional;
import org.unroll.layers.recurrent.ConvLstm2D;
import org.unroll.layers.recurrent.ConvLstm2DCell;
import org.unroll.layers.recurrent.ConvLstm2DOptions;
import org.unroll.layers.recurrent.GatedOptions;
import org.unroll.layers.recurrent.Gru;
import org.unroll.layers.recurrent.GruCell;
import org.unroll.layers.recurrent.GruOptions;
import org.unroll.layers.recurrent.Lstm;
import org.unroll.layers.recurrent.LstmCell;
import org.unroll.layers.recurrent.LstmOptions;
import org.unroll.layers.recurrent.RecurrentLayer;
import org.unroll.layers.recurrent.RecurrentOptions;
import org.unroll.layers.recurrent.Rnn;
import org.unroll.layers.recurrent.SimpleRnn;
import org.unroll.layers.recurrent.SimpleRnnCell;
import org.unroll.layers.recurrent.StackedRnnCells;
import org.unroll.layers.recurrent.UnitsCell;
import org.unroll.layers.recurrent.UnitsLayer;
import org.unroll.network.Cell;
import org.unroll.network.Input;
import org.unroll.network.Layer;

/**
 * The layers that can be read and written, each with everything that a file says of it. A new layer
 * is one new entry in {@link #FORMATS}.
 */
final class LayerFormats {
  private static final String MODULE = "keras.layers";
  private static final String[] CONSTRAINTS = {
    "kernel_constraint", "recurrent_constraint", "bias_constraint"
  };

  private static final List<LayerFormat<?>> FORMATS =
      List.of(
          input(),
          dense(),
          recurrent(
              units(
                  layer(
                      "SimpleRNN",
                      SimpleRnn.class,
                      config -> Layers.simpleRnn(config.integer("units"))),
                  "units")),
          recurrent(
              lstm(
                  layer("LSTM", Lstm.class, config -> Layers.lstm(config.integer("units"))),
                  "units")),
          recurrent(
              // A configuration without reset_after is older than the option; then it was false.
              gru(
                  layer(
                      "GRU",
                      Gru.class,
                      config -> Layers.gru(config.integer("units")).resetAfter(false)))),
          recurrent(
              convLstm2D(
                  channelsLast(
                      layer("ConvLSTM2D", ConvLstm2D.class, LayerFormats::createConvLstm2D)))),
          rnn(),
          cell(
              units(
                  layer(
                      "SimpleRNNCell",
                      SimpleRnnCell.class,
                      config -> Layers.simpleRnnCell(config.integer("units"))),
                  "units")),
          cell(
              lstm(
                  layer(
                      "LSTMCell",
                      LstmCell.class,
                      config -> Layers.lstmCell(config.integer("units"))),
                  "units")),
          cell(
              gru(
                  layer(
                      "GRUCell",
                      GruCell.class,
                      config -> Layers.gruCell(config.integer("units")).resetAfter(false)))),
          // Keras does not export this cell: files contain it only as part of its layer.
          cell(
              convLstm2D(
                  layer("ConvLSTMCell", ConvLstm2DCell.class, LayerFormats::refuseConvLstm2DCell))),
          stackedRnnCells(),
          embedding(),
          dropout(),
          timeDistributed(),
          bidirectional(),
          masking(),
          activation(),
          flatten(),
          repeatVector(),
          conv1D(),
          layerNormalization(),
          batchNormalization(),
          spatialDropout1D(),
          gaussianNoise(),
          reshape(),
          permute(),
          pooling("MaxPooling1D", MaxPooling1D.class, Layers::maxPooling1D),
          pooling("AveragePooling1D", AveragePooling1D.class, Layers::averagePooling1D),
          globalPooling("GlobalMaxPooling1D", GlobalMaxPooling1D.class, Layers::globalMaxPooling1D),
          globalPooling(
              "GlobalAveragePooling1D",
              GlobalAveragePooling1D.class,
              Layers::globalAveragePooling1D));

  private LayerFormats() {}

  private static <L extends Layer> Format<L> layer(
      String className, Class<L> type, Function<Config, L> create) {
    return Format.of(MODULE, className, type, create);
  }

  private static LayerFormat<Input> input() {
    return LayerFormat.of(
        layer("InputLayer", Input.class, LayerFormats::createInput)
            .text("name", Input::name, Input::name)
            .node("batch_shape", input -> batchShape(input.shape(), input.batchSize()))
            .refuse("sparse", "inputs are dense.")
            .refuse("ragged", "samples of a batch have one length.")
            .refuse("optional", "a sequential model needs its input."));
  }

  private static Input createInput(Config config) {
    String shapeName = config.has("batch_shape") ? "batch_shape" : "batch_input_shape";
    return input(config.owner(), config.node(shapeName));
  }

  /** An input of a Keras shape with its batch axis, which may be fixed. */
  static Input input(String owner, JsonNode shape) {
    Input input = Layers.input(sampleAxes(owner, shape));
    JsonNode rows = shape.path(0);
    if (rows.isNull()) {
      return input;
    }
    if (!rows.isIntegralNumber() || !rows.canConvertToInt() || rows.intValue() < 1) {
      throw new IllegalArgumentException(
          "The batch axis of " + owner + " is null or at least 1. Received: " + shape);
    }
    return input.batchSize(rows.intValue());
  }

  private static LayerFormat<Dense> dense() {
    return LayerFormat.of(
        kernel("Dense", Dense.class, config -> Layers.dense(config.integer("units")))
            .integer("units", Dense::units));
  }

  private static <L extends KernelLayer<L>> Format<L> kernel(
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

  private static LayerFormat<Conv1D> conv1D() {
    return LayerFormat.of(
        channelsLast(
                kernel(
                    "Conv1D",
                    Conv1D.class,
                    config ->
                        Layers.conv1D(config.integer("filters"), single(config, "kernel_size"))))
            .integer("filters", Conv1D::filters)
            .node("kernel_size", layer -> single(layer.kernelSize()))
            .node(
                "strides",
                layer -> single(layer.strides()),
                (layer, strides) -> layer.strides(single(layer, "strides", strides)))
            .node(
                "dilation_rate",
                layer -> single(layer.dilationRate()),
                (layer, rate) -> layer.dilationRate(single(layer, "dilation_rate", rate)))
            .text("padding", layer -> layer.padding().kerasName(), Conv1D::padding)
            .integer("groups", Conv1D::groups, Conv1D::groups));
  }

  private static <L extends NormalizationLayer<L>> Format<L> normalization(
      String className, Class<L> type, Supplier<L> create) {
    return constrained(
            layer(className, type, config -> create.get()), "beta_constraint", "gamma_constraint")
        .text("name", L::name, L::name)
        .node(
            "axis",
            layer -> JsonNodeFactory.instance.numberNode(layer.axis()),
            (layer, axis) -> layer.axis(single(layer, "axis", axis)))
        .number("epsilon", L::epsilon, L::epsilon)
        .flag("center", L::center, L::center)
        .flag("scale", L::scale, L::scale)
        .initializer("beta_initializer", L::betaInitializer, L::betaInitializer)
        .initializer("gamma_initializer", L::gammaInitializer, L::gammaInitializer)
        .regularizer("beta_regularizer", L::betaRegularizer, L::betaRegularizer)
        .regularizer("gamma_regularizer", L::gammaRegularizer, L::gammaRegularizer);
  }

  private static LayerFormat<LayerNormalization> layerNormalization() {
    return LayerFormat.of(
        normalization("LayerNormalization", LayerNormalization.class, Layers::layerNormalization)
            .refuse("rms_scaling", "Keras itself advises against it."));
  }

  private static LayerFormat<BatchNormalization> batchNormalization() {
    return LayerFormat.of(
        normalization("BatchNormalization", BatchNormalization.class, Layers::batchNormalization)
            .number("momentum", BatchNormalization::momentum, BatchNormalization::momentum)
            .initializer(
                "moving_mean_initializer",
                BatchNormalization::movingMeanInitializer,
                BatchNormalization::movingMeanInitializer)
            .initializer(
                "moving_variance_initializer",
                BatchNormalization::movingVarianceInitializer,
                BatchNormalization::movingVarianceInitializer)
            .refuse("renorm", "the statistics are those of the batch.")
            .ignore("synchronized", "renorm_clipping", "renorm_momentum"));
  }

  /** What every layer around a cell says of the walk through time. */
  private static <L extends RecurrentLayer<L>> Format<L> walk(Format<L> format) {
    return format
        .text("name", L::name, L::name)
        .flag("return_sequences", L::returnSequences, L::returnSequences)
        .flag("go_backwards", L::goBackwards, L::goBackwards)
        .flag("zero_output_for_mask", L::zeroOutputForMask, L::zeroOutputForMask)
        .flag("stateful", L::stateful, L::stateful)
        .flag("return_state", L::returnState, L::returnState)
        .refuse("time_major", "the rows of a batch are its first axis.")
        .ignore("unroll", "use_cudnn");
  }

  private static LayerFormat<Rnn> rnn() {
    return LayerFormat.of(
            walk(layer("RNN", Rnn.class, config -> Layers.rnn(cell(config, config.node("cell")))))
                .node("cell", layer -> write(layer.cell())))
        .inner("cell", Rnn::cell);
  }

  private static Cell cell(Config config, JsonNode node) {
    if (read(node) instanceof Cell cell) {
      return cell;
    }
    throw config.wrong("cell", "a cell", node);
  }

  private static LayerFormat<StackedRnnCells> stackedRnnCells() {
    return LayerFormat.of(
            layer("StackedRNNCells", StackedRnnCells.class, LayerFormats::createStack)
                .text("name", StackedRnnCells::name, StackedRnnCells::name)
                .node("cells", LayerFormats::writeCells))
        .innerList("cells", StackedRnnCells::cells);
  }

  private static StackedRnnCells createStack(Config config) {
    List<Cell> cells = new ArrayList<>();
    for (JsonNode node : config.node("cells")) {
      cells.add(cell(config, node));
    }
    return Layers.stackedRnnCells(cells.toArray(new Cell[0]));
  }

  private static ArrayNode writeCells(StackedRnnCells stack) {
    ArrayNode cells = JsonNodeFactory.instance.arrayNode();
    stack.cells().forEach(cell -> cells.add(write(cell)));
    return cells;
  }

  private static <L extends UnitsLayer<L, ?>> LayerFormat<L> recurrent(Format<L> layer) {
    return LayerFormat.of(walk(constrained(layer, CONSTRAINTS))).inner("cell", L::cell);
  }

  private static <C extends UnitsCell<C>> LayerFormat<C> cell(Format<C> cell) {
    return LayerFormat.of(constrained(cell, CONSTRAINTS).text("name", C::name, C::name));
  }

  /**
   * The arguments that all recurrent layers and cells with units have.
   *
   * @param unitsName Keras's name of the number of units
   */
  private static <T extends RecurrentOptions<T>> Format<T> units(
      Format<T> format, String unitsName) {
    return format
        .integer(unitsName, T::units)
        .activation("activation", T::activation, T::activation)
        .flag("use_bias", T::useBias, T::useBias)
        .initializer("kernel_initializer", T::kernelInitializer, T::kernelInitializer)
        .initializer("recurrent_initializer", T::recurrentInitializer, T::recurrentInitializer)
        .initializer("bias_initializer", T::biasInitializer, T::biasInitializer)
        .regularizer("kernel_regularizer", T::kernelRegularizer, T::kernelRegularizer)
        .regularizer("recurrent_regularizer", T::recurrentRegularizer, T::recurrentRegularizer)
        .regularizer("bias_regularizer", T::biasRegularizer, T::biasRegularizer)
        .number("dropout", T::dropout, T::dropout)
        .number("recurrent_dropout", T::recurrentDropout, T::recurrentDropout)
        .ignore("implementation", "seed");
  }

  private static <T extends GatedOptions<T>> Format<T> gated(Format<T> format, String unitsName) {
    return units(format, unitsName)
        .activation("recurrent_activation", T::recurrentActivation, T::recurrentActivation);
  }

  private static <T extends LstmOptions<T>> Format<T> lstm(Format<T> format, String unitsName) {
    return gated(format, unitsName).flag("unit_forget_bias", T::unitForgetBias, T::unitForgetBias);
  }

  private static <T extends GruOptions<T>> Format<T> gru(Format<T> format) {
    return gated(format, "units").flag("reset_after", T::resetAfter, T::resetAfter);
  }

  private static <T extends ConvLstm2DOptions<T>> Format<T> convLstm2D(Format<T> format) {
    return lstm(format, "filters")
        .node("kernel_size", layer -> pair(layer.kernelSize()))
        .node(
            "strides",
            layer -> pair(layer.strides()),
            (layer, node) -> layer.strides(pair("strides", node)[0], pair("strides", node)[1]))
        .node(
            "dilation_rate",
            layer -> pair(layer.dilationRate()),
            (layer, node) ->
                layer.dilationRate(pair("dilation_rate", node)[0], pair("dilation_rate", node)[1]))
        .text("padding", layer -> layer.padding().kerasName(), T::padding);
  }

  private static ConvLstm2DCell refuseConvLstm2DCell(Config config) {
    throw new IllegalArgumentException(
        config.owner() + " stands on its own, which is not supported: it is part of a ConvLSTM2D.");
  }

  private static ConvLstm2D createConvLstm2D(Config config) {
    int[] size = pair("kernel_size", config.node("kernel_size"));
    return Layers.convLstm2D(config.integer("filters"), size[0], size[1]);
  }

  private static ArrayNode pair(int[] values) {
    return JsonNodeFactory.instance.arrayNode().add(values[0]).add(values[1]);
  }

  /** A number for rows and one for columns; one number is for both. */
  private static int[] pair(String argument, JsonNode node) {
    JsonNode first = node.isArray() ? node.path(0) : node;
    JsonNode second = node.isArray() ? node.path(1) : node;
    if (!first.isInt() || !second.isInt() || (node.isArray() && node.size() != 2)) {
      throw new IllegalArgumentException(
          "The argument '" + argument + "' is two whole numbers. Received: " + node);
    }
    return new int[] {first.intValue(), second.intValue()};
  }

  private static LayerFormat<Embedding> embedding() {
    return LayerFormat.of(
        constrained(
                layer(
                    "Embedding",
                    Embedding.class,
                    config ->
                        Layers.embedding(
                            config.integer("input_dim"), config.integer("output_dim"))),
                "embeddings_constraint")
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
            .flag("mask_zero", Embedding::maskZero, Embedding::maskZero)
            .ignore("input_length"));
  }

  private static LayerFormat<Dropout> dropout() {
    return LayerFormat.of(
        layer("Dropout", Dropout.class, config -> Layers.dropout(config.number("rate")))
            .text("name", Dropout::name, Dropout::name)
            .number("rate", Dropout::rate)
            .ignore("seed")
            .refuse("noise_shape", "every value is dropped on its own."));
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

  private static LayerFormat<Bidirectional> bidirectional() {
    return LayerFormat.of(
            layer("Bidirectional", Bidirectional.class, LayerFormats::createBidirectional)
                .text("name", Bidirectional::name, Bidirectional::name)
                .node("merge_mode", LayerFormats::mergeMode)
                .node("layer", both -> write(both.forwardLayer()))
                .node("backward_layer", both -> write(both.backwardLayer())))
        .inner("forward_layer", Bidirectional::forwardLayer)
        .inner("backward_layer", Bidirectional::backwardLayer);
  }

  private static Bidirectional createBidirectional(Config config) {
    Bidirectional both = Layers.bidirectional(recurrentInside(config, "layer"));
    if (config.isNull("merge_mode")) {
      both.mergeMode(Bidirectional.MergeMode.NONE);
    } else if (config.has("merge_mode")) {
      both.mergeMode(Bidirectional.MergeMode.of(config.text("merge_mode")));
    }
    return config.has("backward_layer")
        ? both.backwardLayer(recurrentInside(config, "backward_layer"))
        : both;
  }

  private static JsonNode mergeMode(Bidirectional both) {
    return both.mergeMode() == Bidirectional.MergeMode.NONE
        ? JsonNodeFactory.instance.nullNode()
        : JsonNodeFactory.instance.textNode(both.mergeMode().name().toLowerCase(Locale.ROOT));
  }

  private static RecurrentLayer<?> recurrentInside(Config config, String argument) {
    if (read(config.node(argument)) instanceof RecurrentLayer<?> recurrent) {
      return recurrent;
    }
    throw config.wrong(argument, "a recurrent layer", config.node(argument));
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
                config -> Layers.activation(config.text("activation")))
            .text("name", ActivationLayer::name, ActivationLayer::name)
            .node(
                "activation",
                layer -> JsonNodeFactory.instance.textNode(layer.activation().kerasName())));
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
            .ignore("seed", "noise_shape")); // Keras 2 kept the second one, which was not used
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

  private static ArrayNode integers(int[] values) {
    ArrayNode node = JsonNodeFactory.instance.arrayNode();
    for (int value : values) {
      node.add(value);
    }
    return node;
  }

  private static int[] integers(Config config, String name) {
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

  private static <L extends Pooling1D<L>> LayerFormat<L> pooling(
      String className, Class<L> type, IntFunction<L> create) {
    return LayerFormat.of(
        channelsLast(
                layer(className, type, config -> create.apply(single(config, "pool_size")))
                    .text("name", L::name, L::name))
            .node("pool_size", layer -> single(layer.poolSize()))
            .node(
                "strides",
                layer -> single(layer.strides()),
                (layer, strides) -> layer.strides(single(layer, "strides", strides)))
            .text("padding", layer -> layer.padding().kerasName(), L::padding));
  }

  private static <L extends GlobalPooling1D<L>> LayerFormat<L> globalPooling(
      String className, Class<L> type, Supplier<L> create) {
    return LayerFormat.of(
        channelsLast(layer(className, type, config -> create.get()).text("name", L::name, L::name))
            .flag("keepdims", L::keepdims, L::keepdims));
  }

  /** A list of one number: Keras has one for each axis that a window slides along. */
  private static ArrayNode single(int number) {
    return JsonNodeFactory.instance.arrayNode().add(number);
  }

  private static int single(Config config, String name) {
    return single(config.owner(), name, config.node(name));
  }

  private static int single(Layer layer, String name, JsonNode given) {
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

  /** Refuses what Keras has for every layer with weights and this library does not. */
  private static <L extends Layer> Format<L> constrained(Format<L> format, String... constraints) {
    for (String constraint : constraints) {
      format.refuse(constraint, "weights have no constraints.");
    }
    return format
        .refuse("activity_regularizer", "penalties are on weights, not on outputs.")
        .refuse("quantization_config", "weights are float32.")
        .refuse("lora_rank", "adapters are a matter of large models.");
  }

  /** Keras's other order of the axes is refused. */
  private static <L extends Layer> Format<L> channelsLast(Format<L> format) {
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

  /** The axes of a Keras shape behind the batch axis. */
  static int[] sampleAxes(String owner, JsonNode shape) {
    int[] axes = new int[Math.max(0, shape.size() - 1)];
    for (int i = 0; i < axes.length; i++) {
      JsonNode axis = shape.get(i + 1);
      if (axis == null || !(axis.isNull() || (axis.isIntegralNumber() && axis.canConvertToInt()))) {
        throw new IllegalArgumentException(
            "The shape of " + owner + " is a list of numbers and null. Received: " + shape);
      }
      axes[i] = axis.isNull() ? Shape.ANY : axis.asInt();
    }
    return axes;
  }
}
