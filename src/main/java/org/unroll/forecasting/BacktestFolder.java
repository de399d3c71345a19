package org.unroll.forecasting;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.unroll.internal.AtomicFile;
import org.unroll.internal.Failures;
import org.unroll.internal.FolderLock;

/**
 * The files of a {@link Backtest}: one for each fold and method, with the forecasts and with what
 * identifies them. While a backtest runs, the folder is locked.
 */
final class BacktestFolder implements AutoCloseable {
  private static final ObjectMapper JSON = new ObjectMapper();

  private final Path folder;
  private final FolderLock lock;

  /**
   * Creates and locks a folder.
   *
   * @param folder the folder, or null for no folder
   */
  BacktestFolder(Path folder) {
    this.folder = folder;
    try {
      lock = folder == null ? null : FolderLock.of(folder, "backtest");
    } catch (IOException e) {
      throw failure("written", folder, e);
    }
  }

  @Override
  public void close() {
    if (lock != null) {
      try {
        lock.close();
      } catch (IOException e) {
        throw failure("unlocked", folder, e);
      }
    }
  }

  private Path file(int fold, String method) {
    String name = URLEncoder.encode(method, StandardCharsets.UTF_8).replace("*", "%2A");
    return folder.resolve("fold-" + fold + "-" + name + ".json");
  }

  /** Writes the forecasts of a method. */
  void write(int fold, String method, Map<String, String> identity, double[][] forecasts) {
    if (folder == null) {
      return;
    }
    ObjectNode root = JSON.createObjectNode();
    identity.forEach(root.putObject("identity")::put);
    root.set("forecasts", JSON.valueToTree(forecasts));
    Path file = file(fold, method);
    try {
      byte[] bytes = JSON.writeValueAsBytes(root);
      AtomicFile.write(file, out -> out.write(bytes));
    } catch (IOException e) {
      throw failure("written", file, e);
    }
  }

  /**
   * Reads the forecasts of a method.
   *
   * @return null if there is no file
   * @throws IllegalStateException if the file has another identity
   */
  double[][] read(int fold, String method, Map<String, String> identity) {
    if (folder == null || !Files.exists(file(fold, method))) {
      return null;
    }
    Path file = file(fold, method);
    try {
      JsonNode root = JSON.readTree(file.toFile());
      for (Map.Entry<String, String> entry : identity.entrySet()) {
        String saved = root.path("identity").path(entry.getKey()).asText("none");
        if (!saved.equals(entry.getValue())) {
          throw new IllegalStateException(
              "The folder "
                  + folder
                  + " must contain this backtest, but in "
                  + file.getFileName()
                  + ", "
                  + entry.getKey()
                  + " was "
                  + saved
                  + ", and now is "
                  + entry.getValue()
                  + ". Choose another folder, or delete the file.");
        }
      }
      return JSON.treeToValue(root.path("forecasts"), double[][].class);
    } catch (IOException e) {
      throw failure("read", file, e);
    }
  }

  private static UncheckedIOException failure(String what, Path file, IOException cause) {
    return new UncheckedIOException(
        "The backtest cannot be " + what + ": " + file + ": " + Failures.reason(cause), cause);
  }
}
