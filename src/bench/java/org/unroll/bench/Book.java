package org.unroll.bench;

import static org.unroll.layers.Layers.dense;
import static org.unroll.layers.Layers.gru;
import static org.unroll.layers.Layers.input;
import static org.unroll.losses.Losses.mae;
import static org.unroll.optimizers.Optimizers.rmsprop;

import java.io.BufferedWriter;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.math.BigDecimal;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import java.util.Map;
import org.unroll.Sequential;
import org.unroll.callbacks.Callback;
import org.unroll.callbacks.TrainingContext;
import org.unroll.compute.Compute;
import org.unroll.datasets.JenaClimate;
import org.unroll.timeseries.TimeSeries;
import org.unroll.training.FitOptions;
import tech.tablesaw.api.Table;

/**
 * Measures the first minute of the weather example in Chollet's book: loading eight years of weather,
 * the windows, the GRU, some training steps and a validation. Prints the time of each, in seconds
 * since the start of the JVM. With {@code -Xmx}, it shows how much heap this needs.
 */
final class Book {
  private static final int ROWS = 420_551;
  private static final int STEPS = 50;

  private Book() {}

  /**
   * Runs the example.
   *
   * @param args the file of the Jena weather station to read, or none for generated weather; {@code
   *     write} and a file to write the generated weather to that file instead
   */
  public static void main(String[] args) throws IOException {
    if (args.length == 2) {
      write(Path.of(args[1]));
      return;
    }
    print("main is entered");
    Table jena =
        args.length == 0 ? JenaClimate.synthetic(ROWS, 42) : JenaClimate.load(Path.of(args[0]));
    print("the table is there");
    var series = TimeSeries.of(jena).target("T (degC)").normalizedOn(0, 200_000);
    var windows = series.windows().lookback(1440).step(6).delay(144).batchSize(128);
    var train = windows.range(0, 200_000).shuffled(42);
    var val = windows.range(200_001, 300_000);
    print("the windows are there");
    var model = Sequential.of(input(240, 14), gru(32), dense(1));
    model.compile(rmsprop(), mae());
    print("the model is compiled, " + Compute.describe());
    model.fit(
        train,
        FitOptions.epochs(1)
            .stepsPerEpoch(STEPS)
            .validation(val)
            .validationSteps(STEPS)
            .verbose(0)
            .callbacks(new FirstBatch()));
    print(STEPS + " batches are trained and as many validated");
  }

  /** Writes a file like that of the station: 43 MB with German dates and two decimals. */
  private static void write(Path file) throws IOException {
    Table jena = JenaClimate.synthetic(ROWS, 42);
    var date = DateTimeFormatter.ofPattern("dd.MM.uuuu HH:mm:ss", Locale.ROOT);
    try (BufferedWriter out = Files.newBufferedWriter(file)) {
      out.write("\"Date Time\"");
      for (String name : JenaClimate.columns()) {
        out.write(",\"" + name + "\"");
      }
      for (int row = 0; row < ROWS; row++) {
        out.write("\n" + jena.dateTimeColumn(0).get(row).format(date));
        for (int column = 1; column < jena.columnCount(); column++) {
          out.write("," + BigDecimal.valueOf(jena.doubleColumn(column).getDouble(row)).setScale(2));
        }
      }
      out.newLine();
    }
  }

  private static final class FirstBatch extends Callback {
    @Override
    public void onBatchEnd(TrainingContext training, int batch, Map<String, Double> logs) {
      if (batch == 0) {
        print("the first batch is trained");
      }
    }
  }

  private static void print(String what) {
    long sinceStart = System.currentTimeMillis() - ManagementFactory.getRuntimeMXBean().getStartTime();
    System.out.printf(Locale.ROOT, "%6.2f s  %s%n", sinceStart / 1e3, what);
  }
}
