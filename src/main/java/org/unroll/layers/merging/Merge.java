package org.unroll.layers.merging;

import java.util.List;
import org.unroll.data.Shape;
import org.unroll.network.GraphLayer;
import org.unroll.network.Layer;

/**
 * The base class of layers that combine the elements of their inputs, as Keras's {@code Merge}.
 *
 * <p>Inputs: one or more, with samples of any shapes that can be broadcast: axes are compared from
 * the last one on, and two axes match if they are equal or if one of them has the length 1, which
 * is repeated. An input with fewer axes than another gets axes of length 1 after the batch axis.
 * Output: samples of the broadcast shape.
 *
 * <p>A time step of the output is masked if it is masked in all inputs. If an input has no mask,
 * neither has the output.
 *
 * <p>Backward pass: the gradient of an input is summed over the axes along which the input was
 * repeated.
 *
 * @param <S> the type of the layer, which the fluent setters return
 */
public abstract class Merge<S extends Merge<S>> extends GraphLayer {
  /** Creates a layer with Keras's class name. */
  Merge(String type) {
    super(type);
  }

  /** Returns this layer. */
  abstract S self();

  /** Sets the name, which must be unique in the model. */
  public final S name(String name) {
    setName(name);
    return self();
  }

  @Override
  public List<Shape> checkInputs(List<Shape> inputs, List<Layer> previous) {
    Shape output = inputs.get(0);
    for (Shape input : inputs) {
      output = broadcast(output, input);
      if (output == null) {
        throw wrongInputs(
            "inputs whose axes, compared from the last one on, are equal or 1",
            inputs,
            previous,
            "Change one of these layers, or put a layer after it that changes the shape.");
      }
    }
    return List.of(output);
  }

  /** Returns the shape of two samples together, or null if they do not match. */
  static Shape broadcast(Shape first, Shape second) {
    if (first.equals(second)) {
      return first;
    }
    if (first.rank() < second.rank()) {
      return broadcast(second, first);
    }
    int[] axes = first.toArray();
    int more = first.rank() - second.rank();
    for (int i = 0; i < second.rank(); i++) {
      int a = axes[more + i];
      int b = second.axis(i);
      if (a != Shape.ANY && b != Shape.ANY && a != 1 && b != 1 && a != b) {
        return null;
      }
      // As in Keras, an axis is unknown if either is.
      axes[more + i] = a == Shape.ANY || b == Shape.ANY ? Shape.ANY : a == 1 ? b : a;
    }
    return Shape.of(axes);
  }

  @Override
  protected boolean worksStepByStep() {
    return true;
  }
}
