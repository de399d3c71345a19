package org.unroll.layers.convolution;

import org.unroll.data.Shape;
import org.unroll.network.Layer;

/**
 * What {@link GlobalMaxPooling1D} and {@link GlobalAveragePooling1D} have in common: one value for
 * each feature of a whole sequence.
 *
 * <p>Input (batch, time, features), output (batch, features), or (batch, 1, features) with {@link
 * #keepdims}. The output has no mask.
 *
 * @param <S> the layer itself, so that the fluent setters keep its type
 */
public abstract class GlobalPooling1D<S extends GlobalPooling1D<S>> extends Layer {
  private boolean keepdims;

  GlobalPooling1D(String type) {
    super(type);
  }

  abstract S self();

  /** Whether the time axis stays, with a length of 1; false by default. */
  public S keepdims(boolean keep) {
    requireNotBuilt("keepdims");
    keepdims = keep;
    return self();
  }

  /** Whether the time axis stays, with a length of 1. */
  public final boolean keepdims() {
    return keepdims;
  }

  /** Sets the name. */
  public S name(String name) {
    setName(name);
    return self();
  }

  @Override
  public Shape checkInput(Shape input, Layer previous) {
    requireSequence(input, previous);
    return keepdims ? input.withFirst(1) : input.dropFirst();
  }
}
