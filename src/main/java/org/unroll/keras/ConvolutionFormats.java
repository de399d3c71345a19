package org.unroll.keras;

import static org.unroll.keras.LayerFormats.channelsLast;
import static org.unroll.keras.LayerFormats.kernel;
import static org.unroll.keras.LayerFormats.layer;
import static org.unroll.keras.LayerFormats.single;

import java.util.List;
import java.util.function.IntFunction;
import java.util.function.Supplier;
import org.unroll.layers.Layers;
import org.unroll.layers.convolution.AveragePooling1D;
import org.unroll.layers.convolution.Conv1D;
import org.unroll.layers.convolution.GlobalAveragePooling1D;
import org.unroll.layers.convolution.GlobalMaxPooling1D;
import org.unroll.layers.convolution.GlobalPooling1D;
import org.unroll.layers.convolution.MaxPooling1D;
import org.unroll.layers.convolution.Pooling1D;

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
            "GlobalAveragePooling1D",
            GlobalAveragePooling1D.class,
            Layers::globalAveragePooling1D));
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
}
