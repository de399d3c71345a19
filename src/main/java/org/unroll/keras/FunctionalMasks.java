package org.unroll.keras;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.unroll.keras.FunctionalCall.Tensor;

/**
 * The masks in a Functional model of Keras 3. Keras 3.15 writes the computation of a mask as nodes
 * of operations, such as {@code NotEqual} and {@code Any}, and passes it to each layer that uses
 * it. This is what the layers do anyway: an Embedding or Masking creates the mask, layers with one
 * input pass it on, and layers with several inputs join the masks. Any other use is rejected.
 *
 * <p>Each mask is described by a number. Two masks that are computed in the same way have the same
 * number.
 */
final class FunctionalMasks {
  /** The layers whose output is masked where all inputs are masked. */
  private static final Set<String> MERGES =
      Set.of("Add", "Subtract", "Multiply", "Average", "Maximum", "Minimum");

  private static final int NONE = 0;
  private static final int ALL_VALID = 1;

  private final Map<List<?>, Integer> numbers = new HashMap<>();

  /** The mask of each output of a layer, and the result of each operation. */
  private final Map<Tensor, Integer> masks = new HashMap<>();

  /** Returns whether a node is an operation, which is not a layer. */
  static boolean isOperation(JsonNode node) {
    return node.path("module").asText().startsWith("keras.src.ops");
  }

  private int number(Object... description) {
    return numbers.computeIfAbsent(List.of(description), d -> numbers.size() + 2);
  }

  private int of(Tensor tensor) {
    return masks.getOrDefault(tensor, NONE);
  }

  /**
   * Adds an operation, whose inputs were added before.
   *
   * @param result the result of the operation
   * @throws IllegalArgumentException if it is not part of the computation of a mask
   */
  void addOperation(JsonNode node, FunctionalCall call, Tensor result) {
    String type = node.path("class_name").asText();
    List<Integer> given = call.inputs().stream().map(this::of).toList();
    int value =
        switch (type) {
          case "NotEqual" ->
              number(call.inputs().get(0), (float) call.others().get("").doubleValue());
          case "Any", "ExpandDims", "BroadcastTo", "ConvertToTensor" -> given.get(0);
          case "ZerosLike" -> NONE;
          case "OnesLike" -> ALL_VALID;
          case "LogicalOr" ->
              given.get(1) == NONE ? given.get(0) : number("or", given.get(0), given.get(1));
          case "Concatenate" -> number("concatenate", given);
          default ->
              throw new IllegalArgumentException(
                  "The operation "
                      + type
                      + " '"
                      + call.layer()
                      + "' is not supported. A Functional model must consist of layers, such as Add"
                      + " or Concatenate, instead of operations on tensors.");
        };
    masks.put(result, value);
  }

  /**
   * Adds the call of a layer, whose inputs were added before.
   *
   * @param result the first output of the call
   * @throws IllegalArgumentException if it is called with a mask that its inputs do not have
   */
  void addLayer(JsonNode node, FunctionalCall call, Tensor result) {
    List<Integer> given = new ArrayList<>();
    call.inputs().forEach(input -> given.add(of(input)));
    for (Tensor mask : call.masks()) {
      if (of(mask) == NONE || !given.contains(of(mask))) {
        throw new IllegalArgumentException(
            "The layer '"
                + call.layer()
                + "' is called with a mask that is not the one of the Embedding or Masking before"
                + " it, which is not supported.");
      }
    }
    JsonNode config = node.path("config");
    String type = node.path("class_name").asText();
    int mask = given.isEmpty() ? NONE : given.get(0);
    if (ModelConfigs.isModel(node)) {
      mask = NONE; // Keras does not compute the masks of inner models in advance
    } else if (type.equals("Masking")
        || (type.equals("Embedding") && config.path("mask_zero").asBoolean())) {
      mask = number(call.inputs().get(0), (float) config.path("mask_value").asDouble(0));
    } else if (MERGES.contains(type)) {
      for (int i = 1; i < given.size(); i++) {
        mask = mask == NONE || given.get(i) == NONE ? NONE : number("or", mask, given.get(i));
      }
    } else if (type.equals("Concatenate") && given.stream().anyMatch(m -> m != NONE)) {
      mask = number("concatenate", given.stream().map(m -> m == NONE ? ALL_VALID : m).toList());
    }
    masks.put(result, mask);
  }
}
