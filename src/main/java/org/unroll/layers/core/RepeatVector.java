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
 * Makes a sequence of n equal time steps from a vector, Keras's {@code RepeatVector}: (batch,
 * features) becomes (batch, n, features). Backwards, the gradients of the time steps add up.
 *
 * <p>Source: Keras 3, {@code keras.layers.RepeatVector}.
 */
public final class RepeatVector extends Layer {
  private final int n;

  public RepeatVector(int n) {
    super("RepeatVector");
    if (n < 1) {
      throw new IllegalArgumentException("A vector is repeated at least once. Received: n=" + n);
    }
    this.n = n;
  }

  /** The number of time steps. */
  public int n() {
    return n;
  }

  /** Sets the name. */
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
    public Tensor forward(Tensor input, float[][] state, ForwardContext call) {
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
