package org.unroll.layers.convolution;

import java.util.Arrays;
import org.unroll.compute.Compute;
import org.unroll.compute.Kernels;
import org.unroll.network.ForwardContext;
import org.unroll.network.Gradient;
import org.unroll.network.Pass;
import org.unroll.network.Tensor;

/**
 * Computes the mean of each feature over all time steps, as Keras's {@code GlobalAveragePooling1D}.
 *
 * <pre>
 * y[j] = 1/n Σ x[t, j]   over the n time steps t that are not masked
 * </pre>
 *
 * <p>Input: (batch, time, features). Output: (batch, features). See {@link GlobalPooling1D}. As in
 * Keras, the output is NaN if all time steps of a row are masked.
 *
 * <p>Backward pass: dx[t, j] = 1/n · d loss / d y[j], and 0 if t is masked.
 *
 * <p>Source: Keras 3, {@code keras.layers.GlobalAveragePooling1D}.
 */
public final class GlobalAveragePooling1D extends GlobalPooling1D<GlobalAveragePooling1D> {
  /** Creates the layer. See {@code Layers.globalAveragePooling1D}. */
  public GlobalAveragePooling1D() {
    super("GlobalAveragePooling1D");
  }

  @Override
  GlobalAveragePooling1D self() {
    return this;
  }

  @Override
  public Pass newPass() {
    return new AveragePass();
  }

  private final class AveragePass extends Pass {
    private final Kernels kernels = Compute.kernels();
    private final Tensor output = new Tensor();
    private final Tensor inputGradient = new Tensor();
    private float[] y = {};
    private float[] dx = {};
    private int[] counts = {}; // the number of unmasked time steps of each row
    private Tensor x;

    @Override
    public Tensor forward(Tensor input, float[][] state, ForwardContext context) {
      x = input;
      int rows = input.rows();
      int block = rows * input.width();
      y = atLeast(y, block);
      Arrays.fill(y, 0, block, 0f);
      if (counts.length < rows) {
        counts = new int[rows];
      }
      Arrays.fill(counts, 0, rows, input.mask() == null ? input.timesteps() : 0);
      for (int t = 0; t < input.timesteps(); t++) {
        if (input.mask() == null) {
          kernels.add(block, input.values(), input.offset() + t * block, y, 0);
        } else {
          addUnmasked(input, t);
        }
      }
      divideByCounts(y, 0);
      return output.set(y, 0, rows, outputShape(), null);
    }

    private void addUnmasked(Tensor input, int t) {
      int rows = input.rows();
      int width = input.width();
      for (int r = 0; r < rows; r++) {
        if (input.mask()[t * rows + r]) {
          int from = input.offset() + (t * rows + r) * width;
          kernels.add(width, input.values(), from, y, r * width);
          counts[r]++;
        }
      }
    }

    private void divideByCounts(float[] values, int at) {
      int width = x.width();
      for (int r = 0; r < x.rows(); r++) {
        divide(values, at + r * width, width, counts[r]);
      }
    }

    @Override
    public Tensor backward(Tensor gradient, Gradient[] weightGradients, boolean needed) {
      if (!needed) {
        return null;
      }
      float[] g = gradient.values();
      int at = gradient.offset();
      divideByCounts(g, at);
      int block = gradient.size();
      dx = atLeast(dx, x.size());
      for (int t = 0; t < x.timesteps(); t++) {
        System.arraycopy(g, at, dx, t * block, block);
      }
      if (x.mask() != null) {
        clearMasked(dx, 0, x);
      }
      return inputGradient.set(dx, 0, x.rows(), x.shape(), null);
    }
  }
}
