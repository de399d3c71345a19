package org.unroll.keras;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.unroll.training.FitOptions.epochs;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Consumer;
import java.util.zip.ZipInputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.unroll.Sequential;
import org.unroll.data.Samples;
import org.unroll.keras.files.KerasArchive;
import org.unroll.metrics.Metrics;

/**
 * Loads models that Keras compiled and saved before any training, so their optimizers have no slots
 * yet. Compares the training with Keras (src/test/python/compiled_only.py).
 */
class CompiledOnlyTest {
  @TempDir Path folder;

  /** Loads compiled_only.keras with other arguments of compile. */
  private Sequential changed(Consumer<ObjectNode> change) throws IOException, URISyntaxException {
    Path original = Path.of(CompiledOnlyTest.class.getResource("compiled_only.keras").toURI());
    KerasArchive archive = KerasArchive.read(original.toFile());
    var json = new ObjectMapper();
    JsonNode config = json.readTree(archive.config());
    change.accept((ObjectNode) config.get("compile_config"));
    Path file = folder.resolve("changed.keras");
    try (OutputStream out = Files.newOutputStream(file)) {
      new KerasArchive(archive.metadata(), json.writeValueAsBytes(config), archive.weights())
          .write(out);
    }
    return Sequential.load(file);
  }

  /**
   * Keras saved these models as .h5 before, and lost their optimizers. It compiles them with
   * RMSprop, and keeps the state if it is one of RMSprop.
   */
  @ParameterizedTest
  @CsvSource({"lost_rmsprop.keras, 0.01, 3", "lost_adam.keras, 0.001, 0"})
  void compilesWithTheDefaultOptimizerIfThereIsNone(String file, double rate, int steps)
      throws URISyntaxException {
    Sequential model = Sequential.load(Path.of(CompiledOnlyTest.class.getResource(file).toURI()));
    assertEquals("rmsprop", model.optimizer().name());
    assertEquals(rate, model.optimizer().learningRate(), 1e-8);
    assertEquals(steps, model.optimizer().iterations());
    assertEquals("mean_absolute_error", model.loss().name());
    assertEquals(List.of(Metrics.of("mse")), model.metrics());
  }

  @Test
  void readsListsAndDictionariesForOneOutput() throws IOException, URISyntaxException {
    Sequential model =
        changed(
            compile -> {
              compile.putArray("loss").add("mse");
              compile.putArray("loss_weights").add(1.0);
              compile.putArray("metrics").addArray().add("mae").add("mse");
            });
    assertEquals("mean_squared_error", model.loss().name());
    assertEquals(2, model.metrics().size());
    model =
        changed(
            compile -> {
              compile.putObject("loss").put("dense", "mae");
              compile.putObject("metrics").putArray("dense").add("mse");
            });
    assertEquals("mean_absolute_error", model.loss().name());
    assertEquals(List.of(Metrics.of("mse")), model.metrics());
  }

  @Test
  void saysThatAModelWithoutALossIsNotCompiled() throws IOException, URISyntaxException {
    PrintStream console = System.out;
    var printed = new ByteArrayOutputStream();
    System.setOut(new PrintStream(printed, true, StandardCharsets.UTF_8));
    try {
      assertNull(changed(compile -> compile.putNull("loss")).optimizer());
    } finally {
      System.setOut(console);
    }
    String hint = printed.toString(StandardCharsets.UTF_8);
    assertTrue(hint.contains("was compiled without a loss when Keras saved it"), hint);
  }

  @Test
  void rejectsSeveralLossesAndWeights() {
    var e =
        assertThrows(
            IllegalArgumentException.class,
            () -> changed(compile -> compile.putArray("loss").add("mse").add("mae")));
    assertTrue(e.getMessage().contains("must be one loss"), e.getMessage());
    e =
        assertThrows(
            IllegalArgumentException.class,
            () -> changed(compile -> compile.putArray("loss_weights").add(1.0).add(0.5)));
    assertTrue(e.getMessage().contains("'loss_weights'"), e.getMessage());
  }

  /** The groups of this file were once read again for each variable, until a limit was reached. */
  @Test
  void readsManyLayersWithAdam() throws IOException {
    Path file = folder.resolve("many.h5");
    JsonNode expected;
    try (var in = CompiledOnlyTest.class.getResourceAsStream("hdf5/many_layers.zip");
        var zip = new ZipInputStream(in)) {
      zip.getNextEntry();
      Files.write(file, zip.readAllBytes());
      zip.getNextEntry();
      expected = new ObjectMapper().readTree(zip.readAllBytes());
    }
    Sequential model = Sequential.load(file);
    assertEquals(1, model.optimizer().iterations());
    double[][] x = new ObjectMapper().convertValue(expected.get("x"), double[][].class);
    double[][] y = new ObjectMapper().convertValue(expected.get("y"), double[][].class);
    double[][] actual = model.predict(Samples.of(x)).toArray();
    for (int i = 0; i < y.length; i++) {
      assertArrayEquals(y[i], actual[i], 1e-6);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"compiled_only.keras", "compiled_only.h5"})
  void trainsLikeKeras(String file) throws IOException, URISyntaxException {
    var json = new ObjectMapper();
    JsonNode keras;
    try (InputStream in = CompiledOnlyTest.class.getResourceAsStream("compiled_only.json")) {
      keras = json.readTree(in);
    }
    Samples samples =
        Samples.of(json.convertValue(keras.get("x"), double[][].class))
            .targets(json.convertValue(keras.get("y"), double[][].class))
            .batchSize(keras.get("batch_size").asInt());
    Sequential model = Sequential.load(Path.of(CompiledOnlyTest.class.getResource(file).toURI()));

    List<Double> losses = model.fit(samples, epochs(3).verbose(0)).get("loss");

    for (int epoch = 0; epoch < 3; epoch++) {
      assertEquals(keras.get("losses").get(epoch).asDouble(), losses.get(epoch), 1e-5);
    }
  }
}
