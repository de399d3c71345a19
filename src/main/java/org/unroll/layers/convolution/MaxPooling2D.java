package org.unroll.layers.convolution;

import org.unroll.network.Pass;
import org.unroll.network.Tensor;

/**
 * Computes the maximum of each channel over a sliding window of pixels, as Keras's {@code
 * MaxPooling2D}.
 *
 * <pre>
 * y[o, q, c] = max x[i, j, c]   over the pixels (i, j) of window (o, q)
 * </pre>
 *
 * <p>Input: (batch, rows, columns, channels). Output: (batch, new rows, new columns, channels). See
 * {@link Pooling2D}.
 *
 * <p>Backward pass: d loss / d y[o, q, c] is added to dx at the pixel of the maximum, and at the
 * first one, row by row, if there are several.
 *
 * <p>Source: Keras 3, {@code keras.layers.MaxPooling2D}.
 */
public final class MaxPooling2D extends Pooling2D<MaxPooling2D> {
  /**
   * Creates the layer. See {@code Layers.maxPooling2D}.
   *
   * @param poolRows the number of rows in a window
   * @param poolColumns the number of columns in a window
   * @throws IllegalArgumentException if a number is less than 1
   */
  public MaxPooling2D(int poolRows, int poolColumns) {
    super("MaxPooling2D", poolRows, poolColumns);
  }

  @Override
  MaxPooling2D self() {
    return this;
  }

  @Override
  public Pass newPass() {
    return new MaxPass();
  }

  private final class MaxPass extends PoolingPass implements Pixels {
    private int[] largest = {}; // the input value of each output value
    private float[] x;
    private int offset;
    private float[] y;

    @Override
    Pixels forward(Tensor input, float[] values, int size) {
      x = input.values();
      offset = input.offset();
      y = values;
      if (largest.length < size) {
        largest = new int[size];
      }
      return this;
    }

    @Override
    public void visit(int window, int pixel, int number) {
      for (int c = 0; c < channels; c++) {
        float value = x[offset + pixel + c];
        if (number == 0 || value > y[window + c] || Float.isNaN(value)) {
          y[window + c] = value;
          largest[window + c] = pixel + c;
        }
      }
    }

    @Override
    public void end(int window, int pixels) {}

    @Override
    void backward(Tensor gradient, float[] into) {
      for (int i = 0; i < gradient.size(); i++) {
        into[largest[i]] += gradient.values()[gradient.offset() + i];
      }
    }
  }
}
