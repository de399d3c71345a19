package org.unroll.layers.attention;

import java.util.Arrays;
import org.unroll.compute.Activation;
import org.unroll.compute.Compute;
import org.unroll.compute.Kernels;
import org.unroll.compute.Matrix;
import org.unroll.data.Shape;
import org.unroll.layers.core.AttentionPooling;
import org.unroll.network.ForwardContext;
import org.unroll.network.Pass;
import org.unroll.network.Tensor;

/**
 * The weights α of all queries and keys of a slice: softmax, masks, dropout, and the weighted means
 * of the values, forward and backward.
 */
final class AttentionWeights {
  private static final float HIDDEN = 1e9f;

  private final Kernels kernels = Compute.kernels();
  private final Matrix left = new Matrix();
  private final Matrix right = new Matrix();
  private final Matrix result = new Matrix();
  private final Tensor weights = new Tensor();
  private final Tensor returned = new Tensor();
  private final AttentionLayer<?> layer;
  private final int heads; // 0 if the weights have no axis of heads

  private int rows;
  private int queries;
  private int keys;
  private Shape shape;
  private boolean[] queryMask;
  private boolean[] valueMask;
  private boolean[] keyMask;
  private boolean drops;
  private float[] alpha = {}; // e, then α
  private float[] factors = {}; // of dropout
  private float[] dropped = {}; // α ⊙ factors
  private float[] gradient = {}; // of α, then of e
  private float[] transposed = {}; // the values, with time as the last axis

  AttentionWeights(AttentionLayer<?> layer, int heads) {
    this.layer = layer;
    this.heads = heads;
  }

  /** Starts a slice. */
  void begin(Tensor query, Tensor key) {
    rows = query.rows();
    if (shape == null || queries != query.timesteps() || keys != key.timesteps()) {
      queries = query.timesteps();
      keys = key.timesteps();
      shape = layer.scoresShape(queries, keys);
    }
    alpha = Pass.atLeast(alpha, size());
  }

  /** Sets the masks, each of which may be null. */
  void masks(boolean[] ofQuery, boolean[] ofValue, boolean[] ofKey) {
    queryMask = ofQuery;
    valueMask = ofValue;
    keyMask = ofKey;
  }

  int rows() {
    return rows;
  }

  int heads() {
    return Math.max(1, heads);
  }

  int queries() {
    return queries;
  }

  int keys() {
    return keys;
  }

  int size() {
    return rows * heads() * queries * keys;
  }

  /** The scores, to be set by {@link Scores#forward}. */
  float[] scores() {
    return alpha;
  }

  /** The gradient of the scores, for {@link Scores#backward}. */
  float[] gradient() {
    return gradient;
  }

  /** Returns the index of the first key of a query. */
  int index(int row, int head, int query) {
    return heads == 0
        ? (query * rows + row) * keys
        : ((head * rows + row) * queries + query) * keys;
  }

  /** Sets a view to the queries × keys of one row and head. */
  Matrix view(Matrix view, float[] values, int row, int head) {
    int stride = heads == 0 ? rows * keys : keys;
    return view.set(values, index(row, head, 0), queries, keys, stride);
  }

  /** Returns the weights as a tensor, with or without dropout. */
  Tensor tensor(boolean withDropout) {
    return returned.set(withDropout && drops ? dropped : alpha, 0, rows, shape, null);
  }

  /**
   * Turns the scores into weights.
   *
   * @param subtracts whether hidden keys keep their differences if all are hidden, as in {@code
   *     Attention}
   * @param clears whether the weights are 0 if all keys are hidden
   */
  void softmax(boolean subtracts, boolean clears, ForwardContext context) {
    hide(alpha, subtracts, -HIDDEN);
    left.set(alpha, 0, size() / keys, keys);
    kernels.activate(Activation.SOFTMAX, left, left);
    if (clears) {
      hide(alpha, false, 0);
    }
    drops = context.isTraining() && layer.dropout() > 0;
    if (drops) {
      factors = Pass.atLeast(factors, size());
      dropped = Pass.atLeast(dropped, size());
      weights.set(alpha, 0, rows, shape, null);
      context.fillDropoutMask(layer, 0, layer.dropout(), weights, factors);
      multiplyByFactors(alpha, dropped);
    }
    context.record(layer, AttentionPooling.WEIGHTS, tensor(true));
  }

  private void multiplyByFactors(float[] from, float[] to) {
    left.set(from, 0, 1, size());
    right.set(factors, 0, 1, size());
    kernels.multiplyElements(left, right, result.set(to, 0, 1, size()), false);
  }

  /** Sets or adds a constant where the key is hidden from the query. */
  private void hide(float[] values, boolean adds, float constant) {
    boolean causal = layer.useCausalMask();
    if (!causal && queryMask == null && valueMask == null && keyMask == null) {
      return;
    }
    for (int head = 0; head < heads(); head++) {
      for (int query = 0; query < queries; query++) {
        for (int row = 0; row < rows; row++) {
          int at = index(row, head, query);
          boolean hidesAll = queryMask != null && !queryMask[query * rows + row];
          for (int key = 0; key < keys; key++) {
            int position = key * rows + row;
            if (hidesAll
                || (causal && key > query)
                || (valueMask != null && !valueMask[position])
                || (keyMask != null && !keyMask[position])) {
              values[at + key] = adds ? values[at + key] + constant : constant;
            }
          }
        }
      }
    }
  }

  /** Computes the weighted means y of the values. */
  void combine(Tensor value, float[] y, int width) {
    int headWidth = width / heads();
    for (int row = 0; row < rows; row++) {
      for (int head = 0; head < heads(); head++) {
        view(left, drops ? dropped : alpha, row, head);
        Scores.head(right, value.values(), value.offset(), value, row, head, heads());
        result.set(y, row * width + head * headWidth, queries, headWidth, rows * width);
        kernels.multiply(left, right, result, false);
      }
    }
  }

  /**
   * Computes the gradient of the scores, and that of the values.
   *
   * @param g the gradient of the weighted means; null if nothing depends on them
   * @param ofWeights the gradient of the returned weights; null if nothing depends on them
   * @param returnedDropout whether the returned weights include dropout
   * @param clears whether hidden scores have no gradient
   * @param dv overwritten with the gradient of the values
   */
  void backward(
      Tensor g,
      Tensor ofWeights,
      boolean returnedDropout,
      boolean clears,
      Tensor value,
      float[] dv) {
    gradient = Pass.atLeast(gradient, size());
    if (g == null) {
      Arrays.fill(gradient, 0, size(), 0f);
      Arrays.fill(dv, 0, value.size(), 0f);
    } else {
      transposed = Pass.atLeast(transposed, value.size());
      int width = value.width();
      kernels.transpose(keys, rows * width, value.values(), value.offset(), transposed, 0);
      meansBackward(g, value, dv);
    }
    if (ofWeights != null && returnedDropout) {
      kernels.add(size(), ofWeights.values(), ofWeights.offset(), gradient, 0);
    }
    if (drops) {
      multiplyByFactors(gradient, gradient);
    }
    if (ofWeights != null && !returnedDropout) {
      kernels.add(size(), ofWeights.values(), ofWeights.offset(), gradient, 0);
    }
    left.set(alpha, 0, size() / keys, keys);
    result.set(gradient, 0, size() / keys, keys);
    kernels.activateBackward(Activation.SOFTMAX, null, left, result);
    if (clears) {
      hide(gradient, false, 0);
    }
  }

  private void meansBackward(Tensor g, Tensor value, float[] dv) {
    int width = value.width();
    int headWidth = width / heads();
    for (int row = 0; row < rows; row++) {
      for (int head = 0; head < heads(); head++) {
        Scores.head(left, g.values(), g.offset(), g, row, head, heads());
        right.set(transposed, (row * width + head * headWidth) * keys, headWidth, keys);
        kernels.multiply(left, right, view(result, gradient, row, head), false);
        view(right, drops ? dropped : alpha, row, head);
        Scores.head(result, dv, 0, value, row, head, heads());
        kernels.multiplyTransposed(right, left, result, false);
      }
    }
  }
}
