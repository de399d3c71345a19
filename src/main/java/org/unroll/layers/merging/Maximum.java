package org.unroll.layers.merging;

import org.unroll.network.GraphPass;

/**
 * The largest value of the inputs, as Keras's {@code Maximum}.
 *
 * <pre>
 * y = max(x₁, …, xₙ)
 * </pre>
 *
 * <p>{@link Merge} describes inputs, output and masks. A masked time step of an input does not
 * count unless all inputs are masked. The gradient of an output goes to the first input that has
 * the value, as in TensorFlow.
 *
 * <p>Source: Keras 3, {@code keras.layers.Maximum}.
 */
public final class Maximum extends Merge<Maximum> {
  /** Creates the layer. See {@code Layers.maximum}. */
  public Maximum() {
    super("Maximum");
  }

  @Override
  Maximum self() {
    return this;
  }

  @Override
  public GraphPass newPass() {
    return new ExtremePass(this, 1);
  }
}
