package org.unroll.layers;

import org.unroll.data.Shape;

/**
 * Lays all axes of a sample out in one, row-major, Keras's {@code Flatten}: (batch, 240, 14)
 * becomes (batch, 3360).
 *
 * <p>Source: Keras 3, {@code keras.layers.Flatten}.
 */
public final class Flatten extends Layer {
  Flatten() {
    super("Flatten");
  }

  /** Sets the name. */
  public Flatten name(String name) {
    setName(name);
    return this;
  }

  @Override
  protected Shape checkInput(Shape input, Layer previous) {
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
