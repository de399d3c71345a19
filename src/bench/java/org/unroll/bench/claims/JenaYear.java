package org.unroll.bench.claims;

import static org.unroll.layers.Layers.dense;
import static org.unroll.layers.Layers.gru;
import static org.unroll.layers.Layers.input;
import static org.unroll.losses.Losses.mae;
import static org.unroll.optimizers.Optimizers.rmsprop;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.unroll.History;
import org.unroll.Sequential;
import org.unroll.datasets.JenaClimate;
import org.unroll.network.Layer;
import org.unroll.plots.Plots;
import org.unroll.timeseries.Baseline;
import org.unroll.timeseries.TimeSeries;
import org.unroll.timeseries.Windows;
import org.unroll.training.FitOptions;

/**
 * Measures the claims of Chollet's book on one real year (2020) of the same weather station: the
 * last value predicts the temperature of the next day with an error of 2.57 °C, a GRU with 2.35 °C,
 * recurrent dropout delays overfitting, and a second layer helps a little.
 *
 * <p>Windows, normalization and models are those of {@code src/test/python/jena_gru_reference.py},
 * which trains them in Keras: 35,000 rows for training, the next 10,000 for validation, and the
 * rest for the test. The lookback is 720 rows, as in the text of the book; its listing has 1440.
 */
final class JenaYear {
  private static final String BEST = "best validation MAE (°C)";
  private static final String BEST_EPOCH = "at epoch";
  private static final String TRAINING = "last training MAE (°C)";
  private static final String LAST = "last validation MAE (°C)";
  private static final String TEST = "test MAE after the last epoch (°C)";
  private static final String SECONDS = "seconds per epoch";
  private static final String NAIVE = "last value";

  private static final Map<String, Supplier<List<Layer>>> MODELS = new LinkedHashMap<>();

  static {
    MODELS.put("GRU", () -> List.of(gru(32)));
    MODELS.put("GRU, dropout", () -> List.of(gru(32).dropout(0.2).recurrentDropout(0.2)));
    MODELS.put("two GRU", () -> List.of(gru(32).returnSequences(true), gru(32)));
  }

  private JenaYear() {}

  /**
   * Prints the measurements.
   *
   * @param args the file of 2020, and the number of epochs, 40 by default
   */
  public static void main(String[] args) throws IOException {
    var claim = new Claim(JenaYear.class);
    int epochs = args.length > 1 ? Integer.parseInt(args[1]) : 40;
    TimeSeries series =
        TimeSeries.of(JenaClimate.load(Path.of(args[0])))
            .columns(JenaClimate.columns())
            .target("T (degC)")
            .interpolated()
            .normalizedOn(0, 35_000);
    Windows windows = series.windows().lookback(720).step(6).delay(144).batchSize(128);
    Windows validation = windows.range(35_000, 45_000);
    Windows test = windows.range(45_000);
    claim.add(NAIVE, BEST, series.denormalizeError(Baseline.lastValue().mae(validation)));
    claim.add(NAIVE, TEST, series.denormalizeError(Baseline.lastValue().mae(test)));
    for (String name : MODELS.keySet()) {
      for (int seed = 1; seed <= Claim.SEEDS; seed++) {
        Windows train = windows.range(0, 35_000).shuffled(seed);
        Sequential model = model(name, seed);
        model.compile(rmsprop(), mae());
        History history =
            model.fit(
                train, FitOptions.epochs(epochs).validation(validation).seed(seed).verbose(0));
        List<Double> errors = history.get("val_loss");
        double best = history.min("val_loss");
        claim.add(name, BEST, series.denormalizeError(best));
        claim.add(name, BEST_EPOCH, errors.indexOf(best) + 1);
        claim.add(name, TRAINING, series.denormalizeError(history.get("loss").get(epochs - 1)));
        claim.add(name, LAST, series.denormalizeError(errors.get(epochs - 1)));
        claim.add(name, TEST, series.denormalizeError(model.evaluate(test).get("loss")));
        claim.add(name, SECONDS, history.seconds().get(epochs - 1));
        if (seed == 1) {
          claim.save(" " + name, Plots.history(history.toTable()));
        }
      }
    }
    claim.print();
    Claim.verdict(
        "a GRU is better than the last value (book: 2.35 against 2.57 °C)",
        Arrays.stream(claim.values("GRU", BEST)).max().orElseThrow() < claim.mean(NAIVE, BEST),
        claim.text("GRU", BEST) + " against " + claim.text(NAIVE, BEST) + " °C.");
    Claim.verdict(
        "recurrent dropout delays overfitting",
        claim.smaller(BEST_EPOCH, "GRU", "GRU, dropout")
            && claim.smaller(LAST, "GRU, dropout", "GRU"),
        "best at epoch "
            + claim.text("GRU, dropout", BEST_EPOCH)
            + " with dropout, "
            + claim.text("GRU", BEST_EPOCH)
            + " without; validation MAE after the last epoch "
            + claim.text("GRU, dropout", LAST)
            + " against "
            + claim.text("GRU", LAST)
            + " °C.");
    Claim.verdict(
        "recurrent dropout lowers the error",
        claim.smaller(BEST, "GRU, dropout", "GRU"),
        claim.text("GRU, dropout", BEST) + " against " + claim.text("GRU", BEST) + " °C.");
    Claim.verdict(
        "a second layer helps a little",
        claim.smaller(BEST, "two GRU", "GRU"),
        claim.text("two GRU", BEST) + " against " + claim.text("GRU", BEST) + " °C.");
  }

  private static Sequential model(String name, int seed) {
    List<Layer> layers = new ArrayList<>(List.of(input(120, 14)));
    layers.addAll(MODELS.get(name).get());
    layers.add(dense(1));
    return Sequential.seeded(seed, layers.toArray(Layer[]::new));
  }
}
