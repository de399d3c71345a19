package org.unroll.layers.convolution;

import org.unroll.data.Shape;
import org.unroll.network.Layer;
import org.unroll.network.Pass;

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
public final class ZeroPadding1D extends Layer {
  private final int first;
  private final int last;

  /**
   * Creates the layer. See {@code Layers.zeroPadding1D}.
   *
   * @param first the number of time steps added at the start
   * @param last the number of time steps added at the end
   * @throws IllegalArgumentException if a number is negative
   */
  public ZeroPadding1D(int first, int last) {
    super("ZeroPadding1D");
    if (first < 0 || last < 0) {
      throw new IllegalArgumentException(
          "The padding must be at least 0 at both ends, but was " + first + " and " + last + ".");
    }
    this.first = first;
    this.last = last;
  }

  /** Returns the number of time steps added at the start. */
  public int first() {
    return first;
  }

  /** Returns the number of time steps added at the end. */
  public int last() {
    return last;
  }

  /** Sets the name, which must be unique in the model. */
  public ZeroPadding1D name(String name) {
    setName(name);
    return this;
  }

  @Override
  public Shape checkInput(Shape input, Layer previous) {
    requireSequence(input, previous);
    int timesteps = input.axis(0);
    return timesteps == Shape.ANY ? input : input.withFirst(first + timesteps + last);
  }

  @Override
  public Pass newPass() {
    return new ShiftedPass(-first, 1, first + last);
  }
}
