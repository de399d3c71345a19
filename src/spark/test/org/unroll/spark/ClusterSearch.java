package org.unroll.spark;

import static org.unroll.layers.Layers.dense;
import static org.unroll.layers.Layers.gru;
import static org.unroll.layers.Layers.input;
import static org.unroll.optimizers.Optimizers.adam;
import static org.unroll.training.FitOptions.epochs;

import java.io.IOException;
import java.nio.file.Path;
import org.apache.spark.sql.SparkSession;
import org.unroll.Sequential;
import org.unroll.datasets.JenaClimate;
import org.unroll.losses.Losses;
import org.unroll.timeseries.TimeSeries;
import org.unroll.tuning.HyperModel;
import org.unroll.tuning.Hyperband;
import org.unroll.tuning.Sampling;
import org.unroll.tuning.SearchListener;
import org.unroll.tuning.SearchResult;

/** The search of src/site/spark.md, which forecasts the temperature of the next day. */
public final class ClusterSearch {
  private ClusterSearch() {}

  /**
   * Runs the search and prints a line when a trial ends.
   *
   * @param args the address of the master
   */
  public static void main(String[] args) throws IOException {
    var weather =
        TimeSeries.of(JenaClimate.synthetic(10_000, 42))
            .target("T (degC)")
            .normalizedOn(0, 7_000)
            .windows()
            .lookback(72)
            .step(6)
            .delay(144);
    HyperModel build =
        hp -> {
          var network =
              Sequential.of(
                  input(12, 14),
                  gru(hp.Int("units", 8, 32, 8)).dropout(hp.Float("dropout", 0, 0.5)),
                  dense(1));
          double rate = hp.Float("learning_rate", 1e-4, 1e-2, Sampling.LOG);
          network.compile(adam(rate), Losses.mae());
          return network;
        };
    try (SparkSession spark =
        SparkSession.builder()
            .master(args[0])
            .appName("temperature")
            .config("spark.executor.memory", "512m")
            .config(
                "spark.executor.extraClassPath",
                Path.of("target/classes").toAbsolutePath()
                    + ":"
                    + Path.of("target/test-classes").toAbsolutePath())
            .getOrCreate()) {
      SearchResult found =
          new Hyperband(build, "val_loss", 9)
              .directory(Path.of("target"))
              .projectName("temperature")
              .executor(SparkTrials.on(spark))
              .listener(SearchListener.lines(System.out))
              .search(
                  weather.range(0, 7_000).shuffled(42),
                  weather.range(7_000, 10_000),
                  () -> epochs(9));
      System.out.println(found.summary());
    }
  }
}
