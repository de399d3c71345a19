package org.unroll.losses;

/**
 * Computes the Dice loss, {@code 1 − 2·Σ t·p / (Σ t + Σ p + 1e-7)}, of predictions p for targets t.
 * The sums are over all outputs of all positions of a batch, so the loss of a batch is not the mean
 * of the losses of its samples.
 *
 * <p>As in Keras, masked positions are part of the sums, and sample weights multiply the loss of
 * the batch by their mean. Source: Keras's {@code Dice} with its default {@code axis=None}.
 */
public record Dice() implements OverlapLoss {
  @Override
  public String name() {
    return "dice";
  }

  @Override
  public double numerator() {
    return 2;
  }

  @Override
  public double overlap() {
    return 0;
  }

  @Override
  public double targets() {
    return 1;
  }

  @Override
  public double predictions() {
    return 1;
  }
}
