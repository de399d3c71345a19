package org.unroll.layers.attention;

import org.unroll.compute.Compute;
import org.unroll.compute.Kernels;
import org.unroll.compute.Matrix;
import org.unroll.network.Pass;
import org.unroll.network.Tensor;

/** The score e[i, j] = s·(q[i]·k[j]), for each head. */
final class DotScores implements Scores {
  private final Kernels kernels = Compute.kernels();
  private final Matrix left = new Matrix();
  private final Matrix right = new Matrix();
  private final Matrix result = new Matrix();
  private final float[] scale; // s, a weight or a constant; null if it is 1
  private float[] transposed = {}; // the keys, with time as the last axis
  private Tensor query;
  private Tensor key;

  DotScores(float[] scale) {
    this.scale = scale;
  }

  @Override
  public void forward(Tensor newQuery, Tensor newKey, AttentionWeights e) {
    query = newQuery;
    key = newKey;
    int width = key.width();
    int headWidth = width / e.heads();
    transposed = Pass.atLeast(transposed, key.size());
    kernels.transpose(e.keys(), e.rows() * width, key.values(), key.offset(), transposed, 0);
    if (scale != null) {
      multiply(transposed, key.size(), scale[0]);
    }
    for (int row = 0; row < e.rows(); row++) {
      for (int head = 0; head < e.heads(); head++) {
        Scores.head(left, query.values(), query.offset(), query, row, head, e.heads());
        int from = (row * width + head * headWidth) * e.keys();
        right.set(transposed, from, headWidth, e.keys());
        kernels.multiply(left, right, e.view(result, e.scores(), row, head), false);
      }
    }
  }

  private static void multiply(float[] values, int count, float factor) {
    for (int i = 0; i < count; i++) {
      values[i] *= factor;
    }
  }

  @Override
  public void backward(
      AttentionWeights de, float[] dq, float[] dk, boolean addToKey, float[][] weightGradients) {
    for (int row = 0; row < de.rows(); row++) {
      for (int head = 0; head < de.heads(); head++) {
        de.view(left, de.gradient(), row, head);
        Scores.head(right, key.values(), key.offset(), key, row, head, de.heads());
        Scores.head(result, dq, 0, query, row, head, de.heads());
        kernels.multiply(left, right, result, false);
      }
    }
    if (weightGradients.length > 0) {
      weightGradients[0][0] =
          (float) Scores.scale(dq, query.size(), scale[0], query.values(), query.offset());
    } else if (scale != null) {
      multiply(dq, query.size(), scale[0]);
    }
    if (scale != null) {
      multiply(de.gradient(), de.size(), scale[0]);
    }
    for (int row = 0; row < de.rows(); row++) {
      for (int head = 0; head < de.heads(); head++) {
        de.view(left, de.gradient(), row, head);
        Scores.head(right, query.values(), query.offset(), query, row, head, de.heads());
        Scores.head(result, dk, 0, key, row, head, de.heads());
        kernels.multiplyTransposed(left, right, result, addToKey);
      }
    }
  }
}
