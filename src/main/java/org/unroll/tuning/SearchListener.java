package org.unroll.tuning;

import java.io.PrintStream;

/**
 * Receives the progress of a search. All methods are called on the thread that called {@code
 * search}, one after another. By default, they do nothing.
 */
public interface SearchListener {
  /** Called before the first trial. The progress contains the trials of a resumed search. */
  default void onSearchBegin(SearchProgress progress) {}

  /**
   * Called when a trial starts.
   *
   * @param progress the progress of the search
   * @param number the number of the trial
   * @param values the hyperparameters of the trial
   */
  default void onTrialBegin(SearchProgress progress, int number, HyperParameters values) {}

  /** Called when a trial has completed or failed. */
  default void onTrialEnd(SearchProgress progress, Trial trial) {}

  /** Called when the search has finished, was interrupted or failed. */
  default void onSearchEnd(SearchProgress progress) {}

  /** Returns a listener that prints a line with the best trial so far when a trial ends. */
  static SearchListener lines(PrintStream out) {
    return new SearchListener() {
      @Override
      public void onTrialEnd(SearchProgress progress, Trial trial) {
        out.println(progress);
      }
    };
  }
}
