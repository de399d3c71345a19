package org.unroll.layers.attention;

import java.util.Arrays;
import java.util.List;
import org.unroll.compute.Compute;
import org.unroll.data.Shape;
import org.unroll.network.ForwardContext;
import org.unroll.network.Gradient;
import org.unroll.network.GraphPass;
import org.unroll.network.Pass;
import org.unroll.network.Tensor;

/** The pass of {@link MultiHeadAttention}. */
final class MultiHeadPass extends GraphPass {
  private static final float[][] NO_WEIGHTS = {};

  private final MultiHeadAttention layer;
  private final AttentionWeights weights;
  private final DotScores scores;
  private final boolean clears; // otherwise Keras computes the weights in one fused operation
  private final Pass toQuery;
  private final Pass toKey;
  private final Pass toValue;
  private final Pass toOutput;
  private final Gradient[][] weightGradients;
  private final Tensor means = new Tensor();
  private final Tensor output = new Tensor();
  private final Tensor meansGradient = new Tensor();
  private final Tensor queryGradient = new Tensor();
  private final Tensor keyGradient = new Tensor();
  private final Tensor valueGradient = new Tensor();
  private final Tensor[] outputs;
  private Tensor[] gradients = {};
  private float[] y = {};
  private float[] noGradient = {};
  private float[] dq = {};
  private float[] dk = {};
  private float[] dv = {};
  private Shape queryShape;
  private Tensor projectedQuery;
  private Tensor projectedKey;
  private Tensor projectedValue;

  MultiHeadPass(MultiHeadAttention layer) {
    this.layer = layer;
    weights = new AttentionWeights(layer, layer.numHeads());
    scores = new DotScores(new float[] {(float) (1 / Math.sqrt(layer.keyDim()))});
    clears = layer.dropout() > 0 || layer.returnAttentionScores();
    List<Projection> projections = layer.projections();
    toQuery = projections.get(0).newPass();
    toKey = projections.get(1).newPass();
    toValue = projections.get(2).newPass();
    toOutput = projections.get(3).newPass();
    weightGradients = new Gradient[projections.size()][projections.get(0).weights().size()];
    outputs = new Tensor[layer.returnAttentionScores() ? 2 : 1];
  }

  @Override
  public Tensor[] forward(Tensor[] inputs, ForwardContext context) {
    if (gradients.length != inputs.length) {
      gradients = new Tensor[inputs.length];
    }
    Tensor query = inputs[0];
    Tensor value = inputs[1];
    projectedQuery = toQuery.forward(query, null, context);
    projectedKey = toKey.forward(inputs[inputs.length - 1], null, context);
    projectedValue = toValue.forward(value, null, context);
    weights.begin(projectedQuery, projectedKey);
    weights.masks(query.mask(), value.mask(), inputs.length > 2 ? inputs[2].mask() : null);
    scores.forward(projectedQuery, projectedKey, weights);
    weights.softmax(false, clears, context);
    int rows = query.rows();
    int width = projectedValue.width();
    y = atLeast(y, rows * query.timesteps() * width);
    weights.combine(projectedValue, y, width);
    if (!query.shape().equals(queryShape)) {
      queryShape = query.shape();
      means.set(y, 0, rows, Shape.of(query.timesteps(), width), null);
      output.set(y, 0, rows, layer.outputFor(queryShape), null);
    }
    Tensor result = toOutput.forward(means.set(y, 0, rows, means.shape(), null), null, context);
    outputs[0] = output.set(result.values(), 0, rows, output.shape(), query.mask());
    if (outputs.length > 1) {
      outputs[1] = weights.tensor(false);
    }
    return outputs;
  }

  @Override
  public Tensor[] backward(Tensor[] outputGradients, Gradient[] all, boolean[] needed) {
    int at = 0;
    for (Gradient[] own : weightGradients) {
      System.arraycopy(all, at, own, 0, own.length);
      at += own.length;
    }
    Tensor g = outputGradients[0];
    if (g == null) { // only the weights are used
      noGradient = atLeast(noGradient, output.size());
      Arrays.fill(noGradient, 0, output.size(), 0f);
      g = meansGradient.set(noGradient, 0, output.rows(), output.shape(), null);
    }
    Tensor ofMeans = toOutput.backward(g, weightGradients[3], true);
    dq = atLeast(dq, projectedQuery.size());
    dk = atLeast(dk, projectedKey.size());
    dv = atLeast(dv, projectedValue.size());
    Tensor ofWeights = outputGradients.length > 1 ? outputGradients[1] : null;
    weights.backward(ofMeans, ofWeights, false, true, projectedValue, dv);
    scores.backward(weights, dq, dk, false, NO_WEIGHTS);
    int rows = output.rows();
    queryGradient.set(dq, 0, rows, projectedQuery.shape(), null);
    keyGradient.set(dk, 0, rows, projectedKey.shape(), null);
    valueGradient.set(dv, 0, rows, projectedValue.shape(), null);
    gradients[0] = toQuery.backward(queryGradient, weightGradients[0], needed[0]);
    gradients[1] = toValue.backward(valueGradient, weightGradients[2], needed[1]);
    Tensor ofKey = toKey.backward(keyGradient, weightGradients[1], needed[gradients.length - 1]);
    if (gradients.length > 2) {
      gradients[2] = ofKey;
    } else if (needed[1]) {
      Tensor sum = gradients[1];
      Compute.kernels().add(sum.size(), ofKey.values(), 0, sum.values(), 0);
    }
    return gradients;
  }
}
