package org.unroll.layers.normalization;

import org.unroll.data.Shape;
import org.unroll.network.ForwardContext;
import org.unroll.network.Gradient;
import org.unroll.network.Pass;
import org.unroll.network.Tensor;

/**
 * Normalizes the features of each sample and time step separately, as Keras's {@code
 * LayerNormalization} on the last axis.
 *
 * <pre>
 * μ = 1/n Σ xⱼ      σ² = 1/n Σ (xⱼ − μ)²      x̂ⱼ = (xⱼ − μ) / √(σ² + ε)      yⱼ = γⱼ·x̂ⱼ + βⱼ
 * </pre>
 *
 * <p>Input and output: (batch, …, features). The mask is passed on.
 *
 * <p>Weights: {@code gamma} γ (features), {@code beta} β (features).
 *
 * <p>Backward pass, with g = d loss / d y, h = g ⊙ γ, and means over the features:
 *
 * <pre>
 * dγ = Σ g ⊙ x̂      dβ = Σ g      dx = (h − mean(h) − x̂·mean(h ⊙ x̂)) / √(σ² + ε)
 * </pre>
 *
 * <p>Source: Ba, Kiros and Hinton 2016, "Layer normalization"; Keras 3, {@code
 * keras.layers.LayerNormalization}.
 */
public final class LayerNormalization extends NormalizationLayer<LayerNormalization> {
  /** Creates the layer. See {@code Layers.layerNormalization}. */
  public LayerNormalization() {
    super("LayerNormalization");
  }

  @Override
  LayerNormalization self() {
    return this;
  }

  /** Only the number of features counts: a vector and a sequence can share the weights. */
  @Override
  protected boolean fitsWeights(Shape other) {
    return other.last() == inputShape().last();
  }

  @Override
  public Pass newPass() {
    return new LayerNormalizationPass(inputShape());
  }

  private final class LayerNormalizationPass extends Pass {
    private final int features;
    private final Tensor output = new Tensor();
    private final Tensor inputGradient = new Tensor();
    private final double[] gammaSums;
    private final double[] betaSums;
    private float[] y = {};
    private float[] normalized = {};
    private float[] inverse = {}; // 1 / √(σ² + ε) for each row and time step
    private float[] dx = {};

    LayerNormalizationPass(Shape input) {
      features = input.last();
      gammaSums = new double[features];
      betaSums = new double[features];
    }

    @Override
    public Tensor forward(Tensor input, float[][] state, ForwardContext context) {
      int size = input.size();
      y = atLeast(y, size);
      normalized = atLeast(normalized, size);
      inverse = atLeast(inverse, size / features);
      float[] gamma = gamma();
      float[] beta = beta();
      for (int position = 0; position < size / features; position++) {
        int at = position * features;
        inverse[position] = normalize(input.values(), input.offset() + at, at);
        for (int j = 0; j < features; j++) {
          float scaled = gamma == null ? normalized[at + j] : gamma[j] * normalized[at + j];
          y[at + j] = beta == null ? scaled : scaled + beta[j];
        }
      }
      return output.set(y, 0, input.rows(), input.shape(), input.mask());
    }

    private float normalize(float[] x, int from, int to) {
      double sum = 0;
      for (int j = 0; j < features; j++) {
        sum += x[from + j];
      }
      double mean = sum / features;
      double squares = 0;
      for (int j = 0; j < features; j++) {
        squares += (x[from + j] - mean) * (x[from + j] - mean);
      }
      double factor = 1 / Math.sqrt(squares / features + epsilon());
      for (int j = 0; j < features; j++) {
        normalized[to + j] = (float) ((x[from + j] - mean) * factor);
      }
      return (float) factor;
    }

    @Override
    public Tensor backward(Tensor gradient, Gradient[] weightGradients, boolean needed) {
      setGradients(gradient, normalized, gammaSums, betaSums, weightGradients);
      if (!needed) {
        return null;
      }
      int size = gradient.size();
      float[] g = gradient.values();
      dx = atLeast(dx, size);
      float[] gamma = gamma();
      for (int position = 0; position < size / features; position++) {
        int at = position * features;
        double sum = 0;
        double product = 0;
        for (int j = 0; j < features; j++) {
          float value = g[gradient.offset() + at + j];
          float h = gamma == null ? value : value * gamma[j];
          dx[at + j] = h;
          sum += h;
          product += h * normalized[at + j];
        }
        float mean = (float) (sum / features);
        float slope = (float) (product / features);
        for (int j = 0; j < features; j++) {
          dx[at + j] = inverse[position] * (dx[at + j] - mean - normalized[at + j] * slope);
        }
      }
      return inputGradient.set(dx, 0, gradient.rows(), gradient.shape(), null);
    }
  }
}
