package org.unroll.layers.convolution;

import org.unroll.data.Shape;
import org.unroll.network.Layer;
import org.unroll.network.Tensor;

/**
 * The base class of {@link GlobalMaxPooling2D} and {@link GlobalAveragePooling2D}: layers that
 * reduce each channel of an image to one value.
 *
 * <p>Input: (batch, rows, columns, channels). Output: (batch, channels), or (batch, 1, 1, channels)
 * with {@link #keepdims(boolean) keepdims(true)}. As in Keras, the mask is ignored and not passed
 * on.
 *
 * @param <S> the type of the layer, which the fluent setters return
 */
public abstract class GlobalPooling2D<S extends GlobalPooling2D<S>> extends GlobalPooling<S> {
  GlobalPooling2D(String type) {
    super(type);
  }

  @Override
  public Shape checkInput(Shape input, Layer previous) {
    if (input.rank() != 3 || input.last() == Shape.ANY) {
      throw wrongInput(Patches.IMAGES, input, previous);
    }
    return keepdims() ? Shape.of(1, 1, input.last()) : Shape.of(input.last());
  }

  /** Returns the index of the output for the pixel whose first value has the index {@code at}. */
  static int outputOf(Tensor input, int at) {
    return at / input.width() % input.rows() * input.shape().last();
  }
}
