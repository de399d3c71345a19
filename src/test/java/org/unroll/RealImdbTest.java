package org.unroll;

import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;
import static org.unroll.layers.Layers.dense;
import static org.unroll.layers.Layers.embedding;
import static org.unroll.layers.Layers.input;
import static org.unroll.layers.Layers.lstm;
import static org.unroll.layers.Layers.simpleRnn;
import static org.unroll.losses.Losses.binaryCrossentropy;
import static org.unroll.optimizers.Optimizers.rmsprop;
import static org.unroll.training.FitOptions.epochs;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.unroll.data.SequencePadding;
import org.unroll.data.Sequences;
import org.unroll.datasets.Imdb;
import org.unroll.network.Layer;

/**
 * Trains the two models of the article on the real IMDB reviews and compares them with Keras
 * ({@code src/test/python/imdb_reference.py}). It takes minutes and runs only with {@code
 * -Dunroll.imdb=FOLDER}. Set {@code -Dunroll.imdb.seeds=3} to repeat the whole comparison, or
 * {@code -Dunroll.imdb.epochs} for a shorter run without a comparison.
 */
class RealImdbTest {
  private static final int EPOCHS = 10;

  @Test
  void simpleRnnReaches83Percent() {
    assertReaches(0.83, "SimpleRNN", () -> simpleRnn(32));
  }

  @Test
  void lstmReaches87Percent() {
    assertReaches(0.87, "LSTM", () -> lstm(32));
  }

  /** Compares the median over the seeds of the best validation accuracy in ten epochs. */
  private static void assertReaches(double accuracy, String name, Supplier<Layer> layer) {
    String folder = System.getProperty("unroll.imdb");
    assumeTrue(folder != null, "the real reviews only with -Dunroll.imdb=FOLDER");
    assumeTrue(Files.exists(Path.of(folder)), () -> "no folder " + folder);
    Imdb imdb = Imdb.load(Path.of(folder)).numWords(10_000);
    Sequences reviews = imdb.train().padding(SequencePadding.pre().maxlen(500)).batchSize(128);
    int epochs = Integer.getInteger("unroll.imdb.epochs", EPOCHS);
    double[] best = new double[Integer.getInteger("unroll.imdb.seeds", 1)];
    for (int seed = 0; seed < best.length; seed++) {
      var model =
          Sequential.seeded(
              seed, input(500), embedding(10_000, 32), layer.get(), dense(1, "sigmoid"));
      model.compile(rmsprop(), binaryCrossentropy(), "accuracy");
      History history =
          model.fit(
              reviews.shuffled(seed),
              epochs(epochs).validationSplit(0.2).seed(seed).verbose(2).title(name + " " + seed));
      best[seed] = history.max("val_accuracy");
    }
    String all = Arrays.stream(best).mapToObj("%.4f"::formatted).collect(Collectors.joining(", "));
    double median = Arrays.stream(best).sorted().toArray()[best.length / 2];
    assertTrue(epochs < EPOCHS || median >= accuracy, () -> name + ": " + all);
  }
}
