package org.unroll.tuning;

/**
 * Runs the trials of a search in other JVMs; see {@link Tuner#executor}. The search decides what to
 * try and writes the results into its folder. An executor only takes each trial to a place where it
 * calls {@link TrialRunner#run}, and brings the result back.
 *
 * <p>The runner, tasks and results can be serialized with Java's serialization. The runner contains
 * the functions of the search and usually its data, so an executor should send it only once.
 */
public interface TrialExecutor {
  /**
   * Returns how many trials may run in parallel now, unless {@link Tuner#parallelTrials} is set.
   * Called again whenever a trial has ended, because a cluster may grow and shrink.
   */
  int parallelTrials();

  /**
   * Starts a search.
   *
   * @param runner runs the trials of this search
   */
  Session open(TrialRunner runner);

  /** One search. */
  interface Session extends AutoCloseable {
    /**
     * Runs a trial and returns its result. Called on several threads at the same time.
     *
     * @throws InterruptedException if the thread was interrupted, because the search ends. The
     *     trial must be canceled
     * @throws LostException if this trial cannot be completed because each place that
     *     tried to run it was lost. It is recorded as failed, and the search continues. Other
     *     exceptions end the search
     */
    TrialRunner.Result run(TrialRunner.Task task) throws InterruptedException;

    /** Ends the search. No trial is running. */
    @Override
    void close();
  }

  /** A trial whose places to run were lost, for example because it needs too much memory. */
  final class LostException extends RuntimeException {
    private static final long serialVersionUID = 1;

    /**
     * Creates an exception.
     *
     * @param message the reason that is recorded with the trial
     */
    public LostException(String message) {
      super(message);
    }
  }
}
