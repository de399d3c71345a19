package org.unroll.bench.claims;

import static org.unroll.layers.Layers.conv1D;
import static org.unroll.layers.Layers.dense;
import static org.unroll.layers.Layers.flatten;
import static org.unroll.layers.Layers.globalMaxPooling1D;
import static org.unroll.layers.Layers.gru;
import static org.unroll.layers.Layers.input;
import static org.unroll.layers.Layers.lstm;
import static org.unroll.layers.Layers.maxPooling1D;
import static org.unroll.layers.Layers.simpleRnn;
import static org.unroll.optimizers.Optimizers.rmsprop;

import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.unroll.Sequential;
import org.unroll.datasets.JenaClimate;
import org.unroll.layers.convolution.Conv1D;
import org.unroll.network.Layer;
import org.unroll.plots.Plots;
import org.unroll.timeseries.Baseline;
import org.unroll.timeseries.TimeSeries;
import org.unroll.timeseries.Windows;
import org.unroll.training.FitOptions;

/**
 * Compares recurrent layers and one-dimensional convolutions on the same windows: five days of
 * synthetic Jena weather, hourly, predict the temperature one day later. The first convolutional
 * network is the one of Chollet's book, which keeps the maximum over time. The second keeps the
 * order of the time steps.
 */
final class RecurrentOrConvolution {
  private static final String ERROR = "test MAE (°C)";
  private static final String SECONDS = "seconds per epoch";
  private static final String PARAMETERS = "parameters";
  private static final String POOLED = "Conv1D, maximum over time";
  private static final String FLAT = "Conv1D, flattened";

  private static final Map<String, Supplier<List<Layer>>> MODELS = new LinkedHashMap<>();

  static {
    MODELS.put("SimpleRNN", () -> List.of(simpleRnn(32)));
    MODELS.put("LSTM", () -> List.of(lstm(32)));
    MODELS.put("GRU", () -> List.of(gru(32)));
    MODELS.put(
        POOLED,
        () ->
            List.of(
                conv(), maxPooling1D(3), conv(), maxPooling1D(3), conv(), globalMaxPooling1D()));
    MODELS.put(
        FLAT, () -> List.of(conv(), maxPooling1D(3), conv(), maxPooling1D(3), conv(), flatten()));
  }

  private RecurrentOrConvolution() {}

  private static Conv1D conv() {
    return conv1D(32, 5).activation("relu");
  }

  /**
   * Prints the measurements.
   *
   * @param args none
   */
  public static void main(String[] args) throws IOException {
    var claim = new Claim(RecurrentOrConvolution.class);
    for (int seed = 1; seed <= Claim.SEEDS; seed++) {
      var series =
          TimeSeries.of(JenaClimate.synthetic(46_000, seed))
              .target("T (degC)")
              .normalizedOn(0, 40_000);
      var windows = series.windows().lookback(720).step(6).delay(144).batchSize(128);
      Windows train = windows.range(0, 40_000).shuffled(seed);
      Windows test = windows.range(40_000);
      claim.add("last value", ERROR, series.denormalizeError(Baseline.lastValue().mae(test)));
      for (String name : MODELS.keySet()) {
        measure(claim, name, train, test, seed);
      }
    }
    claim.print();
    for (String conv : List.of(POOLED, FLAT)) {
      for (String recurrent : List.of("SimpleRNN", "LSTM", "GRU")) {
        Claim.verdict(
            "an RNN suits series better than a CNN, which does not know the order in time",
            claim.smaller(ERROR, recurrent, conv),
            recurrent
                + " has an MAE of "
                + claim.text(recurrent, ERROR)
                + " °C, "
                + conv
                + " "
                + claim.text(conv, ERROR)
                + " °C.");
      }
      Claim.verdict(
          "a CNN is faster",
          claim.smaller(SECONDS, conv, "GRU"),
          conv
              + " takes "
              + claim.text(conv, SECONDS)
              + " s per epoch, GRU "
              + claim.text("GRU", SECONDS)
              + " s.");
    }
    Map<String, double[]> errors = new LinkedHashMap<>();
    errors.put("last value", claim.values("last value", ERROR));
    MODELS.keySet().forEach(name -> errors.put(name, claim.values(name, ERROR)));
    claim.save("", Plots.means("Temperature one day later", ERROR, errors));
  }

  private static void measure(Claim claim, String name, Windows train, Windows test, int seed) {
    List<Layer> layers = new ArrayList<>(List.of(input(120, 14)));
    layers.addAll(MODELS.get(name).get());
    layers.add(dense(1));
    Sequential model = Sequential.seeded(seed, layers.toArray(Layer[]::new));
    model.compile(rmsprop(), "mae");
    model.fit(train, FitOptions.epochs(6).stepsPerEpoch(100).seed(seed).verbose(0));
    double error = model.evaluate(test).get("loss");
    claim.add(name, ERROR, train.series().denormalizeError(error));
    claim.add(name, PARAMETERS, model.parameters());
    // The first epochs include the JIT compiler.
    claim.add(
        name,
        SECONDS,
        model.history().seconds().stream().skip(2).mapToDouble(s -> s).min().orElseThrow());
  }
}
