package org.unroll.keras;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import com.sun.management.ThreadMXBean;
import java.io.ByteArrayOutputStream;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Stream;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.unroll.Sequential;
import org.unroll.keras.files.KerasArchive;

/**
 * Damaged and malicious files: reading one must end quickly with an exception that names the file,
 * and must allocate memory in proportion to the file. After a change that no checksum covers, the
 * model may also load.
 *
 * <p>The system property {@code unroll.hostileFiles} sets the number of variants of each kind, 100
 * by default. Set it to some thousands in a manual run.
 */
class HostileFilesTest {
  private static final int VARIANTS = Integer.getInteger("unroll.hostileFiles", 100);
  private static final long SECONDS = 10;

  /** The number of bytes that reading a file of less than 64 KiB may allocate. */
  private static final long BYTES = 96 << 20;

  private static final List<String> NAMES =
      List.of("metadata.json", "config.json", "model.weights.h5");

  private enum Expected {
    EXCEPTION,
    EXCEPTION_OR_MODEL
  }

  @TempDir Path folder;

  private final ExecutorService reader =
      Executors.newSingleThreadExecutor(
          task -> {
            var thread = new Thread(task);
            thread.setDaemon(true);
            return thread;
          });

  private byte[] h5;
  private Map<String, byte[]> keras;
  private Map<String, byte[]> ours;

  @BeforeEach
  void readOriginals() throws IOException {
    Path files = Path.of("src/test/resources/goldens/keras_files");
    h5 = Files.readAllBytes(files.resolve("jena_lstm.h5"));
    keras = parts(files.resolve("jena_lstm.keras"));
    Path written = folder.resolve("written.keras");
    Sequential.load(files.resolve("jena_lstm.keras")).save(written);
    ours = parts(written);
    Files.delete(written);
  }

  @AfterEach
  void leavesNoFiles() throws IOException {
    reader.shutdownNow();
    try (Stream<Path> left = Files.list(folder)) {
      assertEquals(List.of(), left.toList());
    }
  }

  private static Map<String, byte[]> parts(Path file) throws IOException {
    KerasArchive archive = KerasArchive.read(file.toFile());
    Map<String, byte[]> parts = new LinkedHashMap<>();
    parts.put("metadata.json", archive.metadata());
    parts.put("config.json", archive.config());
    parts.put("model.weights.h5", archive.weights());
    return parts;
  }

  private void check(String name, byte[] content, Expected expected) throws IOException {
    Path file = folder.resolve(name);
    try (var out = new FileOutputStream(file.toFile())) {
      out.write(content);
    }
    try {
      check(file, expected);
    } finally {
      Files.delete(file);
    }
  }

  private void check(Path file, Expected expected) {
    var bean = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    var task =
        reader.submit(
            () -> {
              long before = bean.getCurrentThreadAllocatedBytes();
              try {
                Sequential.load(file);
                if (expected == Expected.EXCEPTION) {
                  fail(file + " must not load");
                }
              } catch (UncheckedIOException | IllegalArgumentException e) {
                assertTrue(e.getMessage().contains(file.toString()), e.getMessage());
              }
              return bean.getCurrentThreadAllocatedBytes() - before;
            });
    try {
      long allocated = task.get(SECONDS, TimeUnit.SECONDS);
      assertTrue(
          allocated < BYTES, () -> file + " caused an allocation of " + allocated + " bytes");
    } catch (ExecutionException e) {
      throw new AssertionError(file + ": " + e.getCause(), e.getCause());
    } catch (TimeoutException e) {
      throw new AssertionError(file + " is still being read after " + SECONDS + " s", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError(e);
    }
  }

  private static byte[] zip(Map<String, byte[]> parts) throws IOException {
    var out = new ByteArrayOutputStream();
    new KerasArchive(
            parts.get("metadata.json"), parts.get("config.json"), parts.get("model.weights.h5"))
        .write(out);
    return out.toByteArray();
  }

  private static byte[] zip(String method, List<String> names, List<byte[]> contents)
      throws IOException {
    var out = new ByteArrayOutputStream();
    try (var zip = new ZipOutputStream(out)) {
      for (int i = 0; i < names.size(); i++) {
        var entry = new ZipEntry(names.get(i));
        if (method.equals("stored")) {
          var crc = new CRC32();
          crc.update(contents.get(i));
          entry.setMethod(ZipEntry.STORED);
          entry.setSize(contents.get(i).length);
          entry.setCrc(crc.getValue());
        }
        zip.putNextEntry(entry);
        zip.write(contents.get(i));
        zip.closeEntry();
      }
    }
    return out.toByteArray();
  }

  private static byte[] with(Map<String, byte[]> parts, String name, byte[] content)
      throws IOException {
    Map<String, byte[]> changed = new LinkedHashMap<>(parts);
    changed.put(name, content);
    return zip(changed);
  }

  private byte[] withConfig(String from, String to) throws IOException {
    String config = new String(keras.get("config.json"), StandardCharsets.UTF_8);
    assertTrue(config.contains(from), from);
    return with(keras, "config.json", config.replace(from, to).getBytes(StandardCharsets.UTF_8));
  }

  /** Checks that the unchanged files load, so that changed ones fail because of the change. */
  @Test
  void readsUnchangedFiles() throws IOException {
    for (byte[] content : List.of(h5, zip(keras), zip(ours))) {
      Path file = folder.resolve("original.keras");
      Files.write(file, content);
      assertEquals(1, Sequential.load(file).optimizer().iterations());
      Files.delete(file);
    }
  }

  @Test
  void readsCompressedEntries() throws IOException {
    Path file = folder.resolve("compressed.keras");
    Files.write(file, zip("deflated", NAMES, List.copyOf(keras.values())));
    assertEquals(1, Sequential.load(file).optimizer().iterations());
    Files.delete(file);
  }

  /** Another order, folders, and what macOS adds. */
  @Test
  void readsArchivesThatAnotherProgramPacked() throws IOException {
    Path file = folder.resolve("packed.keras");
    var names =
        List.of("assets/", NAMES.get(2), "__MACOSX/._config.json", NAMES.get(1), NAMES.get(0));
    byte[] empty = new byte[0];
    var contents =
        List.of(
            empty,
            keras.get(NAMES.get(2)),
            new byte[] {1},
            keras.get(NAMES.get(1)),
            keras.get(NAMES.get(0)));
    Files.write(file, zip("deflated", names, contents));
    assertEquals(1, Sequential.load(file).optimizer().iterations());
    Files.delete(file);
  }

  @Test
  void rejectsTruncatedFiles() throws IOException {
    for (byte[] content : List.of(h5, zip(keras), zip(ours))) {
      for (int i = 0; i < VARIANTS; i++) {
        int length = (int) ((long) content.length * i / VARIANTS);
        check("cut.keras", Arrays.copyOf(content, length), Expected.EXCEPTION);
      }
      check("cut.keras", Arrays.copyOf(content, content.length - 1), Expected.EXCEPTION);
    }
    for (Map<String, byte[]> parts : List.of(keras, ours)) {
      for (String name : NAMES) {
        byte[] part = parts.get(name);
        for (int i = 0; i < VARIANTS / 4; i++) {
          int length = (int) ((long) part.length * i * 4 / VARIANTS);
          byte[] cut = Arrays.copyOf(part, Math.min(length, part.length - 1));
          check("cut.keras", with(parts, name, cut), Expected.EXCEPTION);
        }
      }
    }
  }

  @Test
  void survivesFlippedBits() throws IOException {
    var random = new Random(20_260_101);
    for (int i = 0; i < VARIANTS; i++) {
      check("flipped.h5", flipped(h5, random), Expected.EXCEPTION_OR_MODEL);
      check("flipped.keras", flipped(zip(keras), random), Expected.EXCEPTION_OR_MODEL);
      for (Map<String, byte[]> parts : List.of(keras, ours)) {
        String name = NAMES.get(i % NAMES.size());
        byte[] part = flipped(parts.get(name), random);
        check("flipped.keras", with(parts, name, part), Expected.EXCEPTION_OR_MODEL);
      }
    }
  }

  private static byte[] flipped(byte[] content, Random random) {
    byte[] changed = content.clone();
    int flips = 1 << random.nextInt(6);
    for (int i = 0; i < flips; i++) {
      changed[random.nextInt(changed.length)] ^= (byte) (1 << random.nextInt(8));
    }
    return changed;
  }

  /** In a zip file, a checksum covers every byte of the three entries. */
  @Test
  void rejectsFlippedBitsInEntries() throws IOException {
    var random = new Random(20_260_102);
    byte[] zip = zip(keras);
    int first = 30 + "metadata.json".length();
    int last = zip.length - 22 - 3 * 46 - String.join("", NAMES).length();
    for (int i = 0; i < VARIANTS; i++) {
      byte[] changed = zip.clone();
      int at;
      do {
        at = first + random.nextInt(last - first);
      } while (isLocalHeader(at));
      changed[at] ^= (byte) (1 << random.nextInt(8));
      check("flipped.keras", changed, Expected.EXCEPTION);
    }
  }

  private boolean isLocalHeader(int position) {
    int at = 0;
    for (String name : NAMES) {
      int content = at + 30 + name.length();
      if (position >= at && position < content) {
        return true;
      }
      at = content + keras.get(name).length;
    }
    return false;
  }

  /** Replaces addresses, sizes and counts of HDF5. */
  @Test
  void survivesForgedNumbers() throws IOException {
    var random = new Random(20_260_103);
    for (int i = 0; i < VARIANTS; i++) {
      check("forged.h5", forged(h5, random), Expected.EXCEPTION_OR_MODEL);
      for (Map<String, byte[]> parts : List.of(keras, ours)) {
        byte[] weights = forged(parts.get("model.weights.h5"), random);
        check(
            "forged.keras", with(parts, "model.weights.h5", weights), Expected.EXCEPTION_OR_MODEL);
      }
    }
  }

  private static byte[] forged(byte[] content, Random random) {
    byte[] changed = content.clone();
    var buffer = ByteBuffer.wrap(changed).order(ByteOrder.LITTLE_ENDIAN);
    int changes = 1 + random.nextInt(4);
    for (int i = 0; i < changes; i++) {
      int at = random.nextInt(changed.length / 8) * 8;
      long value =
          switch (random.nextInt(8)) {
            case 0 -> at; // itself
            case 1 -> random.nextInt(changed.length); // somewhere
            case 2 -> -1;
            case 3 -> Integer.MAX_VALUE;
            case 4 -> Long.MAX_VALUE;
            case 5 -> 0;
            case 6 ->
                buffer.getLong(
                    random.nextInt(changed.length / 8) * 8); // another number of the file
            default -> 1L << random.nextInt(63);
          };
      buffer.putLong(at, value);
    }
    return changed;
  }

  /** Replaces all nodes of a group's tree by the tree itself, which a naive reader never leaves. */
  @Test
  void rejectsCyclesOfGroups() throws IOException {
    byte[] weights = keras.get("model.weights.h5").clone();
    var buffer = ByteBuffer.wrap(weights).order(ByteOrder.LITTLE_ENDIAN);
    int trees = 0;
    for (int at = 0; at + 544 <= weights.length; at += 8) {
      if (buffer.getInt(at) == 0x45455254) { // TREE
        buffer.put(at + 5, (byte) 1);
        buffer.putShort(at + 6, (short) 32);
        for (int i = 0; i < 32; i++) {
          buffer.putLong(at + 32 + 16 * i, at);
        }
        trees++;
      }
    }
    assertTrue(trees > 0);
    check("circle.keras", with(keras, "model.weights.h5", weights), Expected.EXCEPTION);

    byte[] headers = keras.get("model.weights.h5").clone();
    var symbols = ByteBuffer.wrap(headers).order(ByteOrder.LITTLE_ENDIAN);
    long root = symbols.getLong(64);
    for (int at = 0; at + 48 <= headers.length; at += 8) {
      if (symbols.getInt(at) == 0x444f4e53) { // SNOD: every child is the root again
        for (int i = 0; i < symbols.getShort(at + 6); i++) {
          symbols.putLong(at + 8 + 40 * i + 8, root);
        }
      }
    }
    check("circle.keras", with(keras, "model.weights.h5", headers), Expected.EXCEPTION);
  }

  @Test
  void rejectsCraftedZipFiles() throws IOException {
    List<byte[]> parts = List.copyOf(keras.values());
    for (String extra :
        List.of(
            "../escaped",
            "/escaped",
            "C:\\escaped",
            "assets/../../escaped",
            "assets/vocabulary.txt",
            "model.weights.npz",
            "Config.json",
            "")) {
      check(
          "extra.keras",
          zip("stored", append(NAMES, extra), append(parts, new byte[] {1})),
          Expected.EXCEPTION);
    }
    for (int missing = 0; missing < 3; missing++) {
      var names = new ArrayList<>(NAMES);
      var contents = new ArrayList<>(parts);
      names.remove(missing);
      contents.remove(missing);
      check("missing.keras", zip("stored", names, contents), Expected.EXCEPTION);
    }
    // The writer rejects two entries with the same name, so the second is renamed afterwards.
    byte[] twice = zip("stored", append(NAMES, "xonfig.json"), append(parts, parts.get(1)));
    String text = new String(twice, StandardCharsets.ISO_8859_1).replace("xonfig", "config");
    check("twice.keras", text.getBytes(StandardCharsets.ISO_8859_1), Expected.EXCEPTION);
    List<byte[]> bomb = List.of(parts.get(0), parts.get(1), new byte[32 << 20]);
    check("bomb.keras", zip("deflated", NAMES, bomb), Expected.EXCEPTION);
    byte[] huge = zip(keras);
    var buffer = ByteBuffer.wrap(huge).order(ByteOrder.LITTLE_ENDIAN);
    int directory = buffer.getInt(huge.length - 6);
    for (int at = directory; buffer.getInt(at) == 0x02014b50; ) {
      buffer.putInt(at + 20, 0x7fffffff);
      buffer.putInt(at + 24, 0x7fffffff);
      at += 46 + buffer.getShort(at + 28);
    }
    check("huge.keras", huge, Expected.EXCEPTION);
    check("empty.keras", new byte[0], Expected.EXCEPTION);
    check("emptyzip.keras", zip("stored", List.of(), List.of()), Expected.EXCEPTION);
    check("text.keras", "hello".getBytes(StandardCharsets.UTF_8), Expected.EXCEPTION);
    check("zeros.h5", new byte[4096], Expected.EXCEPTION);
    check("signature.h5", Arrays.copyOf(h5, 8), Expected.EXCEPTION);
    check(folder.resolve("absent.keras"), Expected.EXCEPTION);
    check(folder, Expected.EXCEPTION);
  }

  private static <T> List<T> append(List<T> list, T element) {
    return Stream.concat(list.stream(), Stream.of(element)).toList();
  }

  @Test
  void rejectsCraftedConfigurations() throws IOException {
    for (String units : List.of("2147483647", "536870912", "100000", "-1", "0", "1e9", "\"6\"")) {
      check("units.keras", withConfig("\"units\": 6", "\"units\": " + units), Expected.EXCEPTION);
    }
    for (String shape :
        List.of("[null, 7, 2147483647]", "[null, 7, 9999999999]", "[null, 7, -5]")) {
      check("shape.keras", withConfig("[null, 7, 5]", shape), Expected.EXCEPTION);
    }
    String deep = "[".repeat(100_000) + "]".repeat(100_000);
    check("deep.keras", withConfig("\"units\": 6", "\"units\": " + deep), Expected.EXCEPTION);
    String nested =
        "{\"class_name\": \"TimeDistributed\", \"config\": {\"name\": \"t\", \"layer\": ".repeat(40)
            + "{\"class_name\": \"Flatten\", \"config\": {\"name\": \"f\"}}"
            + "}}".repeat(40);
    check(
        "nested.keras",
        withConfig("\"layers\": [", "\"layers\": [" + nested + ", "),
        Expected.EXCEPTION);
    for (String type : List.of("Lambda", "java.lang.ProcessBuilder", "../LSTM", "")) {
      check("class.keras", withConfig("\"LSTM\"", "\"" + type + "\""), Expected.EXCEPTION);
    }
    for (String config : List.of("", "null", "[]", "{}", "{\"config\": 1}", "\u0000", "{\"a\":")) {
      check(
          "config.keras",
          with(keras, "config.json", config.getBytes(StandardCharsets.UTF_8)),
          Expected.EXCEPTION);
      check(
          "metadata.keras",
          with(keras, "metadata.json", config.getBytes(StandardCharsets.UTF_8)),
          Expected.EXCEPTION);
    }
    check("number.keras", withConfig("0.25", "9".repeat(5000)), Expected.EXCEPTION);
  }
}
