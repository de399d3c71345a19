package org.unroll.tuning;

import java.util.List;
import java.util.Locale;

/**
 * The progress of a search.
 *
 * @param objective the objective of the search
 * @param trials the trials that have ended, by number
 * @param best the best trial; null before one has completed
 * @param running the number of running trials
 * @param planned the maximum number of trials; −1 if unknown
 * @param seconds the seconds since the search started or was resumed
 * @param secondsLeft the estimated seconds left; NaN if unknown
 * @param interrupted whether the search was interrupted and is ending
 */
public record SearchProgress(
    Objective objective,
    List<Trial> trials,
    Trial best,
    int running,
    int planned,
    double seconds,
    double secondsLeft,
    boolean interrupted) {
  /** Creates a progress with a copy of the list. */
  public SearchProgress {
    trials = List.copyOf(trials);
  }

  /**
   * Returns the best trials so far with different hyperparameters, best first.
   *
   * @param n the maximum number of trials
   */
  public List<Trial> bestTrials(int n) {
    return SearchResult.best(objective, trials, n);
  }

  /** Returns the status, such as {@code 12 of 40 trials, 1 failed, 2 running, 3:20, 9:41 left}. */
  public String status() {
    long failed = trials.stream().filter(trial -> !trial.isCompleted()).count();
    return trials.size()
        + (planned < 0 ? "" : " of " + planned)
        + (trials.size() == 1 && planned < 0 ? " trial" : " trials")
        + (failed == 0 ? "" : ", " + failed + " failed")
        + (running == 0 ? "" : ", " + running + " running")
        + ", "
        + clock(seconds)
        + (running == 0 || Double.isNaN(secondsLeft) ? "" : ", " + clock(secondsLeft) + " left")
        + (interrupted ? ", interrupted" : "");
  }

  private static String clock(double seconds) {
    long whole = Math.round(seconds);
    return whole < 3600
        ? String.format(Locale.ROOT, "%d:%02d", whole / 60, whole % 60)
        : String.format(Locale.ROOT, "%d:%02d:%02d", whole / 3600, whole % 3600 / 60, whole % 60);
  }

  /** Returns the status and the best trial in one line. */
  @Override
  public String toString() {
    return status()
        + (best == null
            ? ""
            : String.format(
                Locale.ROOT,
                " - best %s: %.5g in trial %d %s",
                objective.name(),
                best.score(),
                best.number(),
                best.values()));
  }
}
