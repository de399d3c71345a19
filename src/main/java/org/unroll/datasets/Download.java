package org.unroll.datasets;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;

/** Downloads published files. */
final class Download {
  private Download() {}

  /**
   * Downloads a file.
   *
   * @param limit the maximum number of bytes
   * @throws IOException if the server cannot be reached, responds with a status other than 200, or
   *     sends more bytes
   */
  static void fetch(URI address, Path to, long limit) throws IOException {
    HttpClient client =
        HttpClient.newBuilder()
            .followRedirects(HttpClient.Redirect.NORMAL)
            .connectTimeout(Duration.ofSeconds(15))
            .build();
    HttpRequest request = HttpRequest.newBuilder(address).timeout(Duration.ofMinutes(2)).build();
    try {
      var response = client.send(request, HttpResponse.BodyHandlers.ofInputStream());
      try (InputStream body = response.body()) {
        if (response.statusCode() != 200) {
          throw new IOException("the server responded with status " + response.statusCode());
        }
        copy(body, to, limit);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", e);
    }
  }

  /**
   * Copies a stream to a file.
   *
   * @throws IOException if the stream has more bytes than the limit
   */
  static void copy(InputStream from, Path to, long limit) throws IOException {
    try (OutputStream out = Files.newOutputStream(to)) {
      byte[] buffer = new byte[1 << 16];
      long copied = 0;
      for (int read = from.read(buffer); read >= 0; read = from.read(buffer)) {
        copied += read;
        if (copied > limit) {
          throw new IOException("the content must not exceed " + limit + " bytes, but does");
        }
        out.write(buffer, 0, read);
      }
    }
  }
}
