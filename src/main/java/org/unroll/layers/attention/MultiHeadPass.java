package org.unroll.layers.attention;

import java.util.Arrays;
import org.unroll.compute.Compute;
import org.unroll.compute.Kernels;
import org.unroll.compute.Matrix;
import org.unroll.data.Shape;
import org.unroll.network.ForwardContext;
import org.unroll.network.Gradient;
import org.unroll.network.GraphPass;
import org.unroll.network.Tensor;

/** The pass of {@link MultiHeadAttention}. */
final class MultiHeadPass extends GraphPass {
  private static final float[][] NO_WEIGHTS = {};

  private final MultiHeadAttention layer;
  private final AttentionWeights weights;
  private final DotScores scores;
  private final boolean clears; // otherwise Keras computes the weights in one fused operation
  private final Projection toQuery;
  private final Projection toKey;
  private final Projection toValue;
  private final Projection toOutput;
  private final Tensor means = new Tensor();
  private final Tensor output = new Tensor();
  private final Tensor[] outputs;
  private Tensor[] gradients = {};
  private float[] meansOfValues = {};
  private float[] queryGradient = {};
  private float[] keyGradient = {};
  private float[] valueGradient = {};
  private float[] noGradient = {};
  private Shape queryShape;

  MultiHeadPass(MultiHeadAttention layer) {
    this.layer = layer;
    weights = new AttentionWeights(layer, layer.numHeads());
    scores = new DotScores(new float[] {(float) (1 / Math.sqrt(layer.keyDim()))});
    clears = layer.dropout() > 0 || layer.returnAttentionScores();
    toQuery = new Projection(layer, 0);
    toKey = new Projection(layer, 1);
    toValue = new Projection(layer, 2);
    toOutput = new Projection(layer, 3);
    outputs = new Tensor[layer.returnAttentionScores() ? 2 : 1];
  }

  /** A product of the last axis of a tensor with a kernel, with a bias. */
  private static final class Projection {
    private final Kernels kernels = Compute.kernels();
    private final Matrix left = new Matrix();
    private final Matrix right = new Matrix();
    private final Matrix result = new Matrix();
    private final Tensor y = new Tensor();
    private final Tensor gradient = new Tensor();
    private final MultiHeadAttention layer;
    private final int number;
    private final int width;
    private float[] values = {};
    private float[] dx = {};
    private Tensor x;
    private Shape shape = Shape.of();

    Projection(MultiHeadAttention layer, int number) {
      this.layer = layer;
      this.number = number;
      width = layer.width(number);
    }

    Tensor forward(Tensor input) {
      x = input;
      if (shape.rank() == 0 || shape.axis(0) != input.timesteps()) {
        shape = Shape.of(input.timesteps(), width);
      }
      int positions = input.rows() * input.timesteps();
      values = atLeast(values, positions * width);
      result.set(values, 0, positions, width);
      if (layer.useBias()) {
        float[] bias = layer.weights().get(layer.kernelIndex(number) + 1).values();
        kernels.fillRows(left.set(bias, 0, 1, width), result);
      }
      input.matrix(left);
      right.set(layer.kernel(number), 0, left.columns(), width);
      kernels.multiply(left, right, result, layer.useBias());
      return y.set(values, 0, input.rows(), shape, null);
    }

    /** Sets the gradients of the weights, and sets or adds to that of the input. */
    Tensor backward(
        float[] g, int at, Gradient[] weightGradients, boolean needed, Projection addTo) {
      int positions = x.rows() * x.timesteps();
      int index = layer.kernelIndex(number);
      x.matrix(left);
      right.set(g, at, positions, width);
      result.set(weightGradients[index].values(), 0, left.columns(), width);
      kernels.multiplyTransposed(left, right, result, false);
      if (layer.useBias()) {
        result.set(weightGradients[index + 1].values(), 0, 1, width);
        kernels.sumRows(right, result);
      }
      if (!needed) {
        return null;
      }
      Projection target = addTo == null ? this : addTo;
      target.dx = atLeast(target.dx, x.size());
      int columns = x.width();
      left.set(layer.transposed(number), 0, width, columns);
      result.set(target.dx, 0, positions, columns);
      kernels.multiply(right, left, result, addTo != null);
      return target.gradient.set(target.dx, 0, x.rows(), x.shape(), null);
    }
  }

  @Override
  public Tensor[] forward(Tensor[] inputs, ForwardContext context) {
    if (gradients.length != inputs.length) {
      gradients = new Tensor[inputs.length];
    }
    Tensor query = inputs[0];
    Tensor value = inputs[1];
    boolean hasKey = inputs.length > 2;
    Tensor q = toQuery.forward(query);
    Tensor k = toKey.forward(inputs[inputs.length - 1]);
    Tensor v = toValue.forward(value);
    weights.begin(q, k);
    weights.masks(query.mask(), value.mask(), hasKey ? inputs[2].mask() : null);
    scores.forward(q, k, weights);
    weights.softmax(false, clears, context);
    int rows = query.rows();
    int width = v.width();
    meansOfValues = atLeast(meansOfValues, rows * query.timesteps() * width);
    weights.combine(v, meansOfValues, width);
    if (!query.shape().equals(queryShape)) {
      queryShape = query.shape();
      means.set(meansOfValues, 0, rows, Shape.of(query.timesteps(), width), null);
      output.set(meansOfValues, 0, rows, layer.outputFor(queryShape), null);
    }
    means.set(meansOfValues, 0, rows, means.shape(), null);
    Tensor y = toOutput.forward(means);
    outputs[0] = output.set(y.values(), 0, rows, output.shape(), query.mask());
    if (outputs.length > 1) {
      outputs[1] = weights.tensor(false);
    }
    return outputs;
  }

  @Override
  public Tensor[] backward(Tensor[] outputGradients, Gradient[] weightGradients, boolean[] needed) {
    Tensor g = outputGradients[0];
    if (g == null) { // only the weights are used
      noGradient = atLeast(noGradient, output.size());
      Arrays.fill(noGradient, 0, output.size(), 0f);
    }
    float[] values = g == null ? noGradient : g.values();
    Tensor ofMeans =
        toOutput.backward(values, g == null ? 0 : g.offset(), weightGradients, true, null);
    queryGradient = atLeast(queryGradient, toQuery.y.size());
    keyGradient = atLeast(keyGradient, toKey.y.size());
    valueGradient = atLeast(valueGradient, toValue.y.size());
    Tensor ofWeights = outputGradients.length > 1 ? outputGradients[1] : null;
    weights.backward(ofMeans, ofWeights, false, true, toValue.y, valueGradient);
    scores.backward(weights, queryGradient, keyGradient, false, NO_WEIGHTS);
    gradients[0] = toQuery.backward(queryGradient, 0, weightGradients, needed[0], null);
    gradients[1] = toValue.backward(valueGradient, 0, weightGradients, needed[1], null);
    if (gradients.length > 2) {
      gradients[2] = toKey.backward(keyGradient, 0, weightGradients, needed[2], null);
    } else {
      toKey.backward(keyGradient, 0, weightGradients, needed[1], toValue);
    }
    return gradients;
  }
}
