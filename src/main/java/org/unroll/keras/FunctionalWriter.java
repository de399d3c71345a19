package org.unroll.keras;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import org.unroll.data.Shape;
import org.unroll.layers.core.Embedding;
import org.unroll.network.GraphLayer;
import org.unroll.network.Input;
import org.unroll.network.KerasMasks;
import org.unroll.network.Layer;
import org.unroll.network.ModelLayer;
import org.unroll.network.Network;
import org.unroll.network.Step;

/**
 * Writes the configuration of a model that branches, as Keras writes a Functional model: with the
 * operations that compute masks. Without them, Keras would add such operations when it loads the
 * model, and their names could be those of layers.
 */
final class FunctionalWriter {
  private static final JsonNodeFactory JSON = JsonNodeFactory.instance;

  private final Network network;
  private final Map<Layer, ModelConfigs.Written> written;

  /** The {@code keras_history} of each value of the network: the layer, the call, the index. */
  private final List<ArrayNode> histories = new ArrayList<>();

  private final List<Shape> shapes = new ArrayList<>();

  /** The values that are token ids. */
  private final Set<Integer> ids = new HashSet<>();

  private FunctionalWriter(Network network, Map<Layer, ModelConfigs.Written> written) {
    this.network = network;
    this.written = written;
    for (Input input : network.inputs()) {
      histories.add(history(input, 0, 0));
    }
    for (Step step : network.topSteps()) {
      for (int i = 0; i < step.outputs(); i++) {
        histories.add(history(step.layer(), step.application(), i));
      }
    }
    Set<Integer> others = new HashSet<>();
    for (Step step : network.steps()) { // the inputs have the same numbers there
      (step.layer() instanceof Embedding ? ids : others).addAll(step.inputs());
    }
    ids.removeAll(others);
    shapes.addAll(network.topShapes());
  }

  private static ArrayNode history(Layer layer, int call, int index) {
    return JSON.arrayNode().add(layer.name()).add(call).add(index);
  }

  /** Returns the configuration of a model without that of {@code compile}. */
  static ObjectNode write(String name, Network network, Map<Layer, ModelConfigs.Written> written) {
    var writer = new FunctionalWriter(network, written);
    ObjectNode config = JSON.objectNode();
    config.put("name", name);
    config.put("trainable", true);
    config.set("layers", writer.layers());
    config.set("input_layers", histories(writer.histories.subList(0, writer.inputs())));
    config.set(
        "output_layers", histories(network.topOutputs().stream().map(writer::output).toList()));
    ObjectNode node = Format.wrap("keras.src.models.functional", "Functional", config);
    node.put("registered_name", "Functional");
    node.putObject("build_config").putNull("input_shape");
    return node;
  }

  /** Returns an output, where Keras counts the calls of Functional models from 1. */
  private ArrayNode output(int value) {
    for (Step step : network.topSteps()) {
      boolean isOfModel = step.layer() instanceof ModelLayer model && !model.isChain();
      int index = value - step.firstOutput();
      if (isOfModel && index >= 0 && index < step.outputs()) {
        return history(step.layer(), step.application() + 1, index);
      }
    }
    return histories.get(value);
  }

  private int inputs() {
    return network.inputs().size();
  }

  /** Returns a list, or the element if there is only one. */
  private static ArrayNode histories(List<ArrayNode> values) {
    return values.size() == 1 ? values.get(0) : JSON.arrayNode().addAll(values);
  }

  private ArrayNode layers() {
    ArrayNode layers = JSON.arrayNode();
    for (int i = 0; i < inputs(); i++) {
      ObjectNode input = ModelConfigs.write(network.inputs().get(i), written);
      ((ObjectNode) input.get("config")).put("dtype", dtype(i));
      add(layers, input, network.inputs().get(i)).putArray("inbound_nodes");
    }
    Map<Layer, SortedMap<Integer, ObjectNode>> calls = new HashMap<>();
    MaskWriter masks = masks();
    KerasMasks given = network.topMasks();
    for (int i = 0; i < network.topSteps().size(); i++) {
      Step step = network.topSteps().get(i);
      ObjectNode call = call(step);
      if (given.argument(i) != null) {
        ((ObjectNode) call.get("kwargs")).set("mask", masks.tensor(given.argument(i)));
      }
      calls.computeIfAbsent(step.layer(), layer -> new TreeMap<>()).put(step.application(), call);
    }
    for (Layer layer : network.topLayers()) {
      ObjectNode node = ModelConfigs.write(layer, written);
      node.remove("build_config"); // the calls build the layer
      add(layers, node, layer).putArray("inbound_nodes").addAll(calls.get(layer).values());
    }
    return layers.addAll(masks.nodes());
  }

  private MaskWriter masks() {
    Set<String> taken = new HashSet<>();
    network.inputs().forEach(input -> taken.add(input.name()));
    network.layers().forEach(layer -> taken.add(layer.name()));
    return new MaskWriter(shapes, this::tensor, taken);
  }

  private static ObjectNode add(ArrayNode layers, ObjectNode node, Layer layer) {
    layers.add(node);
    return node.put("name", layer.name());
  }

  private ObjectNode call(Step step) {
    LayerFormat<?> format = LayerFormats.of(step.layer());
    ObjectNode call = JSON.objectNode();
    ArrayNode arguments = call.putArray("args");
    ObjectNode named = call.putObject("kwargs");
    List<ObjectNode> tensors = step.inputs().stream().map(this::tensor).toList();
    if (!(step.layer() instanceof GraphLayer)) {
      arguments.add(tensors.get(0));
      if (tensors.size() > 1) {
        named.putArray("initial_state").addAll(tensors.subList(1, tensors.size()));
      }
    } else if (format.hasSeparateInputs()
        || (step.layer() instanceof ModelLayer && tensors.size() == 1)) {
      arguments.addAll(tensors);
    } else {
      arguments.addArray().addAll(tensors);
    }
    format.callArguments(step.layer()).forEach(name -> named.put(name, true));
    return call;
  }

  private ObjectNode tensor(int value) {
    ObjectNode node = JSON.objectNode();
    node.put("class_name", "__keras_tensor__");
    ObjectNode config = node.putObject("config");
    int batchSize = network.input().batchSize();
    config.set("shape", LayerFormats.batchShape(shapes.get(value), batchSize));
    config.put("dtype", dtype(value));
    config.set("keras_history", histories.get(value));
    return node;
  }

  private String dtype(int value) {
    return value < inputs() && ids.contains(value) ? "int32" : "float32";
  }
}
