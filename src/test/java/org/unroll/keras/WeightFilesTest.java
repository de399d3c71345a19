package org.unroll.keras;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.unroll.WeightLoading.BY_NAME;
import static org.unroll.WeightLoading.SKIP_MISMATCH;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.unroll.Sequential;
import org.unroll.layers.Layers;
import org.unroll.layers.core.Dense;

/** Saves and loads weights without models. */
class WeightFilesTest {
  private static final Path FILES = Path.of("src/test/resources/org/unroll/keras");
  private static final Path GOLDEN =
      Path.of("src/test/resources/goldens/keras_files/jena_lstm.json");

  @TempDir Path folder;

  private static Sequential model(long seed, Dense last) {
    return Sequential.seeded(
        seed,
        Layers.input(6, 3),
        Layers.gru(4).returnSequences(true).name("first"),
        Layers.bidirectional(Layers.gru(2)).name("both"),
        last.name("last"));
  }

  private static Sequential jena() {
    return Sequential.seeded(
        5,
        Layers.input(7, 5),
        Layers.lstm(6).name("lstm"),
        Layers.dropout(0.5),
        Layers.dense(1).name("dense"));
  }

  private static float[] kernel(Sequential model, String layer) {
    return model.weight(layer + "/kernel").data.clone();
  }

  @Test
  void restoresEveryBit() {
    Path file = folder.resolve("model.weights.h5");
    Sequential model = model(1, Layers.dense(2));
    model.compile("adam", "mse");
    model.saveWeights(file);
    Sequential other = model(2, Layers.dense(2));
    assertEquals(List.of(), other.loadWeights(file));
    for (int i = 0; i < model.network().weights().size(); i++) {
      assertArrayEquals(
          model.network().weights().get(i).values(), other.network().weights().get(i).values());
    }
  }

  /** Whole models and weights of Keras 2, whose layers have the names lstm and dense. */
  @ParameterizedTest
  @ValueSource(strings = {"keras2_sequential.h5", "keras2_12.keras", "keras2_weights.h5"})
  void readsFilesOfKeras2(String name) throws IOException {
    Sequential model = jena();
    assertEquals(List.of(), model.loadWeights(FILES.resolve(name)));
    KerasFilesTest.assertPredicts(new GoldenCase(GOLDEN), model);
  }

  @Test
  void reportsLayersThatDoNotFit() {
    Path file = folder.resolve("model.weights.h5");
    Sequential model = model(1, Layers.dense(2));
    model.saveWeights(file);
    Sequential other = model(2, Layers.dense(3));
    float[] before = kernel(other, "first");
    var e = assertThrows(IllegalArgumentException.class, () -> other.loadWeights(file));
    assertTrue(e.getMessage().contains("Dense 'last'"), e.getMessage());
    assertTrue(e.getMessage().contains("[4, 2]"), e.getMessage());
    assertTrue(e.getMessage().contains("SKIP_MISMATCH"), e.getMessage());
    assertArrayEquals(before, kernel(other, "first"));
    float[] last = kernel(other, "last");
    List<String> skipped = other.loadWeights(file, SKIP_MISMATCH);
    assertEquals(1, skipped.size(), skipped::toString);
    assertTrue(skipped.get(0).contains("Dense 'last'"), skipped::toString);
    assertArrayEquals(kernel(model, "first"), kernel(other, "first"));
    assertArrayEquals(last, kernel(other, "last"));
  }

  @Test
  void reportsLayersOfTheFileThatTheModelHasNot() {
    Path file = folder.resolve("model.weights.h5");
    model(1, Layers.dense(2)).saveWeights(file);
    Sequential shorter =
        Sequential.of(Layers.input(6, 3), Layers.gru(4).returnSequences(true).name("first"));
    var e = assertThrows(IllegalArgumentException.class, () -> shorter.loadWeights(file));
    assertTrue(e.getMessage().contains("'layers/dense' of the file"), e.getMessage());
    assertEquals(2, shorter.loadWeights(file, SKIP_MISMATCH).size());
  }

  @Test
  void loadsByName() {
    Sequential model =
        Sequential.seeded(
            3,
            Layers.input(7, 5),
            Layers.dense(5).name("new"),
            Layers.lstm(6).name("lstm"),
            Layers.dense(4).name("other"));
    Path file = FILES.resolve("keras2_sequential.h5");
    var e = assertThrows(IllegalArgumentException.class, () -> model.loadWeights(file));
    assertTrue(e.getMessage().contains("[lstm, dense]"), e.getMessage());
    List<String> left = model.loadWeights(file, BY_NAME);
    assertEquals(3, left.size(), left::toString);
    assertTrue(left.get(0).contains("'new'"), left::toString);
    assertTrue(left.get(1).contains("'other'"), left::toString);
    assertTrue(left.get(2).contains("'dense' of the file"), left::toString);
    assertArrayEquals(kernel(Sequential.load(file), "lstm"), kernel(model, "lstm"));
    Path numbered = FILES.resolve("keras2_12.keras");
    var byName =
        assertThrows(IllegalArgumentException.class, () -> model.loadWeights(numbered, BY_NAME));
    assertTrue(byName.getMessage().contains("BY_NAME"), byName.getMessage());
  }

  @Test
  void namesFilesOfKeras1() throws IOException {
    byte[] bytes = Files.readAllBytes(FILES.resolve("keras2_weights.h5"));
    String text = new String(bytes, StandardCharsets.ISO_8859_1);
    assertTrue(text.contains("2.2.4"));
    Path file = folder.resolve("old.h5");
    Files.write(file, text.replace("2.2.4", "1.2.2").getBytes(StandardCharsets.ISO_8859_1));
    var e = assertThrows(IllegalArgumentException.class, () -> jena().loadWeights(file));
    assertTrue(e.getMessage().contains("saved by Keras 1.2.2"), e.getMessage());
  }

  @Test
  void namesTheMethodForTheOtherKindOfFile() {
    Path file = folder.resolve("model.weights.h5");
    Sequential model = model(1, Layers.dense(2));
    model.saveWeights(file);
    var e = assertThrows(UncheckedIOException.class, () -> Sequential.load(file));
    assertTrue(e.getMessage().contains("loadWeights"), e.getMessage());
    var name =
        assertThrows(
            IllegalArgumentException.class, () -> model.saveWeights(folder.resolve("model.h5")));
    assertTrue(name.getMessage().contains(".weights.h5"), name.getMessage());
  }
}
