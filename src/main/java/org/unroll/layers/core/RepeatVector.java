package org.unroll.layers.core;

import java.util.Arrays;
import org.unroll.compute.Compute;
import org.unroll.data.Shape;
import org.unroll.network.ForwardContext;
import org.unroll.network.Gradient;
import org.unroll.network.Layer;
import org.unroll.network.Pass;
import org.unroll.network.Tensor;

/**
 * Repeats a vector n times, as Keras's {@code RepeatVector}. The result is a sequence of equal time
 * steps.
 *
 * <p>Input: (batch, features). Output: (batch, n, features).
 *
 * <p>Backward pass: dx = Σ d loss / d y[t] over the time steps.
 *
 * <p>Source: Keras 3, {@code keras.layers.RepeatVector}.
 */
public final class RepeatVector extends Layer {
  private final int n;

  /**
   * Creates the layer. See {@code Layers.repeatVector}.
   *
   * @param n the number of time steps
   * @throws IllegalArgumentException if {@code n} is less than 1
   */
  public RepeatVector(int n) {
    super("RepeatVector");
    this.n = requirePositive("n", n);
  }

  /** Returns the number of time steps. */
  public int n() {
    return n;
  }

  /** Sets the name, which must be unique in the model. */
  public RepeatVector name(String name) {
    setName(name);
    return this;
  }

  @Override
  public Shape checkInput(Shape input, Layer previous) {
    if (input.rank() != 1) {
      throw wrongInput("(batch, features)", input, previous);
    }
    return Shape.of(n, input.axis(0));
  }

  @Override
  public Pass newPass() {
    return new RepeatVectorPass();
  }

  private final class RepeatVectorPass extends Pass {
    private final Tensor output = new Tensor();
    private final Tensor inputGradient = new Tensor();
    private float[] y = {};
    private float[] dx = {};

    @Override
    public Tensor forward(Tensor input, float[][] state, ForwardContext context) {
      int block = input.size();
      y = atLeast(y, n * block);
      for (int t = 0; t < n; t++) {
        System.arraycopy(input.values(), input.offset(), y, t * block, block);
      }
      return output.set(y, 0, input.rows(), Shape.of(n, input.shape().last()), null);
    }

    @Override
    public Tensor backward(Tensor gradient, Gradient[] weightGradients, boolean needed) {
      if (!needed) {
        return null;
      }
      int block = gradient.size() / n;
      dx = atLeast(dx, block);
      Arrays.fill(dx, 0, block, 0f);
      for (int t = 0; t < n; t++) {
        Compute.kernels().add(block, gradient.values(), gradient.offset() + t * block, dx, 0);
      }
      return inputGradient.set(dx, 0, gradient.rows(), gradient.shape().dropFirst(), null);
    }
  }
}
