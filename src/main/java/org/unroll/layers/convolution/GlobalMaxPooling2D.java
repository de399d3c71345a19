package org.unroll.layers.convolution;

import java.util.Arrays;
import org.unroll.network.ForwardContext;
import org.unroll.network.Gradient;
import org.unroll.network.Pass;
import org.unroll.network.Tensor;

/**
 * Computes the maximum of each channel over all pixels of an image, as Keras's {@code
 * GlobalMaxPooling2D}.
 *
 * <pre>
 * y[c] = max x[i, j, c]   over all pixels (i, j)
 * </pre>
 *
 * <p>Input: (batch, rows, columns, channels). Output: (batch, channels). See {@link
 * GlobalPooling2D}.
 *
 * <p>Backward pass: dx[i, j, c] = d loss / d y[c] at the pixel of the maximum. If several pixels
 * have the same maximum, each gets an equal part.
 *
 * <p>Source: Keras 3, {@code keras.layers.GlobalMaxPooling2D}.
 */
public final class GlobalMaxPooling2D extends GlobalPooling2D<GlobalMaxPooling2D> {
  /** Creates the layer. See {@code Layers.globalMaxPooling2D}. */
  public GlobalMaxPooling2D() {
    super("GlobalMaxPooling2D");
  }

  @Override
  GlobalMaxPooling2D self() {
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
    private float[] equals = {}; // the number of pixels with the maximum
    private Tensor x;

    @Override
    public Tensor forward(Tensor input, float[][] state, ForwardContext context) {
      x = input;
      int channels = input.shape().last();
      int size = input.rows() * channels;
      y = atLeast(y, size);
      Arrays.fill(y, 0, size, Float.NEGATIVE_INFINITY);
      for (int at = 0; at < input.size(); at += channels) {
        int to = outputOf(input, at);
        for (int c = 0; c < channels; c++) {
          y[to + c] = Math.max(y[to + c], input.values()[input.offset() + at + c]);
        }
      }
      return output.set(y, 0, input.rows(), outputShape(), null);
    }

    @Override
    public Tensor backward(Tensor gradient, Gradient[] weightGradients, boolean needed) {
      if (!needed) {
        return null;
      }
      int channels = x.shape().last();
      float[] values = x.values();
      equals = atLeast(equals, gradient.size());
      Arrays.fill(equals, 0, gradient.size(), 0f);
      for (int at = 0; at < x.size(); at += channels) {
        int to = outputOf(x, at);
        for (int c = 0; c < channels; c++) {
          equals[to + c] += values[x.offset() + at + c] == y[to + c] ? 1f : 0f;
        }
      }
      dx = atLeast(dx, x.size());
      for (int at = 0; at < x.size(); at += channels) {
        int from = outputOf(x, at);
        for (int c = 0; c < channels; c++) {
          boolean isMaximum = values[x.offset() + at + c] == y[from + c];
          float g = gradient.values()[gradient.offset() + from + c];
          dx[at + c] = isMaximum ? g / equals[from + c] : 0f;
        }
      }
      return inputGradient.set(dx, 0, x.rows(), x.shape(), null);
    }
  }
}
