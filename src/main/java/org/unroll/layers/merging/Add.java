package org.unroll.layers.merging;

import org.unroll.network.GraphPass;

/**
 * The sum of the inputs, as Keras's {@code Add}.
 *
 * <pre>
 * y = x₁ + … + xₙ      dxᵢ = d loss / d y
 * </pre>
 *
 * <p>{@link Merge} describes inputs, output and masks.
 *
 * <p>Source: Keras 3, {@code keras.layers.Add}.
 */
public final class Add extends Merge<Add> {
  /** Creates the layer. See {@code Layers.add}. */
  public Add() {
    super("Add");
  }

  @Override
  Add self() {
    return this;
  }

  @Override
  public GraphPass newPass() {
    return new SumPass(this, false, false);
  }
}
