package org.unroll.spark;

import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.spark.SparkEnv;
import org.apache.spark.TaskContext;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.unroll.compute.Compute;
import org.unroll.compute.WorkerPool;

/**
 * Runs the computations of a Spark task on as many threads as Spark has reserved for it, {@code
 * spark.task.cpus}, which is 1 by default. Logs once per JVM which implementation computes.
 */
final class SparkTask {
  private static final Logger LOG = LoggerFactory.getLogger(SparkTask.class);
  private static final AtomicBoolean LOGGED = new AtomicBoolean();

  private SparkTask() {}

  /** Runs code in the task of the calling thread; on one thread if it is not that of a task. */
  static <T> T run(Callable<T> body) throws Exception {
    TaskContext context = TaskContext.get();
    int threads = context == null ? 1 : context.cpus();
    if (!LOGGED.getAndSet(true)) {
      LOG.info(
          "Executor {} computes with {}; threads per task: {}",
          SparkEnv.get() == null ? "?" : SparkEnv.get().executorId(),
          Compute.describe(),
          threads);
    }
    return WorkerPool.withDefaultThreads(threads, body);
  }
}
