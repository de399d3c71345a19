package org.unroll.keras;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiConsumer;
import java.util.function.Function;
import org.unroll.network.Layer;

/**
 * How the layers of one class stand in a file: their configuration, and where in the file of
 * weights their own weights and those of the layers inside them are.
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

  /** A layer that keeps its weights under its own name, unless layers inside it have them. */
  static <L extends Layer> LayerFormat<L> of(Format<L> config) {
    return new LayerFormat<>(config);
  }

  /**
   * A layer inside this one, which then has no weights of its own.
   *
   * @param attribute Keras's name of the attribute that holds it
   */
  LayerFormat<L> inner(String attribute, Function<L, Layer> layer) {
    inner.put(attribute, layer);
    return this;
  }

  /**
   * A list of layers inside this one, which then has no weights of its own.
   *
   * @param attribute Keras's name of the attribute that holds it
   */
  LayerFormat<L> innerList(String attribute, Function<L, List<? extends Layer>> layers) {
    innerLists.put(attribute, layers);
    return this;
  }

  Format<L> config() {
    return config;
  }

  /** The layers directly inside a layer of this format, in the order of their weights. */
  @SuppressWarnings("unchecked") // the caller has found this format by the layer
  List<Layer> children(Layer layer) {
    List<Layer> children = new ArrayList<>();
    inner.values().forEach(function -> children.add(function.apply((L) layer)));
    innerLists.values().forEach(function -> children.addAll(function.apply((L) layer)));
    return children;
  }

  /**
   * Tells in which group the weights of a layer are; of a layer around others, whose weights are
   * theirs, where those of the others are.
   */
  @SuppressWarnings("unchecked") // the caller has found this format by the layer
  void groups(Layer layer, String path, BiConsumer<Layer, String> sink) {
    if (inner.isEmpty() && innerLists.isEmpty()) {
      sink.accept(layer, path + "/vars");
    }
    inner.forEach(
        (attribute, function) -> {
          Layer innerLayer = function.apply((L) layer);
          LayerFormats.of(innerLayer).groups(innerLayer, path + "/" + attribute, sink);
        });
    innerLists.forEach(
        (attribute, function) -> {
          Map<String, Integer> counts = new HashMap<>();
          for (Layer innerLayer : function.apply((L) layer)) {
            String name = attribute + "/" + SavedWeights.uniqueName(innerLayer, counts);
            LayerFormats.of(innerLayer).groups(innerLayer, path + "/" + name, sink);
          }
        });
  }
}
