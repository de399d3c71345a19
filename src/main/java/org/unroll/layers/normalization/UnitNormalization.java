package org.unroll.layers.normalization;

import org.unroll.data.Shape;
import org.unroll.layers.core.SameShapeLayer;
import org.unroll.network.ForwardContext;
import org.unroll.network.Gradient;
import org.unroll.network.Layer;
import org.unroll.network.Pass;
import org.unroll.network.Tensor;

/**
 * Scales the vector along the last axis to the length 1, as Keras's {@code UnitNormalization}.
 *
 * <pre>
 * y = x·min(1 / √Σxᵢ², 10¹²)
 * </pre>
 *
 * <p>Input and output: samples of any shape. The mask is passed on.
 *
 * <p>Backward pass, with g = d loss / d y: dx = (g − y·Σgᵢ·yᵢ) / √Σxᵢ².
 *
 * <p>Source: Keras 3, {@code keras.layers.UnitNormalization}.
 */
public final class UnitNormalization extends SameShapeLayer {
  private static final double LARGEST_FACTOR = 1e12;

  private int axis = -1;

  /** Creates the layer. See {@code Layers.unitNormalization}. */
  public UnitNormalization() {
    super("UnitNormalization");
  }

  /**
   * Sets the axis of the features, counted from the batch axis, or −1 for the last axis. The
   * default is −1. It must be the last axis, which is checked when the model is built.
   */
  public UnitNormalization axis(int newAxis) {
    requireNotBuilt("axis");
    axis = newAxis;
    return this;
  }

  /** Returns the axis of the features. */
  public int axis() {
    return axis;
  }

  /** Sets the name, which must be unique in the model. */
  public UnitNormalization name(String name) {
    setName(name);
    return this;
  }

  @Override
  public Shape checkInput(Shape input, Layer previous) {
    if (input.rank() < 1 || input.last() == Shape.ANY) {
      throw wrongInput("(batch, …, features) with a fixed number of features", input, previous);
    }
    NormalizationLayer.requireLastAxis(axis, this, input, previous);
    return input;
  }

  @Override
  public Pass newPass() {
    return new UnitPass();
  }

  private static final class UnitPass extends Pass {
    private final Tensor output = new Tensor();
    private float[] y = {};
    private double[] factors = {}; // one for each vector

    @Override
    public Tensor forward(Tensor input, float[][] state, ForwardContext context) {
      int features = input.shape().last();
      int vectors = input.size() / features;
      y = atLeast(y, input.size());
      if (factors.length < vectors) {
        factors = new double[vectors];
      }
      for (int v = 0; v < vectors; v++) {
        int from = input.offset() + v * features;
        double squares = 0;
        for (int j = 0; j < features; j++) {
          squares += (double) input.values()[from + j] * input.values()[from + j];
        }
        factors[v] = Math.min(1 / Math.sqrt(squares), LARGEST_FACTOR);
        for (int j = 0; j < features; j++) {
          y[v * features + j] = (float) (input.values()[from + j] * factors[v]);
        }
      }
      return output.set(y, 0, input.rows(), input.shape(), input.mask());
    }

    @Override
    public Tensor backward(Tensor gradient, Gradient[] weightGradients, boolean needed) {
      if (!needed) {
        return null;
      }
      int features = gradient.shape().last();
      float[] g = gradient.values();
      for (int v = 0; v < gradient.size() / features; v++) {
        int from = gradient.offset() + v * features;
        double sum = 0;
        for (int j = 0; j < features; j++) {
          sum += (double) g[from + j] * y[v * features + j];
        }
        if (factors[v] == LARGEST_FACTOR) {
          sum = 0; // the factor does not depend on x
        }
        for (int j = 0; j < features; j++) {
          g[from + j] = (float) (factors[v] * (g[from + j] - sum * y[v * features + j]));
        }
      }
      return gradient;
    }
  }
}
