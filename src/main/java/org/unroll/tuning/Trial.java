package org.unroll.tuning;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * One trial that has ended: hyperparameters and what came of them.
 *
 * @param number from 0, in the order in which the tuner proposes them
 * @param values the hyperparameters by name
 * @param status how it ended
 * @param score the objective: of each execution (and fold) its value in the best epoch, and of
 *     these the mean; NaN where the trial failed
 * @param scores the values that the score is the mean of
 * @param metrics what the logs of the best epoch held, of the first execution on the first fold
 * @param epochs how many epochs were trained, over all executions and folds, also where the trial
 *     failed in the end
 * @param seconds how long it took
 * @param rung its place in {@link Hyperband}; null with other tuners
 * @param message what went wrong; empty where nothing did
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
    Rung rung,
    String message) {

  /** How a trial ended. */
  public enum Status {
    /** It has a score. */
    COMPLETED,
    /** Building, training or saving its model failed, or the objective is not a number. */
    FAILED
  }

  /** Copies the maps. */
  public Trial {
    values = Collections.unmodifiableMap(new LinkedHashMap<>(values));
    scores = List.copyOf(scores);
    metrics = Collections.unmodifiableMap(new LinkedHashMap<>(metrics));
  }

  static Trial completed(Proposal proposal, Outcome outcome, int epochs, double seconds) {
    double sum = 0;
    for (double score : outcome.scores()) {
      sum += score;
    }
    double mean = sum / outcome.scores().size();
    if (!Double.isFinite(mean)) {
      return failed(
          proposal, epochs, seconds, "The objective is " + mean + ": " + outcome.scores());
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

  boolean isCompleted() {
    return status == Status.COMPLETED;
  }
}
