package org.unroll.layers.attention;

import java.util.Arrays;
import org.unroll.compute.Activation;
import org.unroll.compute.Compute;
import org.unroll.compute.Kernels;
import org.unroll.compute.Matrix;
import org.unroll.network.Pass;
import org.unroll.network.Tensor;

/**
 * The score e[i, j] = w·tanh(s·(q[i] + k[j])).
 *
 * <p>One query of all rows is compared with all keys at a time. The backward pass computes tanh
 * again, because the results for all queries may not fit into the memory.
 */
final class TanhScores implements Scores {
  private final Kernels kernels = Compute.kernels();
  private final Matrix left = new Matrix();
  private final Matrix right = new Matrix();
  private final Matrix result = new Matrix();
  private final float[] scale; // s; null if it is 1
  private final float[] factors; // w for all features or for each; null if it is 1
  private float[] w = {};
  private float[] z = {}; // tanh of all keys and rows, for one query
  private float[] scores = {}; // of all keys and rows, for one query
  private float[] dw = {};
  private float[] keyGradient = {};
  private Tensor query;
  private Tensor key;

  TanhScores(float[] scale, float[] factors) {
    this.scale = scale;
    this.factors = factors;
  }

  @Override
  public void forward(Tensor newQuery, Tensor newKey, AttentionWeights e) {
    query = newQuery;
    key = newKey;
    int width = key.width();
    int positions = e.keys() * e.rows();
    w = Pass.atLeast(w, width);
    for (int f = 0; f < width; f++) {
      w[f] = factors == null ? 1 : factors[factors.length == 1 ? 0 : f];
    }
    z = Pass.atLeast(z, key.size());
    scores = Pass.atLeast(scores, positions);
    for (int i = 0; i < e.queries(); i++) {
      tanh(i, e);
      left.set(z, 0, positions, width);
      right.set(w, 0, width, 1);
      kernels.multiply(left, right, result.set(scores, 0, positions, 1), false);
      for (int row = 0; row < e.rows(); row++) {
        int to = e.index(row, 0, i);
        for (int j = 0; j < e.keys(); j++) {
          e.scores()[to + j] = scores[j * e.rows() + row];
        }
      }
    }
  }

  /** Computes tanh(s·(q[i] + k[j])) for one query and all keys and rows. */
  private void tanh(int i, AttentionWeights e) {
    int block = e.rows() * key.width();
    float[] q = query.values();
    float[] k = key.values();
    int qFrom = query.offset() + i * block;
    float s = scale == null ? 1 : scale[0];
    for (int j = 0; j < e.keys(); j++) {
      int to = j * block;
      int kFrom = key.offset() + to;
      for (int f = 0; f < block; f++) {
        z[to + f] = s * (q[qFrom + f] + k[kFrom + f]);
      }
    }
    left.set(z, 0, 1, e.keys() * block);
    kernels.activate(Activation.TANH, left, left);
  }

  @Override
  public void backward(
      AttentionWeights de, float[] dq, float[] dk, boolean addToKey, float[][] weightGradients) {
    int width = key.width();
    int rows = de.rows();
    int positions = de.keys() * rows;
    dw = Pass.atLeast(dw, width);
    Arrays.fill(dw, 0, width, 0f);
    Arrays.fill(dq, 0, query.size(), 0f);
    if (addToKey) {
      keyGradient = Pass.atLeast(keyGradient, key.size());
    }
    float[] dKeys = addToKey ? keyGradient : dk;
    Arrays.fill(dKeys, 0, key.size(), 0f);
    for (int i = 0; i < de.queries(); i++) {
      tanh(i, de);
      for (int row = 0; row < rows; row++) {
        int from = de.index(row, 0, i);
        for (int j = 0; j < de.keys(); j++) {
          scores[j * rows + row] = de.gradient()[from + j];
        }
      }
      if (factors != null) {
        left.set(z, 0, positions, width);
        right.set(scores, 0, positions, 1);
        kernels.multiplyTransposed(left, right, result.set(dw, 0, width, 1), true);
      }
      for (int p = 0; p < positions; p++) {
        addGradients(scores[p], p * width, dq, (i * rows + p % rows) * width, dKeys, width);
      }
    }
    finish(dq, dk, dKeys, addToKey, weightGradients);
  }

  private void addGradients(float de, int at, float[] dq, int to, float[] dKeys, int width) {
    for (int f = 0; f < width; f++) {
      float t = z[at + f];
      float d = de * w[f] * (1 - t * t);
      dq[to + f] += d;
      dKeys[at + f] += d;
    }
  }

  private void finish(
      float[] dq, float[] dk, float[] dKeys, boolean addToKey, float[][] weightGradients) {
    if (scale != null) {
      double sum =
          Scores.scale(dq, query.size(), scale[0], query.values(), query.offset())
              + Scores.scale(dKeys, key.size(), scale[0], key.values(), key.offset());
      weightGradients[0][0] = (float) sum;
    }
    if (factors != null) {
      float[] gradient = weightGradients[weightGradients.length - 1];
      Arrays.fill(gradient, 0f);
      for (int f = 0; f < key.width(); f++) {
        gradient[factors.length == 1 ? 0 : f] += dw[f];
      }
    }
    if (addToKey) {
      kernels.add(key.size(), dKeys, 0, dk, 0);
    }
  }
}
