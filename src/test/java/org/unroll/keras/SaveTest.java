package org.unroll.keras;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.FileOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.unroll.Sequential;
import org.unroll.keras.files.KerasArchive;
import org.unroll.layers.Layers;
import org.unroll.losses.ElementwiseLoss;
import org.unroll.losses.Losses;
import org.unroll.optimizers.Optimizers;

/** Which files saving leaves on the disk, also if it fails or is interrupted. */
class SaveTest {
  @TempDir Path folder;

  private static Sequential model(long seed) {
    return Sequential.seeded(
        seed, Layers.input(6, 3), Layers.lstm(64).returnSequences(true), Layers.gru(4));
  }

  private List<Path> files() throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.toList();
    }
  }

  @Test
  void savesAModelThatIsNotCompiled() {
    Path file = folder.resolve("model.keras");
    Sequential model = model(1).name("mine");
    model.save(file);
    Sequential loaded = Sequential.load(file);
    KerasFilesTest.assertSame(model, loaded);
    assertNull(loaded.optimizer());
    assertThrows(IllegalStateException.class, () -> loaded.evaluate(null));
  }

  @Test
  void doesNotReadTheCompileConfigurationWithoutCompile() throws IOException {
    Path file = folder.resolve("model.keras");
    Sequential model = model(1);
    model.compile("adam", "mse");
    model.save(file);
    assertNull(Sequential.load(file, false).optimizer());
    KerasArchive archive = KerasArchive.read(file.toFile());
    String config = new String(archive.config(), StandardCharsets.UTF_8);
    byte[] changed =
        config.replace("mean_squared_error", "custom_loss").getBytes(StandardCharsets.UTF_8);
    try (var out = new FileOutputStream(file.toFile())) {
      new KerasArchive(archive.metadata(), changed, archive.weights()).write(out);
    }
    assertThrows(IllegalArgumentException.class, () -> Sequential.load(file));
    Sequential loaded = Sequential.load(file, false);
    KerasFilesTest.assertSame(model(1), loaded);
    assertNull(loaded.optimizer());
  }

  @Test
  void savesAModelWithoutWeights() {
    Path file = folder.resolve("model.keras");
    Sequential model = Sequential.of(Layers.input(3), Layers.activation("tanh"));
    model.save(file);
    KerasFilesTest.assertSame(model, Sequential.load(file));
  }

  /** The stop button interrupts training, and afterwards the model is saved. */
  @Test
  void savesAndLoadsOnAnInterruptedThread() throws IOException {
    Path file = folder.resolve("model.keras");
    Sequential model = model(1);
    Thread.currentThread().interrupt();
    try {
      model.save(file);
      assertTrue(Thread.currentThread().isInterrupted());
      KerasFilesTest.assertSame(model, Sequential.load(file));
    } finally {
      assertTrue(Thread.interrupted());
    }
    assertEquals(List.of(file), files());
  }

  @Test
  void savesInSpiteOfInterrupts() throws InterruptedException {
    Path file = folder.resolve("model.keras");
    Sequential model = model(1);
    var done = new AtomicBoolean();
    Thread saver = Thread.currentThread();
    var button =
        new Thread(
            () -> {
              while (!done.get()) {
                saver.interrupt();
                Thread.onSpinWait();
              }
            });
    try {
      for (int i = 0; i < 20; i++) {
        Thread.interrupted();
        if (i == 1) {
          button.start();
        }
        model.save(file);
      }
    } finally {
      done.set(true);
      while (button.isAlive()) {
        Thread.interrupted();
        Thread.onSpinWait();
      }
      Thread.interrupted();
    }
    button.join();
    KerasFilesTest.assertSame(model, Sequential.load(file));
  }

  @Test
  void keepsTheOldFileWhenSavingFails() throws IOException {
    Path file = folder.resolve("model.keras");
    model(1).save(file);
    byte[] before = Files.readAllBytes(file);
    Sequential unsavable = model(2);
    unsavable.compile(Optimizers.sgd(), new CustomLoss());
    var e = assertThrows(IllegalArgumentException.class, () -> unsavable.save(file));
    assertTrue(e.getMessage().contains(file.toString()), e.getMessage());
    assertTrue(e.getMessage().contains("'custom'"), e.getMessage());
    assertArrayEquals(before, Files.readAllBytes(file));
    assertEquals(List.of(file), files());
  }

  private record CustomLoss() implements ElementwiseLoss {
    @Override
    public String name() {
      return "custom";
    }

    @Override
    public double loss(double prediction, double target) {
      return 0;
    }

    @Override
    public double slope(double prediction, double target) {
      return 0;
    }
  }

  @Test
  void namesFilesThatCannotBeWritten() {
    Sequential model = model(1);
    for (String name : List.of("model.weights.h5", "model.hdf5", "model")) {
      Path file = folder.resolve(name);
      var e = assertThrows(IllegalArgumentException.class, () -> model.save(file));
      assertTrue(e.getMessage().contains("must end in .keras or .h5"), e.getMessage());
    }
    Path nowhere = folder.resolve("no/model.keras");
    var io = assertThrows(UncheckedIOException.class, () -> model.save(nowhere));
    assertTrue(io.getMessage().contains(nowhere.toString()), io.getMessage());
    String reason = "the folder " + nowhere.getParent() + " must exist";
    assertTrue(io.getMessage().contains(reason), io.getMessage());
  }

  @Test
  void namesFilesInOtherFileSystems() throws IOException {
    Sequential model = model(1);
    Path zip = folder.resolve("files.zip");
    try (var files = FileSystems.newFileSystem(zip, Map.of("create", "true"))) {
      Path file = files.getPath("/model.keras");
      var save = assertThrows(UncheckedIOException.class, () -> model.save(file));
      assertTrue(save.getMessage().contains("default file system"), save.getMessage());
      var load = assertThrows(UncheckedIOException.class, () -> Sequential.load(file));
      assertTrue(load.getMessage().contains("default file system"), load.getMessage());
    }
  }

  @Test
  void savesToTheTargetOfALink() throws IOException {
    Path target = Files.createDirectory(folder.resolve("there")).resolve("target.keras");
    Path link = folder.resolve("link.keras");
    Files.createSymbolicLink(link, target);
    Sequential model = model(1);
    model.save(link);
    assertTrue(Files.isSymbolicLink(link));
    KerasFilesTest.assertSame(model, Sequential.load(target));
    KerasFilesTest.assertSame(model, Sequential.load(link));
  }

  /** Saving builds the optimizer, whose state is then the same as at the start of training. */
  @Test
  void savesACompiledModelBeforeItsFirstStep() {
    Path file = folder.resolve("model.keras");
    Sequential model = model(1);
    model.compile(Optimizers.adam(0.01), Losses.mse(), "mae");
    model.save(file);
    KerasFilesTest.assertSame(model, Sequential.load(file));
    assertEquals(0, model.optimizer().iterations());
  }
}
