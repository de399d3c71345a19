package org.unroll;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.unroll.callbacks.Callbacks.backupAndRestore;
import static org.unroll.callbacks.Callbacks.earlyStopping;
import static org.unroll.layers.Layers.dense;
import static org.unroll.layers.Layers.gru;
import static org.unroll.layers.Layers.input;
import static org.unroll.training.FitOptions.epochs;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.unroll.callbacks.BackupAndRestore;
import org.unroll.callbacks.Callback;
import org.unroll.callbacks.TrainingContext;
import org.unroll.data.Dataset;
import org.unroll.data.Samples;
import org.unroll.losses.Losses;
import org.unroll.network.Layer;
import org.unroll.optimizers.Optimizer;
import org.unroll.optimizers.Optimizers;
import org.unroll.training.FitOptions;

/** Training runs that fail, are killed or are interrupted, and resume from their backups. */
class BackupAndRestoreTest {
  @TempDir Path folder;

  private Path folder(String name) throws IOException {
    return Files.createDirectories(folder.resolve(name));
  }

  /** Fails after a number of batches. */
  private static final class Failure extends Callback {
    private int left;

    Failure(int batches) {
      left = batches;
    }

    @Override
    public void onBatchEnd(TrainingContext training, int batch, Map<String, Double> logs) {
      left--;
      if (left == 0) {
        throw new IllegalStateException("power failure");
      }
    }
  }

  /** Returns a {@link Failure} that never occurs, so that both runs have the same callbacks. */
  private static Failure never() {
    return new Failure(-1);
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 3})
  void failedRunResumesToTheSameBits(int saveFreq) throws IOException {
    var undisturbed = new KilledTraining(folder("undisturbed"));
    undisturbed.fit(undisturbed.options(never()));
    String expected = undisturbed.outcome();
    var random = new Random(saveFreq);
    for (int trial = 0; trial < 2; trial++) {
      Path place = folder("trial" + trial);
      boolean done = false;
      int runs = 0;
      while (!done) {
        var training = new KilledTraining(place);
        BackupAndRestore backup = backupAndRestore(place.resolve("backup"));
        if (saveFreq > 0) {
          backup.saveFreq(saveFreq);
        }
        // Enough batches to reach the next backup.
        Failure failure = new Failure(6 + random.nextInt(10));
        try {
          training.fit(training.options(backup, failure));
          assertEquals(expected, training.outcome());
          done = true;
        } catch (IllegalStateException e) {
          assertEquals("power failure", e.getMessage());
          runs++;
        }
      }
      assertTrue(runs > 1, "the run failed " + runs + " times");
      assertFalse(Files.exists(place.resolve("backup")), "the backup is deleted");
    }
  }

  /**
   * Kills programs at random times during training. Each program must end with the same bits as an
   * undisturbed one, and no checkpoint may ever be half written.
   */
  @Test
  void killedRunResumesToTheSameBits() throws Exception {
    var random = new Random();
    var program =
        new KilledProgram(
            folder,
            KilledTraining.class,
            () -> List.of(String.valueOf(random.nextInt(3)), "20")); // 0: a backup every epoch
    program.killAndResume(BackupAndRestoreTest::loadAll);
  }

  /** Loads all checkpoints in a folder. */
  private static void loadAll(Path place) throws IOException {
    try (Stream<Path> files = Files.list(place)) {
      files.filter(file -> file.toString().endsWith(".keras")).forEach(Sequential::load);
    }
  }

  private static Dataset data(int size, double shift) {
    double[][][] x = new double[size][3][2];
    double[] y = new double[size];
    for (int i = 0; i < size; i++) {
      x[i][0][0] = Math.sin(i) + shift;
      y[i] = Math.cos(i);
    }
    return Samples.of(x).targets(y).batchSize(8);
  }

  private static Sequential model(Optimizer optimizer, Layer... layers) {
    Sequential model = Sequential.of(layers);
    model.compile(optimizer, Losses.mse());
    return model;
  }

  private static Sequential model() {
    return model(Optimizers.adam(), input(3, 2), gru(4), dense(1));
  }

  private BackupAndRestore backup() {
    return backupAndRestore(folder.resolve("backup"));
  }

  private FitOptions options(Callback... callbacks) {
    return epochs(3).verbose(0).threads(1).callbacks(callbacks);
  }

  private void fail(int batches) {
    var options = options(backup(), new Failure(batches));
    assertThrows(IllegalStateException.class, () -> model().fit(data(24, 0), options));
    assertTrue(Files.exists(folder.resolve("backup")), "an exception keeps the backup");
  }

  private void assertRefused(
      String difference, Sequential model, Dataset data, FitOptions options) {
    var error = assertThrows(IllegalStateException.class, () -> model.fit(data, options));
    String message = error.getMessage();
    assertTrue(
        message.startsWith(
            "A training run must match the backup that it resumes from, but in the backup in "
                + folder.resolve("backup")
                + " "),
        message);
    assertTrue(message.contains(difference), message);
    assertTrue(message.endsWith("to start from the beginning."), message);
  }

  @Test
  void refusesABackupOfAnotherRun() {
    fail(5);
    FitOptions same = options(backup(), never());
    Dataset data = data(24, 0);
    assertRefused(
        "layer 'gru' is GRU to (4,), and here it is GRU to (5,)",
        model(Optimizers.adam(), input(3, 2), gru(5), dense(1)),
        data,
        same);
    assertRefused(
        "the optimizer is adam, and here it is adamax",
        model(Optimizers.adamax(), input(3, 2), gru(4), dense(1)),
        data,
        same);
    assertRefused("the training data is 24 samples", model(), data(25, 0), same);
    assertRefused("values ", model(), data(24, 0.1), same);
    assertRefused("order ", model(), data.shuffled(1), same);
    assertRefused("batches of 8, ", model(), data.batchSize(4), same);
    assertRefused(
        "the seed is 0, and here it is 1", model(), data, options(backup(), never()).seed(1));
    assertRefused(
        "the validation data is none", model(), data, options(backup(), never()).validation(data));
    assertRefused("the list of callbacks is [", model(), data, options(backup()));
    assertRefused(
        "stepsPerEpoch is 3, and here it is 2",
        model(),
        data,
        options(backup(), never()).stepsPerEpoch(2));

    // The number of epochs may differ, and the refused calls did not delete the backup.
    FitOptions longer = epochs(5).verbose(0).callbacks(backup(), never());
    assertEquals(5, model().fit(data, longer).epochs());
  }

  @Test
  void refusesADamagedBackup() throws IOException {
    fail(5);
    Path file = folder.resolve("backup").resolve("training.backup");
    byte[] whole = Files.readAllBytes(file);
    var random = new Random(1);
    for (int trial = 0; trial < 40; trial++) {
      byte[] damaged = whole.clone();
      if (trial % 2 == 0) {
        damaged[random.nextInt(damaged.length)] ^= (byte) (1 << random.nextInt(8));
      } else {
        damaged = Arrays.copyOf(damaged, random.nextInt(damaged.length));
      }
      Files.write(file, damaged);
      var error =
          assertThrows(
              UncheckedIOException.class,
              () -> model().fit(data(24, 0), options(backup(), never())));
      assertTrue(
          error.getMessage().startsWith("The backup " + file + " cannot be read: the file is "),
          error.getMessage());
    }
    Files.write(file, whole);
    assertEquals(3, model().fit(data(24, 0), options(backup(), never())).epochs());
  }

  @Test
  void interruptKeepsTheBackupAndTheSameModelResumes() {
    Sequential model = model();
    var stop =
        new Callback() {
          @Override
          public void onBatchEnd(TrainingContext training, int batch, Map<String, Double> logs) {
            if (training.optimizer().iterations() == 5) {
              Thread.currentThread().interrupt();
            }
          }
        };
    History first = model.fit(data(24, 0), options(backup(), stop));
    assertTrue(Thread.interrupted());
    assertEquals(1, first.epochs());
    // The second run resumes after the first epoch and is interrupted at the same batch.
    History second = model.fit(data(24, 0), options(backup(), stop));
    assertTrue(Thread.interrupted());
    assertEquals(1, second.epochs(), "the first epoch, from the backup");
    assertTrue(Files.exists(folder.resolve("backup")));
  }

  @Test
  void restoresTheStatesOfStatefulLayers() {
    Sequential undisturbed = stateful();
    undisturbed.fit(data(24, 0), options(never()));
    assertThrows(
        IllegalStateException.class,
        () -> stateful().fit(data(24, 0), options(backup().saveFreq(1), new Failure(5))));
    Sequential again = stateful();
    again.fit(data(24, 0), options(backup().saveFreq(1), never()));
    assertArrayEquals(undisturbed.weight("gru/kernel").data, again.weight("gru/kernel").data);
  }

  private static Sequential stateful() {
    return model(Optimizers.adam(), input(3, 2).batchSize(8), gru(4).stateful(true), dense(1));
  }

  /** A run that fails after early stopping has stopped it does not train another epoch. */
  @Test
  void stoppedRunStaysStopped() {
    var end =
        new Callback() {
          private boolean fails = true;

          @Override
          public void onTrainEnd(TrainingContext training) {
            if (fails) {
              fails = false;
              throw new IllegalStateException("power failure");
            }
          }
        };
    FitOptions options =
        epochs(50)
            .verbose(0)
            .callbacks(
                backup(), earlyStopping("loss", 0).minDelta(1).restoreBestWeights(true), end);
    Sequential model = model();
    assertThrows(IllegalStateException.class, () -> model.fit(data(24, 0), options));
    assertEquals(2, model.history().epochs());
    Sequential again = model();
    assertEquals(2, again.fit(data(24, 0), options).epochs());
    assertEquals(
        List.of(again.weight("gru/kernel").data[0]), List.of(model.weight("gru/kernel").data[0]));
    assertFalse(Files.exists(folder.resolve("backup")));
  }

  @Test
  void keepsTheFolderIfItContainsOtherFiles() throws IOException {
    Path mine = Files.createDirectories(folder.resolve("backup")).resolve("mine.txt");
    Files.writeString(mine, "mine");
    model().fit(data(24, 0), options(backup()));
    assertEquals("mine", Files.readString(mine));
    model().fit(data(24, 0), options(backup().deleteCheckpoint(false)));
    assertTrue(Files.exists(folder.resolve("backup").resolve("training.backup")));
    assertThrows(
        IllegalArgumentException.class,
        () -> model().fit(data(24, 0), options(backup(), backup())));
    assertThrows(IllegalArgumentException.class, () -> backup().saveFreq(0));
  }

  @Test
  void secondRunWithTheSameFolderIsRejected() throws IOException {
    Samples data = Samples.of(new double[][] {{1}, {2}}).targets(new double[] {1, 2});
    Path place = folder("backup");
    Sequential first = Sequential.of(input(1), dense(1));
    first.compile(Optimizers.sgd(), Losses.mse());
    Callback nested =
        new Callback() {
          @Override
          public void onEpochEnd(TrainingContext training, int epoch, Map<String, Double> logs) {
            Sequential second = Sequential.of(input(1), dense(1));
            second.compile(Optimizers.sgd(), Losses.mse());
            FitOptions options = epochs(1).verbose(0).callbacks(backupAndRestore(place));
            String message =
                assertThrows(IllegalStateException.class, () -> second.fit(data, options))
                    .getMessage();
            assertEquals(
                "A folder must be used by only one training run at a time, but "
                    + place
                    + " is in use by another training run of this program. Wait until it has ended,"
                    + " or choose another folder.",
                message);
          }
        };
    first.fit(data, epochs(2).verbose(0).callbacks(nested, backupAndRestore(place)));
    assertFalse(Files.exists(place), "the folder is empty after training, so it is deleted");
  }

  @Test
  void folderMayBeALinkWhichIsKept() throws IOException {
    Samples data = Samples.of(new double[][] {{1}, {2}}).targets(new double[] {1, 2});
    Path elsewhere = folder("elsewhere");
    Path link = Files.createSymbolicLink(folder.resolve("link"), elsewhere);
    Sequential model = Sequential.of(input(1), dense(1));
    model.compile(Optimizers.sgd(), Losses.mse());
    Path leftover = Files.writeString(elsewhere.resolve(".training.backup.1-2.tmp"), "half");
    model.fit(data, epochs(2).verbose(0).callbacks(backupAndRestore(link)));
    assertTrue(Files.isSymbolicLink(link));
    assertFalse(Files.exists(leftover), "of a killed program");
    try (Stream<Path> files = Files.list(elsewhere)) {
      assertEquals(0, files.count());
    }
  }
}
