package org.unroll.compute;

import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import org.unroll.internal.Failures;

/**
 * A pool of threads that share numbered tasks, such as the slices of a batch. The thread that calls
 * {@link #run} takes part as worker 0. The other threads are daemons; they start with the first run
 * that has work for them and end after some seconds without work.
 *
 * <p>{@link #take} hands out a pool that nobody else uses, and {@link #close} gives it back. So all
 * models of a program share their threads, of which there are as many as were needed at once.
 *
 * <p>A run allocates nothing, even if a task fails, and waits for no lock. With one thread or one
 * task, it is a plain loop on the calling thread. After a run, a helper thread spins for some
 * microseconds because the next batch usually follows immediately. Then it parks.
 *
 * @hidden
 */
public final class WorkerPool implements AutoCloseable {
  /** Work that is divided into numbered tasks, none of which waits for another. */
  @FunctionalInterface
  public interface Task {
    /**
     * Runs one task.
     *
     * @param task the number of the task, from 0
     * @param worker the number of the worker that runs it, from 0 (the caller) to the number of
     *     threads minus 1; it is the index of buffers that no other task uses at the same time
     */
    void run(int task, int worker);
  }

  static final String PROPERTY = "unroll.threads";

  /** Tens of microseconds on a CPU of 2020, about the time it takes to wake a parked thread. */
  private static final int SPINS = 2000;

  /** The time without work after which a helper thread ends. */
  private static final long IDLE_NANOS = TimeUnit.SECONDS.toNanos(5);

  /** The pool given back last. The others follow by {@link #next}; guarded by the class. */
  private static final AtomicReference<WorkerPool> UNUSED = new AtomicReference<>();

  private static final ThreadLocal<Integer> DEFAULT_THREADS = new ThreadLocal<>();

  private WorkerPool next;

  private final int threads;
  private final long idleNanos;
  private final int spins;
  private final Helper[] helpers;
  private final AtomicBoolean running = new AtomicBoolean();
  private volatile boolean taken = true;
  private volatile ClassLoader classLoader = Thread.currentThread().getContextClassLoader();

  // The state of one run. The upper half of `claims` is the number of the run; the lower half is
  // the number of tasks that no worker has taken yet. The other fields change only while the latter
  // is 0.
  // Therefore a late helper, which has read the fields of an earlier run, finds no task to take or
  // fails to take it.
  private final AtomicLong claims = new AtomicLong();
  private final AtomicInteger unfinished = new AtomicInteger();
  private volatile Task task;
  private volatile int tasks;
  private volatile Thread waitingCaller;

  // A worker fails at most once in a run.
  private final Throwable[] failures; // by worker
  private final int[] failedTasks; // by worker

  /**
   * Creates a pool.
   *
   * @param threads the number of threads, including the caller's
   * @param idleNanos the time without work after which a helper thread ends
   */
  WorkerPool(int threads, long idleNanos) {
    this.threads = threads;
    this.idleNanos = idleNanos;
    failures = new Throwable[threads];
    failedTasks = new int[threads];
    Failures.load();
    // With more threads than cores, a spinning thread would take the core of a working thread.
    spins = threads <= Runtime.getRuntime().availableProcessors() ? SPINS : 0;
    helpers = new Helper[threads - 1];
  }

  /**
   * Returns a pool that nobody else uses. {@link #close} gives it back.
   *
   * @param threads the number of threads, including the caller's
   * @throws IllegalArgumentException if {@code threads} is less than 1
   */
  public static WorkerPool take(int threads) {
    if (threads < 1) {
      throw new IllegalArgumentException("threads must be at least 1, but was " + threads + ".");
    }
    WorkerPool pool = takeUnused(threads);
    return pool == null ? new WorkerPool(threads, IDLE_NANOS) : pool;
  }

  private static synchronized WorkerPool takeUnused(int threads) {
    WorkerPool before = null;
    for (WorkerPool pool = UNUSED.get(); pool != null; pool = pool.next) {
      if (pool.threads == threads) {
        if (before == null) {
          UNUSED.set(pool.next);
        } else {
          before.next = pool.next;
        }
        pool.next = null;
        pool.taken = true;
        pool.classLoader = Thread.currentThread().getContextClassLoader();
        return pool;
      }
      before = pool;
    }
    return null;
  }

  /**
   * Calls code whose {@link #defaultThreads} on the calling thread are the given number, for
   * example in a task of a cluster, which has only some of the processors.
   *
   * @throws IllegalArgumentException if {@code threads} is less than 1
   */
  public static <T> T withDefaultThreads(int threads, Callable<T> body) throws Exception {
    if (threads < 1) {
      throw new IllegalArgumentException("threads must be at least 1, but was " + threads + ".");
    }
    Integer before = DEFAULT_THREADS.get();
    DEFAULT_THREADS.set(threads);
    try {
      return body.call();
    } finally {
      if (before == null) {
        DEFAULT_THREADS.remove();
      } else {
        DEFAULT_THREADS.set(before);
      }
    }
  }

  /**
   * Returns the number of {@link #withDefaultThreads} on the calling thread. Elsewhere, returns the
   * value of the system property {@code unroll.threads}, or the number of processors if it is not
   * set.
   *
   * @throws IllegalStateException if the property is not an integer of at least 1
   */
  public static int defaultThreads() {
    Integer own = DEFAULT_THREADS.get();
    if (own != null) {
      return own;
    }
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
      // Reported below.
    }
    throw new IllegalStateException(
        "The system property "
            + PROPERTY
            + " must be an integer of at least 1, but was '"
            + property
            + "'. Omit it to use all processors.");
  }

  /** Returns the number of threads, including the caller's. */
  public int threads() {
    return threads;
  }

  /**
   * Runs the tasks 0 to {@code tasks} − 1, each once, and returns when all of them have ended.
   * Tasks start in this order.
   *
   * <p>If a task throws an exception or an error, no further task starts. When the running tasks
   * have ended, this method throws what the task with the lowest number has thrown, unwrapped; the
   * others are suppressed in it. The interrupt flag of the caller is neither read nor changed.
   *
   * @throws IllegalStateException if this pool is closed, or is already running tasks
   */
  public void run(int tasks, Task task) {
    if (!taken) {
      throw new IllegalStateException(
          "The worker pool must be open to run tasks, but was closed. Take a new WorkerPool.");
    }
    if (threads == 1 || tasks <= 1) {
      for (int number = 0; number < tasks; number++) {
        task.run(number, 0);
      }
      return;
    }
    if (!running.compareAndSet(false, true)) {
      throw new IllegalStateException(
          "The worker pool must be idle to run tasks, but was busy. Do not call run within a task, or"
              + " from two threads at once.");
    }
    try {
      int wanted = Math.min(helpers.length, tasks - 1);
      startHelpers(wanted);
      Failures.reserveStack();
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

  /**
   * Gives the pool back. Its threads end if nobody takes it for some seconds. A second call has no
   * effect.
   */
  @Override
  public void close() {
    synchronized (WorkerPool.class) {
      if (taken) {
        taken = false;
        classLoader = null;
        next = UNUSED.get();
        UNUSED.set(this);
      }
    }
  }

  private void startHelpers(int count) {
    for (int i = 0; i < count; i++) {
      if (helpers[i] == null || helpers[i].ended) {
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

  /** Takes and runs tasks of a run until none is left. */
  private void work(int run, int worker) {
    long claim = claims.get();
    while (runOf(claim) == run) {
      int left = (int) claim;
      if (left == 0) {
        return;
      }
      int number = tasks - left;
      Task current = task;
      if (claims.compareAndSet(claim, claim - 1)) {
        // The run cannot end before this task does, and no other can begin. Therefore the fields
        // above belong to this run.
        try {
          current.run(number, worker);
        } catch (Throwable e) {
          fail(run, number, worker, e);
        }
        finish(1);
      }
      claim = claims.get();
    }
  }

  /** Records a failure, with no allocation because the heap may be full. */
  private void fail(int run, int number, int worker, Throwable cause) {
    failures[worker] = cause;
    failedTasks[worker] = number;
    // Skip the tasks that no worker has taken.
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
      // An interrupted thread does not park, so clear the flag and restore it after the run.
      interrupted |= Thread.interrupted();
    }
    waitingCaller = null;
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  private void throwFailures() {
    int first = -1;
    for (int worker = 0; worker < threads; worker++) {
      if (failures[worker] != null && (first < 0 || failedTasks[worker] < failedTasks[first])) {
        first = worker;
      }
    }
    if (first < 0) {
      return;
    }
    Throwable thrown = failures[first];
    for (int worker = 0; worker < threads; worker++) {
      Throwable failure = failures[worker];
      failures[worker] = null;
      if (failure != null) {
        Failures.suppress(thrown, failure);
      }
    }
    throw Failures.rethrow(thrown);
  }

  /** JShell's local engine waits for the threads of the group in which a snippet starts them. */
  private static ThreadGroup topmostGroup() {
    ThreadGroup group = Thread.currentThread().getThreadGroup();
    while (group.getParent() != null) {
      group = group.getParent();
    }
    return group;
  }

  private static long claim(int run, int left) {
    return (long) run << 32 | left;
  }

  private static int runOf(long claim) {
    return (int) (claim >>> 32);
  }

  private final class Helper extends Thread {
    final int worker;
    volatile boolean parked;
    volatile boolean ended; // set after the last task

    Helper(int worker) {
      // Without the caller's inheritable thread-local variables, because other callers follow.
      super(topmostGroup(), null, "unroll-worker-" + worker, 0, false);
      this.worker = worker;
      setDaemon(true);
    }

    @Override
    public void run() {
      while (!ended) {
        int run = runOf(claims.get());
        ClassLoader wanted = classLoader;
        if (wanted != null && wanted != getContextClassLoader()) {
          setContextClassLoader(wanted);
        }
        work(run, worker);
        awaitRunAfter(run);
      }
    }

    private void awaitRunAfter(int run) {
      for (int spin = 0; spin < spins; spin++) {
        if (runOf(claims.get()) != run) {
          return;
        }
        Thread.onSpinWait();
      }
      long begin = System.nanoTime();
      parked = true;
      while (runOf(claims.get()) == run) {
        if (System.nanoTime() - begin >= idleNanos) {
          // If a run begins at this moment, the other workers do its tasks.
          setContextClassLoader(null);
          ended = true;
          return;
        }
        LockSupport.parkNanos(WorkerPool.this, idleNanos);
        // A helper ignores interrupts, and would not park while its flag is set.
        Thread.interrupted();
      }
      parked = false;
    }
  }
}
