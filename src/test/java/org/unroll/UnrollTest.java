package org.unroll;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.unroll.layers.Layers.dense;
import static org.unroll.layers.Layers.gaussianNoise;
import static org.unroll.layers.Layers.gru;
import static org.unroll.layers.Layers.input;
import static org.unroll.training.FitOptions.epochs;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.unroll.data.Samples;
import org.unroll.training.FitOptions;
import org.unroll.tuning.HyperParameters;
import org.unroll.tuning.Objective;
import org.unroll.tuning.RandomSearch;
import org.unroll.tuning.Trial;

/** The seed of everything that is created without one. */
class UnrollTest {
  private static final Samples DATA =
      Samples.of(new double[][][] {{{1}, {2}}, {{3}, {1}}}).targets(new double[] {1, 2});

  @TempDir Path folder;

  @AfterEach
  void restoreTheDefault() {
    Unroll.setRandomSeed(0);
  }

  private static float[] weights(Model model) {
    List<float[]> all = new ArrayList<>();
    model.weights().values().forEach(weight -> all.add(weight.data));
    float[] flat = {};
    for (float[] values : all) {
      int size = flat.length;
      flat = Arrays.copyOf(flat, size + values.length);
      System.arraycopy(values, 0, flat, size, values.length);
    }
    return flat;
  }

  private static Sequential untrained() {
    return Sequential.of(input(2, 1), gru(3).dropout(0.3), gaussianNoise(0.5), dense(1));
  }

  private static float[] trained(Sequential model, FitOptions options) {
    model.compile("sgd", "mse");
    model.fit(DATA, options.verbose(0));
    return weights(model);
  }

  @Test
  void twoRunsWithTheSameSeedHaveTheSameWeights() {
    Unroll.setRandomSeed(7);
    float[] initial = weights(untrained());
    float[] first = trained(untrained(), epochs(3));
    Unroll.setRandomSeed(8);
    assertFalse(Arrays.equals(initial, weights(untrained())));
    assertFalse(Arrays.equals(first, trained(untrained(), epochs(3))));
    Unroll.setRandomSeed(7);
    assertArrayEquals(initial, weights(untrained()));
    assertArrayEquals(first, trained(untrained(), epochs(3)));
  }

  @Test
  void theSeedIsThatOfTheExplicitOptions() {
    Unroll.setRandomSeed(7);
    float[] initial = weights(untrained());
    float[] first = trained(untrained(), epochs(3));
    Unroll.setRandomSeed(8);
    assertArrayEquals(initial, weights(seeded(7)), "Sequential.seeded wins");
    assertArrayEquals(first, trained(seeded(7), epochs(3).seed(7)), "FitOptions.seed wins");
    assertFalse(Arrays.equals(first, trained(seeded(7), epochs(3))), "dropout and noise");
  }

  private static Sequential seeded(long seed) {
    return Sequential.seeded(seed, input(2, 1), gru(3).dropout(0.3), gaussianNoise(0.5), dense(1));
  }

  @Test
  void comparisonsUseTheSeed() {
    Unroll.setRandomSeed(7);
    float[] first = compared(comparison());
    Unroll.setRandomSeed(8);
    assertFalse(Arrays.equals(first, compared(comparison())));
    assertArrayEquals(first, compared(comparison().seed(7)));
  }

  private static Comparison comparison() {
    return Comparison.of("GRU", gru(3).dropout(0.3));
  }

  private static float[] compared(Comparison comparison) {
    return weights(comparison.on(DATA, DATA).epochs(2).verbose(0).run().model("GRU"));
  }

  @Test
  void tunersUseTheSeed() {
    Unroll.setRandomSeed(7);
    List<?> first = tried("first", search());
    Unroll.setRandomSeed(8);
    assertNotEquals(first, tried("other", search()));
    assertEquals(first, tried("seeded", search().seed(7)));
    assertEquals(8, new HyperParameters().seed());
  }

  private static RandomSearch search() {
    return new RandomSearch(Objective.min("value"), 4);
  }

  private List<?> tried(String name, RandomSearch search) {
    return search
        .directory(folder)
        .projectName(name)
        .search(
            hp -> {
              double x = hp.Float("x", 0, 1);
              return () -> x;
            })
        .trials()
        .stream()
        .map(Trial::values)
        .toList();
  }
}
