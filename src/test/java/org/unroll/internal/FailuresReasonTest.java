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
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.unroll.Sequential;
import org.unroll.callbacks.Callback;
import org.unroll.data.Samples;
import org.unroll.tuning.Objective;
import org.unroll.tuning.RandomSearch;

/** What the messages say about files that cannot be written. */
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
            + " must exist. Create it first",
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
  }
}
