package org.unroll.layers.convolution;

import java.util.Arrays;
import org.unroll.network.ForwardContext;
import org.unroll.network.Gradient;
import org.unroll.network.Pass;
import org.unroll.network.Tensor;

/**
 * Computes the maximum of each feature over all time steps, as Keras's {@code GlobalMaxPooling1D}.
 *
 * <pre>
 * y[j] = max x[t, j]   over all time steps t
 * </pre>
 *
 * <p>Input: (batch, time, features). Output: (batch, features). See {@link GlobalPooling1D}. As in
 * Keras, the mask is ignored, so masked time steps are included.
 *
 * <p>Backward pass: dx[t, j] = d loss / d y[j] at the time step of the maximum. If several time
 * steps have the same maximum, each gets an equal part.
 *
 * <p>Source: Keras 3, {@code keras.layers.GlobalMaxPooling1D}.
 */
public final class GlobalMaxPooling1D extends GlobalPooling1D<GlobalMaxPooling1D> {
  /** Creates the layer. See {@code Layers.globalMaxPooling1D}. */
  public GlobalMaxPooling1D() {
    super("GlobalMaxPooling1D");
  }

  @Override
  GlobalMaxPooling1D self() {
    return this;
  }

  @Override
  public Pass newPass() {
    return new MaxPass();
  }

  private final class MaxPass extends Pass {
    private final Tensor output = new Tensor();
    private final Tensor inputGradient = new Tensor();
    private float[] y = {};
    private float[] dx = {};
    private float[] equals = {}; // the number of time steps with the maximum
    private Tensor x;

    @Override
    public Tensor forward(Tensor input, float[][] state, ForwardContext context) {
      x = input;
      int block = input.rows() * input.width();
      y = atLeast(y, block);
      float[] values = input.values();
      System.arraycopy(values, input.offset(), y, 0, block);
      for (int t = 1; t < input.timesteps(); t++) {
        int from = input.offset() + t * block;
        for (int i = 0; i < block; i++) {
          y[i] = Math.max(y[i], values[from + i]);
        }
      }
      return output.set(y, 0, input.rows(), outputShape(), null);
    }

    @Override
    public Tensor backward(Tensor gradient, Gradient[] weightGradients, boolean needed) {
      if (!needed) {
        return null;
      }
      int block = gradient.size();
      int timesteps = x.timesteps();
      float[] values = x.values();
      equals = atLeast(equals, block);
      Arrays.fill(equals, 0, block, 0f);
      for (int t = 0; t < timesteps; t++) {
        int from = x.offset() + t * block;
        for (int i = 0; i < block; i++) {
          equals[i] += values[from + i] == y[i] ? 1f : 0f;
        }
      }
      dx = atLeast(dx, timesteps * block);
      float[] g = gradient.values();
      for (int t = 0; t < timesteps; t++) {
        int from = x.offset() + t * block;
        for (int i = 0; i < block; i++) {
          boolean isMaximum = values[from + i] == y[i];
          dx[t * block + i] = isMaximum ? g[gradient.offset() + i] / equals[i] : 0f;
        }
      }
      return inputGradient.set(dx, 0, x.rows(), x.shape(), null);
    }
  }
}
