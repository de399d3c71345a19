package org.unroll.layers.merging;

import java.util.List;
import org.unroll.data.Shape;
import org.unroll.network.GraphPass;
import org.unroll.network.Layer;

/**
 * The difference of two inputs, as Keras's {@code Subtract}.
 *
 * <pre>
 * y = x₁ − x₂      dx₁ = d loss / d y      dx₂ = −d loss / d y
 * </pre>
 *
 * <p>{@link Merge} describes inputs, output and masks.
 *
 * <p>Source: Keras 3, {@code keras.layers.Subtract}.
 */
public final class Subtract extends Merge<Subtract> {
  /** Creates the layer. See {@code Layers.subtract}. */
  public Subtract() {
    super("Subtract");
  }

  @Override
  Subtract self() {
    return this;
  }

  @Override
  public List<Shape> checkInputs(List<Shape> inputs, List<Layer> previous) {
    if (inputs.size() != 2) {
      throw wrongInputs("two inputs", inputs, previous, "Apply it with on(minuend, subtrahend).");
    }
    return super.checkInputs(inputs, previous);
  }

  @Override
  public GraphPass newPass() {
    return new SumPass(this, true, false);
  }
}
