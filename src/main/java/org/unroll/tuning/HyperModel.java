package org.unroll.tuning;

import org.unroll.Sequential;

/** Builds and compiles the model that hyperparameters describe; KerasTuner's {@code HyperModel}. */
@FunctionalInterface
public interface HyperModel {
  /**
   * A new model, compiled. What it is may depend on the hyperparameters alone, and it may be built
   * without being trained.
   */
  Sequential build(HyperParameters hp);
}
