package org.unroll.layers.convolution;

import java.util.Arrays;
import org.unroll.compute.Compute;
import org.unroll.compute.Kernels;
import org.unroll.network.Pass;
import org.unroll.network.Tensor;

/**
 * Computes the mean of each feature over a sliding window of time steps, as Keras's {@code
 * AveragePooling1D}.
 *
 * <pre>
 * y[w, j] = 1/n Σ x[t, j]   over the n time steps t of window w
 * </pre>
 *
 * <p>Input: (batch, time, features). Output: (batch, windows, features). See {@link Pooling1D}.
 *
 * <p>Backward pass: dx[t, j] += 1/n · d loss / d y[w, j], for each window w and each t in it.
 *
 * <p>Source: Keras 3, {@code keras.layers.AveragePooling1D}.
 */
public final class AveragePooling1D extends Pooling1D<AveragePooling1D> {
  /**
   * Creates the layer. See {@code Layers.averagePooling1D}.
   *
   * @param poolSize the number of time steps in a window
   * @throws IllegalArgumentException if {@code poolSize} is less than 1
   */
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
