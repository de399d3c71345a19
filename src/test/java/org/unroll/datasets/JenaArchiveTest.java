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

/** Everything against a server in this process and a file of two rows. */
class JenaArchiveTest {
  private static final String NAME = "tiny.csv";
  private static final String FIRST = JenaClimateTest.FIRST;
  private static final String CSV =
      JenaClimateTest.HEADER + "\n" + FIRST + "\n" + FIRST.replace("00:10", "00:20");

  /** What {@code git hash-object} says of CSV. */
  private static final String BLOB = "52eb5c1b0bdb71c51ca8bd71573024d01919f0a3";

  /** What {@code sha256sum} says of CSV. */
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

  private void fails(String part, Executable code) throws IOException {
    String message = assertThrows(UncheckedIOException.class, code).getMessage();
    assertTrue(message.contains(part), message);
    assertTrue(message.contains(archive.address().toString()), message);
    assertEquals(List.of(), cached(), "nothing half done is left behind");
  }

  @Test
  void downloadedOnceAndKeptWithItsSum() throws IOException {
    assertEquals(2, archive.load(work, cache).rowCount());
    assertEquals(2, archive.load(work, cache).rowCount());
    assertEquals(1, requests.get());
    assertEquals(List.of(NAME, NAME + ".sha256"), cached());
    assertEquals(CSV, Files.readString(cache.resolve(NAME)));
    assertEquals(SHA256 + "  " + NAME + "\n", Files.readString(cache.resolve(NAME + ".sha256")));
    assertEquals(Optional.of(cache.resolve(NAME)), archive.find(work, cache));
  }

  @Test
  void aChangedFileIsNoticed() throws IOException {
    archive.load(work, cache);
    Files.writeString(cache.resolve(NAME), CSV.replace("-8.02", "-8.03"));
    assertMessageContains("its SHA-256 should be " + SHA256, () -> archive.load(work, cache));
    assertMessageContains("Delete it to have it downloaded again", () -> archive.load(work, cache));
  }

  @Test
  void foundInDataHereOrAboveBeforeTheCache() throws IOException {
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
  void aZipIsReadByItsPathAndNamedInMessages() throws IOException {
    Path zip = Files.write(work.resolve("other.zip"), answer);
    assertEquals("other.zip", JenaClimate.load(zip).name());
    Files.write(zip, zip("other.csv", CSV.replace("-8.02", "cold")));
    assertMessageContains(
        "Line 2 of " + zip + " cannot be read: 'cold'", () -> JenaClimate.load(zip));
  }

  @Test
  void aFileOfThatNameMustBeWhole() throws IOException {
    Files.writeString(cache.resolve(NAME), JenaClimateTest.HEADER + "\n" + FIRST + "\n");
    assertMessageContains("should have 2 rows. Received: 1.", () -> archive.load(work, cache));
  }

  @Test
  void otherLineEndsAreTheSameFile() throws IOException {
    answer = zip(NAME, CSV.replace("\n", "\r\n") + "\r\n");
    assertEquals(2, archive.load(work, cache).rowCount());
  }

  @Test
  void withoutNetworkTheMessageSaysWhatToDo() throws IOException {
    server.stop(0);
    fails("tiny.csv is neither in data/ of " + work, () -> archive.load(work, cache));
    fails("put it, packed or unpacked, into one of these", () -> archive.load(work, cache));
    fails("JenaClimate.synthetic(rows, seed) needs no file", () -> archive.load(work, cache));
  }

  @Test
  void aServerThatRefuses() throws IOException {
    status = 404;
    fails("the server answers 404", () -> archive.load(work, cache));
  }

  @Test
  void whatIsNoZip() throws IOException {
    answer = "<html>please log in</html>".getBytes(StandardCharsets.UTF_8);
    fails("zip", () -> archive.load(work, cache));
  }

  @Test
  void aZipWithAnotherFile() throws IOException {
    answer = zip(NAME, CSV.replace("996.52", "996.53"));
    fails("first row '01.01.2009 00:10:00,996.53", () -> archive.load(work, cache));
    answer = zip(NAME, CSV.replace("00:20:00,996.52", "00:20:00,996.53"));
    fails("its content is not that of Git blob " + BLOB, () -> archive.load(work, cache));
    answer = zip(NAME, CSV + "\n" + FIRST);
    fails("3 rows in place of 2", () -> archive.load(work, cache));
    answer = zip("readme.txt", "no data");
    fails("should hold one .csv file; it holds []", () -> archive.load(work, cache));
    answer = zip("a.csv", CSV, "b.csv", CSV);
    fails("it holds [a.csv, b.csv]", () -> archive.load(work, cache));
  }

  @Test
  void namesInTheZipAreNoPaths() throws IOException {
    answer = zip("../../evil.csv", CSV, "__MACOSX/._tiny.csv", "x");
    assertEquals(2, archive.load(work, cache).rowCount());
    assertEquals(List.of(NAME, NAME + ".sha256"), cached());
    assertFalse(Files.exists(cache.resolve("../../evil.csv")));
  }

  @Test
  void aZipThatSwellsIsStopped() throws IOException {
    answer = zip(NAME, CSV + "\n" + "0".repeat(5_000_000));
    fails("bytes that it may have", () -> archive.load(work, cache));
  }
}
