package org.unroll.layers.core;

import org.unroll.data.Shape;
import org.unroll.network.ForwardContext;
import org.unroll.network.Gradient;
import org.unroll.network.Pass;
import org.unroll.network.Tensor;

/** Changes the shape of the samples and keeps their values in row-major order. */
abstract class ReshapePass extends Pass {
  private final Tensor output = new Tensor();
  private final Tensor inputGradient = new Tensor();
  private float[] y = {};
  private float[] dx = {};
  private Shape inputShape;
  private Shape outputShape;

  /** Returns the shape of one output sample. */
  abstract Shape outputFor(Shape input);

  @Override
  public final Tensor forward(Tensor input, float[][] state, ForwardContext context) {
    if (!input.shape().equals(inputShape)) {
      inputShape = input.shape();
      outputShape = outputFor(inputShape);
    }
    y = atLeast(y, input.size());
    return move(input, output.set(y, 0, input.rows(), outputShape, null));
  }

  @Override
  public final Tensor backward(Tensor gradient, Gradient[] weightGradients, boolean needed) {
    if (!needed) {
      return null;
    }
    dx = atLeast(dx, gradient.size());
    return move(gradient, inputGradient.set(dx, 0, gradient.rows(), inputShape, null));
  }

  /** Copies from one layout to the other, in runs that are contiguous in both. */
  private static Tensor move(Tensor from, Tensor to) {
    int rows = from.rows();
    int size = from.shape().size();
    int fromWidth = from.width();
    int toWidth = to.width();
    for (int r = 0; r < rows; r++) {
      int i = 0;
      while (i < size) {
        int run = Math.min(fromWidth - i % fromWidth, toWidth - i % toWidth);
        int source = from.offset() + (i / fromWidth * rows + r) * fromWidth + i % fromWidth;
        int target = to.offset() + (i / toWidth * rows + r) * toWidth + i % toWidth;
        System.arraycopy(from.values(), source, to.values(), target, run);
        i += run;
      }
    }
    return to;
  }
}
