package org.unroll.network;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.unroll.data.Shape;

/** One application of a layer to nodes of a graph, which returns other nodes. */
final class Application {
  private static final AtomicLong COUNT = new AtomicLong();

  private final long number = COUNT.incrementAndGet();
  private final Layer layer;
  private final List<Node> inputs;
  private final List<Node> outputs;

  private record Output(Application application, Shape shape) implements Node {
    @Override
    public Layer layer() {
      return application.layer;
    }

    @Override
    public List<Node> outputs() {
      return application.outputs;
    }

    @Override
    public boolean equals(Object other) {
      return this == other;
    }

    @Override
    public int hashCode() {
      return System.identityHashCode(this);
    }

    @Override
    public String toString() {
      return layer().displayName() + " " + shape;
    }
  }

  /**
   * Applies a layer.
   *
   * @throws IllegalArgumentException if the layer does not accept the inputs; the message ends with
   *     the path from an input of the model
   */
  Application(Layer layer, List<Node> inputs) {
    this.layer = layer;
    this.inputs = List.copyOf(inputs);
    List<Node> nodes = new ArrayList<>();
    for (Shape shape : checkedShapes()) {
      nodes.add(new Output(this, shape));
    }
    outputs = List.copyOf(nodes);
  }

  private List<Shape> checkedShapes() {
    try {
      return layer.checkInputs(
          inputs.stream().map(Node::shape).toList(), inputs.stream().map(Node::layer).toList());
    } catch (IllegalArgumentException e) {
      String message = e.getMessage();
      throw new IllegalArgumentException(
          message + (message.endsWith(".") ? "" : ".") + " Path from the input: " + path() + ".",
          e);
    }
  }

  /**
   * Returns the path through the first inputs, such as {@code input (240, 14) → lstm (32,) → add}.
   */
  private String path() {
    var text = new StringBuilder(layer.displayName());
    Node node = inputs.get(0);
    for (int length = 0; node != null && length < 20; length++) {
      text.insert(0, node + " → ");
      node = node instanceof Output output ? output.application.inputs.get(0) : null;
    }
    return text.toString();
  }

  Layer layer() {
    return layer;
  }

  /**
   * Returns a number that is larger than that of all applications before, so also of its inputs.
   */
  long number() {
    return number;
  }

  List<Node> inputs() {
    return inputs;
  }

  List<Node> outputs() {
    return outputs;
  }

  /** Returns the application that returned a node; null for an input. */
  static Application of(Node node) {
    return node instanceof Output output ? output.application : null;
  }
}
