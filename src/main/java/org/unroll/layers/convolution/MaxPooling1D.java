package org.unroll.layers.convolution;

import org.unroll.network.Pass;
import org.unroll.network.Tensor;

/**
 * The largest value of each feature in a window of time steps, Keras's {@code MaxPooling1D}:
 *
 * <pre>
 * y[w, j] = max over the steps t of window w of x[t, j]
 * </pre>
 *
 * <p>Backwards the gradient of y[w, j] goes to the step that held the largest value, to the first
 * one of several.
 *
 * <p>Source: Keras 3, {@code keras.layers.MaxPooling1D}.
 */
public final class MaxPooling1D extends Pooling1D<MaxPooling1D> {
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
    private int[] largest = {}; // for each value of the output, the step it comes from

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
