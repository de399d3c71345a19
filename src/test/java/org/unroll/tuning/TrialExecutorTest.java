package org.unroll.tuning;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Searches whose trials are serialized, as for another JVM. */
class TrialExecutorTest {
  private final AtomicInteger opened = new AtomicInteger();
  private final AtomicInteger closed = new AtomicInteger();

  @TempDir Path folder;

  /** Sends everything through Java's serialization. */
  private final class Sending implements TrialExecutor {
    @Override
    public int parallelTrials() {
      return 2;
    }

    @Override
    public Session open(TrialRunner runner) {
      opened.incrementAndGet();
      TrialRunner sent = send(runner);
      return new Session() {
        @Override
        public TrialRunner.Result run(TrialRunner.Task task) {
          return send(sent.run(send(task), 1, folder));
        }

        @Override
        public void close() {
          closed.incrementAndGet();
        }
      };
    }
  }

  @SuppressWarnings("unchecked")
  private static <T> T send(T object) {
    var bytes = new ByteArrayOutputStream();
    try (var out = new ObjectOutputStream(bytes)) {
      out.writeObject(object);
      out.flush();
      return (T) new ObjectInputStream(new ByteArrayInputStream(bytes.toByteArray())).readObject();
    } catch (IOException | ClassNotFoundException e) {
      throw new IllegalStateException(e);
    }
  }

  private SearchResult hyperband(String name, TrialExecutor executor) {
    return new Hyperband(KilledSearch::model, "val_loss", 9)
        .directory(folder)
        .projectName(name)
        .seed(3)
        .executor(executor)
        .search(KilledSearch.TRAIN, KilledSearch.VALIDATION, KilledSearch::options);
  }

  @Test
  void findsTheSameTrials() throws IOException {
    SearchResult expected = hyperband("local", null);
    SearchResult found = hyperband("sent", new Sending());
    assertEquals(KilledSearch.outcome(expected), KilledSearch.outcome(found));
    assertEquals(
        expected.bestModels(1).get(0).weights().toString(),
        found.bestModels(1).get(0).weights().toString());
    assertEquals(1, opened.get());
    assertEquals(1, closed.get());
    try (var files = Files.list(folder)) {
      assertEquals(2, files.count(), "Temporary folders must be deleted.");
    }
  }

  @Test
  void recordsTrialsWhosePlacesWereLost() {
    SearchResult found =
        new GridSearch("loss")
            .directory(folder)
            .executor(
                new TrialExecutor() {
                  @Override
                  public int parallelTrials() {
                    return 1;
                  }

                  @Override
                  public Session open(TrialRunner runner) {
                    return new Session() {
                      @Override
                      public TrialRunner.Result run(TrialRunner.Task task) {
                        if (task.number() == 1) {
                          throw new LostException("no place left");
                        }
                        return runner.run(task, 1, folder);
                      }

                      @Override
                      public void close() {}
                    };
                  }
                })
            .search(
                hp -> {
                  int x = hp.Int("x", 1, 3);
                  return () -> x;
                });
    assertEquals(3, found.trials().size());
    assertEquals("no place left", found.trials().get(1).message());
    assertEquals(3.0, found.trials().get(2).score());
  }

  @Test
  void rejectsFunctionsThatCannotBeSerializedBeforeTheFirstTrial() {
    var lock = new Object();
    var tuner = new GridSearch("loss").directory(folder).executor(new Sending());
    var failure =
        assertThrows(
            IllegalArgumentException.class,
            () ->
                tuner.search(
                    hp -> {
                      int x = hp.Int("x", 1, 3);
                      return () -> x + lock.hashCode();
                    }));
    assertTrue(
        failure
            .getMessage()
            .startsWith(
                "To run trials in other JVMs, the function of the search must be serializable, but"
                    + " refers to an object of java.lang.Object"),
        failure::getMessage);
    assertEquals(0, opened.get());
  }
}
