package org.unroll.keras;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.IntFunction;
import org.unroll.data.Shape;
import org.unroll.internal.UniqueNames;
import org.unroll.layers.core.Masking;
import org.unroll.layers.merging.Concatenate;
import org.unroll.network.KerasMasks.Operation;

/** Writes the operations that compute the masks of a Functional model, each as a node. */
final class MaskWriter {
  private static final JsonNodeFactory JSON = JsonNodeFactory.instance;

  private final List<Shape> shapes;
  private final IntFunction<ObjectNode> tensors;
  private final Set<String> taken;
  private final UniqueNames names = new UniqueNames();
  private final List<ObjectNode> nodes = new ArrayList<>();
  private final Map<Operation, Mask> written = new HashMap<>();

  private record Mask(Shape shape, ObjectNode tensor) {}

  /**
   * Creates a writer.
   *
   * @param shapes the shape of one sample of each value of the network
   * @param tensors writes a value
   * @param taken the names of the layers
   */
  MaskWriter(List<Shape> shapes, IntFunction<ObjectNode> tensors, Set<String> taken) {
    this.shapes = shapes;
    this.tensors = tensors;
    this.taken = taken;
  }

  /** Returns the nodes of all masks that were written, each after those that it reads. */
  List<ObjectNode> nodes() {
    return nodes;
  }

  /** Returns the tensor of a mask. */
  ObjectNode tensor(Operation operation) {
    return write(operation).tensor.deepCopy();
  }

  private Mask write(Operation operation) {
    Mask known = written.get(operation);
    if (known != null) {
      return known;
    }
    ArrayNode inputs = JSON.arrayNode();
    operation.values().forEach(value -> inputs.add(tensors.apply(value)));
    operation.masks().forEach(mask -> inputs.add(tensor(mask)));
    String type = operation.type();
    ObjectNode config = JSON.objectNode().put("name", name(type));
    ArrayNode arguments = inputs;
    switch (type) {
      case "NotEqual" -> {
        if (operation.step().layer() instanceof Masking masking) {
          inputs.add(masking.maskValue());
        } else {
          inputs.add(0);
        }
      }
      case "Any" -> config.put("axis", -1).put("keepdims", false);
      case "ExpandDims" -> config.put("axis", -1);
      case "ZerosLike", "OnesLike" -> config.put("dtype", "bool");
      case "Concatenate" -> {
        config.put("axis", ((Concatenate) operation.step().layer()).axis());
        arguments = JSON.arrayNode().add(inputs);
      }
      default -> {} // LogicalOr and ConvertToTensor have no options
    }
    String module = type.equals("ConvertToTensor") ? "core" : "numpy";
    ObjectNode node = Format.wrap("keras.src.ops." + module, type, config);
    String name = config.get("name").asText();
    node.put("registered_name", type).put("name", name);
    ObjectNode call = node.putArray("inbound_nodes").addObject();
    call.set("args", arguments);
    call.putObject("kwargs");
    nodes.add(node);
    Shape shape = shape(operation);
    ObjectNode tensor = JSON.objectNode().put("class_name", "__keras_tensor__");
    ObjectNode description = tensor.putObject("config");
    description.set("shape", LayerFormats.batchShape(shape, 0));
    description.put("dtype", "bool");
    description.putArray("keras_history").add(name).add(0).add(0);
    var mask = new Mask(shape, tensor);
    written.put(operation, mask);
    return mask;
  }

  private String name(String type) {
    String name;
    do {
      name = names.next(Config.snakeCase(type));
    } while (taken.contains(name));
    return name;
  }

  private Shape shape(Operation operation) {
    if (!operation.values().isEmpty()) {
      return shapes.get(operation.values().get(0));
    }
    List<Operation> masks = operation.masks();
    Shape last = written.get(masks.get(masks.size() - 1)).shape;
    return switch (operation.type()) {
      case "Any" -> last.dropLast();
      case "ExpandDims" -> Shape.of(append(last.toArray()));
      case "Concatenate" -> shapes.get(operation.step().firstOutput());
      default -> last;
    };
  }

  private static int[] append(int[] axes) {
    int[] longer = Arrays.copyOf(axes, axes.length + 1);
    longer[axes.length] = 1;
    return longer;
  }
}
