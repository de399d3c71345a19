package org.unroll.layers.convolution;

import java.util.Arrays;
import org.unroll.compute.Compute;
import org.unroll.compute.Kernels;
import org.unroll.network.ForwardContext;
import org.unroll.network.Gradient;
import org.unroll.network.Pass;
import org.unroll.network.Tensor;

/**
 * Computes the mean of each channel over all pixels of an image, as Keras's {@code
 * GlobalAveragePooling2D}.
 *
 * <pre>
 * y[c] = 1/n Σ x[i, j, c]   over the n pixels (i, j)
 * </pre>
 *
 * <p>Input: (batch, rows, columns, channels). Output: (batch, channels). See {@link
 * GlobalPooling2D}.
 *
 * <p>Backward pass: dx[i, j, c] = 1/n · d loss / d y[c].
 *
 * <p>Source: Keras 3, {@code keras.layers.GlobalAveragePooling2D}.
 */
public final class GlobalAveragePooling2D extends GlobalPooling2D<GlobalAveragePooling2D> {
  /** Creates the layer. See {@code Layers.globalAveragePooling2D}. */
  public GlobalAveragePooling2D() {
    super("GlobalAveragePooling2D");
  }

  @Override
  GlobalAveragePooling2D self() {
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
    private Tensor x;

    @Override
    public Tensor forward(Tensor input, float[][] state, ForwardContext context) {
      x = input;
      int channels = input.shape().last();
      int size = input.rows() * channels;
      y = atLeast(y, size);
      Arrays.fill(y, 0, size, 0f);
      for (int at = 0; at < input.size(); at += channels) {
        kernels.add(channels, input.values(), input.offset() + at, y, outputOf(input, at));
      }
      divide(y, 0, size, (float) input.size() / size);
      return output.set(y, 0, input.rows(), outputShape(), null);
    }

    @Override
    public Tensor backward(Tensor gradient, Gradient[] weightGradients, boolean needed) {
      if (!needed) {
        return null;
      }
      int channels = x.shape().last();
      float[] g = gradient.values();
      int offset = gradient.offset();
      divide(g, offset, gradient.size(), (float) x.size() / gradient.size());
      dx = atLeast(dx, x.size());
      for (int at = 0; at < x.size(); at += channels) {
        System.arraycopy(g, offset + outputOf(x, at), dx, at, channels);
      }
      return inputGradient.set(dx, 0, x.rows(), x.shape(), null);
    }
  }
}
