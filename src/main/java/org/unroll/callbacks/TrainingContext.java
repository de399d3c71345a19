package org.unroll.callbacks;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.unroll.metrics.Metric;
import org.unroll.network.Weight;
import org.unroll.optimizers.Optimizer;

/** A training run as a callback sees it: what it may look at and what it may change. */
public interface TrainingContext {
  /** The weights of the model, in Keras's order; a callback may read and overwrite their values. */
  List<Weight> weights();

  /** The optimizer, whose learning rate may be changed between epochs. */
  Optimizer optimizer();

  /** The metrics of the training, resolved, by their names in the logs. */
  Map<String, Metric> metrics();

  /** Ends training after the current epoch (from a batch hook: after the current batch). */
  void stop();

  /** Whether this training goes on from a backup. */
  boolean resumed();

  /**
   * Writes the model as it stands, with what it is compiled with and the state of the optimizer.
   *
   * @param file where to; its name ends in {@code .keras}
   */
  void save(Path file);

  /** The number of epochs asked for. */
  int epochs();

  /** The number of batches in an epoch. */
  int stepsPerEpoch();
}
