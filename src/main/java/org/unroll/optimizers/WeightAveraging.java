package org.unroll.optimizers;

import java.util.List;
import org.unroll.network.Weight;

/** The options of an exponential moving average of the weights, as in Keras. */
final class WeightAveraging {
  private boolean used;
  private double momentum = 0.99;
  private Integer overwriteFrequency;
  private float[][] averages;

  boolean used() {
    return used;
  }

  void used(boolean use) {
    used = use;
  }

  double momentum() {
    return momentum;
  }

  void momentum(double factor) {
    momentum = FluentOptimizer.checkedFraction("emaMomentum", factor);
  }

  Integer overwriteFrequency() {
    return overwriteFrequency;
  }

  void overwriteFrequency(int steps) {
    if (steps < 1) {
      throw new IllegalArgumentException(
          "emaOverwriteFrequency must be at least 1, but was " + steps + ".");
    }
    overwriteFrequency = steps;
  }

  void averages(float[][] slots) {
    averages = slots;
  }

  /**
   * Moves the averages towards the weights, and overwrites the weights if it is time.
   *
   * @param step the number of the step, from 0; the averages begin with the weights after step 0
   */
  void follow(List<Weight> weights, long step) {
    if (!used) {
      return;
    }
    float keep = step == 0 ? 0 : (float) momentum;
    for (int i = 0; i < averages.length; i++) {
      float[] values = weights.get(i).values();
      for (int j = 0; j < values.length; j++) {
        averages[i][j] = keep * averages[i][j] + (1 - keep) * values[j];
      }
    }
    if (overwriteFrequency != null && (step + 1) % overwriteFrequency == 0) {
      overwrite(weights);
    }
  }

  /** Overwrites the weights with their averages. */
  void overwrite(List<Weight> weights) {
    for (int i = 0; i < averages.length; i++) {
      System.arraycopy(averages[i], 0, weights.get(i).values(), 0, averages[i].length);
    }
  }
}
