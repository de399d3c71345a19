package org.unroll.callbacks;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.unroll.metrics.Metric;
import org.unroll.network.Weight;
import org.unroll.optimizers.Optimizer;

/**
 * A training run as a callback sees it. {@code fit} passes it to the methods of {@link Callback}.
 */
public interface TrainingContext {
  /** Returns all weights of the model in Keras's order. A callback may overwrite their values. */
  List<Weight> weights();

  /** Returns the optimizer. A callback may set its learning rate. */
  Optimizer optimizer();

  /** Returns the metrics by their names in the logs. */
  Map<String, Metric> metrics();

  /**
   * Stops training after the current epoch, or after the current batch if called within an epoch.
   */
  void stop();

  /** Returns whether this run resumes from a backup. */
  boolean resumed();

  /**
   * Saves the model as {@code model.save} does, with the state of the optimizer.
   *
   * @param file the file; its name must end in {@code .keras}
   */
  void save(Path file);

  /** Returns the number of epochs that were requested. */
  int epochs();

  /** Returns the number of batches in an epoch. */
  int stepsPerEpoch();
}
