package org.unroll.keras;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;

/**
 * One call of a layer in the configuration of a Functional model, which Keras names a node.
 *
 * @param layer the name of the layer
 * @param inputs the tensors with which it is called: the input or inputs, then the states of a
 *     recurrent layer or the value and key of an attention layer
 * @param masks the tensors that are passed as masks
 * @param others the arguments that are neither tensors nor null nor false, by name; those without a
 *     name under an empty text
 */
record FunctionalCall(
    String layer, List<Tensor> inputs, List<Tensor> masks, Map<String, JsonNode> others) {
  /** The names of arguments that are inputs, in the order in which layers take them. */
  private static final List<String> INPUTS =
      List.of("inputs", "sequences", "query", "", "initial_state", "value", "key");

  private static final List<String> MASKS = List.of("mask", "query_mask", "value_mask", "key_mask");

  /**
   * An output of a call.
   *
   * @param layer the name of the layer
   * @param call the index of the call among those of the layer
   * @param index the index among what the call returns
   */
  record Tensor(String layer, int call, int index) {
    /** Reads {@code [layer, call, index]}, which may have arguments of the call as 4th element. */
    static Tensor of(JsonNode history, String use) {
      if (!isTensor(history)) {
        throw new IllegalArgumentException(
            use + " must be a tensor [layer, node, index], but was " + history + ".");
      }
      return new Tensor(history.get(0).asText(), history.get(1).asInt(), history.get(2).asInt());
    }

    static boolean isTensor(JsonNode history) {
      return history.isArray()
          && (history.size() == 3 || history.size() == 4)
          && history.get(0).isTextual()
          && history.get(1).canConvertToInt()
          && history.get(2).canConvertToInt();
    }

    @Override
    public String toString() {
      return "['" + layer + "', " + call + ", " + index + "]";
    }
  }

  /** Reads the calls of a layer. */
  static List<FunctionalCall> of(JsonNode node, String layer) {
    List<FunctionalCall> calls = new ArrayList<>();
    for (JsonNode call : node.path("inbound_nodes")) {
      var reader = new Reader(layer);
      if (call.isObject()) { // Keras 3
        reader.add("", call.path("args"));
        reader.addNamed(call.path("kwargs"));
      } else { // Keras 2: [[layer, call, index, arguments], …]
        for (JsonNode input : Tensor.isTensor(call) ? List.of(call) : call) {
          reader.add("", input);
          reader.addNamed(input.path(3));
        }
      }
      calls.add(reader.call());
    }
    return calls;
  }

  /** Returns this call with other tensors in the place of the tensors it is called with. */
  FunctionalCall with(UnaryOperator<Tensor> change) {
    return new FunctionalCall(
        layer, inputs.stream().map(change).toList(), masks.stream().map(change).toList(), others);
  }

  /** Returns the exception for an argument that is not supported. */
  IllegalArgumentException refused(String name, Object value) {
    return new IllegalArgumentException(
        "The layer '"
            + layer
            + "' is called with "
            + (name.isEmpty() ? "" : name + "=")
            + value
            + ", which is not supported.");
  }

  /** The arguments of one call. */
  private record Reader(
      String layer, Map<String, List<Tensor>> tensors, Map<String, JsonNode> others) {
    Reader(String layer) {
      this(layer, new LinkedHashMap<>(), new LinkedHashMap<>());
    }

    void addNamed(JsonNode arguments) {
      arguments.fieldNames().forEachRemaining(name -> add(name, arguments.get(name)));
    }

    void add(String name, JsonNode value) {
      boolean isKeras3 = value.path("class_name").asText().equals("__keras_tensor__");
      if (isKeras3 || Tensor.isTensor(value)) {
        JsonNode history = isKeras3 ? value.path("config").path("keras_history") : value;
        Tensor tensor = Tensor.of(history, "The input of the layer '" + layer + "'");
        tensors.computeIfAbsent(name, n -> new ArrayList<>()).add(tensor);
      } else if (value.isArray()) {
        value.forEach(element -> add(name, element));
      } else if (!value.isNull() && !(value.isBoolean() && !value.booleanValue())) {
        others.put(name, value);
      }
    }

    FunctionalCall call() {
      List<Tensor> inputs = new ArrayList<>();
      List<Tensor> masks = new ArrayList<>();
      INPUTS.forEach(name -> inputs.addAll(tensors.getOrDefault(name, List.of())));
      MASKS.forEach(name -> masks.addAll(tensors.getOrDefault(name, List.of())));
      var call = new FunctionalCall(layer, inputs, masks, others);
      tensors.forEach(
          (name, given) -> {
            if (!INPUTS.contains(name) && !MASKS.contains(name)) {
              throw call.refused(name, given);
            }
          });
      return call;
    }
  }
}
