package org.unroll.layers.merging;

import org.unroll.network.GraphPass;

/**
 * The product of the inputs, as Keras's {@code Multiply}.
 *
 * <pre>
 * y = x₁ ⊙ … ⊙ xₙ      dxᵢ = d loss / d y ⊙ (the product of the other inputs)
 * </pre>
 *
 * <p>{@link Merge} describes inputs, output and masks. A masked time step of an input is a factor
 * of 1. The output is 0 where all inputs are masked.
 *
 * <p>Source: Keras 3, {@code keras.layers.Multiply}.
 */
public final class Multiply extends Merge<Multiply> {
  /** Creates the layer. See {@code Layers.multiply}. */
  public Multiply() {
    super("Multiply");
  }

  @Override
  Multiply self() {
    return this;
  }

  @Override
  public GraphPass newPass() {
    return new ProductPass(this);
  }
}
