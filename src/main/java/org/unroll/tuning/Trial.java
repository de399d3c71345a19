package org.unroll.tuning;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A trial that has ended.
 *
 * @param number the number, from 0, in the order in which the tuner proposes trials
 * @param values the hyperparameters by name
 * @param status whether the trial completed or failed
 * @param score the mean of {@code scores}; NaN if the trial failed
 * @param scores the objective in the best epoch, for each execution and fold
 * @param metrics the logs of the best epoch of the first execution on the first fold
 * @param epochs the number of trained epochs of all executions and folds, also if the trial failed
 * @param seconds the duration
 * @param rung the place in the schedule of {@link Hyperband}; null for other tuners
 * @param message the error message; empty if the trial completed
 */
public record Trial(
    int number,
    Map<String, Object> values,
    Status status,
    double score,
    List<Double> scores,
    Map<String, Double> metrics,
    int epochs,
    double seconds,
    Hyperband.Rung rung,
    String message) {

  /** The status of a trial that has ended. */
  public enum Status {
    /** The trial has a score. */
    COMPLETED,
    /** Building, training or saving the model failed, or the objective is not finite. */
    FAILED
  }

  /** Creates a trial with copies of the collections. */
  public Trial {
    values = Collections.unmodifiableMap(new LinkedHashMap<>(values));
    scores = List.copyOf(scores);
    metrics = Collections.unmodifiableMap(new LinkedHashMap<>(metrics));
  }

  static Trial completed(
      Proposal proposal, Experiment.Outcome outcome, int epochs, double seconds) {
    double sum = 0;
    for (double score : outcome.scores()) {
      sum += score;
    }
    double mean = sum / outcome.scores().size();
    if (!Double.isFinite(mean)) {
      return failed(
          proposal,
          epochs,
          seconds,
          "The objective must be finite, but was " + mean + ": " + outcome.scores());
    }
    return new Trial(
        proposal.number(),
        proposal.values(),
        Status.COMPLETED,
        mean,
        outcome.scores(),
        outcome.metrics(),
        epochs,
        seconds,
        proposal.rung(),
        "");
  }

  static Trial failed(Proposal proposal, int epochs, double seconds, String message) {
    return new Trial(
        proposal.number(),
        proposal.values(),
        Status.FAILED,
        Double.NaN,
        List.of(),
        Map.of(),
        epochs,
        seconds,
        proposal.rung(),
        message);
  }

  /** Returns whether the trial has a score. */
  public boolean isCompleted() {
    return status == Status.COMPLETED;
  }
}
