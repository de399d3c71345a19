package org.unroll;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;
import static org.unroll.layers.Layers.dense;
import static org.unroll.layers.Layers.gru;
import static org.unroll.layers.Layers.input;
import static org.unroll.losses.Losses.mae;
import static org.unroll.optimizers.Optimizers.rmsprop;
import static org.unroll.training.FitOptions.epochs;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.unroll.datasets.JenaClimate;
import org.unroll.timeseries.Baseline;
import org.unroll.timeseries.TimeSeries;
import org.unroll.timeseries.Windows;

/**
 * Trains a GRU on a real year of the Jena weather station and compares it with Keras with the same
 * data, windows, epochs and optimizer ({@code src/test/python/jena_gru_reference.py}). The system
 * property {@code unroll.jena2020} sets the file. By default, one seed is trained for one epoch.
 * Set {@code -Dunroll.jena.seeds=3 -Dunroll.jena.epochs=5} to repeat the whole comparison.
 */
class RealJenaTest {
  /** The median of three seeds after the first epoch with Keras 3.15.1: 0.2999, 0.3090, 0.3065. */
  private static final double KERAS_VALIDATION_MAE = 0.3065;

  private static final double KERAS_LAST_VALUE_MAE = 0.3237;

  @Test
  void gruBeatsThePersistenceBaselineAndMatchesKeras() {
    Path file = Path.of(System.getProperty("unroll.jena2020", "../shared/data/jena_2020.csv"));
    assumeTrue(Files.exists(file), () -> "no real data at " + file);
    var series =
        TimeSeries.of(JenaClimate.load(file))
            .columns(JenaClimate.columns())
            .target("T (degC)")
            .interpolated()
            .normalizedOn(0, 35_000);
    Windows windows = series.windows().lookback(720).step(6).delay(144).batchSize(128);
    Windows train = windows.range(0, 35_000);
    Windows validation = windows.range(35_000, 45_000);
    assertEquals(34_136, train.size());
    assertEquals(9_136, validation.size());
    double lastValue = Baseline.lastValue().mae(validation);
    assertEquals(KERAS_LAST_VALUE_MAE, lastValue, 1e-4);
    List<Double> best = new ArrayList<>();
    for (int seed = 0; seed < Integer.getInteger("unroll.jena.seeds", 1); seed++) {
      var model = Sequential.seeded(seed, input(120, 14), gru(32), dense(1));
      model.compile(rmsprop(), mae());
      int epochs = Integer.getInteger("unroll.jena.epochs", 1);
      History history =
          model.fit(
              train.shuffled(seed), epochs(epochs).validation(validation).seed(seed).verbose(2));
      best.add(history.min("val_loss"));
    }
    double median = best.stream().sorted().toList().get(best.size() / 2);
    assertTrue(median < lastValue, () -> median + " against " + lastValue);
    assertTrue(median <= 1.05 * KERAS_VALIDATION_MAE, () -> "validation MAE " + median);
  }
}
