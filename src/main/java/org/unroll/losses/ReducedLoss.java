package org.unroll.losses;

import org.unroll.compute.Activation;

/**
 * A loss with another reduction. Created by {@link Losses#reduced}.
 *
 * @param loss the loss; this one has the same name
 * @param reduction the reduction
 * @hidden
 */
public record ReducedLoss(Loss loss, Reduction reduction) implements Loss {
  @Override
  public String name() {
    return loss.name();
  }

  @Override
  public int targetWidth(int outputs) {
    return loss.targetWidth(outputs);
  }

  @Override
  public boolean counts(float[] targets, int targetsOffset) {
    return loss.counts(targets, targetsOffset);
  }

  @Override
  public Loss onLogits(Activation activation) {
    return loss.onLogits(activation);
  }

  @Override
  public BatchLoss overBatch() {
    return loss.overBatch();
  }

  @Override
  public OverSequences overSequences() {
    return loss.overSequences();
  }

  @Override
  public double sum(
      int positions,
      int outputs,
      float[] predictions,
      int predictionsOffset,
      float[] targets,
      float[] weights,
      float[] gradient) {
    return loss.sum(positions, outputs, predictions, predictionsOffset, targets, weights, gradient);
  }
}
