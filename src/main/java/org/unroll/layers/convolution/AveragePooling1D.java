package org.unroll.layers.convolution;

import java.util.Arrays;
import org.unroll.compute.Compute;
import org.unroll.compute.Kernels;
import org.unroll.network.Pass;
import org.unroll.network.Tensor;

/**
 * The mean of each feature over a window of time steps, Keras's {@code AveragePooling1D}:
 *
 * <pre>
 * y[w, j] = 1/n Σ x[t, j]   over the n steps t of window w
 * </pre>
 *
 * <p>Backwards each of the n steps gets 1/n of the gradient of y[w, j].
 *
 * <p>Source: Keras 3, {@code keras.layers.AveragePooling1D}.
 */
public final class AveragePooling1D extends Pooling1D<AveragePooling1D> {
  public AveragePooling1D(int poolSize) {
    super("AveragePooling1D", poolSize);
  }

  @Override
  AveragePooling1D self() {
    return this;
  }

  @Override
  public Pass newPass() {
    return new AveragePass();
  }

  private final class AveragePass extends PoolingPass {
    private final Kernels kernels = Compute.kernels();

    @Override
    void pool(Tensor input, int from, int to, float[] values, int at) {
      int block = input.rows() * input.width();
      Arrays.fill(values, at, at + block, 0f);
      for (int t = from; t < to; t++) {
        kernels.add(block, input.values(), input.offset() + t * block, values, at);
      }
      divide(values, at, block, to - from);
    }

    @Override
    void poolBackward(int from, int to, int block, float[] g, int at, int window, float[] into) {
      divide(g, at, block, to - from);
      for (int t = from; t < to; t++) {
        kernels.add(block, g, at, into, t * block);
      }
    }
  }
}
