package org.unroll.layers.merging;

import org.unroll.network.GraphPass;

/**
 * The smallest value of the inputs, as Keras's {@code Minimum}.
 *
 * <pre>
 * y = min(x₁, …, xₙ)
 * </pre>
 *
 * <p>{@link Merge} describes inputs, output and masks. A masked time step of an input does not
 * count unless all inputs are masked. The gradient of an output goes to the first input that has
 * the value, as in TensorFlow.
 *
 * <p>Source: Keras 3, {@code keras.layers.Minimum}.
 */
public final class Minimum extends Merge<Minimum> {
  /** Creates the layer. See {@code Layers.minimum}. */
  public Minimum() {
    super("Minimum");
  }

  @Override
  Minimum self() {
    return this;
  }

  @Override
  public GraphPass newPass() {
    return new ExtremePass(this, -1);
  }
}
