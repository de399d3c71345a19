package org.unroll.layers.core;

import java.util.Arrays;
import org.unroll.compute.Activation;
import org.unroll.compute.Compute;
import org.unroll.compute.Kernels;
import org.unroll.data.Shape;
import org.unroll.network.ForwardContext;
import org.unroll.network.Gradient;
import org.unroll.network.Initializers;
import org.unroll.network.Layer;
import org.unroll.network.Pass;
import org.unroll.network.Recorder;
import org.unroll.network.Tensor;

/**
 * Attention over time: makes one vector of a sequence, the mean of its time steps with weights that
 * the layer learns to give them. A learned query q asks each step for its score:
 *
 * <pre>
 * additive      e[t] = tanh(x[t]·W + b)·q
 * dot product   e[t] = x[t]·q / √features
 *
 * α = softmax(e) over the time steps      y = Σ α[t]·x[t]
 * </pre>
 *
 * <p>Input (batch, time, features), output (batch, features). Weights: {@code query} q, (units)
 * with the additive score and (features) with the dot product; with the additive score also {@code
 * kernel} W (features, units) and {@code bias} b (units). W and q begin Glorot uniform, b with
 * zeros. A masked step has the weight 0; of a row that is masked throughout all have, and its
 * output is 0. The output has no mask.
 *
 * <p>A {@link Recorder} is told α as {@code attention_weights}.
 *
 * <p>Backwards, with g = d loss / d y: dα[t] = g·x[t], de = α ⊙ (dα − Σ α·dα), and from there
 * through the score; dx[t] = α[t]·g + what comes through the score.
 *
 * <p>Source: Bahdanau, Cho and Bengio 2015, "Neural machine translation by jointly learning to
 * align and translate" (additive); Luong, Pham and Manning 2015, Vaswani et al. 2017 (dot product,
 * scaled); the learned query in place of a decoder's state: Yang et al. 2016, "Hierarchical
 * attention networks". Keras has no such layer, and a model with one cannot be saved to its files.
 */
public final class AttentionPooling extends Layer {
  /** What a {@link Recorder} is told. */
  public static final String WEIGHTS = "attention_weights";

  private final Integer units; // null with the dot product
  private float[] kernelTransposed;

  private AttentionPooling(Integer units) {
    super("AttentionPooling");
    this.units = units;
  }

  public static AttentionPooling additive(int units) {
    return new AttentionPooling(requireUnits(units));
  }

  public static AttentionPooling dotProduct() {
    return new AttentionPooling(null);
  }

  /** Sets the name. */
  public AttentionPooling name(String name) {
    setName(name);
    return this;
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
    private final Tensor output = new Tensor();
    private final Tensor recorded = new Tensor();
    private final Tensor inputGradient = new Tensor();
    private float[] keys = {}; // tanh(x·W + b)
    private float[] weights = {}; // for each time step and row the score, then its share
    private float[] y = {};
    private float[] scoreGradients = {};
    private float[] keyGradients = {};
    private float[] dx = {};
    private Tensor x;

    @Override
    public Tensor forward(Tensor input, float[][] state, ForwardContext call) {
      x = input;
      int rows = input.rows();
      int width = input.width();
      weights = atLeast(weights, rows * input.timesteps());
      score();
      for (int r = 0; r < rows; r++) {
        share(r);
      }
      y = atLeast(y, rows * width);
      Arrays.fill(y, 0, rows * width, 0f);
      for (int position = 0; position < rows * input.timesteps(); position++) {
        int from = input.offset() + position * width;
        int to = position % rows * width;
        addScaled(weights[position], input.values(), from, y, to, width);
      }
      call.record(
          AttentionPooling.this,
          WEIGHTS,
          recorded.set(weights, 0, rows, Shape.of(input.timesteps(), 1), null));
      return output.set(y, 0, rows, outputShape(), null);
    }

    private static void addScaled(
        float factor, float[] from, int fromOffset, float[] to, int toOffset, int count) {
      if (factor != 0) { // what a masked step holds does not matter, be it infinite
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
        divide(weights, 0, positions, Math.sqrt(width));
        return;
      }
      keys = atLeast(keys, positions * units);
      float[] kernel = weights().get(1).values();
      float[] bias = weights().get(2).values();
      kernels.fillRows(positions, units, bias, 0, keys, 0, units);
      float[] values = x.values();
      kernels.multiply(
          positions,
          units,
          width,
          values,
          x.offset(),
          width,
          kernel,
          0,
          units,
          keys,
          0,
          units,
          true);
      kernels.activate(Activation.TANH, positions, units, keys, 0, units, keys, 0, units);
      multiplyByQuery(positions, units, keys, 0, query);
    }

    private void multiplyByQuery(int positions, int n, float[] from, int at, float[] query) {
      kernels.multiply(positions, 1, n, from, at, n, query, 0, 1, weights, 0, 1, false);
    }

    /** The softmax over the time steps of one row that are not masked. */
    private void share(int row) {
      int rows = x.rows();
      int end = rows * x.timesteps();
      float largest = Float.NEGATIVE_INFINITY;
      for (int p = row; p < end; p += rows) {
        largest = counts(p) ? Math.max(largest, weights[p]) : largest;
      }
      double sum = 0;
      for (int p = row; p < end; p += rows) {
        weights[p] = counts(p) ? (float) Math.exp(weights[p] - largest) : 0f;
        sum += weights[p];
      }
      for (int p = row; p < end && sum != 0; p += rows) {
        weights[p] = (float) (weights[p] / sum);
      }
    }

    private boolean counts(int position) {
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
      divide(scoreGradients, 0, positions, Math.sqrt(width));
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
      float[] values = x.values();
      float[] kernelGradient = weightGradients[1].values();
      kernels.multiplyTransposed(
          positions,
          units,
          width,
          values,
          x.offset(),
          width,
          keyGradients,
          0,
          units,
          kernelGradient,
          0,
          units,
          false);
      float[] biasGradient = weightGradients[2].values();
      kernels.sumRows(positions, units, keyGradients, 0, units, biasGradient, 0, false);
      if (needed) {
        kernels.multiply(
            positions,
            width,
            units,
            keyGradients,
            0,
            units,
            kernelTransposed,
            0,
            width,
            dx,
            0,
            width,
            false);
      }
    }
  }
}
