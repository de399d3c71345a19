package org.unroll.compute;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;

/**
 * A few threads that share numbered tasks: the slices of a batch. The thread that calls {@link
 * #run} takes part as worker 0; the helper threads are daemons, start with the first run that has
 * work for them and end with {@link #close}.
 *
 * <p>A run allocates nothing and waits for no lock. With one thread or one task it is a plain loop
 * on the caller. A helper spins for some microseconds after a run, since the next batch usually
 * follows at once, then parks.
 */
public final class Workers implements AutoCloseable {
  static final String PROPERTY = "unroll.threads";

  /** Tens of microseconds on the CPUs of 2020: as long as it takes to wake a parked thread. */
  private static final int SPINS = 2000;

  private final int threads;
  private final int spins;
  private final Helper[] helpers;
  private final AtomicBoolean running = new AtomicBoolean();
  private volatile boolean closed;

  // One run. The upper half of `claims` numbers the runs, the lower half counts the tasks that
  // nobody has taken yet. The
  // other fields change only while that count is 0, so a helper that comes too late, with what it
  // has read of an earlier
  // run, finds nothing to take or fails to take it.
  private final AtomicLong claims = new AtomicLong();
  private final AtomicInteger unfinished = new AtomicInteger();
  private volatile SliceTask task;
  private volatile int tasks;
  private volatile Thread waitingCaller;
  private final List<Failure> failures = new ArrayList<>();

  /** As many threads as {@link #defaultThreads} says. */
  public Workers() {
    this(defaultThreads());
  }

  /**
   * Workers on {@code threads} threads, the caller's being one of them.
   *
   * @throws IllegalArgumentException if there is not at least one
   */
  public Workers(int threads) {
    if (threads < 1) {
      throw new IllegalArgumentException("Workers need at least 1 thread. Received: " + threads);
    }
    this.threads = threads;
    // With more threads than cores, a spinning thread keeps a working one from its core.
    spins = threads <= Runtime.getRuntime().availableProcessors() ? SPINS : 0;
    helpers = new Helper[threads - 1];
  }

  /**
   * The system property {@code unroll.threads}, else the number of processors.
   *
   * @throws IllegalStateException if the property is not a whole number of at least 1
   */
  public static int defaultThreads() {
    String property = System.getProperty(PROPERTY);
    if (property == null) {
      return Runtime.getRuntime().availableProcessors();
    }
    try {
      int threads = Integer.parseInt(property);
      if (threads >= 1) {
        return threads;
      }
    } catch (NumberFormatException e) {
      // The message below says what is wrong with it.
    }
    throw new IllegalStateException(
        "The system property "
            + PROPERTY
            + " is '"
            + property
            + "'; it must be a whole number of at least 1, or be left out.");
  }

  /** The number of threads, the caller's included. */
  public int threads() {
    return threads;
  }

  /**
   * Does the tasks 0 to {@code tasks} − 1, each once, handed out in this order, and returns when
   * all are done.
   *
   * <p>If a task throws, no further one is handed out, and when those under way have ended the
   * exception of the lowest task is thrown here, the others suppressed in it. The interrupt flag of
   * the caller is neither looked at nor changed.
   *
   * @throws IllegalStateException if these workers are closed, or within another run of theirs
   */
  public void run(int tasks, SliceTask task) {
    if (closed) {
      throw new IllegalStateException("These workers are closed.");
    }
    if (threads == 1 || tasks <= 1) {
      for (int number = 0; number < tasks; number++) {
        task.run(number, 0);
      }
      return;
    }
    if (!running.compareAndSet(false, true)) {
      throw new IllegalStateException(
          "These workers are busy: a run within a run, or from two threads at once, is not possible.");
    }
    try {
      int wanted = Math.min(helpers.length, tasks - 1);
      startHelpers(wanted);
      this.tasks = tasks;
      this.task = task;
      unfinished.set(tasks);
      int run = runOf(claims.get()) + 1;
      claims.set(claim(run, tasks));
      wakeHelpers(wanted);
      work(run, 0);
      awaitHelpers();
      throwFailures();
    } finally {
      this.task = null;
      running.set(false);
    }
  }

  /** Ends the helper threads and returns when they are gone. A second call does nothing. */
  @Override
  public void close() {
    closed = true;
    boolean interrupted = false;
    for (Helper helper : helpers) {
      if (helper == null) {
        continue;
      }
      LockSupport.unpark(helper);
      while (helper.isAlive()) {
        try {
          helper.join();
        } catch (InterruptedException e) {
          interrupted = true;
        }
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  private void startHelpers(int count) {
    for (int i = 0; i < count; i++) {
      if (helpers[i] == null) {
        Helper helper = new Helper(i + 1);
        helper.start();
        helpers[i] = helper;
      }
    }
  }

  private void wakeHelpers(int count) {
    for (int i = 0; i < count; i++) {
      if (helpers[i].parked) {
        LockSupport.unpark(helpers[i]);
      }
    }
  }

  /** Takes tasks of the given run until none is left. */
  private void work(int run, int worker) {
    long claim = claims.get();
    while (runOf(claim) == run) {
      int left = (int) claim;
      if (left == 0) {
        return;
      }
      int number = tasks - left;
      SliceTask current = task;
      if (claims.compareAndSet(claim, claim - 1)) {
        // Until this task is finished the run cannot end, nor another begin: what was read belongs
        // to it.
        try {
          current.run(number, worker);
        } catch (Throwable e) {
          fail(run, number, e);
        }
        finish(1);
      }
      claim = claims.get();
    }
  }

  private void fail(int run, int number, Throwable cause) {
    synchronized (failures) {
      failures.add(new Failure(number, cause));
    }
    // The tasks that nobody has taken are skipped.
    finish((int) claims.getAndSet(claim(run, 0)));
  }

  private void finish(int count) {
    if (count > 0 && unfinished.addAndGet(-count) == 0) {
      Thread caller = waitingCaller;
      if (caller != null) {
        LockSupport.unpark(caller);
      }
    }
  }

  private void awaitHelpers() {
    for (int spin = 0; spin < spins && unfinished.get() > 0; spin++) {
      Thread.onSpinWait();
    }
    if (unfinished.get() == 0) {
      return;
    }
    boolean interrupted = false;
    waitingCaller = Thread.currentThread();
    while (unfinished.get() > 0) {
      LockSupport.park(this);
      // An interrupted thread does not park, so the flag is put aside until the run is over.
      interrupted |= Thread.interrupted();
    }
    waitingCaller = null;
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  private void throwFailures() {
    List<Failure> thrown;
    synchronized (failures) {
      if (failures.isEmpty()) {
        return;
      }
      thrown = new ArrayList<>(failures);
      failures.clear();
    }
    thrown.sort(Comparator.comparingInt(Failure::task));
    Throwable first = thrown.get(0).cause();
    for (Failure other : thrown) {
      if (other.cause() != first) {
        first.addSuppressed(other.cause());
      }
    }
    if (first instanceof Error error) {
      throw error;
    }
    throw (RuntimeException) first;
  }

  private static long claim(int run, int left) {
    return (long) run << 32 | left;
  }

  private static int runOf(long claim) {
    return (int) (claim >>> 32);
  }

  private record Failure(int task, Throwable cause) {}

  private final class Helper extends Thread {
    final int worker;
    volatile boolean parked;

    Helper(int worker) {
      super("unroll-worker-" + worker);
      this.worker = worker;
      setDaemon(true);
    }

    @Override
    public void run() {
      while (!closed) {
        int run = runOf(claims.get());
        work(run, worker);
        awaitRunAfter(run);
      }
    }

    private void awaitRunAfter(int run) {
      for (int spin = 0; spin < spins; spin++) {
        if (runOf(claims.get()) != run || closed) {
          return;
        }
        Thread.onSpinWait();
      }
      parked = true;
      while (runOf(claims.get()) == run && !closed) {
        LockSupport.park(Workers.this);
        // A helper has no use for an interrupt, and with its flag set it would not park.
        Thread.interrupted();
      }
      parked = false;
    }
  }
}
