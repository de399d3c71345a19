package org.unroll.tuning;

import java.io.IOException;
import java.io.NotSerializableException;
import java.io.ObjectOutputStream;
import java.io.OutputStream;
import java.io.Serializable;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.unroll.internal.DefaultSeed;
import org.unroll.internal.Failures;

/**
 * Runs the trials of one search. A {@link TrialExecutor} sends it to other JVMs, where the results
 * are the same to the bit if these JVMs compute with the same implementation.
 */
public final class TrialRunner implements Serializable {
  private static final long serialVersionUID = 1;

  @SuppressWarnings("serial") // checked by requireSerializable
  private final Experiment experiment;

  private final long seed;
  private final int executions;
  private final long defaultSeed = DefaultSeed.get();

  TrialRunner(Experiment experiment, long seed, int executions) {
    this.experiment = experiment;
    this.seed = seed;
    this.executions = executions;
  }

  /**
   * A trial to run.
   *
   * @param number the number of the trial
   * @param values the hyperparameters by name
   * @param rung the epochs; null if the tuner does not set them
   * @param asksForSeed whether the trial requests {@link HyperParameters#seed}
   * @param files the files with which the training continues, by name
   */
  public record Task(
      int number,
      Map<String, Object> values,
      Hyperband.Rung rung,
      boolean asksForSeed,
      Map<String, byte[]> files)
      implements Serializable {
    private static final long serialVersionUID = 1;

    static Task of(Proposal proposal, Path from) {
      try {
        return new Task(
            proposal.number(),
            proposal.values(),
            proposal.rung(),
            proposal.asksForSeed(),
            from == null ? Map.of() : read(from, "last-"));
      } catch (IOException e) {
        throw notPossible("read", from, e);
      }
    }
  }

  /**
   * The result of a trial.
   *
   * @param scores the values of the objective, one for each execution; null if the trial failed
   * @param metrics the logs of the best epoch of the first execution; null if the trial failed
   * @param failure why the trial failed; null if it completed
   * @param epochs the number of trained epochs
   * @param seconds the duration
   * @param interrupted whether the thread was interrupted, from outside or by a function of the
   *     search
   * @param files the files of the trial, by name
   */
  public record Result(
      List<Double> scores,
      Map<String, Double> metrics,
      String failure,
      int epochs,
      double seconds,
      boolean interrupted,
      Map<String, byte[]> files)
      implements Serializable {
    private static final long serialVersionUID = 1;

    Experiment.Outcome outcome() {
      return new Experiment.Outcome(scores, metrics);
    }

    void writeFiles(Path folder) {
      files.forEach(
          (name, bytes) -> {
            try {
              Files.write(folder.resolve(name), bytes);
            } catch (IOException e) {
              throw notPossible("written", folder.resolve(name), e);
            }
          });
    }
  }

  /**
   * Runs a trial on the calling thread. A trial that fails for its own reasons has a result, and so
   * has one whose thread was interrupted; this clears the interrupt flag.
   *
   * @param task the trial
   * @param threads the number of threads that it may use
   * @param scratch an existing folder for temporary files
   * @throws UncheckedIOException if a file cannot be written or read
   */
  public Result run(Task task, int threads, Path scratch) {
    long begin = System.nanoTime();
    DefaultSeed.set(defaultSeed);
    var epochs = new AtomicInteger();
    List<Path> folders = new ArrayList<>();
    try {
      Path folder = Files.createTempDirectory(scratch, "trial-");
      folders.add(folder);
      Path from = null;
      if (!task.files().isEmpty()) {
        from = Files.createTempDirectory(scratch, "from-");
        folders.add(from);
        for (var file : task.files().entrySet()) {
          Files.write(from.resolve(file.getKey()), file.getValue());
        }
      }
      Experiment.Outcome outcome = null;
      String failure = null;
      try {
        outcome = execute(task, null, threads, folder, from, epochs);
      } catch (UncheckedIOException e) {
        throw e;
      } catch (RuntimeException | OutOfMemoryError e) {
        failure = reason(e);
      }
      boolean interrupted = Thread.interrupted();
      return new Result(
          outcome == null ? null : outcome.scores(),
          outcome == null ? null : outcome.metrics(),
          failure,
          epochs.get(),
          (System.nanoTime() - begin) / 1e9,
          interrupted,
          outcome == null || interrupted ? Map.of() : read(folder, ""));
    } catch (IOException e) {
      throw notPossible("written", scratch, e);
    } finally {
      folders.forEach(TrialRunner::delete);
    }
  }

  /**
   * Runs all executions of a trial.
   *
   * @param first the first execution; null if it must be prepared
   */
  Experiment.Outcome execute(
      Task task,
      Experiment.Prepared first,
      int threads,
      Path folder,
      Path from,
      AtomicInteger epochs) {
    if (executions > 1 && experiment.hasEpochs() && !task.asksForSeed()) {
      throw new IllegalStateException(
          "With executionsPerTrial("
              + executions
              + "), the initial weights must depend on hp.seed(), or all executions would be the"
              + " same. Build the model with Sequential.seeded(hp.seed(), …).");
    }
    List<Double> scores = new ArrayList<>();
    Map<String, Double> metrics = new LinkedHashMap<>();
    for (int execution = 0; execution < executions; execution++) {
      Experiment.Prepared prepared = first;
      if (execution > 0 || first == null) {
        var hp =
            new HyperParameters(
                definition -> task.values().get(definition.name()),
                TrialLog.executionSeed(seed, execution));
        prepared = experiment.prepare(hp);
      }
      Experiment.Outcome outcome =
          prepared.run(
              new Experiment.Assignment(execution, threads, folder, from, task.rung(), epochs));
      if (Thread.currentThread().isInterrupted()) {
        break;
      }
      scores.addAll(outcome.scores());
      if (execution == 0) {
        metrics.putAll(outcome.metrics());
      }
    }
    return new Experiment.Outcome(scores, metrics);
  }

  /** Rejects functions and data that cannot be sent to another JVM. */
  void requireSerializable() {
    experiment.parts().forEach(TrialRunner::requireSerializable);
  }

  private static void requireSerializable(String what, Object part) {
    try (var out = new ObjectOutputStream(OutputStream.nullOutputStream())) {
      out.writeObject(part);
    } catch (NotSerializableException e) {
      throw new IllegalArgumentException(
          "To run trials in other JVMs, "
              + what
              + " must be serializable, but refers to an object of "
              + e.getMessage()
              + ", which is not. Create this object inside the function, or capture only arrays,"
              + " numbers, strings and other serializable values. Data that cannot be serialized"
              + " must be loaded by a function: search(hp -> new Fold<>(…), hp -> epochs(20)).",
          e);
    } catch (IOException e) {
      throw new UncheckedIOException(
          "To run trials in other JVMs, " + what + " must be serializable: " + e.getMessage(), e);
    }
  }

  static String reason(Throwable failure) {
    return failure.getMessage() == null ? failure.toString() : failure.getMessage();
  }

  private static Map<String, byte[]> read(Path folder, String prefix) throws IOException {
    Map<String, byte[]> files = new TreeMap<>();
    try (Stream<Path> all = Files.list(folder)) {
      for (Path file : all.toList()) {
        String name = file.getFileName().toString();
        if (name.startsWith(prefix)) {
          files.put(name, Files.readAllBytes(file));
        }
      }
    }
    return files;
  }

  private static void delete(Path folder) {
    try (Stream<Path> all = Files.list(folder)) {
      for (Path file : all.toList()) {
        Files.delete(file);
      }
      Files.delete(folder);
    } catch (IOException e) {
      throw notPossible("written", folder, e);
    }
  }

  private static UncheckedIOException notPossible(String what, Path file, IOException cause) {
    return new UncheckedIOException(
        "The search cannot be " + what + ": " + file + ": " + Failures.reason(cause), cause);
  }
}
