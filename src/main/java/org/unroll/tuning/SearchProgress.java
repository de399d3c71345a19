package org.unroll.tuning;

import java.util.List;
import java.util.Locale;

/**
 * How far a search has come.
 *
 * @param objective what is searched for
 * @param trials those that have ended, by number
 * @param best the best of them; null before one is completed
 * @param running how many are running
 * @param planned how many there will be at most; −1 where that is not known
 * @param seconds since this search began, or began again
 * @param secondsLeft an estimate, from the work that is left and the time that such work took; NaN
 *     where there is none
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
  /** Copies the list. */
  public SearchProgress {
    trials = List.copyOf(trials);
  }

  /** The best trials so far, each with values of its own, best first. */
  public List<Trial> bestTrials(int n) {
    return SearchResult.best(objective, trials, n);
  }

  /** What is done and left: {@code 12 of 40 trials, 1 failed, 2 running, 3:20, 9:41 left}. */
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

  /** The status and the best trial, on one line. */
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
