package org.unroll.layers.convolution;

import java.util.Arrays;
import org.unroll.data.Shape;
import org.unroll.network.ForwardContext;
import org.unroll.network.Gradient;
import org.unroll.network.Pass;
import org.unroll.network.Tensor;

/**
 * The pass of a layer whose time steps are copies of time steps of its input: output step t is
 * input step ⌊(t + shift) / repeats⌋, or zeros if there is no such step. The mask is not passed on.
 */
final class ShiftedPass extends Pass {
  private final int shift;
  private final int repeats;
  private final int longer; // the time steps of the output − repeats · those of the input
  private final Tensor output = new Tensor();
  private final Tensor inputGradient = new Tensor();
  private float[] y = {};
  private float[] dx = {};
  private Tensor x;

  ShiftedPass(int shift, int repeats, int longer) {
    this.shift = shift;
    this.repeats = repeats;
    this.longer = longer;
  }

  private int source(int step) {
    return Math.floorDiv(step + shift, repeats);
  }

  @Override
  public Tensor forward(Tensor input, float[][] state, ForwardContext context) {
    x = input;
    int timesteps = input.timesteps();
    int block = input.rows() * input.width();
    Shape shape = input.shape().withFirst(timesteps * repeats + longer);
    y = atLeast(y, shape.axis(0) * block);
    for (int t = 0; t < shape.axis(0); t++) {
      int from = source(t);
      if (from >= 0 && from < timesteps) {
        System.arraycopy(input.values(), input.offset() + from * block, y, t * block, block);
      } else {
        Arrays.fill(y, t * block, (t + 1) * block, 0f);
      }
    }
    return output.set(y, 0, input.rows(), shape, null);
  }

  @Override
  public Tensor backward(Tensor gradient, Gradient[] weightGradients, boolean needed) {
    if (!needed) {
      return null;
    }
    int block = x.rows() * x.width();
    dx = atLeast(dx, x.size());
    Arrays.fill(dx, 0, x.size(), 0f);
    for (int t = 0; t < gradient.timesteps(); t++) {
      int to = source(t);
      for (int i = 0; to >= 0 && to < x.timesteps() && i < block; i++) {
        dx[to * block + i] += gradient.values()[gradient.offset() + t * block + i];
      }
    }
    return inputGradient.set(dx, 0, x.rows(), x.shape(), null);
  }
}
