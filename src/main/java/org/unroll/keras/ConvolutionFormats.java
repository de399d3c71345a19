package org.unroll.keras;

import static org.unroll.keras.LayerFormats.channelsLast;
import static org.unroll.keras.LayerFormats.kernel;
import static org.unroll.keras.LayerFormats.layer;
import static org.unroll.keras.LayerFormats.pair;
import static org.unroll.keras.LayerFormats.single;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.util.List;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.function.IntFunction;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import org.unroll.layers.Layers;
import org.unroll.layers.convolution.AveragePooling1D;
import org.unroll.layers.convolution.AveragePooling2D;
import org.unroll.layers.convolution.Conv1D;
import org.unroll.layers.convolution.Conv1DTranspose;
import org.unroll.layers.convolution.Conv2D;
import org.unroll.layers.convolution.Conv2DTranspose;
import org.unroll.layers.convolution.ConvTranspose;
import org.unroll.layers.convolution.ConvolutionLayer;
import org.unroll.layers.convolution.Cropping1D;
import org.unroll.layers.convolution.DepthwiseConv1D;
import org.unroll.layers.convolution.DepthwiseLayer;
import org.unroll.layers.convolution.EndsLayer;
import org.unroll.layers.convolution.GlobalAveragePooling1D;
import org.unroll.layers.convolution.GlobalAveragePooling2D;
import org.unroll.layers.convolution.GlobalMaxPooling1D;
import org.unroll.layers.convolution.GlobalMaxPooling2D;
import org.unroll.layers.convolution.GlobalPooling;
import org.unroll.layers.convolution.MaxPooling1D;
import org.unroll.layers.convolution.MaxPooling2D;
import org.unroll.layers.convolution.Pooling1D;
import org.unroll.layers.convolution.Pooling2D;
import org.unroll.layers.convolution.SeparableConv1D;
import org.unroll.layers.convolution.UpSampling1D;
import org.unroll.layers.convolution.ZeroPadding1D;

/** The formats of the layers of {@link org.unroll.layers.convolution}. */
final class ConvolutionFormats {
  private ConvolutionFormats() {}

  /** Returns the formats, one for each layer. */
  static List<LayerFormat<?>> formats() {
    return List.of(
        conv1D(),
        pooling("MaxPooling1D", MaxPooling1D.class, Layers::maxPooling1D),
        pooling("AveragePooling1D", AveragePooling1D.class, Layers::averagePooling1D),
        globalPooling("GlobalMaxPooling1D", GlobalMaxPooling1D.class, Layers::globalMaxPooling1D),
        globalPooling(
            "GlobalAveragePooling1D", GlobalAveragePooling1D.class, Layers::globalAveragePooling1D),
        conv2D(),
        conv1DTranspose(),
        conv2DTranspose(),
        pooling2D("MaxPooling2D", MaxPooling2D.class, Layers::maxPooling2D),
        pooling2D("AveragePooling2D", AveragePooling2D.class, Layers::averagePooling2D),
        globalPooling("GlobalMaxPooling2D", GlobalMaxPooling2D.class, Layers::globalMaxPooling2D),
        globalPooling(
            "GlobalAveragePooling2D", GlobalAveragePooling2D.class, Layers::globalAveragePooling2D),
        depthwise(
            "DepthwiseConv1D",
            DepthwiseConv1D.class,
            config -> Layers.depthwiseConv1D(single(config, "kernel_size")),
            "depthwise",
            format -> format),
        depthwise(
            "SeparableConv1D",
            SeparableConv1D.class,
            config ->
                Layers.separableConv1D(config.integer("filters"), single(config, "kernel_size")),
            "pointwise",
            ConvolutionFormats::separable),
        upSampling1D(),
        LayerFormat.of(
            channelsLast(
                ends("ZeroPadding1D", ZeroPadding1D.class, "padding", Layers::zeroPadding1D))),
        LayerFormat.of(ends("Cropping1D", Cropping1D.class, "cropping", Layers::cropping1D)));
  }

  private static <L extends DepthwiseLayer<L>> LayerFormat<L> depthwise(
      String className,
      Class<L> type,
      Function<Config, L> create,
      String prefix,
      UnaryOperator<Format<L>> more) {
    return LayerFormat.of(
        more.apply(
            windows(channelsLast(kernel(className, type, create, prefix)))
                .integer("depth_multiplier", L::depthMultiplier, L::depthMultiplier)));
  }

  /** Adds the arguments of sliding windows. */
  private static <L extends ConvolutionLayer<L>> Format<L> windows(Format<L> format) {
    return format
        .node("kernel_size", layer -> single(layer.kernelSize()))
        .node(
            "strides",
            layer -> single(layer.strides()),
            (layer, strides) -> layer.strides(single(layer, "strides", strides)))
        .node(
            "dilation_rate",
            layer -> single(layer.dilationRate()),
            (layer, rate) -> layer.dilationRate(single(layer, "dilation_rate", rate)))
        .text("padding", layer -> layer.padding().kerasName(), L::padding);
  }

  private static Format<SeparableConv1D> separable(Format<SeparableConv1D> format) {
    return format
        .integer("filters", SeparableConv1D::filters)
        .initializer(
            "depthwise_initializer",
            SeparableConv1D::depthwiseInitializer,
            SeparableConv1D::depthwiseInitializer)
        .regularizer(
            "depthwise_regularizer",
            SeparableConv1D::depthwiseRegularizer,
            SeparableConv1D::depthwiseRegularizer)
        .constraint(
            "depthwise_constraint",
            SeparableConv1D::depthwiseConstraint,
            SeparableConv1D::depthwiseConstraint)
        .refuse("rank", "windows must slide along one axis.");
  }

  private static LayerFormat<UpSampling1D> upSampling1D() {
    return LayerFormat.of(
        layer(
                "UpSampling1D",
                UpSampling1D.class,
                config -> Layers.upSampling1D(config.integer("size")))
            .text("name", UpSampling1D::name, UpSampling1D::name)
            .integer("size", UpSampling1D::size));
  }

  /** Creates the format of a layer with one number of time steps for each end. */
  private static <L extends EndsLayer<L>> Format<L> ends(
      String className, Class<L> type, String argument, BiFunction<Integer, Integer, L> create) {
    return layer(
            className,
            type,
            config -> {
              JsonNode node = config.node(argument);
              JsonNode first = node.isArray() ? node.path(0) : node;
              JsonNode last = node.isArray() ? node.path(1) : node;
              if (!first.isInt() || !last.isInt() || node.size() > 2) {
                throw config.wrong(argument, "one or two whole numbers", node);
              }
              return create.apply(first.intValue(), last.intValue());
            })
        .text("name", L::name, L::name)
        .node(
            argument,
            layer -> JsonNodeFactory.instance.arrayNode().add(layer.first()).add(layer.last()));
  }

  private static LayerFormat<Conv1D> conv1D() {
    return LayerFormat.of(
        windows(
                channelsLast(
                        kernel(
                            "Conv1D",
                            Conv1D.class,
                            config ->
                                Layers.conv1D(
                                    config.integer("filters"), single(config, "kernel_size"))))
                    .integer("filters", Conv1D::filters))
            .integer("groups", Conv1D::groups, Conv1D::groups));
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

  private static <L extends GlobalPooling<L>> LayerFormat<L> globalPooling(
      String className, Class<L> type, Supplier<L> create) {
    return LayerFormat.of(
        channelsLast(layer(className, type, config -> create.get()).text("name", L::name, L::name))
            .flag("keepdims", L::keepdims, L::keepdims));
  }

  private static LayerFormat<Conv2D> conv2D() {
    return LayerFormat.of(
        channelsLast(kernel("Conv2D", Conv2D.class, ConvolutionFormats::createConv2D))
            .integer("filters", Conv2D::filters)
            .node("kernel_size", layer -> pair(layer.kernelSize()))
            .node(
                "strides",
                layer -> pair(layer.strides()),
                (layer, strides) -> pair("strides", strides, layer::strides))
            .node(
                "dilation_rate",
                layer -> pair(layer.dilationRate()),
                (layer, rate) -> pair("dilation_rate", rate, layer::dilationRate))
            .text("padding", layer -> layer.padding().kerasName(), Conv2D::padding)
            .integer("groups", Conv2D::groups, Conv2D::groups));
  }

  private static Conv2D createConv2D(Config config) {
    int filters = config.integer("filters");
    return pair(
        "kernel_size",
        config.node("kernel_size"),
        (rows, columns) -> Layers.conv2D(filters, rows, columns));
  }

  private static <L extends Pooling2D<L>> LayerFormat<L> pooling2D(
      String className, Class<L> type, BiFunction<Integer, Integer, L> create) {
    return LayerFormat.of(
        channelsLast(
                layer(
                        className,
                        type,
                        config -> pair("pool_size", config.node("pool_size"), create))
                    .text("name", L::name, L::name))
            .node("pool_size", layer -> pair(layer.poolSize()))
            .node(
                "strides",
                layer -> pair(layer.strides()),
                (layer, strides) -> pair("strides", strides, layer::strides))
            .text("padding", layer -> layer.padding().kerasName(), L::padding));
  }

  private static LayerFormat<Conv1DTranspose> conv1DTranspose() {
    return LayerFormat.of(
        transpose(
                "Conv1DTranspose",
                Conv1DTranspose.class,
                config ->
                    Layers.conv1DTranspose(
                        config.integer("filters"), single(config, "kernel_size")))
            .node("kernel_size", layer -> single(layer.kernelSize()))
            .node(
                "strides",
                layer -> single(layer.strides()),
                (layer, strides) -> layer.strides(single(layer, "strides", strides)))
            .node(
                "dilation_rate",
                layer -> single(layer.dilationRate()),
                (layer, rate) -> layer.dilationRate(single(layer, "dilation_rate", rate)))
            .node(
                "output_padding",
                layer -> layer.outputPadding() == null ? null : single(layer.outputPadding()),
                (layer, added) -> layer.outputPadding(single(layer, "output_padding", added))));
  }

  private static LayerFormat<Conv2DTranspose> conv2DTranspose() {
    return LayerFormat.of(
        transpose(
                "Conv2DTranspose",
                Conv2DTranspose.class,
                config -> {
                  int filters = config.integer("filters");
                  return pair(
                      "kernel_size",
                      config.node("kernel_size"),
                      (rows, columns) -> Layers.conv2DTranspose(filters, rows, columns));
                })
            .node("kernel_size", layer -> pair(layer.kernelSize()))
            .node(
                "strides",
                layer -> pair(layer.strides()),
                (layer, strides) -> pair("strides", strides, layer::strides))
            .node(
                "dilation_rate",
                layer -> pair(layer.dilationRate()),
                (layer, rate) -> pair("dilation_rate", rate, layer::dilationRate))
            .node(
                "output_padding",
                layer -> layer.outputPadding() == null ? null : pair(layer.outputPadding()),
                (layer, added) -> pair("output_padding", added, layer::outputPadding)));
  }

  private static <L extends ConvTranspose<L>> Format<L> transpose(
      String className, Class<L> type, Function<Config, L> create) {
    return channelsLast(kernel(className, type, create))
        .integer("filters", L::filters)
        .text("padding", layer -> layer.padding().kerasName(), L::padding);
  }
}
