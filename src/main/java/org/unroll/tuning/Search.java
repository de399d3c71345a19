package org.unroll.tuning;

import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import org.unroll.callbacks.LiveView;
import org.unroll.callbacks.ProgressBar;
import org.unroll.compute.WorkerPool;
import org.unroll.internal.Failures;

/**
 * One call of {@code search}: runs the trials of a tuner on several threads and saves the results.
 * The tuner and the listener are called only on the calling thread.
 */
final class Search {
  private final Tuner<?> tuner;
  private final SearchFolder folder;
  private final TrialLog log;
  private final SearchListener listener;
  private final TrialRunner runner;
  private int parallel;
  private TrialExecutor.Session session; // null: trials run on threads of this JVM
  private final long begin = System.nanoTime();

  private int end = Integer.MAX_VALUE; // the first number without a trial
  private final List<RunningTrial> running = new ArrayList<>();
  private int lowestOpen; // all lower numbers are decided
  private double workDone; // in this call
  private double secondsOfWork;
  private int firstRun = Integer.MAX_VALUE; // the first trial run in this call
  private boolean interrupted;

  Search(Tuner<?> tuner, Experiment experiment) {
    this.tuner = tuner;
    folder = new SearchFolder(tuner.folder());
    log = new TrialLog(experiment, tuner.seed(), tuner.objective().name());
    listener = tuner.listener() == null ? NotebookListener.open() : tuner.listener();
    runner = new TrialRunner(experiment, tuner.seed(), tuner.executions());
    parallel = tuner.parallel();
  }

  SearchResult run() {
    Map<String, String> identity = identity();
    if (Thread.currentThread().isInterrupted()) {
      return new SearchResult(
          tuner, folder, log, true); // the defaults may depend on the interrupted code
    }
    try (folder) {
      folder.open(identity, tuner.overwrites());
      runTrials();
    }
    return new SearchResult(tuner, folder, log, interrupted);
  }

  private void runTrials() {
    var count = new AtomicInteger();
    ExecutorService threads =
        Executors.newCachedThreadPool(
            task -> {
              Thread thread = new Thread(task, "unroll-trial-" + count.getAndIncrement());
              thread.setDaemon(true);
              return thread;
            });
    Throwable failure = null;
    try {
      if (tuner.executor() != null) {
        runner.requireSerializable();
        session = tuner.executor().open(runner);
      }
      listener.onSearchBegin(progress());
      start(threads);
      while (!running.isEmpty() && !interrupted) {
        take();
        start(threads);
      }
    } catch (Throwable e) {
      failure = e;
    }
    stop(threads);
    try {
      if (session != null) {
        session.close();
      }
    } catch (Throwable e) {
      failure = Failures.suppress(failure, e);
    }
    try {
      listener.onSearchEnd(progress());
    } catch (Throwable e) {
      failure = Failures.suppress(failure, e);
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
    if (failure != null) {
      throw Failures.rethrow(failure);
    }
  }

  /** Returns the settings of the tuner, and the search space and the model for default values. */
  private Map<String, String> identity() {
    Map<String, String> lines = new LinkedHashMap<>();
    tuner.identity().forEach((name, value) -> lines.put(name, String.valueOf(value)));
    Proposal defaults = log.prepare(-1, HyperParameter::defaultValue, null);
    for (Dimension dimension : defaults.space()) {
      lines.put("hyperparameter '" + dimension.name() + "'", dimension.definition().describe());
    }
    if (defaults.failure() == null) {
      lines.putAll(defaults.prepared().describe());
    } else {
      lines.put("what is tried", "nothing by default");
    }
    return lines;
  }

  /** Starts trials until all threads are busy or the tuner waits for results. */
  private void start(ExecutorService threads) {
    if (session != null) {
      parallel = tuner.parallel(); // the cluster may have grown
    }
    while (log.isDecided(lowestOpen)) {
      lowestOpen++;
    }
    for (int number = lowestOpen;
        number < end && running.size() < parallel && !interrupted;
        number++) {
      if (log.isDecided(number)) {
        continue;
      }
      Decision decision = tuner.decide(number, log);
      interrupted |= Thread.interrupted();
      if (interrupted) {
        return; // the decision may be wrong because of the interrupt
      }
      switch (decision.kind()) {
        case RUN -> begin(decision.proposal(), threads);
        case SKIP -> log.skip(number);
        case END -> end = number;
        case WAIT -> {
          if (running.isEmpty()) {
            throw new IllegalStateException(
                "A tuner must only wait for running trials, but trial "
                    + number
                    + " waits for none.");
          }
        }
      }
      if (decision.kind() == Decision.Kind.WAIT && !tuner.mayRunAhead()) {
        return;
      }
    }
  }

  private void begin(Proposal proposal, ExecutorService threads) {
    log.add(proposal.withoutPrepared());
    Trial before = folder.read(proposal);
    if (before != null) {
      log.add(before);
      return;
    }
    firstRun = Math.min(firstRun, proposal.number());
    var trial = new RunningTrial(() -> run(proposal));
    running.add(trial);
    listener.onTrialBegin(progress(), proposal.number(), HyperParameters.of(proposal.values()));
    threads.execute(trial);
  }

  /**
   * A trial that wakes the thread that created it when it has ended. It allocates nothing to do so:
   * in a queue of results, an entry would be missing if the heap is full, and the search would wait
   * for ever.
   */
  private static final class RunningTrial extends FutureTask<Trial> {
    private final Thread caller = Thread.currentThread();

    RunningTrial(Callable<Trial> trial) {
      super(trial);
    }

    @Override
    protected void done() {
      LockSupport.unpark(caller);
    }
  }

  /** Waits until one of the running trials has ended, and returns it; null after an interrupt. */
  private RunningTrial await() {
    while (!Thread.interrupted()) {
      for (int i = 0; i < running.size(); i++) {
        if (running.get(i).isDone()) {
          return running.remove(i);
        }
      }
      LockSupport.park(this);
    }
    return null;
  }

  /**
   * Runs a trial on a separate thread.
   *
   * @return the trial, or null if the thread was interrupted
   */
  private Trial run(Proposal proposal) {
    long start = System.nanoTime();
    var epochs = new AtomicInteger();
    folder.begin(proposal.number());
    if (session != null && proposal.failure() == null) {
      return runElsewhere(proposal, start);
    }
    Trial trial;
    try {
      Experiment.Outcome outcome = proposal.failure() == null ? execute(proposal, epochs) : null;
      if (Thread.currentThread().isInterrupted()) {
        return null;
      }
      trial =
          outcome == null
              ? Trial.failed(proposal, 0, seconds(start), TrialRunner.reason(proposal.failure()))
              : Trial.completed(proposal, outcome, epochs.get(), seconds(start));
    } catch (UncheckedIOException e) {
      throw e; // such as a full disk, which does not depend on the hyperparameters
    } catch (RuntimeException | OutOfMemoryError e) {
      if (Thread.currentThread().isInterrupted()) {
        return null;
      }
      trial = Trial.failed(proposal, epochs.get(), seconds(start), TrialRunner.reason(e));
    }
    folder.write(trial);
    return trial;
  }

  /** Lets the executor run a trial. Returns null if the thread or the trial was interrupted. */
  private Trial runElsewhere(Proposal proposal, long start) {
    Trial trial;
    try {
      TrialRunner.Result result = session.run(TrialRunner.Task.of(proposal, from(proposal)));
      if (result.interrupted()) {
        return null;
      }
      result.writeFiles(folder.trial(proposal.number()));
      trial =
          result.failure() == null
              ? Trial.completed(proposal, result.outcome(), result.epochs(), result.seconds())
              : Trial.failed(proposal, result.epochs(), result.seconds(), result.failure());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return null;
    } catch (TrialExecutor.LostException e) {
      trial = Trial.failed(proposal, 0, seconds(start), TrialRunner.reason(e));
    }
    folder.write(trial);
    return trial;
  }

  /** Returns the folder of the trial whose training continues, or null. */
  private Path from(Proposal proposal) {
    Hyperband.Rung rung = proposal.rung();
    return rung == null || rung.from() == null ? null : folder.trial(rung.from());
  }

  private Experiment.Outcome execute(Proposal proposal, AtomicInteger epochs) {
    return runner.execute(
        TrialRunner.Task.of(proposal, null),
        proposal.prepared(),
        Math.max(1, WorkerPool.defaultThreads() / parallel),
        folder.trial(proposal.number()),
        from(proposal),
        epochs);
  }

  private void take() {
    RunningTrial ended = await();
    if (ended == null) {
      interrupted = true;
      return;
    }
    Trial trial;
    try {
      trial = ended.get();
    } catch (InterruptedException e) {
      interrupted = true;
      return;
    } catch (ExecutionException e) {
      throw Failures.rethrow(e.getCause());
    }
    if (trial == null) { // interrupted by the user's code, such as a callback
      interrupted = true;
      return;
    }
    log.add(trial);
    workDone += tuner.work(trial.number());
    secondsOfWork += trial.seconds();
    listener.onTrialEnd(progress(), trial);
    requireFewFailures();
  }

  /** Counts only trials of this call, because the reason of earlier failures may be fixed. */
  private void requireFewFailures() {
    int inARow = 0;
    for (int number = firstRun; log.isDecided(number); number++) {
      Trial trial = log.trial(number);
      if (trial == null && !log.isSkipped(number)) {
        return;
      }
      if (trial != null) {
        inARow = trial.isCompleted() ? 0 : inARow + 1;
      }
      if (inARow == tuner.failuresInARow()) {
        throw new IllegalStateException(
            inARow
                + " trials in a row have failed, so the search has ended. Fix the cause, or set a"
                + " higher maxConsecutiveFailedTrials. Trial "
                + number
                + ": "
                + trial.message());
      }
    }
  }

  /** Stops the threads and discards running trials. */
  private void stop(ExecutorService threads) {
    threads.shutdownNow();
    boolean ended = false;
    while (!ended) {
      try {
        ended = threads.awaitTermination(1, TimeUnit.HOURS);
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    running.clear();
  }

  private double seconds(long since) {
    return (System.nanoTime() - since) / 1e9;
  }

  private SearchProgress progress() {
    List<Trial> trials = List.copyOf(log.trials().values());
    int planned = end == Integer.MAX_VALUE ? tuner.plannedTrials() : log.proposals().size();
    double left = Double.NaN;
    if (planned >= 0 && workDone > 0) {
      double work = 0;
      int count = Math.min(end, tuner.plannedTrials() < 0 ? planned : tuner.plannedTrials());
      for (int number = 0; number < count; number++) {
        if (log.trial(number) == null && !log.isSkipped(number)) {
          work += tuner.work(number);
        }
      }
      left = work * secondsOfWork / workDone / parallel;
    }
    List<Trial> best = SearchResult.best(tuner.objective(), trials, 1);
    return new SearchProgress(
        tuner.objective(),
        trials,
        best.isEmpty() ? null : best.get(0),
        running.size(),
        planned,
        seconds(begin),
        left,
        interrupted);
  }

  /** Shows the progress of a search in a notebook, at most twice a second. */
  private static final class NotebookListener implements SearchListener {
    private static final long INTERVAL = 500_000_000;

    private final Consumer<Object> view;
    private long lastShown = System.nanoTime() - INTERVAL;

    private NotebookListener(Consumer<Object> view) {
      this.view = view;
    }

    /** Returns a listener for the notebook or the terminal, or one that shows nothing elsewhere. */
    static SearchListener open() {
      return LiveView.find()
          .filter(LiveView::isWatched)
          .flatMap(LiveView::open)
          .<SearchListener>map(NotebookListener::new)
          .or(() -> ProgressBar.terminal().map(SearchListener::lines))
          .orElseGet(() -> new SearchListener() {});
    }

    @Override
    public void onTrialBegin(SearchProgress progress, int number, HyperParameters values) {
      show(progress);
    }

    @Override
    public void onTrialEnd(SearchProgress progress, Trial trial) {
      show(progress);
    }

    @Override
    public void onSearchEnd(SearchProgress progress) {
      view.accept(progress);
    }

    private void show(SearchProgress progress) {
      long now = System.nanoTime();
      if (now - lastShown >= INTERVAL) {
        lastShown = now;
        view.accept(progress);
      }
    }
  }
}
