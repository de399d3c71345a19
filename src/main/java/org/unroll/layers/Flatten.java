package org.unroll.layers;

import org.unroll.data.Shape;

/**
 * Lays all axes of a sample out in one, row-major, Keras's {@code Flatten}: (batch, 240, 14)
 * becomes (batch, 3360).
 *
 * <p>Source: Keras 3, {@code keras.layers.Flatten}.
 */
public final class Flatten extends Layer {
  Flatten() {
    super("Flatten");
  }

  /** Sets the name. */
  public Flatten name(String name) {
    setName(name);
    return this;
  }

  @Override
  protected Shape checkInput(Shape input, Layer previous) {
    if (!input.isKnown()) {
      throw wrongInput("axes of fixed length", input, previous);
    }
    return Shape.of(input.size());
  }

  @Override
  public Pass newPass() {
    return new FlattenPass();
  }

  private static final class FlattenPass extends Pass {
    private final Tensor output = new Tensor();
    private final Tensor inputGradient = new Tensor();
    private float[] y = {};
    private float[] dx = {};
    private Shape shape;

    @Override
    public Tensor forward(Tensor input, float[][] state, Call call) {
      shape = input.shape();
      y = atLeast(y, input.size());
      int timesteps = input.timesteps();
      int width = input.width();
      for (int t = 0; t < timesteps; t++) {
        for (int r = 0; r < input.rows(); r++) {
          int from = input.offset() + (t * input.rows() + r) * width;
          System.arraycopy(input.values(), from, y, (r * timesteps + t) * width, width);
        }
      }
      return output.set(y, 0, input.rows(), Shape.of(timesteps * width), null);
    }

    @Override
    public Tensor backward(Tensor gradient, Gradient[] weightGradients, boolean needed) {
      if (!needed) {
        return null;
      }
      int rows = gradient.rows();
      dx = atLeast(dx, gradient.size());
      int timesteps = shape.rank() >= 2 ? shape.axis(0) : 1;
      int width = shape.size() / timesteps;
      for (int t = 0; t < timesteps; t++) {
        for (int r = 0; r < rows; r++) {
          int from = gradient.offset() + (r * timesteps + t) * width;
          System.arraycopy(gradient.values(), from, dx, (t * rows + r) * width, width);
        }
      }
      return inputGradient.set(dx, 0, rows, shape, null);
    }
  }
}
