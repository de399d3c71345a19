package org.unroll.layers.convolution;

/**
 * Removes time steps at the ends of a sequence, as Keras's {@code Cropping1D}.
 *
 * <p>Input: (batch, time, features). Output: (batch, time − first − last, features). As in Keras,
 * the mask is ignored and not passed on.
 *
 * <p>Backward pass: dx = d loss / d y at the time steps of the output, 0 at the others.
 *
 * <p>Source: Keras 3, {@code keras.layers.Cropping1D}.
 */
public final class Cropping1D extends EndsLayer<Cropping1D> {
  /**
   * Creates the layer. See {@code Layers.cropping1D}.
   *
   * @param first the number of time steps removed at the start
   * @param last the number of time steps removed at the end
   * @throws IllegalArgumentException if a number is negative
   */
  public Cropping1D(int first, int last) {
    super("Cropping1D", "The cropping", first, last, -1);
  }

  @Override
  Cropping1D self() {
    return this;
  }
}
