package org.unroll.keras;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiConsumer;
import java.util.function.Function;
import org.unroll.internal.UniqueNames;
import org.unroll.network.Layer;

/**
 * The format of the layers of one class: their configuration, and the location of their weights and
 * of the weights of inner layers.
 *
 * @param <L> the class
 */
final class LayerFormat<L extends Layer> {
  private final Format<L> config;
  private final Map<String, Function<L, Layer>> inner = new LinkedHashMap<>();
  private final Map<String, Function<L, List<? extends Layer>>> innerLists = new LinkedHashMap<>();

  private LayerFormat(Format<L> config) {
    this.config = config;
  }

  /** Creates the format of a layer that stores its weights under its name. */
  static <L extends Layer> LayerFormat<L> of(Format<L> config) {
    return new LayerFormat<>(config);
  }

  /**
   * Declares an inner layer. A layer with inner layers has no other weights.
   *
   * @param attribute Keras's name of the attribute
   */
  LayerFormat<L> inner(String attribute, Function<L, Layer> layer) {
    inner.put(attribute, layer);
    return this;
  }

  /**
   * Declares a list of inner layers. A layer with inner layers has no other weights.
   *
   * @param attribute Keras's name of the attribute
   */
  LayerFormat<L> innerList(String attribute, Function<L, List<? extends Layer>> layers) {
    innerLists.put(attribute, layers);
    return this;
  }

  /** Returns the format of the configuration. */
  Format<L> config() {
    return config;
  }

  /** Returns the direct inner layers of a layer of this format, in the order of their weights. */
  @SuppressWarnings("unchecked") // the caller chose this format by the layer
  List<Layer> children(Layer layer) {
    List<Layer> children = new ArrayList<>();
    inner.values().forEach(function -> children.add(function.apply((L) layer)));
    innerLists.values().forEach(function -> children.addAll(function.apply((L) layer)));
    return children;
  }

  /**
   * Passes each layer that has weights, and the path of its group, to {@code sink}. The weights are
   * in the group {@code vars} of that group. These are the layer itself or its inner layers.
   */
  @SuppressWarnings("unchecked") // the caller chose this format by the layer
  void groups(Layer layer, String path, BiConsumer<Layer, String> sink) {
    if (inner.isEmpty() && innerLists.isEmpty()) {
      sink.accept(layer, path);
    }
    inner.forEach(
        (attribute, function) -> {
          Layer innerLayer = function.apply((L) layer);
          LayerFormats.of(innerLayer).groups(innerLayer, path + "/" + attribute, sink);
        });
    innerLists.forEach(
        (attribute, function) -> {
          var names = new UniqueNames();
          for (Layer innerLayer : function.apply((L) layer)) {
            String name = attribute + "/" + SavedWeights.name(innerLayer, names);
            LayerFormats.of(innerLayer).groups(innerLayer, path + "/" + name, sink);
          }
        });
  }
}
