package org.unroll.spark;

import java.io.File;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;
import java.util.function.Supplier;
import org.apache.spark.SparkConf;
import org.apache.spark.SparkEnv;
import org.apache.spark.api.java.JavaFutureAction;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.api.java.function.Function;
import org.apache.spark.broadcast.Broadcast;
import org.apache.spark.sql.SparkSession;
import org.unroll.compute.WorkerPool;
import org.unroll.tuning.Fold;
import org.unroll.tuning.TrialExecutor;
import org.unroll.tuning.TrialFunction;
import org.unroll.tuning.TrialRunner;
import org.unroll.tuning.Tuner;

/**
 * Runs the trials of a search as tasks of Apache Spark, one task for each trial.
 *
 * <pre>
 * SearchResult found = new Hyperband(build, "val_loss", 27)
 *     .executor(SparkTrials.on(spark))
 *     .search(train, validation, () -&gt; epochs(27));
 * </pre>
 *
 * <p><b>Results.</b> Progress, results, files and resuming are those of a local search: the driver
 * decides what to try and writes the folder of the search. With the same seeds, the results are the
 * same to the bit, if the executors compute with the same implementation as the driver. Each
 * executor logs its implementation when it runs its first task. Only the recorded durations, which
 * are measured on the executors, differ.
 *
 * <p><b>What is sent.</b> The functions and the data of the search are broadcast once. A task
 * contains the hyperparameters and, for a trial that continues another one, its {@code .keras}
 * file. The result contains the scores and the {@code .keras} files of the trial.
 *
 * <p><b>Failures.</b> If an executor is lost, Spark runs its trials again on another one, up to
 * {@code spark.task.maxFailures} times (default 4). A trial that loses that many executors, for
 * example because it needs too much memory, is recorded as failed. A trial that fails for its own
 * reasons is also recorded, as in a local search. All other failures of Spark, such as a class that
 * the executors do not have, end the search.
 *
 * <p><b>Threads.</b> A trial uses one thread, or {@code spark.task.cpus} threads. As many trials
 * run in parallel as {@code spark.default.parallelism} permits, by default the number of cores of
 * the cluster. Set {@link Tuner#parallelTrials} to a larger number if the cluster grows on demand.
 */
public final class SparkTrials implements TrialExecutor {
  private final JavaSparkContext spark;

  private SparkTrials(JavaSparkContext spark) {
    this.spark = spark;
  }

  /**
   * Returns an executor that runs trials on the cluster of a session.
   *
   * @param spark the session, which must not be one of Spark Connect
   */
  public static SparkTrials on(SparkSession spark) {
    return new SparkTrials(JavaSparkContext.fromSparkContext(spark.sparkContext()));
  }

  /**
   * Returns a function that loads the data of all trials once in each JVM instead of sending it.
   * Use it for data that cannot be serialized, or that all executors can read from the same place:
   *
   * <pre>
   * tuner.search(SparkTrials.loading(() -&gt; read("/data/weather.csv")), hp -&gt; epochs(20));
   * </pre>
   *
   * @param loader reads the data. It must return the same data in each JVM
   */
  public static TrialFunction<Fold<?>> loading(Loader loader) {
    return new Loaded(loader);
  }

  /** Loads the data of a search; a lambda expression of this type can be serialized. */
  @FunctionalInterface
  public interface Loader extends Supplier<Fold<?>>, java.io.Serializable {}

  private static final class Loaded implements TrialFunction<Fold<?>> {
    private static final long serialVersionUID = 1;

    private final Loader loader;
    private transient Fold<?> data;

    Loaded(Loader loader) {
      this.loader = loader;
    }

    @Override
    public synchronized Fold<?> apply(org.unroll.tuning.HyperParameters hp) {
      if (data == null) {
        data = loader.get();
      }
      return data;
    }
  }

  @Override
  public int parallelTrials() {
    return Math.max(1, spark.defaultParallelism() / spark.getConf().getInt("spark.task.cpus", 1));
  }

  @Override
  public Session open(TrialRunner runner) {
    Broadcast<TrialRunner> sent = spark.broadcast(runner);
    return new Session() {
      @Override
      public TrialRunner.Result run(TrialRunner.Task task) throws InterruptedException {
        return runJob(sent, task);
      }

      @Override
      public void close() {
        if (!spark.sc().isStopped()) {
          sent.destroy();
        }
      }
    };
  }

  private TrialRunner.Result runJob(Broadcast<TrialRunner> runner, TrialRunner.Task task)
      throws InterruptedException {
    spark.setJobGroup("trial-" + task.number(), "Trial " + task.number() + " " + task.values());
    spark.sc().setInterruptOnCancel(true);
    JavaFutureAction<List<TrialRunner.Result>> job =
        spark.parallelize(List.of(task), 1).map(new RunTrial(runner)).collectAsync();
    try {
      return job.get().get(0);
    } catch (InterruptedException e) {
      job.cancel(true);
      throw e;
    } catch (ExecutionException | CancellationException e) {
      Throwable cause = e instanceof ExecutionException ? e.getCause() : e;
      String message = String.valueOf(cause.getMessage());
      if (message.contains("ExecutorLostFailure")) {
        throw new LostException("The executors of this trial were lost. Spark: " + message);
      }
      throw new IllegalStateException(
          "Spark must be able to run the trials, but trial "
              + task.number()
              + " ended with: "
              + message
              + " If a class was not found, add its jar to spark.jars.",
          cause);
    }
  }

  /** Runs a trial in a task. */
  private record RunTrial(Broadcast<TrialRunner> runner)
      implements Function<TrialRunner.Task, TrialRunner.Result> {
    private static final long serialVersionUID = 1;

    @Override
    public TrialRunner.Result call(TrialRunner.Task task) throws Exception {
      return SparkTask.run(() -> runner.value().run(task, WorkerPool.defaultThreads(), scratch()));
    }

    /** Returns a folder that Spark deletes after the application if it manages the executor. */
    private static Path scratch() {
      SparkConf conf = SparkEnv.get().conf();
      String folders = System.getenv("SPARK_EXECUTOR_DIRS");
      if (folders == null) {
        folders =
            conf.get("spark.local.dir", System.getProperty("java.io.tmpdir")).split(",", 2)[0];
      }
      return Path.of(folders.split(File.pathSeparator, 2)[0]);
    }
  }
}
