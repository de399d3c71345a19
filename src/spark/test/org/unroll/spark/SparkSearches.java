package org.unroll.spark;

import static org.unroll.layers.Layers.dense;
import static org.unroll.layers.Layers.gru;
import static org.unroll.layers.Layers.input;
import static org.unroll.training.FitOptions.epochs;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.zip.CRC32;
import org.apache.spark.sql.SparkSession;
import org.unroll.Model;
import org.unroll.Sequential;
import org.unroll.Unroll;
import org.unroll.callbacks.Callback;
import org.unroll.callbacks.TrainingContext;
import org.unroll.data.Dataset;
import org.unroll.data.Samples;
import org.unroll.losses.Losses;
import org.unroll.network.Layer;
import org.unroll.optimizers.Optimizers;
import org.unroll.tuning.HyperParameters;
import org.unroll.tuning.Hyperband;
import org.unroll.tuning.Sampling;
import org.unroll.tuning.SearchResult;
import org.unroll.tuning.Trial;
import org.unroll.tuning.TrialOptions;
import org.unroll.tuning.Tuner;

/** Small searches, also as a driver program that can be killed. */
final class SparkSearches {
  static final Dataset TRAIN = data(1, 40).shuffled(3);
  static final Dataset VALIDATION = data(2, 20);

  /** The default seed of models, other than that of a new JVM. */
  static final long SEED = 11;

  private SparkSearches() {}

  static Dataset data(int seed, int size) {
    var random = new SplittableRandom(seed);
    double[][][] x = new double[size][4][];
    double[] y = new double[size];
    for (int i = 0; i < size; i++) {
      Arrays.setAll(x[i], t -> random.doubles(2, -1, 1).toArray());
      y[i] = Math.abs(x[i][1][0]) + x[i][3][1];
    }
    return Samples.of(x).targets(y).batchSize(10);
  }

  static Sequential model(HyperParameters hp) {
    return compiled(hp, Sequential.seeded(hp.seed(), layers(hp)));
  }

  /** Returns a model whose initial weights depend on the seed of {@code Unroll.setRandomSeed}. */
  static Sequential withDefaultSeed(HyperParameters hp) {
    return compiled(hp, Sequential.of(layers(hp)));
  }

  private static Layer[] layers(HyperParameters hp) {
    return new Layer[] {
      input(4, 2), gru(hp.Int("units", 2, 10, 2)).dropout(hp.Float("dropout", 0, 0.5)), dense(1)
    };
  }

  private static Sequential compiled(HyperParameters hp, Sequential model) {
    model.compile(Optimizers.adam(hp.Float("rate", 1e-4, 1e-1, Sampling.LOG)), Losses.mse(), "mae");
    return model;
  }

  /**
   * Returns a search that begins with a round of 27 trials and has 69, some of which continue the
   * training of others.
   */
  static Hyperband hyperband(Path folder) {
    return configured(new Hyperband(SparkSearches::withDefaultSeed, "val_loss", 27), folder);
  }

  static <T extends Tuner<T>> T configured(T tuner, Path folder) {
    return tuner.directory(folder).projectName("search").seed(5);
  }

  /** Returns options with which each epoch takes at least some time. */
  static TrialOptions slow(int milliseconds) {
    return () -> epochs(27).callbacks(new Slow(milliseconds));
  }

  private static final class Slow extends Callback {
    private final int milliseconds;

    Slow(int milliseconds) {
      this.milliseconds = milliseconds;
    }

    @Override
    public void onEpochEnd(TrainingContext training, int epoch, Map<String, Double> logs) {
      try {
        Thread.sleep(milliseconds);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
  }

  /**
   * Returns the result of a search except for the durations, with checksums of the weights of all
   * models.
   */
  static String outcome(SearchResult found, Path folder) {
    var text = new StringBuilder();
    for (Trial trial : found.trials()) {
      text.append(trial.number() + " " + trial.status() + " " + trial.values());
      text.append(" " + trial.scores() + " " + trial.metrics() + " " + trial.epochs());
      text.append(" " + trial.rung() + " " + trial.message() + " ");
      text.append(files(folder.resolve(String.format("search/trial-%04d", trial.number()))));
      text.append("\n");
    }
    return text.toString();
  }

  /** Returns a checksum of the weights in each model file of a folder. */
  private static Map<String, Long> files(Path folder) {
    Map<String, Long> sums = new TreeMap<>();
    try (var all = Files.list(folder)) {
      for (Path file : all.filter(path -> path.toString().endsWith(".keras")).toList()) {
        var sum = new CRC32();
        Model.load(file)
            .weights()
            .forEach(
                (name, weights) -> {
                  var bytes = ByteBuffer.allocate(weights.data.length * Float.BYTES);
                  bytes.asFloatBuffer().put(weights.data);
                  sum.update(bytes.array());
                });
        sums.put(file.getFileName().toString(), sum.getValue());
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return sums;
  }

  /** Returns the builder of a session whose driver can only be reached from this machine. */
  static SparkSession.Builder session(String master) {
    return SparkSession.builder()
        .master(master)
        .appName("unroll-test")
        .config("spark.ui.enabled", "false")
        .config("spark.driver.bindAddress", "127.0.0.1")
        .config("spark.driver.host", "127.0.0.1");
  }

  /** Returns a session on a cluster whose executors have the class path of this JVM's build. */
  static SparkSession onCluster(String master) {
    String classes = Path.of("target/classes").toAbsolutePath().toString();
    String tests = Path.of("target/test-classes").toAbsolutePath().toString();
    String log = Path.of("src/spark/log4j2.properties").toAbsolutePath().toString();
    return session(master)
        .config("spark.executor.extraClassPath", classes + ":" + tests)
        .config("spark.executor.memory", "512m")
        .config(
            "spark.executor.extraJavaOptions", "-XX:+UseSerialGC -Dlog4j2.configurationFile=" + log)
        // A test kills executors five times, which may hit the same trial more often than three
        // times.
        .config("spark.task.maxFailures", "8")
        .config("spark.excludeOnFailure.enabled", "false")
        .getOrCreate();
  }

  /**
   * Runs a slow search on a cluster.
   *
   * @param args the master and the folder of the search
   */
  public static void main(String[] args) throws IOException {
    Unroll.setRandomSeed(SEED);
    try (SparkSession spark = onCluster(args[0])) {
      hyperband(Path.of(args[1]))
          .executor(SparkTrials.on(spark))
          .search(TRAIN, VALIDATION, slow(50));
    }
  }
}
