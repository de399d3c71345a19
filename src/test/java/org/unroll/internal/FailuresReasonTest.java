package org.unroll.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.unroll.callbacks.Callbacks.backupAndRestore;
import static org.unroll.callbacks.Callbacks.csvLogger;
import static org.unroll.callbacks.Callbacks.modelCheckpoint;
import static org.unroll.layers.Layers.dense;
import static org.unroll.layers.Layers.input;
import static org.unroll.training.FitOptions.epochs;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.unroll.Sequential;
import org.unroll.callbacks.Callback;
import org.unroll.data.Samples;
import org.unroll.datasets.JenaClimate;
import org.unroll.plots.Plots;
import org.unroll.tuning.Objective;
import org.unroll.tuning.RandomSearch;

/** The reasons in the messages about files that cannot be read or written. */
class FailuresReasonTest {
  @TempDir Path folder;

  private static String messageOf(Callback callback) {
    Sequential model = Sequential.of(input(1), dense(1));
    model.compile("sgd", "mse");
    Samples data = Samples.of(new double[][] {{1}, {2}}).targets(new double[] {1, 2});
    return assertThrows(
            UncheckedIOException.class,
            () -> model.fit(data, epochs(1).verbose(0).callbacks(callback)))
        .getMessage();
  }

  @Test
  void messagesNameTheFolderThatIsMissingOrAFile() throws IOException {
    Path file = Files.writeString(folder.resolve("file"), "");
    Path log = folder.resolve("missing/log.csv");
    assertEquals(
        "The log "
            + log
            + " cannot be opened: the folder "
            + log.getParent()
            + " must exist. Create it with Files.createDirectories",
        messageOf(csvLogger(log)));
    Path checkpoint = file.resolve("model.keras");
    assertEquals(
        "The folder of the checkpoint "
            + checkpoint
            + " cannot be created: "
            + file
            + " already exists and is not a folder",
        messageOf(modelCheckpoint(checkpoint)));
    String backup = messageOf(backupAndRestore(file));
    assertTrue(
        backup.endsWith("cannot be written: " + file + " already exists and is not a folder"),
        backup);
    var tuner = new RandomSearch(Objective.min("value"), 1).directory(folder).projectName("file");
    String search =
        assertThrows(UncheckedIOException.class, () -> tuner.search(hp -> () -> 1.0)).getMessage();
    assertTrue(search.endsWith(": " + file + " already exists and is not a folder"), search);
    Path picture = folder.resolve("missing/loss.png");
    var figure = Plots.histogram("a", "b", new double[] {1, 2});
    assertEquals(
        "The figure cannot be saved to "
            + picture
            + ": the folder "
            + picture.getParent()
            + " must exist. Create it with Files.createDirectories",
        assertThrows(UncheckedIOException.class, () -> figure.save(picture)).getMessage());
  }

  @Test
  void messagesNameFilesThatDoNotExist() {
    Path file = folder.resolve("missing.csv");
    assertEquals(
        "The file " + file + " could not be read: " + file + " does not exist",
        assertThrows(UncheckedIOException.class, () -> JenaClimate.load(file)).getMessage());
  }

  @Test
  void reasonsAreAFullDiskAndAnUnknownServer() {
    var full = new IOException("writing failed", new IOException("No space left on device"));
    assertEquals(
        "there is not enough space (No space left on device). Free some space or choose another"
            + " folder",
        Failures.reason(full));
    assertEquals(
        "the server example.org cannot be found",
        Failures.reason(new UnknownHostException("example.org")));
  }

  /** Files.createDirectories of JDK 17 rejects a link to a folder. */
  @Test
  void createsTheFolderThatALinkLeadsTo() throws IOException {
    Path target = Files.createDirectory(folder.resolve("target"));
    Path link = Files.createSymbolicLink(folder.resolve("link"), target);
    AtomicFile.createFolder(link);
    AtomicFile.createFolder(link.resolve("a/b"));
    assertTrue(Files.isDirectory(target.resolve("a/b")));
  }
}
