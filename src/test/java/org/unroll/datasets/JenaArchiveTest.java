package org.unroll.datasets;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.unroll.ErrorMessages.assertMessageContains;

import com.sun.net.httpserver.HttpServer;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.api.io.TempDir;

/** Downloads a file of two rows from a server in this process. */
class JenaArchiveTest {
  private static final String NAME = "tiny.csv";
  private static final String FIRST = JenaClimateTest.FIRST;
  private static final String CSV =
      JenaClimateTest.HEADER + "\n" + FIRST + "\n" + FIRST.replace("00:10", "00:20");

  /** The output of {@code git hash-object} for CSV. */
  private static final String BLOB = "52eb5c1b0bdb71c51ca8bd71573024d01919f0a3";

  /** The output of {@code sha256sum} for CSV. */
  private static final String SHA256 =
      "7eed36f4c42aef93f37be7f13568c3861daed21f70d072e04bf8478397b1a7e2";

  @TempDir Path work;
  @TempDir Path cache;
  private HttpServer server;
  private JenaArchive archive;
  private byte[] answer;
  private int status = 200;
  private final AtomicInteger requests = new AtomicInteger();

  @BeforeEach
  void serve() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext(
        "/",
        exchange -> {
          requests.incrementAndGet();
          exchange.sendResponseHeaders(status, answer.length);
          try (var body = exchange.getResponseBody()) {
            body.write(answer);
          }
        });
    server.start();
    var address =
        URI.create(
            "http://"
                + server.getAddress().getAddress().getHostAddress()
                + ":"
                + server.getAddress().getPort()
                + "/tiny.csv.zip");
    archive = new JenaArchive(address, NAME, 2, FIRST, BLOB);
    answer = zip(NAME, CSV);
  }

  @AfterEach
  void stop() {
    server.stop(0);
  }

  private static byte[] zip(String... namesAndTexts) throws IOException {
    var bytes = new ByteArrayOutputStream();
    try (var zip = new ZipOutputStream(bytes)) {
      for (int i = 0; i < namesAndTexts.length; i += 2) {
        zip.putNextEntry(new ZipEntry(namesAndTexts[i]));
        zip.write(namesAndTexts[i + 1].getBytes(StandardCharsets.UTF_8));
      }
    }
    return bytes.toByteArray();
  }

  private List<String> cached() throws IOException {
    try (Stream<Path> files = Files.list(cache)) {
      return files.map(file -> file.getFileName().toString()).sorted().toList();
    }
  }

  private void assertDownloadFails(String part, Executable code) throws IOException {
    String message = assertThrows(UncheckedIOException.class, code).getMessage();
    assertTrue(message.contains(part), message);
    assertTrue(message.contains(archive.address().toString()), message);
    assertEquals(List.of(), cached(), "no partial file must remain");
  }

  @Test
  void downloadsOnceAndKeepsTheFileWithItsChecksum() throws IOException {
    assertEquals(2, archive.load(work, cache).rowCount());
    assertEquals(2, archive.load(work, cache).rowCount());
    assertEquals(1, requests.get());
    assertEquals(List.of(NAME, NAME + ".sha256"), cached());
    assertEquals(CSV, Files.readString(cache.resolve(NAME)));
    assertEquals(SHA256 + "  " + NAME + "\n", Files.readString(cache.resolve(NAME + ".sha256")));
    assertEquals(Optional.of(cache.resolve(NAME)), archive.find(work, cache));
  }

  @Test
  void rejectsAChangedFile() throws IOException {
    archive.load(work, cache);
    Files.writeString(cache.resolve(NAME), CSV.replace("-8.02", "-8.03"));
    assertMessageContains(" instead of " + SHA256 + ".", () -> archive.load(work, cache));
    assertMessageContains(
        "must not change after the download, but its SHA-256 is ", () -> archive.load(work, cache));
  }

  @Test
  void searchesDataFoldersBeforeTheCache() throws IOException {
    Path below = Files.createDirectories(work.resolve("a").resolve("b"));
    Path above = Files.createDirectories(work.resolve("data"));
    Files.writeString(cache.resolve(NAME), CSV);
    assertEquals(Optional.of(cache.resolve(NAME)), archive.find(below, cache));
    Files.write(above.resolve(NAME + ".zip"), answer);
    assertEquals(Optional.of(above.resolve(NAME + ".zip")), archive.find(below, cache));
    assertEquals(2, archive.load(below, cache).rowCount());
    Files.writeString(above.resolve(NAME), CSV);
    assertEquals(Optional.of(above.resolve(NAME)), archive.find(below, cache));
    assertEquals(0, requests.get());
  }

  @Test
  void errorsNameTheZipArchive() throws IOException {
    Path zip = Files.write(work.resolve("other.zip"), answer);
    assertEquals("other.zip", JenaClimate.load(zip).name());
    Files.write(zip, zip("other.csv", CSV.replace("-8.02", "cold")));
    assertMessageContains(
        "Line 2 of " + zip + " could not be read: 'cold'", () -> JenaClimate.load(zip));
  }

  @Test
  void rejectsAnIncompleteFile() throws IOException {
    Files.writeString(cache.resolve(NAME), JenaClimateTest.HEADER + "\n" + FIRST + "\n");
    assertMessageContains(
        "must have 2 rows, but has 1. Replace it by a complete one",
        () -> archive.load(work, cache));
  }

  @Test
  void acceptsOtherLineEndings() throws IOException {
    answer = zip(NAME, CSV.replace("\n", "\r\n") + "\r\n");
    assertEquals(2, archive.load(work, cache).rowCount());
  }

  @Test
  void errorWithoutNetworkExplainsTheAlternatives() throws IOException {
    server.stop(0);
    assertDownloadFails("tiny.csv is neither in data/ of " + work, () -> archive.load(work, cache));
    assertDownloadFails(
        "copy it, packed or unpacked, to one of these", () -> archive.load(work, cache));
    assertDownloadFails(
        "JenaClimate.synthetic(rows, seed) requires no file", () -> archive.load(work, cache));
  }

  @Test
  void reportsTheStatusOfTheServer() throws IOException {
    status = 404;
    assertDownloadFails("the server responded with status 404", () -> archive.load(work, cache));
  }

  @Test
  void rejectsADownloadThatIsNotAZipArchive() throws IOException {
    answer = "<html>please log in</html>".getBytes(StandardCharsets.UTF_8);
    assertDownloadFails("zip", () -> archive.load(work, cache));
  }

  @Test
  void rejectsAZipArchiveWithAnotherFile() throws IOException {
    answer = zip(NAME, CSV.replace("996.52", "996.53"));
    assertDownloadFails(
        "the first row '01.01.2009 00:10:00,996.53", () -> archive.load(work, cache));
    answer = zip(NAME, CSV.replace("00:20:00,996.52", "00:20:00,996.53"));
    assertDownloadFails(
        "the content of the download must be that of Git blob " + BLOB,
        () -> archive.load(work, cache));
    answer = zip(NAME, CSV + "\n" + FIRST);
    assertDownloadFails(
        "the download must have 2 rows and 15 columns, but has 3 rows",
        () -> archive.load(work, cache));
    answer = zip("readme.txt", "no data");
    assertDownloadFails(
        "the zip archive must contain one .csv file, but contains []",
        () -> archive.load(work, cache));
    answer = zip("a.csv", CSV, "b.csv", CSV);
    assertDownloadFails("but contains [a.csv, b.csv]", () -> archive.load(work, cache));
  }

  @Test
  void namesInTheZipArchiveAreNotUsedAsPaths() throws IOException {
    answer = zip("../../evil.csv", CSV, "__MACOSX/._tiny.csv", "x");
    assertEquals(2, archive.load(work, cache).rowCount());
    assertEquals(List.of(NAME, NAME + ".sha256"), cached());
    assertFalse(Files.exists(cache.resolve("../../evil.csv")));
  }

  @Test
  void rejectsAZipBomb() throws IOException {
    answer = zip(NAME, CSV + "\n" + "0".repeat(5_000_000));
    assertDownloadFails("the content must not exceed", () -> archive.load(work, cache));
  }
}
