package org.unroll.keras;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.unroll.Sequential;
import org.unroll.compute.Activation;
import org.unroll.data.Samples;
import org.unroll.layers.recurrent.GatedOptions;
import org.unroll.network.Weight;

/** Reads the formats of Keras 2, as {@code src/test/python/keras2_files.py} writes them. */
@Tag("both-compute-implementations")
class OlderFilesTest {
  private static final Path FILES = Path.of("src/test/resources/org/unroll/keras");
  private static final Path GOLDEN =
      Path.of("src/test/resources/goldens/keras_files/jena_lstm.json");

  @TempDir Path folder;

  @ParameterizedTest
  @ValueSource(strings = {"keras2_sequential.h5", "keras2_functional.h5", "keras2_12.keras"})
  void readsFilesOfKeras2(String name) throws IOException {
    Sequential model = Sequential.load(FILES.resolve(name));
    KerasFilesTest.assertPredicts(new GoldenCase(GOLDEN), model);
    assertNull(model.optimizer());
  }

  /** The format is detected from the content, not from the file name. */
  @Test
  void readsAnH5FileWithTheNameOfAKerasFile() throws IOException {
    Path file = folder.resolve("model.keras");
    Files.copy(FILES.resolve("keras2_sequential.h5"), file);
    KerasFilesTest.assertPredicts(new GoldenCase(GOLDEN), Sequential.load(file));
  }

  /** Files of Keras 2.2, whose hard sigmoid is another function, and 2.13, with its own layout. */
  @ParameterizedTest
  @ValueSource(strings = {"keras22_hard_sigmoid.h5", "keras213.keras"})
  void predictsAsKeras2Did(String name) throws IOException {
    Sequential model = Sequential.load(FILES.resolve(name));
    assertPredicts(name, model);
    Path copy = folder.resolve("copy.keras");
    model.save(copy);
    assertPredicts(name, Sequential.load(copy));
  }

  private static void assertPredicts(String name, Sequential model) throws IOException {
    double[] x = numbers("keras2_input.txt");
    double[] expected = numbers(name.replaceAll("\\..*", ".txt"));
    double[][][] samples = new double[3][5][2];
    for (int i = 0; i < x.length; i++) {
      samples[i / 10][i / 2 % 5][i % 2] = x[i];
    }
    double[][] actual = model.predict(Samples.of(samples)).toArray();
    for (int i = 0; i < 3; i++) {
      assertEquals(expected[i], actual[i][0], 1e-6);
    }
  }

  /** All layouts of Keras 2.12 to 2.15, which {@code keras2_layouts.py} wrote. */
  @ParameterizedTest
  @MethodSource("layouts")
  void readsTheLayoutsOfKeras2(Path file) throws IOException {
    JsonNode expected = new ObjectMapper().readTree(file.resolveSibling("expected.json").toFile());
    double[][][] x = new ObjectMapper().convertValue(expected.get("x"), double[][][].class);
    Sequential model = Sequential.load(file);
    double[][] actual = model.predict(Samples.of(x)).toArray();
    for (int i = 0; i < x.length; i++) {
      assertEquals(expected.get("y").get(i).get(0).asDouble(), actual[i][0], 1e-6);
    }
    Sequential other = Sequential.load(FILES.resolve("layouts/linux-2.15.0.keras"));
    for (Weight weight : other.network().weights()) {
      Arrays.fill(weight.values(), 0);
    }
    assertEquals(List.of(), other.loadWeights(file));
    assertArrayEquals(actual, other.predict(Samples.of(x)).toArray());
  }

  static List<Path> layouts() throws IOException {
    try (Stream<Path> files = Files.list(FILES.resolve("layouts"))) {
      return files.filter(file -> file.toString().endsWith(".keras")).sorted().toList();
    }
  }

  /** Reads the numbers after the first line, which is the shape. */
  private static double[] numbers(String name) throws IOException {
    return Files.readAllLines(FILES.resolve(name)).stream()
        .skip(1)
        .mapToDouble(Double::parseDouble)
        .toArray();
  }

  /** The version in the JSON, the class, and the function that was its default. */
  @ParameterizedTest
  @CsvSource({
    "2.2.4, LSTM, HARD_SIGMOID_KERAS2",
    "2.0.8, GRU, HARD_SIGMOID_KERAS2",
    "2.3.1, LSTM, SIGMOID",
    "2.3.0-tf, GRU, SIGMOID",
    "2.15.0, LSTM, SIGMOID",
    "2.15.0, ConvLSTM2D, HARD_SIGMOID_KERAS2",
    "2.2.4-tf, ConvLSTM2D, HARD_SIGMOID_KERAS2",
    ", ConvLSTM2D, SIGMOID"
  })
  void knowsTheDefaultRecurrentActivation(String version, String type, Activation expected) {
    var layer = (GatedOptions<?>) KerasConfig.sequential(json(version, type, "")).layers().get(0);
    assertEquals(expected, layer.recurrentActivation());
    String hard = ", \"recurrent_activation\": \"hard_sigmoid\"";
    layer = (GatedOptions<?>) KerasConfig.sequential(json(version, type, hard)).layers().get(0);
    assertEquals(
        version == null ? Activation.HARD_SIGMOID : Activation.HARD_SIGMOID_KERAS2,
        layer.recurrentActivation());
  }

  private static String json(String version, String type, String arguments) {
    String sizes =
        type.equals("ConvLSTM2D")
            ? "\"filters\": 2, \"kernel_size\": [2, 2], \"batch_input_shape\": [null, 4, 3, 3, 1]"
            : "\"units\": 2, \"batch_input_shape\": [null, 4, 3]";
    return (version == null ? "{" : "{\"keras_version\": \"" + version + "\", ")
        + "\"class_name\": \"Sequential\", \"config\": [{\"class_name\": \""
        + type
        + "\", \"config\": {\"name\": \"memory\", "
        + sizes
        + arguments
        + "}}]}";
  }

  /** TensorFlow 1 and 2 have written this version, with different defaults. */
  @Test
  void rejectsAnAmbiguousDefault() {
    var e =
        assertThrows(
            IllegalArgumentException.class,
            () -> KerasConfig.sequential(json("2.2.4-tf", "LSTM", "")));
    assertTrue(e.getMessage().contains("LSTM 'memory'"), e.getMessage());
    assertTrue(e.getMessage().contains("recurrent_activation"), e.getMessage());
  }

  @Test
  void rejectsFilesOfKeras1() {
    var e =
        assertThrows(
            IllegalArgumentException.class,
            () -> KerasConfig.sequential(json("1.2.2", "LSTM", "")));
    assertTrue(e.getMessage().contains("saved by Keras 1.2.2"), e.getMessage());
    assertTrue(e.getMessage().contains("Load it with Keras 2.2"), e.getMessage());
  }

  /** A file of Keras 2.2 in which some text is replaced by one of the same length. */
  private Path changed(String from, String to) throws IOException {
    byte[] bytes = Files.readAllBytes(FILES.resolve("keras22_hard_sigmoid.h5"));
    String text = new String(bytes, StandardCharsets.ISO_8859_1);
    assertTrue(text.contains(from));
    assertEquals(from.length(), to.length());
    Path file = folder.resolve("model.h5");
    Files.write(file, text.replace(from, to).getBytes(StandardCharsets.ISO_8859_1));
    return file;
  }

  @Test
  void namesTheVersionInErrors() throws IOException {
    Path units = changed("\"units\": 3", "\"units\": 0");
    var e = assertThrows(IllegalArgumentException.class, () -> Sequential.load(units));
    assertTrue(e.getMessage().startsWith(units + " (Keras 2.2.4): "), e.getMessage());
    Path weights = changed("\"units\": 3", "\"units\": 4");
    var io = assertThrows(UncheckedIOException.class, () -> Sequential.load(weights));
    assertTrue(io.getMessage().contains(weights + " (Keras 2.2.4) cannot"), io.getMessage());
  }

  @Test
  void rejectsLayersThatAreNotConnected() {
    String input =
        "{\"class_name\": \"InputLayer\", \"config\": {\"name\": \"a\", \"batch_shape\": [null, 3]},"
            + " \"inbound_nodes\": []}";
    String template =
        ", {\"class_name\": \"Dense\", \"config\": {\"name\": \"NAME\", \"units\": 2},"
            + " \"inbound_nodes\": [[[\"FROM\", 0, 0, {}]]]}";
    String branches =
        template.replace("NAME", "b").replace("FROM", "a")
            + template.replace("NAME", "c").replace("FROM", "a");
    assertRejected(input + branches, "c", "'b' is not");
    assertRejected(input + ", " + input.replace("\"a\"", "\"z\""), "a", "'z' is not");
    String unknown = template.replace("NAME", "b").replace("FROM", "x");
    assertRejected(input + unknown, "b", "input of the layer 'b' must be");
    String chain = input + template.replace("NAME", "b").replace("FROM", "a");
    assertRejected(chain, "a", "'b' is not");
    assertEquals(8, KerasConfig.sequential(functional(chain, "b")).parameters());
  }

  private static String functional(String layers, String output) {
    return "{\"class_name\": \"Functional\", \"config\": {\"name\": \"m\", \"layers\": ["
        + layers
        + "], \"input_layers\": [[\"a\", 0, 0]], \"output_layers\": [[\""
        + output
        + "\", 0, 0]]}}";
  }

  private static void assertRejected(String layers, String output, String reason) {
    var e =
        assertThrows(
            IllegalArgumentException.class,
            () -> KerasConfig.sequential(functional(layers, output)));
    assertTrue(e.getMessage().contains(reason), e.getMessage());
  }
}
