package org.unroll.bench.claims;

import static org.unroll.callbacks.Callbacks.earlyStopping;
import static org.unroll.layers.Layers.dense;
import static org.unroll.layers.Layers.input;
import static org.unroll.optimizers.Optimizers.adam;

import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.unroll.Sequential;
import org.unroll.data.Dataset;
import org.unroll.datasets.JenaClimate;
import org.unroll.datasets.SequenceTasks;
import org.unroll.plots.Plots;
import org.unroll.timeseries.TimeSeries;
import org.unroll.training.FitOptions;

/**
 * Compares LSTM and GRU with 32 units on 1, 4 and 16 times as much training data. The tasks are the
 * adding problem over 30 time steps and the temperature of synthetic Jena weather one day after a
 * window of five days, in steps of two hours. All models may make the same number of steps and stop
 * when the validation loss no longer improves. Test errors belong to the weights with the lowest
 * validation loss.
 */
final class LstmOrGruByData {
  private static final List<String> KINDS = List.of("LSTM", "GRU");
  private static final int[] TIMES = {1, 4, 16};
  private static final List<String> TASKS = List.of("adding, test MSE", "Jena, test MAE (°C)");

  private LstmOrGruByData() {}

  /**
   * Prints the measurements.
   *
   * @param args none
   */
  public static void main(String[] args) throws IOException {
    var claim = new Claim(LstmOrGruByData.class);
    for (int seed = 1; seed <= Claim.SEEDS; seed++) {
      var series =
          TimeSeries.of(JenaClimate.synthetic(22_000, seed))
              .target("T (degC)")
              .normalizedOn(0, 16_000);
      var windows = series.windows().lookback(720).step(12).delay(144).batchSize(32);
      for (int times : TIMES) {
        int sums = 400 * times;
        // A window and its delay need 863 rows before the row of the target.
        int rows = 863 + 900 * times;
        for (String kind : KINDS) {
          claim.add(row(kind, times), "sequences, adding", sums);
          claim.add(
              row(kind, times),
              TASKS.get(0),
              test(
                  kind,
                  seed,
                  SequenceTasks.adding(30, sums, seed).batchSize(32).shuffled(seed),
                  SequenceTasks.adding(30, 500, 1000 + seed),
                  SequenceTasks.adding(30, 500, 2000 + seed)));
          var train = windows.range(16_000 - rows, 16_000).shuffled(seed);
          claim.add(row(kind, times), "windows, Jena", train.size());
          claim.add(
              row(kind, times),
              TASKS.get(1),
              series.denormalizeError(
                  test(kind, seed, train, windows.range(16_000, 18_000), windows.range(18_000))));
        }
      }
    }
    claim.print();
    for (String task : TASKS) {
      judge(claim, task, "GRU", "LSTM", 1, "GRUs do better on less data");
      judge(claim, task, "LSTM", "GRU", 16, "LSTMs are more accurate on larger data");
      Map<String, double[][]> groups = new LinkedHashMap<>();
      for (String kind : KINDS) {
        double[][] values = new double[TIMES.length][];
        for (int i = 0; i < TIMES.length; i++) {
          values[i] = claim.values(row(kind, TIMES[i]), task);
        }
        groups.put(kind, values);
      }
      claim.save(
          task.startsWith("adding") ? "-adding" : "-jena",
          Plots.means("LSTM and GRU by data", task, List.of("1×", "4×", "16×"), groups));
    }
  }

  private static void judge(
      Claim claim, String task, String better, String worse, int times, String article) {
    Claim.verdict(
        article,
        claim.smaller(task, row(better, times), row(worse, times)),
        String.format(
            "%s with %d× data: %s %s, %s %s.",
            task,
            times,
            better,
            claim.text(row(better, times), task),
            worse,
            claim.text(row(worse, times), task)));
  }

  private static double test(
      String kind, int seed, Dataset train, Dataset validation, Dataset test) {
    boolean isAdding = train.inputShape().axis(1) == 2;
    Sequential model =
        Sequential.seeded(
            seed,
            input(train.inputShape().axis(0), train.inputShape().axis(1)),
            Claim.recurrent(kind, 32),
            dense(1));
    model.compile(adam(isAdding ? 0.005 : 0.001).clipnorm(1), isAdding ? "mse" : "mae");
    model.fit(
        train,
        FitOptions.epochs(10)
            .stepsPerEpoch(100)
            .validation(validation)
            .seed(seed)
            .verbose(0)
            .callbacks(earlyStopping("val_loss", 4).restoreBestWeights(true)));
    return model.evaluate(test).get("loss");
  }

  private static String row(String kind, int times) {
    return kind + ", " + times + "× data";
  }
}
