package org.unroll.keras;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.unroll.keras.FunctionalCall.Tensor;
import org.unroll.network.Input;
import org.unroll.network.Layer;
import org.unroll.network.Node;

/**
 * The configuration of a Functional model: layers in any order, and the calls of each layer, which
 * connect them.
 */
final class FunctionalConfig {
  private final JsonNode config;
  private final Map<String, Layer> shared; // see ModelConfigs
  private final Map<String, JsonNode> nodes = new LinkedHashMap<>();
  private final Map<String, List<FunctionalCall>> calls = new HashMap<>();
  private final List<Tensor> inputs = new ArrayList<>();
  private final List<Tensor> outputs = new ArrayList<>();

  /** The calls in an order in which each follows those that compute its inputs. */
  private final List<Tensor> order = new ArrayList<>();

  private FunctionalConfig(JsonNode config, Map<String, Layer> shared) {
    this.config = config;
    this.shared = shared;
  }

  /**
   * Reads the configuration of a model, which may be a chain.
   *
   * @throws IllegalArgumentException if it is not a graph of supported layers
   */
  static ModelConfigs.Stack read(JsonNode config, Map<String, Layer> shared) {
    FunctionalConfig functional = check(config, shared);
    return functional.isChain() ? functional.chain() : functional.graph();
  }

  /**
   * Reads the configuration of a model inside another one.
   *
   * @throws IllegalArgumentException if it is not a graph of supported layers
   */
  static ModelConfigs.Stack readGraph(JsonNode config, Map<String, Layer> shared) {
    return check(config, shared).graph();
  }

  private static FunctionalConfig check(JsonNode config, Map<String, Layer> shared) {
    var functional = new FunctionalConfig(config, shared);
    functional.readLayers();
    functional.addTensors("input_layers", config.path("input_layers"), functional.inputs);
    functional.addTensors("output_layers", config.path("output_layers"), functional.outputs);
    functional.countFromZero();
    functional.sort();
    functional.checkMasks();
    return functional;
  }

  /**
   * Counts the calls of inner models from 0. Keras 2 counts them from 1, because it counts the
   * graph inside the model as a call, too. Keras 3 does so only in the outputs, and only for
   * Functional models.
   */
  private void countFromZero() {
    Map<String, Integer> last = new HashMap<>(); // the largest index of a call of each layer
    List<Tensor> all = new ArrayList<>(outputs);
    calls.values().forEach(list -> list.forEach(call -> all.addAll(call.inputs())));
    all.forEach(tensor -> last.merge(tensor.layer(), tensor.call(), Math::max));
    Set<String> fromOne = new HashSet<>();
    Set<String> outputsFromOne = new HashSet<>();
    nodes.forEach(
        (name, node) -> {
          boolean isKeras2 = node.path("inbound_nodes").path(0).isArray();
          if (ModelConfigs.isModel(node) && isKeras2) {
            // A Sequential that was built by its first call has no such graph.
            if (last.getOrDefault(name, 0) == calls.get(name).size()) {
              fromOne.add(name);
              outputsFromOne.add(name);
            }
          } else if (isFunctional(node)) {
            outputsFromOne.add(name);
          }
        });
    calls.replaceAll(
        (name, list) ->
            list.stream().map(call -> call.with(tensor -> fromZero(tensor, fromOne))).toList());
    outputs.replaceAll(tensor -> fromZero(tensor, outputsFromOne));
  }

  private static Tensor fromZero(Tensor tensor, Set<String> fromOne) {
    return fromOne.contains(tensor.layer())
        ? new Tensor(tensor.layer(), tensor.call() - 1, tensor.index())
        : tensor;
  }

  private static boolean isFunctional(JsonNode node) {
    return ModelConfigs.isModel(node) && !node.path("class_name").asText().equals("Sequential");
  }

  private void readLayers() {
    for (JsonNode node : config.path("layers")) {
      String name = node.path("name").asText(node.path("config").path("name").asText(""));
      if (nodes.put(name, node) != null) {
        throw new IllegalArgumentException(
            "The names of the layers in a model must be unique, but two layers are named '"
                + name
                + "'.");
      }
      calls.put(name, FunctionalCall.of(node, name));
    }
  }

  /** Adds the tensors of a list of any depth, or of an object in the order of its names. */
  private void addTensors(String use, JsonNode node, List<Tensor> tensors) {
    if (node.isArray()
        && !Tensor.isTensor(node)
        && !node.isEmpty()
        && node.get(0).isContainerNode()) {
      node.forEach(element -> addTensors(use, element, tensors));
    } else if (node.isObject()) {
      var names = new TreeSet<String>();
      node.fieldNames().forEachRemaining(names::add);
      names.forEach(name -> addTensors(use, node.get(name), tensors));
    } else {
      tensors.add(Tensor.of(node, "Each of the '" + use + "' of a Functional model"));
    }
  }

  private boolean isInput(String layer) {
    return nodes.get(layer).path("class_name").asText().equals("InputLayer");
  }

  /** Finds the order of the calls by a depth-first search from the outputs. */
  private void sort() {
    Map<Tensor, Boolean> finished = new HashMap<>();
    Deque<Tensor> open = new ArrayDeque<>();
    for (Tensor output : outputs) {
      require(output, "The output of the model");
      open.push(call(output));
      while (!open.isEmpty()) {
        Tensor top = open.peek();
        Boolean known = finished.putIfAbsent(top, false);
        if (known != null) {
          open.pop();
          if (!known) { // all its inputs are finished
            finished.put(top, true);
            order.add(top);
          }
          continue;
        }
        for (Tensor input : dependencies(top)) {
          require(input, "The input of the layer '" + top.layer() + "'");
          Boolean state = finished.get(call(input));
          if (state == null) {
            open.push(call(input));
          } else if (!state) {
            throw new IllegalArgumentException(
                "A model must have no cycle, but the layer '"
                    + top.layer()
                    + "' depends on its own output through '"
                    + input.layer()
                    + "'.");
          }
        }
      }
    }
    Set<String> used = new HashSet<>();
    Set<String> given = inputs.stream().map(Tensor::layer).collect(Collectors.toSet());
    order.forEach(call -> used.add(call.layer()));
    for (String name : nodes.keySet()) {
      if (!used.contains(name) && !given.contains(name)) {
        throw new IllegalArgumentException(
            "Every layer must be connected to an output of the model, but '" + name + "' is not.");
      }
    }
  }

  /** Returns the first output of the call that returns a tensor. */
  private static Tensor call(Tensor tensor) {
    return tensor.index() == 0 ? tensor : new Tensor(tensor.layer(), tensor.call(), 0);
  }

  private List<Tensor> dependencies(Tensor call) {
    if (isInput(call.layer())) {
      return List.of();
    }
    FunctionalCall found = calls.get(call.layer()).get(call.call());
    List<Tensor> all = new ArrayList<>(found.inputs());
    all.addAll(found.masks());
    return all;
  }

  /** Checks that the call exists that returns a tensor. */
  private void require(Tensor tensor, String use) {
    int count = nodes.containsKey(tensor.layer()) ? count(tensor.layer()) : -1;
    if (tensor.call() >= 0 && tensor.call() < count) {
      return;
    }
    throw new IllegalArgumentException(
        use
            + " must be an output of a layer of the model, but was "
            + tensor
            + ", and "
            + (count < 0
                ? "there is no layer of this name."
                : "the number of its calls is " + count + "."));
  }

  private int count(String layer) {
    return isInput(layer) ? 1 : calls.get(layer).size();
  }

  private void checkMasks() {
    var masks = new FunctionalMasks();
    for (Tensor result : order) {
      JsonNode node = nodes.get(result.layer());
      if (isInput(result.layer())) {
        continue;
      }
      FunctionalCall call = calls.get(result.layer()).get(result.call());
      if (call.inputs().isEmpty()) {
        throw new IllegalArgumentException(
            "The layer '" + call.layer() + "' must be called with an input, but has none.");
      }
      if (FunctionalMasks.isOperation(node)) {
        masks.addOperation(node, call, result);
      } else {
        masks.addLayer(node, call, result);
      }
    }
  }

  /** Returns the layers in the order of the file without inputs and operations. */
  private List<String> layers() {
    return nodes.keySet().stream()
        .filter(name -> !isInput(name) && !FunctionalMasks.isOperation(nodes.get(name)))
        .toList();
  }

  /** Returns whether each layer is called once with the output of the one before. */
  private boolean isChain() {
    List<Tensor> chain =
        order.stream()
            .filter(call -> !FunctionalMasks.isOperation(nodes.get(call.layer())))
            .toList();
    boolean isChain =
        chain.size() > 1
            && chain.size() == layers().size() + 1
            && inputs.equals(chain.subList(0, 1))
            && outputs.equals(chain.subList(chain.size() - 1, chain.size()));
    for (int i = 1; isChain && i < chain.size(); i++) {
      FunctionalCall call = calls.get(chain.get(i).layer()).get(0);
      JsonNode layer = nodes.get(call.layer()).path("config");
      isChain =
          call.inputs().equals(List.of(chain.get(i - 1)))
              && !isFunctional(nodes.get(call.layer()))
              && call.others().isEmpty()
              && !layer.path("return_state").asBoolean()
              && !layer.path("layer").path("config").path("return_state").asBoolean();
    }
    return isChain;
  }

  private ModelConfigs.Stack chain() {
    List<Layer> stack = new ArrayList<>();
    for (Tensor call : order) {
      if (!FunctionalMasks.isOperation(nodes.get(call.layer()))) {
        stack.add(read(call.layer()));
      }
    }
    return ModelConfigs.Stack.chain(config.path("name").asText(null), stack);
  }

  private Layer read(String name) {
    return ModelConfigs.readLayer(nodes.get(name), shared);
  }

  private ModelConfigs.Stack graph() {
    Map<String, Layer> layers = new LinkedHashMap<>();
    for (String name : layers()) {
      layers.put(name, read(name));
      LayerFormats.setCallArguments(layers.get(name), calls.get(name));
    }
    Map<Tensor, Node> values = new HashMap<>();
    List<Input> given = new ArrayList<>();
    for (Tensor input : inputs) {
      require(input, "The input of the model");
      if (!isInput(input.layer())) {
        throw new IllegalArgumentException(
            "The inputs of a model must be of the type InputLayer, but '"
                + input.layer()
                + "' is not.");
      }
      Input node = (Input) read(input.layer());
      given.add(node);
      values.put(input, node);
    }
    for (Tensor call : order) {
      Layer layer = layers.get(call.layer());
      if (layer != null) {
        List<Tensor> from = calls.get(call.layer()).get(call.call()).inputs();
        List<Node> nodes = from.stream().map(tensor -> value(tensor, values, layer)).toList();
        values.put(call, layer.on(nodes));
      }
    }
    List<Node> returned = outputs.stream().map(tensor -> value(tensor, values, null)).toList();
    return new ModelConfigs.Stack(
        config.path("name").asText(null), List.copyOf(layers.values()), given, returned);
  }

  /**
   * Returns the value of a tensor.
   *
   * @param reader the layer that reads it; null for an output of the model
   */
  private Node value(Tensor tensor, Map<Tensor, Node> values, Layer reader) {
    Node first = values.get(call(tensor));
    String use = reader == null ? "The output of the model" : "The input of " + reader.describe();
    if (first == null) {
      throw new IllegalArgumentException(
          use
              + " must be an output of a layer or one of the inputs "
              + inputs
              + " of the model, but was "
              + tensor
              + ".");
    }
    if (tensor.index() < 0 || tensor.index() >= first.outputs().size()) {
      throw new IllegalArgumentException(
          use
              + " must be an output of "
              + first.layer().describe()
              + ", which has "
              + first.outputs().size()
              + ", but was "
              + tensor
              + ".");
    }
    return first.outputs().get(tensor.index());
  }
}
