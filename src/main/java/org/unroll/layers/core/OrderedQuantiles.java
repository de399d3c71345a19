package org.unroll.layers.core;

import org.unroll.data.Shape;
import org.unroll.network.ForwardContext;
import org.unroll.network.Gradient;
import org.unroll.network.Layer;
import org.unroll.network.Pass;
import org.unroll.network.Tensor;

/**
 * Turns each group of n outputs into n quantiles that cannot cross.
 *
 * <pre>
 * y₁ = x₁
 * yₖ = yₖ₋₁ + softplus(xₖ)   for k = 2 … n
 * </pre>
 *
 * <p>Each increment is at least 0, so y₁ ≤ y₂ ≤ … ≤ yₙ for any input. Place this layer at the end
 * of a model that is trained with {@code pinball}. The layer has no weights.
 *
 * <p>Input and output: (batch, …, targets · n), all quantiles of the first target, then those of
 * the second, and so on. The mask is passed on.
 *
 * <p>Backward pass: dx₁ = Σ dyⱼ over all j, and dxₖ = sigmoid(xₖ) · Σ dyⱼ over j ≥ k.
 *
 * <p>Keras does not have this layer; it is saved as the class {@code unroll>OrderedQuantiles}.
 */
public final class OrderedQuantiles extends SameShapeLayer {
  private final int count;

  /**
   * Creates the layer. See {@code Layers.orderedQuantiles}.
   *
   * @param count the number n of quantiles of a target
   * @throws IllegalArgumentException if {@code count} is less than 1
   */
  public OrderedQuantiles(int count) {
    super("OrderedQuantiles");
    this.count = requirePositive("count", count);
  }

  /** Returns the number of quantiles of a target. */
  public int count() {
    return count;
  }

  /** Sets the name, which must be unique in the model. */
  public OrderedQuantiles name(String name) {
    setName(name);
    return this;
  }

  @Override
  public Shape checkInput(Shape input, Layer previous) {
    if (input.rank() < 1 || input.last() == Shape.ANY || input.last() % count != 0) {
      throw wrongInput(
          "(batch, …, targets · " + count + "), " + count + " outputs for each target",
          input,
          previous);
    }
    return input;
  }

  @Override
  public Pass newPass() {
    return new OrderedQuantilesPass();
  }

  private final class OrderedQuantilesPass extends Pass {
    private final Tensor output = new Tensor();
    private float[] y = {};
    private Tensor x;

    @Override
    public Tensor forward(Tensor input, float[][] state, ForwardContext context) {
      x = input;
      int size = input.size();
      y = atLeast(y, size);
      float[] values = input.values();
      for (int i = 0; i < size; i++) {
        float value = values[input.offset() + i];
        y[i] = i % count == 0 ? value : y[i - 1] + (float) softplus(value);
      }
      return output.set(y, 0, input.rows(), input.shape(), input.mask());
    }

    @Override
    public Tensor backward(Tensor gradient, Gradient[] weightGradients, boolean needed) {
      if (needed) {
        float[] d = gradient.values();
        int offset = gradient.offset();
        float sum = 0;
        for (int i = gradient.size() - 1; i >= 0; i--) {
          sum += d[offset + i];
          if (i % count == 0) {
            d[offset + i] = sum;
            sum = 0;
          } else {
            double value = x.values()[x.offset() + i];
            d[offset + i] = (float) (sum / (1 + Math.exp(-value)));
          }
        }
      }
      return gradient;
    }

    private static double softplus(double value) {
      return Math.max(value, 0) + Math.log1p(Math.exp(-Math.abs(value)));
    }
  }
}
