package org.unroll.layers.core;

import org.unroll.network.ForwardContext;
import org.unroll.network.Gradient;
import org.unroll.network.Pass;
import org.unroll.network.Tensor;

/**
 * The base class of layers that apply a function with fixed parameters to each value.
 *
 * @param <S> the type of the layer, which the fluent setters return
 */
public abstract class ElementwiseLayer<S extends ElementwiseLayer<S>> extends SameShapeLayer {
  ElementwiseLayer(String type) {
    super(type);
  }

  abstract S self();

  abstract float function(float x);

  abstract float derivative(float x);

  /**
   * Checks that an argument is finite and at least 0.
   *
   * @return the argument
   * @throws IllegalArgumentException if it is not
   */
  static double requireNotNegative(String argument, double number) {
    if (!(number >= 0) || Double.isInfinite(number)) {
      throw new IllegalArgumentException(
          argument + " must be finite and at least 0, but was " + number + ".");
    }
    return number;
  }

  /** Sets the name, which must be unique in the model. */
  public S name(String name) {
    setName(name);
    return self();
  }

  @Override
  public final Pass newPass() {
    return new ElementwisePass();
  }

  private final class ElementwisePass extends Pass {
    private final Tensor output = new Tensor();
    private float[] y = {};
    private Tensor x;

    @Override
    public Tensor forward(Tensor input, float[][] state, ForwardContext context) {
      x = input;
      int size = input.size();
      y = atLeast(y, size);
      for (int i = 0; i < size; i++) {
        y[i] = function(input.values()[input.offset() + i]);
      }
      return output.set(y, 0, input.rows(), input.shape(), input.mask());
    }

    @Override
    public Tensor backward(Tensor gradient, Gradient[] weightGradients, boolean needed) {
      float[] g = gradient.values();
      for (int i = 0; needed && i < gradient.size(); i++) {
        g[gradient.offset() + i] *= derivative(x.values()[x.offset() + i]);
      }
      return gradient;
    }
  }
}
