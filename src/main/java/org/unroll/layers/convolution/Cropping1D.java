package org.unroll.layers.convolution;

import org.unroll.data.Shape;
import org.unroll.network.Layer;
import org.unroll.network.Pass;

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
public final class Cropping1D extends Layer {
  private final int first;
  private final int last;

  /**
   * Creates the layer. See {@code Layers.cropping1D}.
   *
   * @param first the number of time steps removed at the start
   * @param last the number of time steps removed at the end
   * @throws IllegalArgumentException if a number is negative
   */
  public Cropping1D(int first, int last) {
    super("Cropping1D");
    if (first < 0 || last < 0) {
      throw new IllegalArgumentException(
          "The cropping must be at least 0 at both ends, but was " + first + " and " + last + ".");
    }
    this.first = first;
    this.last = last;
  }

  /** Returns the number of time steps removed at the start. */
  public int first() {
    return first;
  }

  /** Returns the number of time steps removed at the end. */
  public int last() {
    return last;
  }

  /** Sets the name, which must be unique in the model. */
  public Cropping1D name(String name) {
    setName(name);
    return this;
  }

  @Override
  public Shape checkInput(Shape input, Layer previous) {
    requireSequence(input, previous);
    int timesteps = input.axis(0);
    if (timesteps != Shape.ANY && timesteps <= first + last) {
      throw wrongInput("with more than " + (first + last) + " time steps", input, previous);
    }
    return timesteps == Shape.ANY ? input : input.withFirst(timesteps - first - last);
  }

  @Override
  public Pass newPass() {
    return new ShiftedPass(first, 1, -(first + last));
  }
}
