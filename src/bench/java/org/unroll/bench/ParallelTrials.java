package org.unroll.bench;

import static org.unroll.layers.Layers.dense;
import static org.unroll.layers.Layers.gru;
import static org.unroll.layers.Layers.input;
import static org.unroll.training.FitOptions.epochs;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Random;
import org.unroll.Sequential;
import org.unroll.data.Dataset;
import org.unroll.tuning.HyperModel;
import org.unroll.tuning.RandomSearch;
import org.unroll.tuning.SearchResult;

/**
 * Measures how many trials a search completes per minute, alternating between one and two trials at
 * a time. A trial trains a GRU of 32 units.
 *
 * <p>Prints lines of CSV: the round; the trials per minute with one trial at a time on one thread,
 * one at a time on two threads, and two at a time on one thread each; and the ratio of the last to
 * the first and to the second.
 *
 * <p>Arguments: the number of rounds (default 5) and the number of trials (default 32; fewer end too
 * soon to be measured).
 */
final class ParallelTrials {
  private static final String THREADS = "unroll.threads";

  private ParallelTrials() {}

  /**
   * Prints the measurements.
   *
   * @param args rounds and trials
   */
  public static void main(String[] args) throws IOException {
    int rounds = args.length > 0 ? Integer.parseInt(args[0]) : 5;
    int trials = args.length > 1 ? Integer.parseInt(args[1]) : 32;
    Dataset train = Workload.regression(new Random(1), 1024, 60, 14).batchSize(64);
    Dataset validation = Workload.regression(new Random(2), 256, 60, 14).batchSize(64);
    Path folder = Files.createTempDirectory("parallel-trials");
    search(folder, train, validation, trials, 2, 2); // warms up the JVM
    System.out.println("round,one_thread,one_at_a_time,two_at_a_time,ratio_one_thread,ratio");
    for (int round = 0; round < rounds; round++) {
      double single = search(folder, train, validation, trials, 1, 1);
      double one = search(folder, train, validation, trials, 1, 2);
      double two = search(folder, train, validation, trials, 2, 2);
      System.out.printf(
          Locale.ROOT,
          "%d,%.2f,%.2f,%.2f,%.2f,%.2f%n",
          round,
          single,
          one,
          two,
          two / single,
          two / one);
    }
  }

  private static double search(
      Path folder, Dataset train, Dataset validation, int trials, int parallel, int threads) {
    System.setProperty(THREADS, Integer.toString(threads));
    HyperModel model =
        hp -> {
          Sequential network =
              Sequential.of(
                  input(60, 14), gru(32).dropout(hp.Float("dropout", 0.1, 0.5)), dense(1));
          network.compile("adam", "mse");
          return network;
        };
    long begin = System.nanoTime();
    SearchResult found =
        new RandomSearch(model, "val_loss", trials)
            .directory(folder)
            .overwrite(true)
            .parallelTrials(parallel)
            .search(train, validation, () -> epochs(4));
    double minutes = (System.nanoTime() - begin) / 60e9;
    return found.trials().size() / minutes;
  }
}
