package org.unroll.optimizers;

import java.util.Arrays;

/** Adds up the gradients of several batches for one step, as in Keras. */
final class GradientAccumulation {
  private Integer steps;
  private float[][] sums;

  /** Returns the number of batches of a step, or null if each batch is a step. */
  Integer steps() {
    return steps;
  }

  void steps(int batches) {
    if (batches < 2) {
      throw new IllegalArgumentException(
          "gradientAccumulationSteps must be at least 2, but was " + batches + ".");
    }
    steps = batches;
  }

  void sums(float[][] slots) {
    sums = slots;
  }

  /** Returns the number of steps made with this number of batches. */
  long stepsAfter(long batches) {
    return steps == null ? batches : batches / steps;
  }

  /**
   * Adds the gradients of a batch.
   *
   * @param gradients overwritten with the mean of the gradients if a step is due
   * @param batches the number of batches before this one
   * @return whether a step is due
   */
  boolean add(float[][] gradients, long batches) {
    if (steps == null) {
      return true;
    }
    boolean isDue = (batches + 1) % steps == 0;
    for (int i = 0; i < gradients.length; i++) {
      float[] gradient = gradients[i];
      for (int j = 0; j < gradient.length; j++) {
        sums[i][j] += gradient[j];
        gradient[j] = sums[i][j] / steps;
      }
      if (isDue) {
        Arrays.fill(sums[i], 0);
      }
    }
    return isDue;
  }
}
