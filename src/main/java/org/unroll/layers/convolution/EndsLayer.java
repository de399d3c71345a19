package org.unroll.layers.convolution;

import org.unroll.data.Shape;
import org.unroll.network.Layer;
import org.unroll.network.Pass;

/**
 * The base class of {@link ZeroPadding1D} and {@link Cropping1D}, which add or remove time steps at
 * the ends of a sequence.
 *
 * @param <S> the type of the layer, which the setter returns
 */
public abstract class EndsLayer<S extends EndsLayer<S>> extends Layer {
  private final int first;
  private final int last;
  private final int sign; // 1 if the time steps are added, −1 if they are removed

  EndsLayer(String type, String what, int first, int last, int sign) {
    super(type);
    if (first < 0 || last < 0) {
      throw new IllegalArgumentException(
          what + " must be at least 0 at both ends, but was " + first + " and " + last + ".");
    }
    this.first = first;
    this.last = last;
    this.sign = sign;
  }

  abstract S self();

  /** Returns the number of time steps added or removed at the start. */
  public final int first() {
    return first;
  }

  /** Returns the number of time steps added or removed at the end. */
  public final int last() {
    return last;
  }

  /** Sets the name, which must be unique in the model. */
  public final S name(String name) {
    setName(name);
    return self();
  }

  @Override
  public final Shape checkInput(Shape input, Layer previous) {
    requireSequence(input, previous);
    if (input.axis(0) == Shape.ANY) {
      return input;
    }
    int timesteps = input.axis(0) + sign * (first + last);
    if (timesteps < 1) {
      throw wrongInput("with more than " + (first + last) + " time steps", input, previous);
    }
    return input.withFirst(timesteps);
  }

  @Override
  public final Pass newPass() {
    return new ShiftedPass(-sign * first, 1, sign * (first + last));
  }
}
