package org.unroll.datasets;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.HttpURLConnection;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;

/** Downloads published files. */
final class Download {
  private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(15);

  /** The time without any data after which a download is given up. */
  private static final Duration READ_TIMEOUT = Duration.ofSeconds(30);

  private Download() {}

  /**
   * Downloads a file.
   *
   * @param limit the maximum number of bytes
   * @throws IOException if the server cannot be reached, responds with a status other than 200,
   *     sends more bytes, or sends nothing for 30 seconds
   */
  static void fetch(URI address, Path to, long limit) throws IOException {
    fetch(address, to, limit, READ_TIMEOUT);
  }

  static void fetch(URI address, Path to, long limit, Duration readTimeout) throws IOException {
    var connection = (HttpURLConnection) address.toURL().openConnection();
    connection.setConnectTimeout((int) CONNECT_TIMEOUT.toMillis());
    connection.setReadTimeout((int) readTimeout.toMillis());
    try {
      if (connection.getResponseCode() != 200) {
        throw new IOException("the server responded with status " + connection.getResponseCode());
      }
      try (InputStream body = connection.getInputStream()) {
        copy(body, to, limit);
      }
    } finally {
      connection.disconnect();
    }
  }

  /**
   * Copies a stream to a file.
   *
   * @throws IOException if the stream has more bytes than the limit, or the thread is interrupted
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
        if (Thread.currentThread().isInterrupted()) {
          throw new IOException("interrupted");
        }
        out.write(buffer, 0, read);
      }
    }
  }
}
