package org.unroll.keras;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.unroll.Sequential;
import org.unroll.data.Samples;
import org.unroll.optimizers.Optimizer;
import org.unroll.training.FitOptions;

/**
 * Loads files written by Keras (src/test/python/keras_files.py), compares predictions, and checks
 * that saving and loading keeps every bit. The system property {@code unroll.kerasFiles} sets the
 * folder of the files; by default it is the copy in the test resources.
 */
@Tag("both-compute-implementations")
class KerasFilesTest {
  private static final double TOLERANCE = 1e-5;

  @TempDir Path folder;

  static List<Path> files() throws IOException {
    Path files =
        Path.of(System.getProperty("unroll.kerasFiles", "src/test/resources/goldens/keras_files"));
    try (Stream<Path> all = Files.list(files)) {
      return all.filter(file -> file.toString().matches(".*\\.(keras|h5)")).sorted().toList();
    }
  }

  private static GoldenCase golden(Path file) throws IOException {
    String name = file.getFileName().toString();
    return new GoldenCase(file.resolveSibling(name.substring(0, name.lastIndexOf('.')) + ".json"));
  }

  @Test
  void findsTheFiles() throws IOException {
    assertTrue(files().size() >= 10, () -> "too few files");
  }

  @ParameterizedTest
  @MethodSource("files")
  void predictsTheSameAsKeras(Path file) throws IOException {
    var golden = golden(file);
    Sequential model = Sequential.load(file);
    assertEquals(golden.get("params").asInt(), model.parameters());
    assertPredicts(golden, model);
  }

  static void assertPredicts(GoldenCase golden, Sequential model) {
    double[] expected = GoldenCase.doubles(golden.get("output"));
    double[] actual = GoldenCase.flat(model.predict(golden.samples()).toArray());
    assertEquals(expected.length, actual.length);
    double largest = 1e-6;
    double difference = 0;
    for (int i = 0; i < expected.length; i++) {
      largest = Math.max(largest, Math.abs(expected[i]));
      difference = Math.max(difference, Math.abs(expected[i] - actual[i]));
    }
    assertTrue(difference / largest <= TOLERANCE, "relative error " + difference / largest);
  }

  /** The models were trained for one epoch with batches of 32, which is one step. */
  @ParameterizedTest
  @MethodSource("files")
  void loadsTheStateOfTheOptimizer(Path file) throws IOException {
    Sequential model = Sequential.load(file);
    assertEquals("mean_absolute_error", model.loss().name());
    Optimizer optimizer = model.optimizer();
    assertEquals("rmsprop", optimizer.name());
    assertEquals(1e-3, optimizer.learningRate(), 1e-9);
    assertEquals(1, optimizer.iterations());
    assertEquals(model.network().weights().size(), optimizer.slots().size());
    // Not all of them, because the signs that form the gradient of a bias may cancel.
    assertTrue(optimizer.slots().stream().anyMatch(slot -> isAnyAboveZero(slot.values())));
    model.fit(withTargets(golden(file), model), FitOptions.epochs(1).verbose(0));
    assertEquals(2, optimizer.iterations());
  }

  private static boolean isAnyAboveZero(float[] values) {
    for (float value : values) {
      if (value > 0) {
        return true;
      }
    }
    return false;
  }

  private static Samples withTargets(GoldenCase golden, Sequential model) {
    var samples = golden.samples();
    double[][] rows = model.predict(samples).toArray();
    return samples.targets(new double[rows.length][rows[0].length]);
  }

  @ParameterizedTest
  @MethodSource("files")
  void savingAndLoadingKeepsEveryBit(Path file) throws IOException {
    Sequential first = Sequential.load(file);
    Path copy = folder.resolve("copy.keras");
    first.save(copy);
    Sequential second = Sequential.load(copy);
    assertSame(first, second);
    assertPredicts(golden(file), second);
    second.save(copy);
    assertSame(first, Sequential.load(copy));
    try (Stream<Path> left = Files.list(folder)) {
      assertEquals(List.of(copy), left.toList());
    }
  }

  static void assertSame(Sequential expected, Sequential actual) {
    assertEquals(expected.name(), actual.name());
    assertEquals(expected.network().weightPaths(), actual.network().weightPaths());
    for (int w = 0; w < expected.network().weights().size(); w++) {
      assertBits(
          expected.network().weights().get(w).values(), actual.network().weights().get(w).values());
    }
    assertEquals(ModelConfigs.write(expected).toString(), ModelConfigs.write(actual).toString());
    if (expected.optimizer() == null) {
      assertEquals(null, actual.optimizer());
      return;
    }
    assertEquals(expected.optimizer().iterations(), actual.optimizer().iterations());
    assertEquals(expected.optimizer().learningRate(), actual.optimizer().learningRate());
    var slots = expected.optimizer().slots();
    assertEquals(slots.size(), actual.optimizer().slots().size());
    for (int s = 0; s < slots.size(); s++) {
      assertEquals(slots.get(s).name(), actual.optimizer().slots().get(s).name());
      assertBits(slots.get(s).values(), actual.optimizer().slots().get(s).values());
    }
  }

  private static void assertBits(float[] expected, float[] actual) {
    int[] expectedBits = new int[expected.length];
    int[] actualBits = new int[actual.length];
    for (int i = 0; i < expected.length; i++) {
      expectedBits[i] = Float.floatToRawIntBits(expected[i]);
    }
    for (int i = 0; i < actual.length; i++) {
      actualBits[i] = Float.floatToRawIntBits(actual[i]);
    }
    assertArrayEquals(expectedBits, actualBits);
  }
}
