package org.unroll.layers.core;

import org.unroll.data.Shape;
import org.unroll.network.Layer;
import org.unroll.network.Pass;

/**
 * Lays all axes of a sample out in one, row-major, Keras's {@code Flatten}: (batch, 240, 14)
 * becomes (batch, 3360).
 *
 * <p>Source: Keras 3, {@code keras.layers.Flatten}.
 */
public final class Flatten extends Layer {
  public Flatten() {
    super("Flatten");
  }

  /** Sets the name. */
  public Flatten name(String name) {
    setName(name);
    return this;
  }

  @Override
  public Shape checkInput(Shape input, Layer previous) {
    if (!input.isKnown()) {
      throw wrongInput("axes of fixed length", input, previous);
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
