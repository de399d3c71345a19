package org.unroll.optimizers;

import java.util.Arrays;

/**
 * A learning rate that is constant between boundaries: {@code values[i]} up to and including the
 * step {@code boundaries[i]}, and the last value after the last boundary.
 *
 * <p>Source: Keras's {@code PiecewiseConstantDecay}.
 */
public final class PiecewiseConstantDecay implements LearningRateSchedule {
  private final long[] boundaries;
  private final double[] values;

  /**
   * Creates the schedule.
   *
   * @throws IllegalArgumentException if there is not one value more than boundaries, or if the
   *     boundaries do not increase
   */
  PiecewiseConstantDecay(long[] boundaries, double[] values) {
    if (boundaries.length != values.length - 1) {
      throw new IllegalArgumentException(
          "A piecewise constant decay must have one value more than boundaries, but has boundaries="
              + Arrays.toString(boundaries)
              + " and values="
              + Arrays.toString(values)
              + ".");
    }
    for (int i = 1; i < boundaries.length; i++) {
      if (boundaries[i] <= boundaries[i - 1]) {
        throw new IllegalArgumentException(
            "The boundaries of a piecewise constant decay must increase, but were "
                + Arrays.toString(boundaries)
                + ".");
      }
    }
    this.boundaries = boundaries.clone();
    this.values = values.clone();
  }

  /** Returns a copy of the boundaries. */
  public long[] boundaries() {
    return boundaries.clone();
  }

  /** Returns a copy of the values. */
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
