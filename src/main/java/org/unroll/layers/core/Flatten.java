package org.unroll.layers.core;

import org.unroll.data.Shape;
import org.unroll.network.Layer;
import org.unroll.network.Pass;

/**
 * Flattens the axes of a sample to one axis in row-major order, as Keras's {@code Flatten}. The
 * shape (batch, 240, 14) becomes (batch, 3360).
 *
 * <p>Input: samples of any shape whose axes have fixed lengths. Output: (batch, values). The mask
 * is not passed on.
 *
 * <p>Source: Keras 3, {@code keras.layers.Flatten}.
 */
public final class Flatten extends Layer {
  /** Creates the layer. See {@code Layers.flatten}. */
  public Flatten() {
    super("Flatten");
  }

  /** Sets the name, which must be unique in the model. */
  public Flatten name(String name) {
    setName(name);
    return this;
  }

  @Override
  public Shape checkInput(Shape input, Layer previous) {
    if (!input.isKnown()) {
      throw wrongInput("with axes of fixed length", input, previous);
    }
    return Shape.of(input.size());
  }

  @Override
  public Pass newPass() {
    return new ReshapePass() {
      @Override
      Shape outputFor(Shape input) {
        return Shape.of(input.size());
      }
    };
  }
}
