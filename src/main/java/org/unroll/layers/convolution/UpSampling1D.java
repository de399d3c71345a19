package org.unroll.layers.convolution;

import org.unroll.data.Shape;
import org.unroll.network.Layer;
import org.unroll.network.Pass;

/**
 * Repeats each time step, as Keras's {@code UpSampling1D}.
 *
 * <pre>
 * y[t] = x[⌊t / size⌋]
 * </pre>
 *
 * <p>Input: (batch, time, features). Output: (batch, size·time, features). As in Keras, the mask is
 * ignored and not passed on.
 *
 * <p>Backward pass: dx[t] = Σ d loss / d y over the copies of x[t].
 *
 * <p>Source: Keras 3, {@code keras.layers.UpSampling1D}.
 */
public final class UpSampling1D extends Layer {
  private final int size;

  /**
   * Creates the layer. See {@code Layers.upSampling1D}.
   *
   * @param size the number of copies of each time step
   * @throws IllegalArgumentException if it is less than 1
   */
  public UpSampling1D(int size) {
    super("UpSampling1D");
    this.size = requirePositive("size", size);
  }

  /** Returns the number of copies of each time step. */
  public int size() {
    return size;
  }

  /** Sets the name, which must be unique in the model. */
  public UpSampling1D name(String name) {
    setName(name);
    return this;
  }

  @Override
  public Shape checkInput(Shape input, Layer previous) {
    requireSequence(input, previous);
    return input.axis(0) == Shape.ANY ? input : input.withFirst(size * input.axis(0));
  }

  @Override
  public Pass newPass() {
    return new ShiftedPass(0, size, 0);
  }
}
