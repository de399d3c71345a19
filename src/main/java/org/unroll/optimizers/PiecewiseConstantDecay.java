package org.unroll.optimizers;

import java.util.Arrays;

/**
 * {@code values[i]} up to and including the step {@code boundaries[i]}, the last value ever after.
 */
public final class PiecewiseConstantDecay implements LearningRateSchedule {
  private final long[] boundaries;
  private final double[] values;

  /**
   * A schedule of steps.
   *
   * @param boundaries increasing
   * @param values one more than boundaries
   */
  public PiecewiseConstantDecay(long[] boundaries, double[] values) {
    if (boundaries.length != values.length - 1) {
      throw new IllegalArgumentException(
          "A piecewise constant decay has one value more than boundaries. Received: boundaries="
              + Arrays.toString(boundaries)
              + ", values="
              + Arrays.toString(values));
    }
    for (int i = 1; i < boundaries.length; i++) {
      if (boundaries[i] <= boundaries[i - 1]) {
        throw new IllegalArgumentException(
            "The boundaries of a piecewise constant decay increase. Received: "
                + Arrays.toString(boundaries));
      }
    }
    this.boundaries = boundaries.clone();
    this.values = values.clone();
  }

  /** A copy of the boundaries. */
  public long[] boundaries() {
    return boundaries.clone();
  }

  /** A copy of the values. */
  public double[] values() {
    return values.clone();
  }

  @Override
  public double at(long step) {
    int piece = 0;
    while (piece < boundaries.length && step > boundaries[piece]) {
      piece++;
    }
    return values[piece];
  }

  @Override
  public String toString() {
    return "PiecewiseConstantDecay[boundaries="
        + Arrays.toString(boundaries)
        + ", values="
        + Arrays.toString(values)
        + "]";
  }
}
