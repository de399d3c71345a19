package org.unroll.layers.convolution;

/**
 * Adds time steps of zeros at the ends of a sequence, as Keras's {@code ZeroPadding1D}.
 *
 * <p>Input: (batch, time, features). Output: (batch, first + time + last, features). As in Keras,
 * the mask is ignored and not passed on.
 *
 * <p>Backward pass: dx = d loss / d y at the time steps of the input.
 *
 * <p>Source: Keras 3, {@code keras.layers.ZeroPadding1D}.
 */
public final class ZeroPadding1D extends EndsLayer<ZeroPadding1D> {
  /**
   * Creates the layer. See {@code Layers.zeroPadding1D}.
   *
   * @param first the number of time steps added at the start
   * @param last the number of time steps added at the end
   * @throws IllegalArgumentException if a number is negative
   */
  public ZeroPadding1D(int first, int last) {
    super("ZeroPadding1D", "The padding", first, last, 1);
  }

  @Override
  ZeroPadding1D self() {
    return this;
  }
}
