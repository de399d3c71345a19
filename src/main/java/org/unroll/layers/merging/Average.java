package org.unroll.layers.merging;

import org.unroll.network.GraphPass;

/**
 * The mean of the inputs, as Keras's {@code Average}.
 *
 * <pre>
 * y = (x₁ + … + xₙ) / n      dxᵢ = (d loss / d y) / n
 * </pre>
 *
 * <p>{@link Merge} describes inputs, output and masks.
 *
 * <p>Source: Keras 3, {@code keras.layers.Average}.
 */
public final class Average extends Merge<Average> {
  /** Creates the layer. See {@code Layers.average}. */
  public Average() {
    super("Average");
  }

  @Override
  Average self() {
    return this;
  }

  @Override
  public GraphPass newPass() {
    return new SumPass(this, false, true);
  }
}
