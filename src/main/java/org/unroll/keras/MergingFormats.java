package org.unroll.keras;

import static org.unroll.keras.LayerFormats.layer;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.IntNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.util.List;
import java.util.function.Supplier;
import org.unroll.data.Shape;
import org.unroll.layers.Layers;
import org.unroll.layers.attention.AdditiveAttention;
import org.unroll.layers.attention.Attention;
import org.unroll.layers.attention.AttentionLayer;
import org.unroll.layers.attention.MultiHeadAttention;
import org.unroll.layers.attention.Projection;
import org.unroll.layers.merging.Add;
import org.unroll.layers.merging.Average;
import org.unroll.layers.merging.Concatenate;
import org.unroll.layers.merging.Dot;
import org.unroll.layers.merging.Maximum;
import org.unroll.layers.merging.Merge;
import org.unroll.layers.merging.Minimum;
import org.unroll.layers.merging.Multiply;
import org.unroll.layers.merging.Subtract;

/**
 * The formats of the layers with several inputs, in {@link org.unroll.layers.merging} and {@link
 * org.unroll.layers.attention}. A causal mask and returned scores are not part of the configuration
 * of a layer because they are arguments of its calls.
 */
final class MergingFormats {
  private MergingFormats() {}

  /** Returns the formats, one for each layer. */
  static List<LayerFormat<?>> formats() {
    return List.of(
        merge("Add", Add.class, Layers::add),
        merge("Subtract", Subtract.class, Layers::subtract),
        merge("Multiply", Multiply.class, Layers::multiply),
        merge("Average", Average.class, Layers::average),
        merge("Maximum", Maximum.class, Layers::maximum),
        merge("Minimum", Minimum.class, Layers::minimum),
        concatenate(),
        dot(),
        attention(),
        additiveAttention(),
        multiHeadAttention(),
        projection());
  }

  private static <L extends Merge<L>> LayerFormat<L> merge(
      String className, Class<L> type, Supplier<L> create) {
    return LayerFormat.of(
        layer(className, type, config -> create.get()).text("name", L::name, L::name));
  }

  private static LayerFormat<Concatenate> concatenate() {
    return LayerFormat.of(
        layer(
                "Concatenate",
                Concatenate.class,
                config -> Layers.concatenate(config.has("axis") ? config.integer("axis") : -1))
            .text("name", Concatenate::name, Concatenate::name)
            .integer("axis", Concatenate::axis));
  }

  private static LayerFormat<Dot> dot() {
    return LayerFormat.of(
        layer("Dot", Dot.class, MergingFormats::createDot)
            .text("name", Dot::name, Dot::name)
            .node("axes", layer -> axes(layer.axes()))
            .flag("normalize", Dot::normalize, Dot::normalize));
  }

  private static Dot createDot(Config config) {
    if (config.node("axes").isIntegralNumber()) {
      return Layers.dot(config.integer("axes"));
    }
    int[] axes = CoreFormats.integers(config, "axes");
    if (axes.length != 2) {
      throw config.wrong("axes", "a whole number or a list of two", config.node("axes"));
    }
    return Layers.dot(axes[0], axes[1]);
  }

  private static JsonNode axes(int[] axes) {
    return axes[0] == axes[1] ? IntNode.valueOf(axes[0]) : CoreFormats.integers(axes);
  }

  private static <L extends AttentionLayer<L>> Format<L> attention(Format<L> format) {
    return format
        .text("name", L::name, L::name)
        .number("dropout", L::dropout, L::dropout)
        .ignore("seed");
  }

  /** Creates the format of a layer with the arguments of calls that all attention layers have. */
  private static <L extends AttentionLayer<L>> LayerFormat<L> withCalls(Format<L> format) {
    return LayerFormat.of(format)
        .callArgument("use_causal_mask", L::useCausalMask, layer -> layer.useCausalMask(true))
        .callArgument(
            "return_attention_scores",
            L::returnAttentionScores,
            layer -> layer.returnAttentionScores(true));
  }

  private static LayerFormat<Attention> attention() {
    return withCalls(
        attention(layer("Attention", Attention.class, config -> Layers.attention()))
            .flag("use_scale", Attention::useScale, Attention::useScale)
            .text("score_mode", Attention::scoreMode, Attention::scoreMode));
  }

  private static LayerFormat<AdditiveAttention> additiveAttention() {
    return withCalls(
        attention(
                layer(
                    "AdditiveAttention",
                    AdditiveAttention.class,
                    config -> Layers.additiveAttention()))
            .flag("use_scale", AdditiveAttention::useScale, AdditiveAttention::useScale));
  }

  private static LayerFormat<MultiHeadAttention> multiHeadAttention() {
    return withCalls(
            LayerFormats.withWeights(
                    attention(
                        layer(
                            "MultiHeadAttention",
                            MultiHeadAttention.class,
                            MergingFormats::createMultiHeadAttention)))
                .constraint(
                    "kernel_constraint",
                    MultiHeadAttention::kernelConstraint,
                    MultiHeadAttention::kernelConstraint)
                .constraint(
                    "bias_constraint",
                    MultiHeadAttention::biasConstraint,
                    MultiHeadAttention::biasConstraint)
                .integer("num_heads", MultiHeadAttention::numHeads)
                .integer("key_dim", MultiHeadAttention::keyDim)
                .integer("value_dim", MultiHeadAttention::valueDim, MultiHeadAttention::valueDim)
                .flag("use_bias", MultiHeadAttention::useBias, MultiHeadAttention::useBias)
                .node("output_shape", layer -> axes(layer.outputFeatures()))
                .node("attention_axes", layer -> CoreFormats.integers(new int[] {1}))
                .initializer(
                    "kernel_initializer",
                    MultiHeadAttention::kernelInitializer,
                    MultiHeadAttention::kernelInitializer)
                .initializer(
                    "bias_initializer",
                    MultiHeadAttention::biasInitializer,
                    MultiHeadAttention::biasInitializer)
                .regularizer(
                    "kernel_regularizer",
                    MultiHeadAttention::kernelRegularizer,
                    MultiHeadAttention::kernelRegularizer)
                .regularizer(
                    "bias_regularizer",
                    MultiHeadAttention::biasRegularizer,
                    MultiHeadAttention::biasRegularizer)
                .refuse("activity_regularizer", "the projections cannot have a penalty.")
                .refuse("sliding_window", "each query attends to all values.")
                .refuseFlag("use_gate", "the output is not gated.")
                .ignore("flash_attention"))
        .separateInputs()
        .inner("query_dense", layer -> layer.projections().get(0))
        .inner("key_dense", layer -> layer.projections().get(1))
        .inner("value_dense", layer -> layer.projections().get(2))
        .inner("output_dense", layer -> layer.projections().get(3));
  }

  private static MultiHeadAttention createMultiHeadAttention(Config config) {
    var layer = Layers.multiHeadAttention(config.integer("num_heads"), config.integer("key_dim"));
    if (config.has("attention_axes")) {
      int[] axes = integers(config, "attention_axes");
      if (axes.length != 1 || axes[0] != 1) {
        throw config.wrong("attention_axes", "[1] (the time axis)", config.node("attention_axes"));
      }
    }
    return config.has("output_shape") ? layer.outputShape(integers(config, "output_shape")) : layer;
  }

  private static int[] integers(Config config, String name) {
    return config.node(name).isIntegralNumber()
        ? new int[] {config.integer(name)}
        : CoreFormats.integers(config, name);
  }

  private static JsonNode axes(Shape shape) {
    return shape == null
        ? JsonNodeFactory.instance.nullNode()
        : CoreFormats.integers(shape.toArray());
  }

  /** The projections of MultiHeadAttention, which have groups of weights but are not read. */
  private static LayerFormat<Projection> projection() {
    return LayerFormat.of(
        layer(
            "EinsumDense",
            Projection.class,
            config -> {
              throw new IllegalArgumentException(
                  config.owner()
                      + " is not supported: EinsumDense must be part of MultiHeadAttention.");
            }));
  }
}
