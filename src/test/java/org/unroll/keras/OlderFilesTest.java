package org.unroll.keras;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.unroll.Sequential;

/** Reads the formats of Keras 2, as {@code src/test/python/keras2_files.py} writes them. */
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

  /** The name denotes different functions in Keras 2 and 3. */
  @Test
  void rejectsHardSigmoidOfKeras2() throws IOException {
    byte[] bytes = Files.readAllBytes(FILES.resolve("keras2_sequential.h5"));
    String text = new String(bytes, StandardCharsets.ISO_8859_1);
    String before =
        "\"recurrent_activation\": \"sigmoid\", \"use_bias\": true, \"kernel_initializer\": ";
    String after =
        "\"recurrent_activation\":\"hard_sigmoid\",\"use_bias\":true,\"kernel_initializer\":";
    assertTrue(text.contains(before));
    String changed = text.replace(before, after);
    assertEquals(text.length(), changed.length());
    Path file = folder.resolve("model.h5");
    Files.write(file, changed.getBytes(StandardCharsets.ISO_8859_1));
    var e = assertThrows(IllegalArgumentException.class, () -> Sequential.load(file));
    assertTrue(e.getMessage().contains("LSTM 'lstm'"), e.getMessage());
    assertTrue(e.getMessage().contains("recurrent_activation=hard_sigmoid"), e.getMessage());
    assertTrue(e.getMessage().startsWith(file.toString()), e.getMessage());
  }

  @Test
  void rejectsFunctionalModelsThatAreNotAChain() {
    String input =
        "{\"class_name\": \"InputLayer\", \"config\": {\"name\": \"a\", \"batch_shape\": [null, 3]},"
            + " \"inbound_nodes\": []}";
    String template =
        ", {\"class_name\": \"Dense\", \"config\": {\"name\": \"NAME\", \"units\": 2},"
            + " \"inbound_nodes\": [[[\"FROM\", 0, 0, {}]]]}";
    String branches =
        template.replace("NAME", "b").replace("FROM", "a")
            + template.replace("NAME", "c").replace("FROM", "a");
    assertNotAChain(input + branches, "c", "'a' feeds both 'b' and 'c'");
    assertNotAChain(input + ", " + input.replace("\"a\"", "\"z\""), "a", "inputs 'a' and 'z'");
    assertNotAChain(input + template.replace("NAME", "b").replace("FROM", "x"), "b", "[x]");
    String chain = input + template.replace("NAME", "b").replace("FROM", "a");
    assertNotAChain(chain, "a", "not that of the last layer 'b'");
    assertEquals(8, KerasConfig.sequential(functional(chain, "b")).parameters());
  }

  private static String functional(String layers, String output) {
    return "{\"class_name\": \"Functional\", \"config\": {\"name\": \"m\", \"layers\": ["
        + layers
        + "], \"input_layers\": [[\"a\", 0, 0]], \"output_layers\": [[\""
        + output
        + "\", 0, 0]]}}";
  }

  private static void assertNotAChain(String layers, String output, String reason) {
    var e =
        assertThrows(
            IllegalArgumentException.class,
            () -> KerasConfig.sequential(functional(layers, output)));
    assertTrue(e.getMessage().contains(reason), e.getMessage());
  }
}
