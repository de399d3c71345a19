package org.unroll.tuning;

import java.io.PrintStream;

/**
 * Who is told how a search goes on, such as a live view. All methods are called on the thread that
 * called {@code search}, one after another; none does anything here.
 */
public interface SearchListener {
  /** Before the first trial; trials of a search that goes on are in the progress already. */
  default void onSearchBegin(SearchProgress progress) {}

  /** When a trial begins. */
  default void onTrialBegin(SearchProgress progress, int number, HyperParameters values) {}

  /** When a trial has ended, completed or failed. */
  default void onTrialEnd(SearchProgress progress, Trial trial) {}

  /** After the last trial, however the search ended: finished, interrupted or failed. */
  default void onSearchEnd(SearchProgress progress) {}

  /** A line for each trial that ends, with the best one so far. */
  static SearchListener lines(PrintStream out) {
    return new SearchListener() {
      @Override
      public void onTrialEnd(SearchProgress progress, Trial trial) {
        out.println(progress);
      }
    };
  }
}
