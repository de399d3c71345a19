package org.unroll.layers.attention;

import org.unroll.data.Shape;
import org.unroll.network.ForwardContext;
import org.unroll.network.Gradient;
import org.unroll.network.GraphPass;
import org.unroll.network.Tensor;

/** The pass of {@link Attention} and {@link AdditiveAttention}. */
final class AttentionPass extends GraphPass {
  private final Scores scores;
  private final AttentionWeights weights;
  private final Tensor output = new Tensor();
  private final Tensor[] outputs;
  private final Tensor[] inputGradients = {new Tensor(), new Tensor(), new Tensor()};
  private final float[][] weightValues;
  private Tensor[] gradients = {};
  private float[] y = {};
  private float[] dq = {};
  private float[] dv = {};
  private float[] dk = {};
  private Tensor query;
  private Tensor value;
  private Tensor key;

  AttentionPass(AttentionLayer<?> layer, Scores scores) {
    this.scores = scores;
    weights = new AttentionWeights(layer, 0);
    outputs = new Tensor[layer.returnAttentionScores() ? 2 : 1];
    weightValues = new float[layer.weights().size()][];
  }

  @Override
  public Tensor[] forward(Tensor[] inputs, ForwardContext context) {
    if (gradients.length != inputs.length) {
      gradients = new Tensor[inputs.length];
    }
    query = inputs[0];
    value = inputs[1];
    key = inputs[inputs.length - 1];
    weights.begin(query, key);
    weights.masks(null, value.mask(), null);
    scores.forward(query, key, weights);
    weights.softmax(true, false, context);
    int width = value.width();
    int size = query.rows() * query.timesteps() * width;
    y = atLeast(y, size);
    weights.combine(value, y, width);
    output.set(y, 0, query.rows(), outputShape(width), query.mask());
    if (query.mask() != null) {
      clearMasked(y, 0, output);
    }
    outputs[0] = output;
    if (outputs.length > 1) {
      outputs[1] = weights.tensor(true);
    }
    return outputs;
  }

  private Shape outputShape(int width) {
    Shape last = output.shape();
    boolean same = last.rank() == 2 && last.axis(0) == query.timesteps() && last.axis(1) == width;
    return same ? last : query.shape().withLast(width);
  }

  @Override
  public Tensor[] backward(Tensor[] outputGradients, Gradient[] weightGradients, boolean[] needed) {
    Tensor g = outputGradients[0];
    if (g != null && query.mask() != null) {
      clearMasked(g.values(), g.offset(), output);
    }
    for (int i = 0; i < weightValues.length; i++) {
      weightValues[i] = weightGradients[i].values();
    }
    boolean hasKey = gradients.length > 2;
    dq = atLeast(dq, query.size());
    dv = atLeast(dv, value.size());
    if (hasKey) {
      dk = atLeast(dk, key.size());
    }
    Tensor ofWeights = outputGradients.length > 1 ? outputGradients[1] : null;
    weights.backward(g, ofWeights, true, false, value, dv);
    scores.backward(weights, dq, hasKey ? dk : dv, !hasKey, weightValues);
    inputGradients[0].set(dq, 0, query.rows(), query.shape(), null);
    inputGradients[1].set(dv, 0, value.rows(), value.shape(), null);
    inputGradients[2].set(dk, 0, key.rows(), key.shape(), null);
    for (int i = 0; i < gradients.length; i++) {
      gradients[i] = needed[i] ? inputGradients[i] : null;
    }
    return gradients;
  }
}
