package org.unroll.datasets;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Downloads from a server in this process. */
class ImdbFileTest {
  /** The output of {@code printf '{}' | md5sum}. */
  private static final String MD5 = "99914b932bd37a50b983c5e7c90ae93b";

  @TempDir Path work;
  @TempDir Path cache;
  private HttpServer server;
  private ImdbFile file;
  private int status = 200;
  private String answer = "{}";
  private final AtomicInteger requests = new AtomicInteger();

  @BeforeEach
  void serve() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext(
        "/",
        exchange -> {
          requests.incrementAndGet();
          byte[] bytes = answer.getBytes(StandardCharsets.UTF_8);
          exchange.sendResponseHeaders(status, bytes.length);
          try (var body = exchange.getResponseBody()) {
            body.write(bytes);
          }
        });
    server.start();
    String host = server.getAddress().getAddress().getHostAddress();
    String address = "http://" + host + ":" + server.getAddress().getPort() + "/a/index.json";
    file = new ImdbFile(URI.create(address), "MD5", MD5);
  }

  @AfterEach
  void stop() {
    server.stop(0);
  }

  private Path get() {
    return file.get(Stream.of(work.resolve("data"), cache), cache);
  }

  private List<String> cached() throws IOException {
    try (Stream<Path> files = Files.list(cache)) {
      return files.map(path -> path.getFileName().toString()).toList();
    }
  }

  @Test
  void downloadsOnceAndKeepsTheFile() throws IOException {
    assertEquals(cache.resolve("index.json"), get());
    assertEquals(cache.resolve("index.json"), get());
    assertEquals(1, requests.get());
    assertEquals("{}", Files.readString(cache.resolve("index.json")));
    assertEquals(List.of("index.json"), cached());
  }

  @Test
  void usesTheFirstFolderThatContainsTheFile() throws IOException {
    Path own = work.resolve("data/index.json");
    Files.createDirectories(own.getParent());
    Files.writeString(own, "another");
    assertEquals(own, get());
    assertEquals(0, requests.get());
  }

  @Test
  void failedDownloadLeavesNoFile() throws IOException {
    answer = "{ }";
    assertDownloadFails("the MD5 of the download must be " + MD5 + ", but was ");
    status = 404;
    assertDownloadFails("the server responded with status 404");
    server.stop(0);
    assertDownloadFails("could not be downloaded from");
  }

  private void assertDownloadFails(String part) throws IOException {
    String message = assertThrows(UncheckedIOException.class, this::get).getMessage();
    assertTrue(message.contains(part), message);
    assertTrue(message.contains(file.address().toString()), message);
    assertEquals(List.of(), cached());
  }

  /** The server announces more bytes than it sends, and then sends nothing. */
  @Test
  void stalledDownloadTimesOut() {
    var done = new CountDownLatch(1);
    server.createContext(
        "/stalled",
        exchange -> {
          exchange.sendResponseHeaders(200, 100);
          exchange.getResponseBody().write('{');
          exchange.getResponseBody().flush();
          try {
            done.await();
          } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
          }
        });
    Path target = work.resolve("stalled");
    try {
      assertThrows(
          SocketTimeoutException.class,
          () ->
              assertTimeoutPreemptively(
                  Duration.ofSeconds(30),
                  () ->
                      Download.fetch(
                          file.address().resolve("/stalled"),
                          target,
                          100,
                          Duration.ofMillis(200))));
    } finally {
      done.countDown();
    }
  }

  @Test
  void addressesAreThoseOfKeras() {
    // keras/src/datasets/imdb.py of Keras 3.15.1
    assertEquals(
        "https://storage.googleapis.com/tensorflow/tf-keras-datasets/imdb.npz",
        ImdbFile.REVIEWS.address().toString());
    assertEquals(Path.of("x", "imdb_word_index.json"), ImdbFile.WORD_INDEX.in(Path.of("x")));
  }
}
