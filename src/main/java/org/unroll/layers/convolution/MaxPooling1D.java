package org.unroll.layers.convolution;

import org.unroll.network.Pass;
import org.unroll.network.Tensor;

/**
 * Computes the maximum of each feature over a sliding window of time steps, as Keras's {@code
 * MaxPooling1D}.
 *
 * <pre>
 * y[w, j] = max x[t, j]   over the time steps t of window w
 * </pre>
 *
 * <p>Input: (batch, time, features). Output: (batch, windows, features). See {@link Pooling1D}.
 *
 * <p>Backward pass: d loss / d y[w, j] is added to dx at the time step of the maximum, and at the
 * first one if there are several.
 *
 * <p>Source: Keras 3, {@code keras.layers.MaxPooling1D}.
 */
public final class MaxPooling1D extends Pooling1D<MaxPooling1D> {
  /**
   * Creates the layer. See {@code Layers.maxPooling1D}.
   *
   * @param poolSize the number of time steps in a window
   * @throws IllegalArgumentException if {@code poolSize} is less than 1
   */
  public MaxPooling1D(int poolSize) {
    super("MaxPooling1D", poolSize);
  }

  @Override
  MaxPooling1D self() {
    return this;
  }

  @Override
  public Pass newPass() {
    return new MaxPass();
  }

  private final class MaxPass extends PoolingPass {
    private int[] largest = {}; // the time step of each output value

    @Override
    void pool(Tensor input, int from, int to, float[] values, int at) {
      float[] x = input.values();
      int block = input.rows() * input.width();
      if (largest.length < values.length) {
        largest = new int[values.length];
      }
      for (int i = 0; i < block; i++) {
        int where = from;
        float max = x[input.offset() + from * block + i];
        for (int t = from + 1; t < to; t++) {
          float value = x[input.offset() + t * block + i];
          if (value > max || Float.isNaN(value)) {
            max = value;
            where = t;
          }
        }
        values[at + i] = max;
        largest[at + i] = where;
      }
    }

    @Override
    void poolBackward(int from, int to, int block, float[] g, int at, int window, float[] into) {
      for (int i = 0; i < block; i++) {
        into[largest[window * block + i] * block + i] += g[at + i];
      }
    }
  }
}
