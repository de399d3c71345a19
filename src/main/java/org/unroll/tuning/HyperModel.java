package org.unroll.tuning;

import org.unroll.Sequential;

/** Builds and compiles the model that hyperparameters describe; KerasTuner's {@code HyperModel}. */
@FunctionalInterface
public interface HyperModel {
  /**
   * A new model, compiled. What it is may depend on the hyperparameters alone, and it may be built
   * without being trained. Each trial keeps its model as a {@code .keras} file: with a loss or a
   * metric that such a file cannot hold, see {@link Sequential#save}, it fails.
   */
  Sequential build(HyperParameters hp);
}
