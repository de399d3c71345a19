package org.unroll.datasets;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;
import static org.unroll.ErrorMessages.assertMessageContains;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Stream;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.unroll.data.Sequences;

/**
 * Compares with Keras's {@code load_data}, on a small file from {@code
 * src/test/python/imdb_fixture.py} and, if the system property {@code unroll.imdb} names its
 * folder, on the real one.
 */
class ImdbTest {
  private static final Path FOLDER = Path.of("src/test/resources/imdb");

  @TempDir Path folder;

  @TestFactory
  Stream<DynamicTest> settingsAgreeWithKeras() throws IOException {
    JsonNode cases = new ObjectMapper().readTree(FOLDER.resolve("load_data.json").toFile());
    assertEquals(7, cases.size());
    Imdb imdb = Imdb.load(FOLDER);
    return Stream.iterate(0, i -> i + 1)
        .limit(cases.size())
        .map(cases::get)
        .map(
            expected ->
                DynamicTest.dynamicTest(
                    expected.get("settings").toString(),
                    () -> assertSame(expected, with(imdb, expected.get("settings")))));
  }

  private static Imdb with(Imdb imdb, JsonNode settings) {
    Imdb result = imdb;
    for (var setting : settings.properties()) {
      JsonNode value = setting.getValue();
      result =
          switch (setting.getKey()) {
            case "num_words" -> result.numWords(value.asInt());
            case "skip_top" -> result.skipTop(value.asInt());
            case "maxlen" -> result.maxlen(value.asInt());
            case "seed" -> result.seed(value.asInt());
            case "start_char" ->
                value.isNull() ? result.noStartChar() : result.startChar(value.asInt());
            case "oov_char" -> value.isNull() ? result.noOovChar() : result.oovChar(value.asInt());
            case "index_from" -> result.indexFrom(value.asInt());
            default -> throw new IllegalStateException(setting.getKey());
          };
    }
    return result;
  }

  private static void assertSame(JsonNode expected, Imdb imdb) {
    var json = new ObjectMapper();
    assertArrayEquals(json.convertValue(expected.get("x_train"), int[][].class), imdb.xTrain());
    assertArrayEquals(json.convertValue(expected.get("y_train"), int[].class), imdb.yTrain());
    assertArrayEquals(json.convertValue(expected.get("x_test"), int[][].class), imdb.xTest());
    assertArrayEquals(json.convertValue(expected.get("y_test"), int[].class), imdb.yTest());
  }

  @Test
  void readsOtherPickleProtocolsAndNarrowLabels() throws IOException {
    Files.copy(FOLDER.resolve("protocol3.npz"), folder.resolve("imdb.npz"));
    Files.copy(FOLDER.resolve("imdb_word_index.json"), folder.resolve("imdb_word_index.json"));
    Imdb imdb = Imdb.load(FOLDER);
    Imdb other = Imdb.load(folder);
    assertArrayEquals(imdb.xTrain(), other.xTrain());
    assertArrayEquals(imdb.yTest(), other.yTest());
  }

  @Test
  void datasetsHaveReviewsAndLabels() {
    Imdb imdb = Imdb.load(FOLDER);
    Sequences train = imdb.train();
    assertEquals(40, train.size());
    float[] target = new float[1];
    for (int i = 0; i < 40; i++) {
      train.copyTarget(i, target, 0);
      assertEquals(imdb.yTrain()[i], target[0]);
    }
    assertEquals(23, imdb.test().size());
  }

  @Test
  void decodesReviews() {
    Imdb imdb = Imdb.load(FOLDER).numWords(40);
    // The index is ba be bi bo bé da de … from 1, which are 4, 5, 6, 7, 8, 9, 10 in reviews.
    assertEquals("[START] ba bé [OOV] da", imdb.decode(new int[] {0, 0, 1, 4, 8, 2, 9}));
    assertEquals("ba [START]", imdb.indexFrom(0).decode(new int[] {3, 1}).replace("bi", "ba"));
    assertEquals(40, imdb.wordIndex().size());
    assertMessageContains(
        "The word index must contain the number 997, which a review contains as 1000 (indexFrom=3), but"
            + " does not.",
        () -> imdb.decode(new int[] {1000}));
  }

  @Test
  void rejectsInvalidSettings() {
    Imdb imdb = Imdb.load(FOLDER);
    assertMessageContains("numWords must be at least 1, but was 0.", () -> imdb.numWords(0));
    assertMessageContains("skipTop must be at least 0, but was -1.", () -> imdb.skipTop(-1));
    assertMessageContains("maxlen must be at least 1, but was 0.", () -> imdb.maxlen(0));
    assertMessageContains(
        "startChar must be at least 0, but was -1. To omit the start, use noStartChar().",
        () -> imdb.startChar(-1));
    assertMessageContains(
        "oovChar must be at least 0, but was -1. To leave these words out, use noOovChar().",
        () -> imdb.oovChar(-1));
    assertMessageContains("indexFrom must be at least 0, but was -1.", () -> imdb.indexFrom(-1));
    assertMessageContains(
        "maxlen must be greater than the length of at least one review, but was 2.",
        () -> imdb.maxlen(2).train());
  }

  @Test
  void errorsNameMissingAndInvalidFiles() throws IOException {
    var missing = assertThrows(UncheckedIOException.class, () -> Imdb.load(folder));
    assertTrue(missing.getMessage().contains("imdb.npz"), missing.getMessage());
    Files.copy(FOLDER.resolve("imdb.npz"), folder.resolve("imdb.npz"));
    Files.writeString(folder.resolve("imdb_word_index.json"), "[\"the\"]");
    assertMessageContains(
        "imdb_word_index.json must be a JSON object with a number for each word, but is not",
        () -> Imdb.load(folder));
  }

  /**
   * Malicious pickles as Python would execute them, with names in the readable text form of
   * protocol 0.
   */
  @ParameterizedTest
  @CsvSource({
    "'cos\nsystem\n(X\u0002\u0000\u0000\u0000ls\u0085R.', must refer only to NumPy arrays, but refers to 'os.system'",
    "'cbuiltins\neval\n.', but refers to 'builtins.eval'",
    "'cjava.lang\nRuntime\n.', but refers to 'java.lang.Runtime'",
    "'\u0080\u0004\u008c\u0002os\u008c\u0006system\u0093.', but refers to 'os.system'",
    "'(ios\nsystem\n.', instruction 0x69",
    "'cnumpy\nndarray\n)\u0081.', instruction 0x81",
    "'\u0082\u0001.', instruction 0x82",
    "'P12\n.', instruction 0x50",
    "']}b.', instruction 0x7d",
    "']]b.', the pickle must set the state of arrays only",
    "'].', must contain the 40 lists that its header announces",
    "'K\u0005.', must contain the 40 lists that its header announces",
    "'X\u0000\u0000\u0000\u007f', must not exceed 255 bytes, but has 2130706432",
    "']', premature end of file",
    "'R', could not be read",
    "'\u008a', could not be read"
  })
  void rejectsMaliciousPickles(String pickle, String message) throws IOException {
    archive(header("|O", 40), pickle.getBytes(StandardCharsets.ISO_8859_1));
    assertMessageContains(message, () -> Imdb.load(folder));
  }

  @Test
  void rejectsAListThatIsRepeated() throws IOException {
    // An array whose 40 elements are one list of 100 numbers, in 300 bytes.
    String list = "](" + "K\u0001".repeat(100) + "eq\u0009";
    String elements = "](" + list + "h\u0009".repeat(39) + "e";
    String pickle = "cnumpy\nndarray\n)R(" + elements + "tb.";
    archive(header("|O", 40), pickle.getBytes(StandardCharsets.ISO_8859_1));
    assertMessageContains("its lists must not be larger than the file", () -> Imdb.load(folder));
  }

  @Test
  void rejectsElementsThatAreNotListsOfIntegers() throws IOException {
    archive(
        header("|O", 1), "cnumpy\nndarray\n)R(](K\u0001etb.".getBytes(StandardCharsets.ISO_8859_1));
    assertMessageContains("its element 0 must be a list", () -> Imdb.load(folder));
    archive(header("|O", 1), "cnumpy\nndarray\n)R(](](Netb.".getBytes(StandardCharsets.ISO_8859_1));
    assertMessageContains("could not be read", () -> Imdb.load(folder));
    archive(
        header("|O", 1), "cnumpy\nndarray\n)R(](](Neetb.".getBytes(StandardCharsets.ISO_8859_1));
    assertMessageContains("its list 0 must contain only integers", () -> Imdb.load(folder));
    Files.copy(
        FOLDER.resolve("refused_protocol2.npz"),
        folder.resolve("imdb.npz"),
        StandardCopyOption.REPLACE_EXISTING);
    assertMessageContains("but refers to '_codecs.encode'", () -> Imdb.load(folder));
  }

  @Test
  void rejectsInvalidHeaders() throws IOException {
    archive(header("<f4", 40), new byte[160]);
    assertMessageContains(
        "its type must be |O, that of lists, but is '<f4'", () -> Imdb.load(folder));
    archive("{'descr': [('a', '<i4')], 'shape': (40,), }\n", new byte[0]);
    assertMessageContains(
        "its header must describe a one-dimensional array, but is", () -> Imdb.load(folder));
    write("NUMPY without its magic byte".getBytes(StandardCharsets.US_ASCII));
    assertMessageContains("it must be a .npy file of version 1 to 3", () -> Imdb.load(folder));
    write(new byte[3]);
    assertMessageContains("it is truncated", () -> Imdb.load(folder));
    write(HexFormat.of().parseHex("934e554d50590100ffff"));
    assertMessageContains("its header must not be longer than the file", () -> Imdb.load(folder));
    try (var zip = new ZipOutputStream(Files.newOutputStream(folder.resolve("imdb.npz")))) {
      zip.putNextEntry(new ZipEntry("other.npy"));
    }
    assertMessageContains("The array 'x_train' of the file", () -> Imdb.load(folder));
  }

  /** 64 MB of zeros, which zip packs to 64 KB. */
  @Test
  void rejectsAZipBomb() throws IOException {
    archive(header("|O", 40), new byte[64 << 20]);
    assertMessageContains("it must not exceed 17", () -> Imdb.load(folder));
  }

  private static String header(String type, int length) {
    return "{'descr': '" + type + "', 'fortran_order': False, 'shape': (" + length + ",), }\n";
  }

  /** Writes the word index and an imdb.npz with this x_train to the folder. */
  private void archive(String header, byte[] content) throws IOException {
    var npy = new ByteArrayOutputStream();
    npy.write(HexFormat.of().parseHex("934e554d50590100"));
    npy.write(header.length());
    npy.write(0);
    npy.write(header.getBytes(StandardCharsets.US_ASCII));
    npy.write(content);
    write(npy.toByteArray());
  }

  private void write(byte[] npy) throws IOException {
    Files.write(
        folder.resolve("imdb_word_index.json"),
        Files.readAllBytes(FOLDER.resolve("imdb_word_index.json")));
    try (var zip = new ZipOutputStream(Files.newOutputStream(folder.resolve("imdb.npz")))) {
      zip.putNextEntry(new ZipEntry("x_train.npy"));
      zip.write(npy);
    }
  }

  /** The checksums that imdb_fixture.py prints for the real file. */
  @Test
  void realFileAgreesWithKeras() throws IOException {
    Path real = Path.of(System.getProperty("unroll.imdb", "../shared/data"));
    assumeTrue(Files.exists(real.resolve("imdb.npz")), () -> "no real data in " + real);
    Imdb imdb = Imdb.load(real);
    assertEquals(List.of("1dee8b4f", "c943f067", "cbb07c78", "c2ab2b9e"), sums(imdb));
    assertEquals(
        List.of("c831ff94", "c943f067", "98783fbc", "c2ab2b9e"), sums(imdb.numWords(10_000)));
    Imdb some = imdb.numWords(5000).skipTop(20).maxlen(200);
    assertEquals(14_244, some.xTrain().length);
    assertEquals(14_669, some.xTest().length);
    assertEquals(List.of("c05bb01b", "b9d1a710", "a3d0b72e", "fa23233a"), sums(some));
    // The beginning is printed in Chollet's book.
    String text = imdb.decode(imdb.xTrain()[0]);
    assertTrue(text.startsWith("[START] this film was just brilliant casting location"), text);
  }

  private static List<String> sums(Imdb imdb) {
    return List.of(sum(imdb.xTrain()), sum(imdb.yTrain()), sum(imdb.xTest()), sum(imdb.yTest()));
  }

  private static String sum(int[]... lists) {
    var sum = new CRC32();
    for (int[] list : lists) {
      ByteBuffer bytes = ByteBuffer.allocate(4 * (list.length + 1)).order(ByteOrder.LITTLE_ENDIAN);
      bytes.putInt(list.length);
      bytes.asIntBuffer().put(list);
      sum.update(bytes.array());
    }
    return HexFormat.of().toHexDigits((int) sum.getValue());
  }
}
