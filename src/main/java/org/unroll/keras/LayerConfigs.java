package org.unroll.keras;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Function;
import org.unroll.compute.Activation;
import org.unroll.data.Shape;
import org.unroll.layers.ActivationLayer;
import org.unroll.layers.Bidirectional;
import org.unroll.layers.Dense;
import org.unroll.layers.Embedding;
import org.unroll.layers.Gru;
import org.unroll.layers.Initializer;
import org.unroll.layers.Initializers;
import org.unroll.layers.Layer;
import org.unroll.layers.Layers;
import org.unroll.layers.Lstm;
import org.unroll.layers.RecurrentLayer;
import org.unroll.layers.Regularizer;

/** Layers, initializers and regularizers from their Keras configurations. */
final class LayerConfigs {
  private static final Map<String, Function<Config, Layer>> READERS = new LinkedHashMap<>();

  static {
    READERS.put("InputLayer", LayerConfigs::input);
    READERS.put("Dense", LayerConfigs::dense);
    READERS.put(
        "SimpleRNN", config -> recurrent(Layers.simpleRnn(config.integer("units")), config));
    READERS.put("LSTM", LayerConfigs::lstm);
    READERS.put("GRU", LayerConfigs::gru);
    READERS.put("Embedding", LayerConfigs::embedding);
    READERS.put("Dropout", LayerConfigs::dropout);
    READERS.put("TimeDistributed", LayerConfigs::timeDistributed);
    READERS.put("Bidirectional", LayerConfigs::bidirectional);
    READERS.put(
        "Masking", config -> Layers.masking(config.number("mask_value")).name(name(config)));
    READERS.put("Activation", LayerConfigs::activation);
    READERS.put("Flatten", LayerConfigs::flatten);
    READERS.put("RepeatVector", LayerConfigs::repeatVector);
  }

  private LayerConfigs() {}

  /** The layer of one entry in a model's list of layers. */
  static Layer layer(JsonNode node) {
    String type = node.path("class_name").asText("");
    String name = node.path("config").path("name").asText("");
    String owner = type + " '" + name + "'";
    Function<Config, Layer> reader = READERS.get(type);
    if (reader == null) {
      throw new IllegalArgumentException(
          "The layer "
              + owner
              + " is of a type that is not supported. Supported: "
              + READERS.keySet());
    }
    Config config = new Config(owner, node.path("config"));
    config.ignore("name");
    readDtype(config);
    if (!config.flag("trainable", true)) {
      throw new IllegalArgumentException(
          owner + " has trainable=false, which is not supported: every weight is trained.");
    }
    Layer layer = reader.apply(config);
    config.finish();
    return layer;
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

  /** The axes of a Keras shape behind the batch axis. */
  static int[] sampleAxes(String owner, JsonNode shape) {
    int[] axes = new int[Math.max(0, shape.size() - 1)];
    for (int i = 0; i < axes.length; i++) {
      JsonNode axis = shape.get(i + 1);
      if (!axis.isNull() && !axis.isIntegralNumber()) {
        throw new IllegalArgumentException(
            "The shape of " + owner + " is a list of numbers and null. Received: " + shape);
      }
      axes[i] = axis.isNull() ? Shape.ANY : axis.asInt();
    }
    return axes;
  }

  private static Layer input(Config config) {
    String shapeName = config.has("batch_shape") ? "batch_shape" : "batch_input_shape";
    JsonNode shape = config.node(shapeName);
    if (shape.size() > 0 && !shape.get(0).isNull()) {
      throw new IllegalArgumentException(
          config.owner()
              + " has "
              + shapeName
              + "="
              + shape
              + ", which is not supported: the batch size of a model is left open.");
    }
    config.refuse("sparse", "inputs are dense.");
    config.refuse("ragged", "samples of a batch have one length.");
    config.refuse("optional", "a sequential model needs its input.");
    return Layers.input(sampleAxes(config.owner(), shape)).name(name(config));
  }

  private static Dense dense(Config config) {
    refuseConstraints(config, "kernel_constraint", "bias_constraint");
    config.refuse("lora_rank", "adapters are a matter of large models.");
    return Layers.dense(config.integer("units"))
        .activation(activation(config, "activation", Activation.LINEAR))
        .useBias(config.flag("use_bias", true))
        .kernelInitializer(initializer(config, "kernel_initializer", Initializers.glorotUniform()))
        .biasInitializer(initializer(config, "bias_initializer", Initializers.zeros()))
        .kernelRegularizer(regularizer(config, "kernel_regularizer"))
        .biasRegularizer(regularizer(config, "bias_regularizer"))
        .name(name(config));
  }

  private static <S extends RecurrentLayer<S>> S recurrent(S layer, Config config) {
    refuseConstraints(config, "kernel_constraint", "recurrent_constraint", "bias_constraint");
    config.ignore("unroll", "implementation", "seed", "use_cudnn", "time_major");
    config.refuse("stateful", "each batch begins with states of zeros.");
    config.refuse("return_state", "a model has one output.");
    layer.activation(activation(config, "activation", Activation.TANH));
    layer.useBias(config.flag("use_bias", true));
    layer.kernelInitializer(
        initializer(config, "kernel_initializer", Initializers.glorotUniform()));
    layer.recurrentInitializer(
        initializer(config, "recurrent_initializer", Initializers.orthogonal()));
    layer.biasInitializer(initializer(config, "bias_initializer", Initializers.zeros()));
    layer.kernelRegularizer(regularizer(config, "kernel_regularizer"));
    layer.recurrentRegularizer(regularizer(config, "recurrent_regularizer"));
    layer.biasRegularizer(regularizer(config, "bias_regularizer"));
    layer.dropout(config.number("dropout", 0));
    layer.recurrentDropout(config.number("recurrent_dropout", 0));
    layer.returnSequences(config.flag("return_sequences", false));
    layer.goBackwards(config.flag("go_backwards", false));
    layer.zeroOutputForMask(config.flag("zero_output_for_mask", false));
    return layer.name(name(config));
  }

  private static Lstm lstm(Config config) {
    return recurrent(Layers.lstm(config.integer("units")), config)
        .recurrentActivation(activation(config, "recurrent_activation", Activation.SIGMOID))
        .unitForgetBias(config.flag("unit_forget_bias", true));
  }

  private static Gru gru(Config config) {
    return recurrent(Layers.gru(config.integer("units")), config)
        .recurrentActivation(activation(config, "recurrent_activation", Activation.SIGMOID))
        .resetAfter(config.flag("reset_after", true));
  }

  private static Embedding embedding(Config config) {
    refuseConstraints(config, "embeddings_constraint");
    config.ignore("input_length");
    config.refuse("lora_rank", "adapters are a matter of large models.");
    return Layers.embedding(config.integer("input_dim"), config.integer("output_dim"))
        .embeddingsInitializer(
            initializer(config, "embeddings_initializer", Initializers.randomUniform()))
        .embeddingsRegularizer(regularizer(config, "embeddings_regularizer"))
        .maskZero(config.flag("mask_zero", false))
        .name(name(config));
  }

  private static Layer dropout(Config config) {
    config.ignore("seed");
    config.refuse("noise_shape", "every value is dropped on its own.");
    return Layers.dropout(config.number("rate")).name(name(config));
  }

  private static Layer timeDistributed(Config config) {
    return Layers.timeDistributed(layer(config.node("layer"))).name(name(config));
  }

  private static Layer bidirectional(Config config) {
    if (!config.has("merge_mode")) {
      throw new IllegalArgumentException(
          config.owner() + " has merge_mode=null, which is not supported: a model has one output.");
    }
    Bidirectional both = Layers.bidirectional(recurrentInside(config, "layer"));
    if (config.has("backward_layer")) {
      both.backwardLayer(recurrentInside(config, "backward_layer"));
    }
    return both.mergeMode(Bidirectional.MergeMode.of(config.text("merge_mode"))).name(name(config));
  }

  private static RecurrentLayer<?> recurrentInside(Config config, String argument) {
    if (layer(config.node(argument)) instanceof RecurrentLayer<?> recurrent) {
      return recurrent;
    }
    throw config.wrong(argument, "a recurrent layer", config.node(argument));
  }

  private static ActivationLayer activation(Config config) {
    return Layers.activation(config.text("activation")).name(name(config));
  }

  private static Layer flatten(Config config) {
    if (config.has("data_format") && !config.text("data_format").equals("channels_last")) {
      throw new IllegalArgumentException(
          config.owner()
              + " has data_format="
              + config.text("data_format")
              + ", which is not supported: features come last.");
    }
    return Layers.flatten().name(name(config));
  }

  private static Layer repeatVector(Config config) {
    return Layers.repeatVector(config.integer("n")).name(name(config));
  }

  private static String name(Config config) {
    return config.text("name");
  }

  private static Activation activation(Config config, String argument, Activation fallback) {
    return config.has(argument) ? Activation.of(config.text(argument)) : fallback;
  }

  private static void refuseConstraints(Config config, String... names) {
    for (String name : names) {
      config.refuse(name, "weights have no constraints.");
    }
    config.refuse("activity_regularizer", "penalties are on weights, not on outputs.");
    config.refuse("quantization_config", "weights are float32.");
  }

  private static Initializer initializer(Config owner, String argument, Initializer fallback) {
    if (!owner.has(argument)) {
      return fallback;
    }
    JsonNode node = owner.node(argument);
    String type = node.isTextual() ? node.asText() : node.path("class_name").asText();
    Config config = new Config(argument + " " + type + " of " + owner.owner(), node.path("config"));
    // Fresh weights are drawn from the model's seed; weights that were saved are read.
    config.ignore("seed", "dtype", "input_axes", "output_axes");
    Initializer initializer =
        switch (type) {
          case "Zeros", "zeros" -> Initializers.zeros();
          case "Ones", "ones" -> Initializers.ones();
          case "Constant", "constant" -> Initializers.constant(config.number("value", 0));
          case "Identity", "identity" -> Initializers.identity(config.number("gain", 1));
          case "GlorotUniform", "glorot_uniform" -> Initializers.glorotUniform();
          case "GlorotNormal", "glorot_normal" -> Initializers.glorotNormal();
          case "HeUniform", "he_uniform" -> Initializers.heUniform();
          case "HeNormal", "he_normal" -> Initializers.heNormal();
          case "LecunUniform", "lecun_uniform" -> Initializers.lecunUniform();
          case "LecunNormal", "lecun_normal" -> Initializers.lecunNormal();
          case "Orthogonal", "orthogonal", "OrthogonalInitializer" ->
              Initializers.orthogonal(config.number("gain", 1));
          case "RandomUniform", "random_uniform", "uniform" ->
              Initializers.randomUniform(
                  config.number("minval", -0.05), config.number("maxval", 0.05));
          case "RandomNormal", "random_normal", "normal" ->
              Initializers.randomNormal(config.number("mean", 0), config.number("stddev", 0.05));
          case "TruncatedNormal", "truncated_normal" ->
              Initializers.truncatedNormal(config.number("mean", 0), config.number("stddev", 0.05));
          default ->
              throw new IllegalArgumentException(
                  owner.owner()
                      + " has "
                      + argument
                      + "="
                      + type
                      + ", which is not supported: this library does not know the initializer.");
        };
    if (!node.isTextual()) {
      config.finish();
    }
    return initializer;
  }

  private static Regularizer regularizer(Config owner, String argument) {
    if (!owner.has(argument)) {
      return null;
    }
    JsonNode node = owner.node(argument);
    String type = node.isTextual() ? node.asText() : node.path("class_name").asText();
    Config config = new Config(argument + " " + type + " of " + owner.owner(), node.path("config"));
    Regularizer regularizer =
        switch (type) {
          case "L1", "l1" -> Layers.l1(config.number("l1", Regularizer.DEFAULT_FACTOR));
          case "L2", "l2" -> Layers.l2(config.number("l2", Regularizer.DEFAULT_FACTOR));
          case "L1L2", "l1_l2" -> Layers.l1l2(config.number("l1", 0), config.number("l2", 0));
          default ->
              throw new IllegalArgumentException(
                  owner.owner()
                      + " has "
                      + argument
                      + "="
                      + type
                      + ", which is not supported: regularizers are L1, L2 and L1L2.");
        };
    if (!node.isTextual()) {
      config.finish();
    }
    return regularizer;
  }
}
