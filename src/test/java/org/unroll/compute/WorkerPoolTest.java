package org.unroll.compute;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.management.ManagementFactory;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.unroll.internal.Failures;

@Timeout(60)
class WorkerPoolTest {
  private static final long IDLE = TimeUnit.SECONDS.toNanos(2);

  /** The threads of other tests in the same JVM. */
  private Set<Thread> others;

  @BeforeEach
  void rememberOtherThreads() {
    others = Thread.getAllStackTraces().keySet();
  }

  /** Returns a pool that no other test has used. */
  private static WorkerPool pool(int threads) {
    return new WorkerPool(threads, IDLE);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 4, 16})
  void runsEveryTaskOnceInManyShortRuns(int threads) {
    try (WorkerPool workers = pool(threads)) {
      int[] done = new int[40];
      AtomicIntegerArray busy = new AtomicIntegerArray(threads);
      WorkerPool.Task task =
          (number, worker) -> {
            assertEquals(1, busy.incrementAndGet(worker), "two tasks share a worker's buffers");
            done[number]++;
            busy.decrementAndGet(worker);
          };
      int runs = threads > 4 ? 2_000 : 20_000;
      int[] expected = new int[40];
      for (int run = 0; run < runs; run++) {
        int tasks = run % 41;
        workers.run(tasks, task);
        for (int number = 0; number < tasks; number++) {
          expected[number]++;
        }
      }
      assertArrayEquals(expected, done);
    }
  }

  @Test
  void runsAgainAfterPauses() throws InterruptedException {
    try (WorkerPool workers = pool(3)) {
      AtomicInteger sum = new AtomicInteger();
      for (int run = 0; run < 30; run++) {
        workers.run(7, (number, worker) -> sum.addAndGet(number));
        Thread.sleep(2);
      }
      assertEquals(30 * 21, sum.get());
    }
  }

  @Test
  void helpersAreDaemonsAndRunTasks() {
    try (WorkerPool workers = pool(3)) {
      assertEquals(3, workers.threads());
      // Three tasks that wait for one another can end only on three threads.
      CountDownLatch together = new CountDownLatch(3);
      String[] names = new String[3];
      workers.run(
          3,
          (number, worker) -> {
            names[worker] = Thread.currentThread().getName();
            if (worker > 0) {
              assertTrue(Thread.currentThread().isDaemon());
            }
            together.countDown();
            await(together);
          });
      String caller = Thread.currentThread().getName();
      assertEquals(
          Arrays.asList(caller, "unroll-worker-1", "unroll-worker-2"), Arrays.asList(names));
    }
  }

  @Test
  void startsNoThreadForASingleTask() {
    try (WorkerPool workers = pool(4)) {
      workers.run(1, (number, worker) -> assertEquals(0, worker));
      workers.run(0, (number, worker) -> assertEquals(-1, number));
      assertEquals(Set.of(), helpersOfThisTest());
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 4})
  void throwsTheExceptionOfTheLowestTask(int threads) {
    try (WorkerPool workers = pool(threads)) {
      for (int run = 0; run < 2000; run++) {
        AtomicInteger begun = new AtomicInteger();
        AtomicInteger ended = new AtomicInteger();
        var e =
            assertThrows(
                IllegalArgumentException.class,
                () ->
                    workers.run(
                        20,
                        (number, worker) -> {
                          begun.incrementAndGet();
                          try {
                            if (number >= 5) {
                              throw new IllegalArgumentException("task " + number);
                            }
                          } finally {
                            ended.incrementAndGet();
                          }
                        }));
        assertEquals("task 5", e.getMessage());
        assertEquals(begun.get(), ended.get(), "a task was running after run returned");
        // Tasks 0 to 5 were taken, and at most one more by each other thread.
        assertTrue(begun.get() >= 6 && begun.get() < 6 + threads, "begun: " + begun);
        assertEquals(begun.get() - 6, e.getSuppressed().length);
        workers.run(3, (number, worker) -> {});
      }
    }
  }

  @Test
  void throwsErrorsUnwrapped() {
    try (WorkerPool workers = pool(2)) {
      Error error = new StackOverflowError();
      assertSame(
          error,
          assertThrows(
              StackOverflowError.class,
              () ->
                  workers.run(
                      10,
                      (number, worker) -> {
                        throw error;
                      })));
      assertEquals(0, error.getSuppressed().length);
    }
  }

  @Test
  void preservesTheInterruptFlag() {
    try (WorkerPool workers = pool(2)) {
      for (int run = 0; run < 200; run++) {
        Thread.currentThread().interrupt();
        CountDownLatch both = new CountDownLatch(2);
        workers.run(
            2,
            (number, worker) -> {
              assertEquals(worker == 0, Thread.currentThread().isInterrupted());
              both.countDown();
              while (both.getCount() > 0) {
                Thread.onSpinWait();
              }
              if (worker == 1) {
                pause(); // so that the caller waits, parked
              }
            });
        assertTrue(Thread.interrupted());
        workers.run(2, (number, worker) -> {});
        assertFalse(Thread.interrupted());
      }
    }
  }

  /** Busy threads take the cores from workers while these hold tasks. */
  @ParameterizedTest
  @ValueSource(ints = {2, 3, 9})
  void staysCorrectWhileWorkersAreDescheduled(int threads) throws InterruptedException {
    AtomicBoolean ended = new AtomicBoolean();
    Thread[] neighbours = new Thread[2 * Runtime.getRuntime().availableProcessors()];
    Thread caller = Thread.currentThread();
    try (WorkerPool workers = pool(threads)) {
      for (int i = 0; i < neighbours.length; i++) {
        neighbours[i] = new Thread(() -> spinUntil(ended));
        neighbours[i].start();
      }
      Random random = new Random(threads);
      int[] done = new int[20]; // not atomic: a run orders what its workers write
      for (int run = 0; run < 300; run++) {
        int tasks = 2 + random.nextInt(19);
        int slow = random.nextInt(tasks);
        int failing = run % 5 == 0 ? random.nextInt(tasks) : tasks;
        Arrays.fill(done, 0);
        WorkerPool.Task task =
            (number, worker) -> {
              done[number]++;
              if (number == slow) {
                LockSupport.parkNanos(100_000);
                caller.interrupt();
              }
              if (number == failing) {
                throw new IllegalArgumentException("task " + number);
              }
            };
        if (failing < tasks) {
          var e = assertThrows(IllegalArgumentException.class, () -> workers.run(tasks, task));
          assertEquals("task " + failing, e.getMessage());
        } else {
          workers.run(tasks, task);
        }
        assertEquals(done[slow] == 1, Thread.interrupted(), "flag after run " + run);
        for (int number = 0; number < tasks; number++) {
          int least = number <= failing ? 1 : 0;
          assertTrue(done[number] == 1 || done[number] == least, "task " + number + ", run " + run);
        }
      }
    } finally {
      ended.set(true);
      for (Thread neighbour : neighbours) {
        neighbour.join();
      }
    }
  }

  private static void spinUntil(AtomicBoolean ended) {
    while (!ended.get()) {
      Thread.onSpinWait();
    }
  }

  @Test
  void waitsWithoutUsingTheProcessor() throws InterruptedException {
    var threads = ManagementFactory.getThreadMXBean();
    long wait = TimeUnit.MILLISECONDS.toNanos(300);
    try (WorkerPool workers = pool(2)) {
      workers.run(2, (number, worker) -> {});
      long helper = helpersOfThisTest().iterator().next().getId();
      CountDownLatch both = new CountDownLatch(2);
      long ofCaller = threads.getCurrentThreadCpuTime();
      workers.run(
          2,
          (number, worker) -> {
            both.countDown();
            await(both);
            if (worker == 1) {
              LockSupport.parkNanos(wait);
            }
          });
      ofCaller = threads.getCurrentThreadCpuTime() - ofCaller;
      assertTrue(ofCaller < wait / 4, "the caller used " + ofCaller + " ns");
      long ofHelper = threads.getThreadCpuTime(helper);
      Thread.sleep(TimeUnit.NANOSECONDS.toMillis(wait));
      ofHelper = threads.getThreadCpuTime(helper) - ofHelper;
      assertTrue(ofHelper < wait / 4, "the helper used " + ofHelper + " ns");
    }
  }

  @Test
  void rejectsARunWithinARun() {
    try (WorkerPool workers = pool(2)) {
      var e =
          assertThrows(
              IllegalStateException.class,
              () -> workers.run(2, (number, worker) -> workers.run(2, (n, w) -> {})));
      assertTrue(e.getMessage().contains("busy"), e.getMessage());
      AtomicInteger done = new AtomicInteger();
      workers.run(4, (number, worker) -> done.incrementAndGet());
      assertEquals(4, done.get());
    }
  }

  @Test
  void rejectsRunsAfterClose() {
    WorkerPool workers = pool(4);
    workers.run(10, (number, worker) -> {});
    workers.close();
    workers.close();
    assertThrows(IllegalStateException.class, () -> workers.run(10, (number, worker) -> {}));
    assertThrows(IllegalStateException.class, () -> workers.run(1, (number, worker) -> {}));
  }

  @Test
  void handsOutEachPoolOnlyOnceAndReusesItsThreads() {
    WorkerPool first = WorkerPool.take(7); // a number that no other test uses
    WorkerPool second = WorkerPool.take(7);
    assertNotSame(first, second);
    first.run(10, (number, worker) -> {});
    Set<Thread> threads = helpersOfThisTest();
    assertEquals(6, threads.size());
    first.close();
    first.close();
    assertSame(first, WorkerPool.take(7));
    WorkerPool third = WorkerPool.take(7);
    assertNotSame(first, third);
    assertNotSame(second, third);
    first.run(10, (number, worker) -> {});
    assertEquals(threads, helpersOfThisTest());
    second.close();
    first.close();
    third.close();
    assertSame(second, takeAll(7).get(2));
  }

  private static List<WorkerPool> takeAll(int threads) {
    return List.of(WorkerPool.take(threads), WorkerPool.take(threads), WorkerPool.take(threads));
  }

  @Test
  void helpersEndWhenTheyHaveNoWorkAndStartAgain() throws InterruptedException {
    WorkerPool workers = new WorkerPool(3, TimeUnit.MILLISECONDS.toNanos(20));
    AtomicInteger sum = new AtomicInteger();
    for (int round = 0; round < 3; round++) {
      workers.run(100, (number, worker) -> sum.addAndGet(number));
      Set<Thread> threads = helpersOfThisTest();
      assertFalse(threads.isEmpty());
      for (Thread thread : threads) {
        thread.join();
      }
    }
    // Runs that begin when the helpers are about to end.
    for (int run = 3; run < 200; run++) {
      workers.run(100, (number, worker) -> sum.addAndGet(number));
      Thread.sleep(19 + run % 3);
    }
    assertEquals(200 * 4950, sum.get());
  }

  @Test
  void helpersHaveTheClassLoaderOfTheCallerOnly() {
    Thread caller = Thread.currentThread();
    ClassLoader before = caller.getContextClassLoader();
    var inherited = new InheritableThreadLocal<String>();
    inherited.set("of the first caller");
    try (WorkerPool workers = WorkerPool.take(6)) {
      requireContext(workers, before, inherited);
    }
    var other = new ClassLoader(before) {};
    caller.setContextClassLoader(other);
    try (WorkerPool workers = WorkerPool.take(6)) {
      requireContext(workers, other, inherited);
    } finally {
      caller.setContextClassLoader(before);
    }
  }

  private static void requireContext(
      WorkerPool workers, ClassLoader loader, ThreadLocal<String> inherited) {
    CountDownLatch together = new CountDownLatch(2);
    workers.run(
        2,
        (number, worker) -> {
          together.countDown();
          await(together);
          assertSame(loader, Thread.currentThread().getContextClassLoader());
          assertEquals(worker == 0 ? "of the first caller" : null, inherited.get());
        });
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 4})
  void throwsCheckedExceptionsUnwrapped(int threads) {
    WorkerPool workers = pool(threads);
    var cause = new InterruptedException("thrown by code in another language");
    assertSame(
        cause,
        assertThrows(
            InterruptedException.class,
            () ->
                workers.run(
                    8,
                    (number, worker) -> {
                      throw Failures.rethrow(cause);
                    })));
  }

  @Test
  void runThatOverflowsTheStackLeavesThePoolUsable() {
    WorkerPool workers = pool(3);
    workers.run(3, (number, worker) -> {}); // starts the threads where there is stack for it
    for (int round = 0; round < 20; round++) {
      assertThrows(StackOverflowError.class, () -> runDeeper(workers));
      AtomicInteger done = new AtomicInteger();
      workers.run(40, (number, worker) -> done.incrementAndGet());
      assertEquals(40, done.get());
    }
  }

  /** Runs tasks at any depth of the stack. */
  @SuppressWarnings("InfiniteRecursion") // until the stack overflows
  private static int runDeeper(WorkerPool workers) {
    workers.run(4, (number, worker) -> {});
    return 1 + runDeeper(workers);
  }

  @Test
  void rejectsFewerThanOneThread() {
    var e = assertThrows(IllegalArgumentException.class, () -> WorkerPool.take(0));
    assertEquals("threads must be at least 1, but was 0.", e.getMessage());
  }

  @Test
  void readsTheNumberOfThreadsFromAProperty() {
    String before = System.getProperty(WorkerPool.PROPERTY);
    try {
      System.setProperty(WorkerPool.PROPERTY, "3");
      assertEquals(3, WorkerPool.defaultThreads());
      for (String wrong : new String[] {"0", "two", ""}) {
        System.setProperty(WorkerPool.PROPERTY, wrong);
        var e = assertThrows(IllegalStateException.class, WorkerPool::defaultThreads);
        assertEquals(
            "The system property unroll.threads must be an integer of at least 1, but was '"
                + wrong
                + "'. Omit it to use all processors.",
            e.getMessage());
      }
      System.clearProperty(WorkerPool.PROPERTY);
      assertEquals(Runtime.getRuntime().availableProcessors(), WorkerPool.defaultThreads());
    } finally {
      if (before == null) {
        System.clearProperty(WorkerPool.PROPERTY);
      } else {
        System.setProperty(WorkerPool.PROPERTY, before);
      }
    }
  }

  @Test
  void limitsTheDefaultThreadsOfOneThread() throws Exception {
    int before = WorkerPool.defaultThreads();
    int inner =
        WorkerPool.withDefaultThreads(
            before + 1,
            () -> {
              assertEquals(before + 1, WorkerPool.defaultThreads());
              var elsewhere = new AtomicInteger();
              Thread other = new Thread(() -> elsewhere.set(WorkerPool.defaultThreads()));
              other.start();
              other.join();
              assertEquals(before, elsewhere.get());
              assertEquals(5, WorkerPool.withDefaultThreads(5, WorkerPool::defaultThreads));
              return WorkerPool.defaultThreads();
            });
    assertEquals(before + 1, inner);
    assertThrows(
        IllegalStateException.class,
        () ->
            WorkerPool.withDefaultThreads(
                3,
                () -> {
                  throw new IllegalStateException("failed");
                }));
    assertEquals(before, WorkerPool.defaultThreads());
    assertThrows(
        IllegalArgumentException.class, () -> WorkerPool.withDefaultThreads(0, () -> null));
  }

  @Test
  void runDoesNotAllocate() {
    var threads = (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();
    try (WorkerPool workers = pool(2)) {
      WorkerPool.Task task = (number, worker) -> {};
      long least = Long.MAX_VALUE;
      for (int round = 0; round < 20; round++) {
        long before = threads.getCurrentThreadAllocatedBytes();
        for (int run = 0; run < 100; run++) {
          workers.run(4, task);
        }
        least = Math.min(least, threads.getCurrentThreadAllocatedBytes() - before);
      }
      assertEquals(0, least);
    }
  }

  @Test
  void failedRunDoesNotAllocate() {
    var threads = (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();
    WorkerPool workers = pool(2);
    var error = new OutOfMemoryError("the same object on all threads");
    WorkerPool.Task task =
        (number, worker) -> {
          throw error;
        };
    long least = Long.MAX_VALUE;
    for (int round = 0; round < 20; round++) {
      long before = threads.getCurrentThreadAllocatedBytes();
      for (int run = 0; run < 100; run++) {
        try {
          workers.run(4, task);
        } catch (OutOfMemoryError e) {
          assertSame(error, e);
        }
      }
      least = Math.min(least, threads.getCurrentThreadAllocatedBytes() - before);
    }
    assertEquals(0, least);
  }

  private Set<Thread> helpersOfThisTest() {
    Set<Thread> helpers = new HashSet<>(Thread.getAllStackTraces().keySet());
    helpers.removeAll(others);
    helpers.removeIf(thread -> !thread.getName().startsWith("unroll-worker-"));
    return helpers;
  }

  private static void await(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  private static void pause() {
    try {
      Thread.sleep(1);
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }
}
