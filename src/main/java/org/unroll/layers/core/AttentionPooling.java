package org.unroll.layers.core;

import java.util.Arrays;
import org.unroll.compute.Activation;
import org.unroll.compute.Compute;
import org.unroll.compute.Kernels;
import org.unroll.compute.Matrix;
import org.unroll.data.Shape;
import org.unroll.network.ForwardContext;
import org.unroll.network.Gradient;
import org.unroll.network.Initializers;
import org.unroll.network.Layer;
import org.unroll.network.Pass;
import org.unroll.network.Tensor;

/**
 * Attention over time: reduces a sequence to the weighted mean of its time steps. The weights α are
 * computed from a score of each time step, which compares it with a learned query q.
 *
 * <pre>
 * additive      e[t] = tanh(x[t]·W + b)·q
 * dot product   e[t] = x[t]·q / √features
 *
 * α = softmax(e) over the time steps      y = Σ α[t]·x[t]
 * </pre>
 *
 * <p>Input: (batch, time, features). Output: (batch, features), without a mask. The weight α of a
 * masked time step is 0. If all time steps of a row are masked, its output is 0.
 *
 * <p>Weights: {@code query} q, whose length is units for the additive score and features for the
 * dot product. The additive score also has {@code kernel} W (features, units) and {@code bias} b
 * (units). W and q are initialized with {@link Initializers#glorotUniform()}, b with zeros.
 *
 * <p>A recording of the model contains α as {@code attention_weights}.
 *
 * <p>Backward pass, with g = d loss / d y:
 *
 * <pre>
 * dα[t] = g·x[t]      de = α ⊙ (dα − Σ α·dα)
 *
 * additive      dz[t] = de[t]·q ⊙ (1 − tanh²)      dq = Σ de[t]·tanh(x[t]·W + b)
 *               dW = Σ x[t]ᵀ·dz[t]      db = Σ dz[t]      dx[t] = α[t]·g + dz[t]·Wᵀ
 * dot product   dq = Σ de[t]·x[t] / √features      dx[t] = α[t]·g + de[t]·q / √features
 * </pre>
 *
 * <p>Source: Bahdanau, Cho and Bengio 2015, "Neural machine translation by jointly learning to
 * align and translate" (additive score); Luong, Pham and Manning 2015 (dot product); Vaswani et al.
 * 2017 (scaled dot product); Yang et al. 2016, "Hierarchical attention networks" (learned query).
 * Keras has no such layer. It is saved as the custom object {@code unroll>AttentionPooling}, whose
 * Python class {@code Model.savePython} writes.
 */
public final class AttentionPooling extends Layer {
  /** The name under which α is recorded. */
  public static final String WEIGHTS = "attention_weights";

  private final Integer units; // null for the dot product
  private float[] kernelTransposed;

  private AttentionPooling(Integer units) {
    super("AttentionPooling");
    this.units = units;
  }

  /**
   * Creates a layer with the additive score. See {@code Layers.additiveAttention}.
   *
   * @param units the length of the query
   * @throws IllegalArgumentException if {@code units} is less than 1
   */
  public static AttentionPooling additive(int units) {
    return new AttentionPooling(requirePositive("units", units));
  }

  /** Creates a layer with the dot product as the score. See {@code Layers.dotProductAttention}. */
  public static AttentionPooling dotProduct() {
    return new AttentionPooling(null);
  }

  /** Sets the name, which must be unique in the model. */
  public AttentionPooling name(String name) {
    setName(name);
    return this;
  }

  /** Returns the length of the query of the additive score; null for the dot product. */
  public Integer units() {
    return units;
  }

  @Override
  public Shape checkInput(Shape input, Layer previous) {
    requireSequence(input, previous);
    return input.dropFirst();
  }

  @Override
  protected void createWeights(Shape input, WeightFactory factory) {
    int features = input.last();
    if (units == null) {
      factory.create("query", Shape.of(features), Initializers.glorotUniform(), null);
      return;
    }
    factory.create("query", Shape.of(units), Initializers.glorotUniform(), null);
    factory.create("kernel", Shape.of(features, units), Initializers.glorotUniform(), null);
    factory.create("bias", Shape.of(units), Initializers.zeros(), null);
    kernelTransposed = new float[features * units];
  }

  @Override
  public void prepareBackward() {
    if (units != null) {
      float[] kernel = weights().get(1).values();
      Compute.kernels().transpose(inputShape().last(), units, kernel, 0, kernelTransposed, 0);
    }
  }

  @Override
  public Pass newPass() {
    return new AttentionPass();
  }

  private final class AttentionPass extends Pass {
    private final Kernels kernels = Compute.kernels();
    private final Matrix left = new Matrix();
    private final Matrix right = new Matrix();
    private final Matrix result = new Matrix();
    private final Tensor output = new Tensor();
    private final Tensor recorded = new Tensor();
    private final Tensor inputGradient = new Tensor();
    private float[] keys = {}; // tanh(x·W + b)
    private float[] weights = {}; // e, then α, for each time step and row
    private float[] y = {};
    private float[] scoreGradients = {};
    private float[] keyGradients = {};
    private float[] dx = {};
    private Tensor x;

    @Override
    public Tensor forward(Tensor input, float[][] state, ForwardContext context) {
      x = input;
      int rows = input.rows();
      int width = input.width();
      weights = atLeast(weights, rows * input.timesteps());
      score();
      for (int r = 0; r < rows; r++) {
        softmax(r);
      }
      y = atLeast(y, rows * width);
      Arrays.fill(y, 0, rows * width, 0f);
      for (int position = 0; position < rows * input.timesteps(); position++) {
        int from = input.offset() + position * width;
        int to = position % rows * width;
        addScaled(weights[position], input.values(), from, y, to, width);
      }
      context.record(
          AttentionPooling.this,
          WEIGHTS,
          recorded.set(weights, 0, rows, Shape.of(input.timesteps(), 1), null));
      return output.set(y, 0, rows, outputShape(), null);
    }

    private static void addScaled(
        float factor, float[] from, int fromOffset, float[] to, int toOffset, int count) {
      if (factor != 0) { // a masked time step may have infinite values
        for (int j = 0; j < count; j++) {
          to[toOffset + j] += factor * from[fromOffset + j];
        }
      }
    }

    private void score() {
      int positions = x.rows() * x.timesteps();
      int width = x.width();
      float[] query = weights().get(0).values();
      if (units == null) {
        multiplyByQuery(positions, width, x.values(), x.offset(), query);
        divide(weights, 0, positions, (float) Math.sqrt(width));
        return;
      }
      keys = atLeast(keys, positions * units);
      float[] kernel = weights().get(1).values();
      float[] bias = weights().get(2).values();
      result.set(keys, 0, positions, units);
      kernels.fillRows(left.set(bias, 0, 1, units), result);
      kernels.multiply(x.matrix(left), right.set(kernel, 0, width, units), result, true);
      kernels.activate(Activation.TANH, result, result);
      multiplyByQuery(positions, units, keys, 0, query);
    }

    private void multiplyByQuery(int positions, int n, float[] from, int at, float[] query) {
      left.set(from, at, positions, n);
      right.set(query, 0, n, 1);
      kernels.multiply(left, right, result.set(weights, 0, positions, 1), false);
    }

    /** Applies softmax to the scores of one row at the time steps that are not masked. */
    private void softmax(int row) {
      int rows = x.rows();
      int end = rows * x.timesteps();
      float largest = Float.NEGATIVE_INFINITY;
      for (int p = row; p < end; p += rows) {
        largest = isUnmasked(p) ? Math.max(largest, weights[p]) : largest;
      }
      double sum = 0;
      for (int p = row; p < end; p += rows) {
        weights[p] = isUnmasked(p) ? (float) Math.exp(weights[p] - largest) : 0f;
        sum += weights[p];
      }
      for (int p = row; p < end && sum != 0; p += rows) {
        weights[p] = (float) (weights[p] / sum);
      }
    }

    private boolean isUnmasked(int position) {
      return x.mask() == null || x.mask()[position];
    }

    @Override
    public Tensor backward(Tensor gradient, Gradient[] weightGradients, boolean needed) {
      int rows = x.rows();
      int width = x.width();
      int positions = rows * x.timesteps();
      scoreGradients = atLeast(scoreGradients, positions);
      for (int r = 0; r < rows; r++) {
        scoreGradients(gradient, r);
      }
      dx = atLeast(dx, x.size());
      Arrays.fill(dx, 0, x.size(), 0f);
      if (units == null) {
        dotProductBackward(positions, weightGradients[0].values());
      } else {
        additiveBackward(positions, weightGradients, needed);
      }
      if (!needed) {
        return null;
      }
      for (int position = 0; position < positions; position++) {
        int from = gradient.offset() + position % rows * width;
        addScaled(weights[position], gradient.values(), from, dx, position * width, width);
      }
      return inputGradient.set(dx, 0, rows, x.shape(), null);
    }

    private void scoreGradients(Tensor gradient, int row) {
      int rows = x.rows();
      int width = x.width();
      int end = rows * x.timesteps();
      double mean = 0;
      for (int p = row; p < end; p += rows) {
        double product = 0;
        for (int j = 0; weights[p] != 0 && j < width; j++) {
          float g = gradient.values()[gradient.offset() + row * width + j];
          product += g * x.values()[x.offset() + p * width + j];
        }
        scoreGradients[p] = (float) product;
        mean += weights[p] * product;
      }
      for (int p = row; p < end; p += rows) {
        scoreGradients[p] = (float) (weights[p] * (scoreGradients[p] - mean));
      }
    }

    private void dotProductBackward(int positions, float[] queryGradient) {
      int width = x.width();
      float[] query = weights().get(0).values();
      divide(scoreGradients, 0, positions, (float) Math.sqrt(width));
      Arrays.fill(queryGradient, 0f);
      for (int p = 0; p < positions; p++) {
        int at = x.offset() + p * width;
        addScaled(scoreGradients[p], x.values(), at, queryGradient, 0, width);
        addScaled(scoreGradients[p], query, 0, dx, p * width, width);
      }
    }

    private void additiveBackward(int positions, Gradient[] weightGradients, boolean needed) {
      int width = x.width();
      float[] query = weights().get(0).values();
      float[] queryGradient = weightGradients[0].values();
      Arrays.fill(queryGradient, 0f);
      keyGradients = atLeast(keyGradients, positions * units);
      for (int p = 0; p < positions; p++) {
        addScaled(scoreGradients[p], keys, p * units, queryGradient, 0, units);
        for (int j = 0; j < units; j++) {
          float key = keys[p * units + j];
          keyGradients[p * units + j] = scoreGradients[p] * query[j] * (1 - key * key);
        }
      }
      right.set(keyGradients, 0, positions, units);
      result.set(weightGradients[1].values(), 0, width, units);
      kernels.multiplyTransposed(x.matrix(left), right, result, false);
      kernels.sumRows(right, result.set(weightGradients[2].values(), 0, 1, units));
      if (needed) {
        left.set(keyGradients, 0, positions, units);
        right.set(kernelTransposed, 0, units, width);
        kernels.multiply(left, right, result.set(dx, 0, positions, width), false);
      }
    }
  }
}
