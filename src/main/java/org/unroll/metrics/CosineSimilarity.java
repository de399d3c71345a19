package org.unroll.metrics;

import org.unroll.losses.Losses;

/**
 * Computes the mean cosine of the angle between predictions and targets, from −1 for opposite
 * directions to 1 for equal ones. It has the opposite sign of the loss of this name.
 *
 * <p>Source: Keras's {@code CosineSimilarity}.
 *
 * @param name the name in the logs
 */
public record CosineSimilarity(String name) implements MatchMetric {
  private static final org.unroll.losses.CosineSimilarity LOSS = Losses.cosineSimilarityLoss();

  @Override
  public double at(
      int outputs, float[] predictions, int predictionsOffset, float[] targets, int targetsOffset) {
    return -LOSS.at(outputs, predictions, predictionsOffset, targets, targetsOffset, 1, null, 0);
  }
}
