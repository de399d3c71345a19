package org.unroll.layers.convolution;

import java.util.Arrays;
import org.unroll.data.Shape;
import org.unroll.network.Padding;
import org.unroll.network.Tensor;

/**
 * A convolution over time of each feature separately, with {@code multiplier} filters for each: the
 * part that {@link DepthwiseConv1D} and {@link SeparableConv1D} have in common.
 *
 * <pre>
 * z[o, c·m + q] = Σᵢ x[o·strides + i·dilationRate − p, c]·W[i, c, q]
 * </pre>
 */
record Depthwise(int kernelSize, int multiplier, int strides, int dilationRate, Padding padding) {
  int span() {
    return dilationRate * (kernelSize - 1) + 1;
  }

  /** Returns the shape of the result for one sample. */
  Shape output(Shape input) {
    int windows = padding.windows(input.axis(0), span(), strides);
    return Shape.of(windows, input.last() * multiplier);
  }

  /** A function of the window, its time step, and the index of the tap. */
  private interface Product {
    void run(int window, int step, int tap);
  }

  private void forEach(Shape input, Product product) {
    int timesteps = input.axis(0);
    int windows = output(input).axis(0);
    int before = padding.before(timesteps, span(), strides);
    for (int window = 0; window < windows; window++) {
      for (int tap = 0; tap < kernelSize; tap++) {
        int step = window * strides + tap * dilationRate - before;
        if (step >= 0 && step < timesteps) {
          product.run(window, step, tap);
        }
      }
    }
  }

  void forward(Tensor x, float[] kernel, float[] z) {
    int rows = x.rows();
    int features = x.width();
    int outputs = features * multiplier;
    Arrays.fill(z, 0, rows * output(x.shape()).size(), 0f);
    forEach(
        x.shape(),
        (window, step, tap) -> {
          for (int r = 0; r < rows; r++) {
            int from = x.offset() + (step * rows + r) * features;
            int to = (window * rows + r) * outputs;
            for (int j = 0; j < outputs; j++) {
              z[to + j] += x.values()[from + j / multiplier] * kernel[tap * outputs + j];
            }
          }
        });
  }

  void kernelGradient(Tensor x, float[] dz, int at, float[] kernelGradient) {
    int rows = x.rows();
    int features = x.width();
    int outputs = features * multiplier;
    Arrays.fill(kernelGradient, 0f);
    forEach(
        x.shape(),
        (window, step, tap) -> {
          for (int r = 0; r < rows; r++) {
            int from = x.offset() + (step * rows + r) * features;
            int to = at + (window * rows + r) * outputs;
            for (int j = 0; j < outputs; j++) {
              kernelGradient[tap * outputs + j] += x.values()[from + j / multiplier] * dz[to + j];
            }
          }
        });
  }

  void inputGradient(Tensor x, float[] dz, int at, float[] kernel, float[] dx) {
    int rows = x.rows();
    int features = x.width();
    int outputs = features * multiplier;
    Arrays.fill(dx, 0, x.size(), 0f);
    forEach(
        x.shape(),
        (window, step, tap) -> {
          for (int r = 0; r < rows; r++) {
            int from = (step * rows + r) * features;
            int to = at + (window * rows + r) * outputs;
            for (int j = 0; j < outputs; j++) {
              dx[from + j / multiplier] += kernel[tap * outputs + j] * dz[to + j];
            }
          }
        });
  }
}
