package org.unroll.keras;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Predicate;
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

  private final Map<String, CallArgument<L>> callArguments = new LinkedHashMap<>();
  private boolean separateInputs;

  private record CallArgument<L>(Predicate<L> get, Consumer<L> set) {}

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

  /**
   * Declares an option of the layer that is an argument of its calls in Keras, false by default.
   *
   * @param argument Keras's name of the argument
   */
  LayerFormat<L> callArgument(String argument, Predicate<L> get, Consumer<L> set) {
    callArguments.put(argument, new CallArgument<>(get, set));
    return this;
  }

  /** Declares that calls have an argument for each input instead of a list of inputs. */
  LayerFormat<L> separateInputs() {
    separateInputs = true;
    return this;
  }

  /** Returns whether calls have an argument for each input. */
  boolean hasSeparateInputs() {
    return separateInputs;
  }

  /**
   * Sets an option that is an argument of calls.
   *
   * @return whether the layer has it
   */
  @SuppressWarnings("unchecked") // the caller chose this format by the layer
  boolean setCallArgument(Layer layer, String argument) {
    CallArgument<L> found = callArguments.get(argument);
    if (found != null) {
      found.set.accept((L) layer);
    }
    return found != null;
  }

  /** Returns the names of the arguments of calls that are true. */
  @SuppressWarnings("unchecked") // the caller chose this format by the layer
  List<String> callArguments(Layer layer) {
    return callArguments.keySet().stream()
        .filter(name -> callArguments.get(name).get.test((L) layer))
        .toList();
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
