package org.unroll.tuning;

import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;

/** What the trials of a search try. */
interface Experiment {
  /** Whether it trains for epochs, whose number a tuner may set. */
  boolean hasEpochs();

  /**
   * Asks for all hyperparameters of a trial, without running it.
   *
   * @param hp the only thing that the trial may depend on
   */
  Prepared prepare(HyperParameters hp);

  /** A trial that can be run, once. */
  interface Prepared {
    /** What is run, before it is: line by line, as far as it is the same in another JVM. */
    Map<String, String> describe();

    /** Runs one execution. */
    Outcome run(Assignment assignment);
  }

  /**
   * How a trial is to be run.
   *
   * @param execution which of the executions, from 0
   * @param threads its share of the cores
   * @param folder where files of the trial go
   * @param from the folder of the trial whose training goes on, or null
   * @param rung the epochs, or null where the tuner does not set them
   * @param epochs counts those that are trained, also of what fails
   */
  record Assignment(
      int execution, int threads, Path folder, Path from, Rung rung, AtomicInteger epochs) {}
}
