package org.unroll.tuning;

import java.util.List;

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
}
