package org.unroll.tuning;

import java.io.Serializable;
import org.unroll.Model;

/** Builds and compiles a model from hyperparameters, as KerasTuner's {@code HyperModel}. */
@FunctionalInterface
public interface HyperModel extends Serializable {
  /**
   * Returns a new, compiled model. It must depend only on the hyperparameters. A model may be built
   * without being trained afterwards. Each trial saves its model as a {@code .keras} file, so a
   * custom class must be registered; see {@link Model#save}.
   *
   * @param hp the hyperparameters of the trial
   */
  Model build(HyperParameters hp);
}
