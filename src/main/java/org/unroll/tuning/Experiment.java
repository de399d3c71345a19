package org.unroll.tuning;

import java.io.Serializable;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.DoubleSupplier;

/** Runs the trials of a search. */
interface Experiment extends Serializable {
  /**
   * Returns an experiment whose score is the mean of some numbers.
   *
   * @param description what computes the numbers
   * @param functions returns the functions that compute them
   */
  static Experiment ofFunctions(
      String description, TrialFunction<? extends List<? extends DoubleSupplier>> functions) {
    return new Experiment() {
      private static final long serialVersionUID = 1;

      @Override
      public Map<String, Object> parts() {
        return Map.of("the function of the search", functions);
      }

      @Override
      public boolean hasEpochs() {
        return false;
      }

      @Override
      public Prepared prepare(HyperParameters hp) {
        List<? extends DoubleSupplier> parts = functions.apply(hp);
        return new Prepared() {
          @Override
          public Map<String, String> describe() {
            return Map.of("what is tried", description);
          }

          @Override
          public Outcome run(Assignment assignment) {
            return new Outcome(parts.stream().map(DoubleSupplier::getAsDouble).toList(), Map.of());
          }
        };
      }
    };
  }

  /** Returns what an executor must send to other JVMs, by description. */
  Map<String, Object> parts();

  /** Returns whether a trial trains for epochs, whose number a tuner may set. */
  boolean hasEpochs();

  /**
   * Requests all hyperparameters of a trial without running it.
   *
   * @param hp the hyperparameters, on which alone the trial may depend
   */
  Prepared prepare(HyperParameters hp);

  /** A trial that can be run once. */
  interface Prepared {
    /**
     * Describes the trial in lines that are the same in each JVM. Called before the trial is run.
     */
    Map<String, String> describe();

    /** Runs one execution. */
    Outcome run(Assignment assignment);
  }

  /**
   * How to run a trial.
   *
   * @param execution the index of the execution, from 0
   * @param threads the number of threads
   * @param folder the folder for the files of the trial
   * @param from the folder of the trial whose training continues, may be null
   * @param rung the epochs; null if the tuner does not set them
   * @param epochs counts the trained epochs, also if the trial fails
   */
  record Assignment(
      int execution,
      int threads,
      Path folder,
      Path from,
      Hyperband.Rung rung,
      AtomicInteger epochs) {}

  /**
   * The result of one execution of a trial, or of several.
   *
   * @param scores the values of the objective
   * @param metrics the logs of the best epoch
   */
  record Outcome(List<Double> scores, Map<String, Double> metrics) {}
}
