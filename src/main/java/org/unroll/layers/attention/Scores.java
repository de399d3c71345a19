package org.unroll.layers.attention;

import org.unroll.compute.Matrix;
import org.unroll.network.Tensor;

/** How a query is compared with a key, for all queries and keys of a slice. */
interface Scores {
  /** Sets the scores e. */
  void forward(Tensor query, Tensor key, AttentionWeights e);

  /**
   * Computes the gradients of the last forward pass.
   *
   * @param de the gradient of the scores, in {@link AttentionWeights#gradient}; may be overwritten
   * @param dq overwritten with the gradient of the query
   * @param dk the gradient of the key
   * @param addToKey whether to add to {@code dk} instead of overwriting it
   * @param weightGradients one gradient for each weight of the layer, to be overwritten
   */
  void backward(
      AttentionWeights de, float[] dq, float[] dk, boolean addToKey, float[][] weightGradients);

  /** Sets a view to the sequence of one row, or to the part of it that belongs to one head. */
  static Matrix head(
      Matrix view, float[] values, int offset, Tensor like, int row, int head, int heads) {
    int width = like.width() / heads;
    return view.set(
        values,
        offset + row * like.width() + head * width,
        like.timesteps(),
        width,
        like.rows() * like.width());
  }

  /** Multiplies values by a factor and returns the sum of what they were times others. */
  static double scale(float[] values, int count, float factor, float[] others, int offset) {
    double sum = 0;
    for (int i = 0; i < count; i++) {
      sum += (double) values[i] * others[offset + i];
      values[i] *= factor;
    }
    return sum;
  }
}
