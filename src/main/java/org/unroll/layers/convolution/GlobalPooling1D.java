package org.unroll.layers.convolution;

import org.unroll.data.Shape;
import org.unroll.network.Layer;

/**
 * The base class of {@link GlobalMaxPooling1D} and {@link GlobalAveragePooling1D}: layers that
 * reduce each feature of a sequence to one value.
 *
 * <p>Input: (batch, time, features). Output: (batch, features), or (batch, 1, features) with {@link
 * #keepdims(boolean) keepdims(true)}. The mask is not passed on.
 *
 * @param <S> the type of the layer, which the fluent setters return
 */
public abstract class GlobalPooling1D<S extends GlobalPooling1D<S>> extends GlobalPooling<S> {
  GlobalPooling1D(String type) {
    super(type);
  }

  @Override
  public Shape checkInput(Shape input, Layer previous) {
    requireSequence(input, previous);
    return keepdims() ? input.withFirst(1) : input.dropFirst();
  }
}
