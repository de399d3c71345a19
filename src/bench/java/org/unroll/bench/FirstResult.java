package org.unroll.bench;

import static org.unroll.layers.Layers.dense;
import static org.unroll.layers.Layers.gru;
import static org.unroll.layers.Layers.input;
import static org.unroll.losses.Losses.mae;
import static org.unroll.optimizers.Optimizers.rmsprop;

import java.nio.file.Path;
import org.unroll.Sequential;
import org.unroll.datasets.JenaClimate;
import org.unroll.timeseries.TimeSeries;
import org.unroll.timeseries.TimeTable;
import org.unroll.training.FitOptions;
import tech.tablesaw.api.Table;

/**
 * Measures how long a user waits for the first result of a new JVM. Prints milliseconds since the
 * start of the process after each stage, so it must run in a new process for each measurement. {@link
 * Book} writes the file of 420,551 rows.
 */
final class FirstResult {
  private FirstResult() {}

  /**
   * Runs one example.
   *
   * @param args {@code train} or {@code table} and a file of the Jena weather station, which is read
   *     by {@link JenaClimate} or {@link TimeTable}; {@code train} alone for generated weather; or
   *     {@code predict}, a {@code .keras} file, and the time steps and features of its input. Property
   *     {@code started}: the start of the process in milliseconds since 1970, if the caller has it
   */
  public static void main(String[] args) {
    print("main");
    if (args[0].equals("predict")) {
      Sequential model = Sequential.load(Path.of(args[1]));
      print("load");
      model.predictOne(new double[Integer.parseInt(args[2])][Integer.parseInt(args[3])]);
      print("predict");
      return;
    }
    Table jena =
        args.length == 1
            ? JenaClimate.synthetic(420_551, 42)
            : args[0].equals("table")
                ? TimeTable.read(args[1]).table()
                : JenaClimate.load(Path.of(args[1]));
    print("table");
    var series = TimeSeries.of(jena).target("T (degC)").normalizedOn(0, 200_000);
    var windows = series.windows().lookback(1440).step(6).delay(144).batchSize(128);
    var train = windows.range(0, 200_000).shuffled(42);
    print("windows");
    var model = Sequential.of(input(240, 14), gru(32), dense(1));
    model.compile(rmsprop(), mae());
    print("model");
    model.fit(train, FitOptions.epochs(1).stepsPerEpoch(1).verbose(0));
    print("batch");
  }

  private static void print(String stage) {
    long started = Long.getLong("started", 0);
    if (started == 0) {
      started = ProcessHandle.current().info().startInstant().orElseThrow().toEpochMilli();
    }
    System.out.println(stage + " " + (System.currentTimeMillis() - started));
  }
}
