package org.unroll.keras;

import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Predicate;
import org.unroll.internal.UniqueNames;
import org.unroll.network.Layer;
import org.unroll.network.Weight;

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
  private Function<L, Map<String, ?>> arguments; // of a registered layer, else null

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
   * Creates the format of a layer that Keras does not have.
   *
   * @param arguments returns the arguments of its configuration. An inner layer among them is an
   *     attribute of this name in Keras. Other inner layers are attributes with the name of their
   *     class, such as {@code dense} and {@code dense_1}
   */
  static <L extends Layer> LayerFormat<L> registered(
      Format<L> config, Function<L, Map<String, ?>> arguments) {
    LayerFormat<L> format = new LayerFormat<>(config);
    format.arguments = arguments;
    return format;
  }

  /**
   * Declares an inner layer.
   *
   * @param attribute Keras's name of the attribute
   */
  LayerFormat<L> inner(String attribute, Function<L, Layer> layer) {
    inner.put(attribute, layer);
    return this;
  }

  /**
   * Declares a list of inner layers.
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
  List<Layer> children(Layer layer) {
    return List.copyOf(inner(layer).keySet());
  }

  /** Returns the inner layers and the paths of their groups in that of this layer. */
  @SuppressWarnings("unchecked") // the caller chose this format by the layer
  private Map<Layer, String> inner(Layer layer) {
    Map<Layer, String> paths = new LinkedHashMap<>();
    inner.forEach((attribute, function) -> paths.put(function.apply((L) layer), attribute));
    innerLists.forEach(
        (attribute, function) -> addList(attribute, function.apply((L) layer), paths));
    if (arguments != null) {
      arguments.apply((L) layer).forEach((attribute, value) -> add(attribute, value, paths));
      List<Layer> others = new ArrayList<>(layer.appliedLayers());
      others.removeAll(paths.keySet());
      var names = new UniqueNames();
      others.forEach(other -> paths.put(other, SavedWeights.name(other, names)));
    }
    return paths;
  }

  private static void add(String attribute, Object argument, Map<Layer, String> paths) {
    if (argument instanceof Layer layer) {
      paths.put(layer, attribute);
    } else if (argument instanceof List<?> list
        && list.stream().anyMatch(Layer.class::isInstance)) {
      addList(attribute, list.stream().map(Layer.class::cast).toList(), paths);
    }
  }

  private static void addList(
      String attribute, List<? extends Layer> layers, Map<Layer, String> paths) {
    var names = new UniqueNames();
    layers.forEach(layer -> paths.put(layer, attribute + "/" + SavedWeights.name(layer, names)));
  }

  /**
   * Passes this layer, its inner layers and their inner layers, each with the path of its group, to
   * {@code sink}. The {@linkplain #ownWeights own weights} are in the group {@code vars} of that
   * group.
   */
  void groups(Layer layer, String path, BiConsumer<Layer, String> sink) {
    sink.accept(layer, path);
    inner(layer)
        .forEach(
            (child, attribute) ->
                LayerFormats.of(child).groups(child, path + "/" + attribute, sink));
  }

  /** Returns the weights of a layer that are not those of its inner layers. */
  List<Weight> ownWeights(Layer layer) {
    Set<float[]> others = Collections.newSetFromMap(new IdentityHashMap<>());
    children(layer).forEach(child -> child.weights().forEach(w -> others.add(w.values())));
    return layer.weights().stream().filter(w -> !others.contains(w.values())).toList();
  }
}
