package org.unroll.layers.convolution;

import org.unroll.network.Pass;
import org.unroll.network.Tensor;

/**
 * Computes the mean of each channel over a sliding window of pixels, as Keras's {@code
 * AveragePooling2D}.
 *
 * <pre>
 * y[o, q, c] = 1/n Σ x[i, j, c]   over the n pixels (i, j) of window (o, q)
 * </pre>
 *
 * <p>As in TensorFlow, n counts only pixels inside the image.
 *
 * <p>Input: (batch, rows, columns, channels). Output: (batch, new rows, new columns, channels). See
 * {@link Pooling2D}.
 *
 * <p>Backward pass: dx[i, j, c] += 1/n · d loss / d y[o, q, c], for each window (o, q) and each
 * pixel (i, j) in it.
 *
 * <p>Source: Keras 3, {@code keras.layers.AveragePooling2D}.
 */
public final class AveragePooling2D extends Pooling2D<AveragePooling2D> {
  /**
   * Creates the layer. See {@code Layers.averagePooling2D}.
   *
   * @param poolRows the number of rows in a window
   * @param poolColumns the number of columns in a window
   * @throws IllegalArgumentException if a number is less than 1
   */
  public AveragePooling2D(int poolRows, int poolColumns) {
    super("AveragePooling2D", poolRows, poolColumns);
  }

  @Override
  AveragePooling2D self() {
    return this;
  }

  @Override
  public Pass newPass() {
    return new AveragePass();
  }

  private final class AveragePass extends PoolingPass implements Pixels {
    private int[] counts = {}; // the number of pixels of each window
    private float[] x;
    private int offset;
    private float[] y;
    private final Pixels spread = new Spread();

    @Override
    Pixels forward(Tensor input, float[] values, int size) {
      x = input.values();
      offset = input.offset();
      y = values;
      if (counts.length < size / channels) {
        counts = new int[size / channels];
      }
      return this;
    }

    @Override
    public void visit(int window, int pixel, int number) {
      for (int c = 0; c < channels; c++) {
        float value = x[offset + pixel + c];
        y[window + c] = number == 0 ? value : y[window + c] + value;
      }
    }

    @Override
    public void end(int window, int pixels) {
      counts[window / channels] = pixels;
      divide(y, window, channels, pixels);
    }

    @Override
    void backward(Tensor gradient, float[] into) {
      for (int window = 0; window < gradient.size() / channels; window++) {
        int from = gradient.offset() + window * channels;
        divide(gradient.values(), from, channels, counts[window]);
      }
      x = gradient.values();
      offset = gradient.offset();
      y = into;
      forEachWindow(gradient.rows(), spread);
    }

    /** Adds the gradient of a window to that of its pixels. */
    private final class Spread implements Pixels {
      @Override
      public void visit(int window, int pixel, int number) {
        for (int c = 0; c < channels; c++) {
          y[pixel + c] += x[offset + window + c];
        }
      }

      @Override
      public void end(int window, int pixels) {}
    }
  }
}
