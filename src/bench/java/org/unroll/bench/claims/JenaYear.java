package org.unroll.bench.claims;

import static org.unroll.layers.Layers.dense;
import static org.unroll.layers.Layers.gru;
import static org.unroll.layers.Layers.input;
import static org.unroll.losses.Losses.mae;
import static org.unroll.optimizers.Optimizers.rmsprop;

import java.nio.file.Path;
import java.util.Locale;
import org.unroll.History;
import org.unroll.Sequential;
import org.unroll.compute.Compute;
import org.unroll.datasets.JenaClimate;
import org.unroll.plots.Plots;
import org.unroll.timeseries.Baseline;
import org.unroll.timeseries.TimeSeries;
import org.unroll.timeseries.Windows;
import org.unroll.training.FitOptions;

/**
 * Measures the claim of Chollet's book that a GRU predicts the temperature of the next day with an
 * error of 2.35 °C, and the last value with 2.57 °C, on one real year (2020) of the same station.
 *
 * <p>The rows are split by time: the first half for training, the next quarter for validation, the
 * last quarter for the test. The mean and the standard deviation are those of the first half. The
 * lookback is 720 rows (five days), where the listing has 1440: RealJenaTest and its Keras reference
 * use 720 too, and half as many time steps fit three seeds into the time of one.
 */
final class JenaYear {
  private JenaYear() {}

  /**
   * Trains one model with one seed and prints the errors of each epoch and of the test.
   *
   * @param args the file of 2020; the model ({@code naive}, {@code gru}, {@code dropout} or {@code
   *     stacked}); the seed; the epochs; the most batches an epoch trains, or 0 for all; and
   *     optionally a file for the plot
   */
  public static void main(String[] args) {
    TimeSeries series =
        TimeSeries.of(JenaClimate.load(Path.of(args[0])))
            .columns(JenaClimate.columns())
            .target("T (degC)")
            .interpolated();
    int rows = series.rows();
    int half = rows / 2;
    int threeQuarters = rows / 4 * 3;
    series = series.normalizedOn(0, half);
    Windows windows = series.windows().lookback(720).step(6).delay(144).batchSize(128);
    Windows train = windows.range(0, half);
    Windows validation = windows.range(half, threeQuarters);
    Windows test = windows.range(threeQuarters, rows);
    print("windows %d %d %d, %s", train.size(), validation.size(), test.size(), Compute.describe());
    print("sums %.4f %.4f %.4f", sum(train), sum(validation), sum(test));
    if (args[1].equals("naive")) {
      print("naive val %s", error(series, Baseline.lastValue().mae(validation)));
      print("naive test %s", error(series, Baseline.lastValue().mae(test)));
      return;
    }
    int seed = Integer.parseInt(args[2]);
    Sequential model = model(args[1], seed);
    model.compile(rmsprop(), mae());
    FitOptions options =
        FitOptions.epochs(Integer.parseInt(args[3])).validation(validation).seed(seed).verbose(0);
    int steps = Integer.parseInt(args[4]);
    History history =
        model.fit(train.shuffled(seed), steps == 0 ? options : options.stepsPerEpoch(steps));
    for (int epoch = 0; epoch < history.epochs(); epoch++) {
      print(
          "%s seed %d epoch %d train %.4f val %.4f, %.1f s",
          args[1],
          seed,
          epoch + 1,
          history.get("loss").get(epoch),
          history.get("val_loss").get(epoch),
          history.seconds().get(epoch));
    }
    print("%s seed %d best val %s", args[1], seed, error(series, history.min("val_loss")));
    // The weights are those of the last epoch, so this is no error of a chosen epoch.
    print(
        "%s seed %d last test %s", args[1], seed, error(series, model.evaluate(test).get("loss")));
    if (args.length > 5) {
      Plots.history(history.toTable()).save(Path.of(args[5]));
    }
  }

  private static Sequential model(String name, int seed) {
    return switch (name) {
      case "gru" -> Sequential.seeded(seed, input(120, 14), gru(32), dense(1));
      case "dropout" ->
          Sequential.seeded(
              seed, input(120, 14), gru(32).dropout(0.2).recurrentDropout(0.2), dense(1));
      case "stacked" ->
          Sequential.seeded(
              seed, input(120, 14), gru(32).returnSequences(true), gru(32), dense(1));
      default ->
          throw new IllegalArgumentException(
              "The model must be naive, gru, dropout or stacked, but was " + name + ".");
    };
  }

  /** Sums target and input of every hundredth window, to compare with the Keras script. */
  private static double sum(Windows windows) {
    double sum = 0;
    for (int sample = 0; sample < windows.size(); sample += 100) {
      sum += windows.target(sample)[0];
      for (double[] row : windows.input(sample)) {
        for (double value : row) {
          sum += value;
        }
      }
    }
    return sum;
  }

  private static String error(TimeSeries series, double error) {
    return String.format(
        Locale.ROOT, "MAE %.4f, %.2f °C", error, series.denormalizeError(error));
  }

  private static void print(String format, Object... values) {
    System.out.printf(Locale.ROOT, format + "%n", values);
  }
}
