package org.unroll.tuning;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.unroll.callbacks.Callbacks.backupAndRestore;
import static org.unroll.callbacks.Callbacks.csvLogger;
import static org.unroll.callbacks.Callbacks.modelCheckpoint;
import static org.unroll.layers.Layers.dense;
import static org.unroll.layers.Layers.gru;
import static org.unroll.layers.Layers.input;
import static org.unroll.training.FitOptions.epochs;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.CancellationException;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.unroll.Comparison;
import org.unroll.History;
import org.unroll.Sequential;
import org.unroll.callbacks.Callback;
import org.unroll.callbacks.TrainingContext;
import org.unroll.data.Samples;

/**
 * Interrupts calls at random moments. Each call must end with a part of the result of an
 * undisturbed call, keep the interrupt flag, and leave nothing behind that disturbs the next call.
 */
@Timeout(3600)
class RandomInterruptsTest {
  /** Interrupts in each test; set -Dunroll.interrupts to 500 for a thorough test. */
  private static final int INTERRUPTS = Integer.getInteger("unroll.interrupts", 3);

  private static final int EPOCHS = 4;

  /** Samples for calls that would otherwise end before an interrupt. */
  private static final Samples MANY =
      Samples.of(new double[4_000][4][2]).targets(new double[4_000]).batchSize(10);

  private final long seed = Long.getLong("unroll.interrupts.seed", System.nanoTime());
  private final Random random = new Random(seed);

  /** The duration of the last call that was not interrupted. */
  private long whole;

  /** Whether the interrupt flag was set when the last call ended. */
  private boolean flag;

  @TempDir Path folder;

  /** A call, which may throw what a user's code may throw. */
  private interface Call<T> extends Callable<T> {}

  /** Calls without an interrupt and measures the duration, the second of two times. */
  private <T> T undisturbed(Call<T> call) throws Exception {
    call.call();
    long begin = System.nanoTime();
    T result = call.call();
    whole = System.nanoTime() - begin;
    return result;
  }

  /** Calls and interrupts this thread at a random moment, or shortly after the end. */
  @SuppressWarnings("ThreadJoinLoop") // it is one, but for the flag that ends it
  private <T> T interrupted(Call<T> call) throws Exception {
    long moment = (long) (random.nextDouble() * 1.1 * whole);
    Thread caller = Thread.currentThread();
    var stopButton =
        new Thread(
            () -> {
              long begin = System.nanoTime();
              while (System.nanoTime() - begin < moment) {
                LockSupport.parkNanos(moment - (System.nanoTime() - begin));
              }
              caller.interrupt();
            });
    stopButton.start();
    long begin = System.nanoTime();
    try {
      return call.call();
    } finally {
      flag = Thread.interrupted();
      if (!flag) {
        whole = System.nanoTime() - begin; // shorter when the code is compiled
      }
      boolean ended = false;
      while (!ended) {
        try {
          stopButton.join();
          ended = true;
        } catch (InterruptedException e) {
          // It came after the call, which is then complete.
        }
      }
      Thread.interrupted();
    }
  }

  private static Sequential model() {
    Sequential model =
        Sequential.seeded(
            7, input(4, 2), gru(6).dropout(0.2).recurrentDropout(0.1), dense(3, "tanh"), dense(1));
    model.compile("adam", "mse", "mae");
    return model;
  }

  private static float[][] weights(Sequential model) {
    return model.network().weights().stream()
        .map(weight -> weight.values().clone())
        .toArray(float[][]::new);
  }

  /** Returns the weights before training and after each batch. */
  private static final class Recorder extends Callback {
    final List<float[][]> weights = new ArrayList<>();
    private final Sequential model;

    Recorder(Sequential model) {
      this.model = model;
      weights.add(RandomInterruptsTest.weights(model));
    }

    @Override
    public void onBatchEnd(TrainingContext training, int batch, Map<String, Double> logs) {
      weights.add(RandomInterruptsTest.weights(model));
    }
  }

  private History fit(Sequential model, Path place) {
    return model.fit(
        KilledSearch.TRAIN,
        epochs(EPOCHS)
            .validation(KilledSearch.VALIDATION)
            .seed(3)
            .threads(2)
            .verbose(0)
            .callbacks(
                modelCheckpoint(place.resolve("model.keras")),
                csvLogger(place.resolve("log.csv")),
                backupAndRestore(place.resolve("backup"))));
  }

  private Path newPlace(String name, int number) throws IOException {
    return Files.createDirectories(folder.resolve(name + number));
  }

  @Test
  void trainingEndsAfterABatch() throws Exception {
    Sequential reference = model();
    var recorder = new Recorder(reference);
    History expected =
        reference.fit(
            KilledSearch.TRAIN,
            epochs(EPOCHS)
                .validation(KilledSearch.VALIDATION)
                .seed(3)
                .threads(2)
                .verbose(0)
                .callbacks(recorder));
    int batches = recorder.weights.size() - 1;
    var number = new int[1];
    undisturbed(() -> fit(model(), newPlace("undisturbed", number[0]++)));
    int early = 0;
    for (int i = 0; i < INTERRUPTS; i++) {
      String where = "interrupt " + i + " of seed " + seed;
      Path place = newPlace("fit", i);
      Sequential model = model();
      History history = interrupted(() -> fit(model, place));
      int done = (int) model.optimizer().iterations();
      if (done < batches) {
        early++;
        assertTrue(flag, where);
      }
      assertArrayEquals(recorder.weights.get(done), weights(model), where);
      int epochs = history.epochs();
      for (String name : expected.names()) {
        if (epochs > 0) {
          assertEquals(expected.get(name).subList(0, epochs), history.get(name), where);
        }
      }
      Path checkpoint = place.resolve("model.keras");
      assertEquals(epochs > 0, Files.exists(checkpoint), where);
      if (epochs > 0) {
        assertEquals(epochs + 1, Files.readAllLines(place.resolve("log.csv")).size(), where);
        assertArrayEquals(
            recorder.weights.get(epochs * batches / EPOCHS),
            weights(Sequential.load(checkpoint)),
            where);
      }
      assertNoTemporaryFiles(place, where);
      // The backup continues, in a new model as after a restart.
      Sequential resumed = model();
      fit(resumed, place);
      assertArrayEquals(recorder.weights.get(batches), weights(resumed), where);
      assertFalse(Thread.interrupted(), where);
    }
    report("fit", early);
  }

  private static void assertNoTemporaryFiles(Path place, String where) throws IOException {
    try (Stream<Path> files = Files.walk(place)) {
      assertEquals(List.of(), files.filter(f -> f.toString().endsWith(".tmp")).toList(), where);
    }
  }

  private void report(String what, int early) {
    System.out.printf("%s: %d interrupts, %d of them before the end%n", what, INTERRUPTS, early);
    assertTrue(early > 0 || INTERRUPTS < 100, "No interrupt came before the end.");
  }

  @Test
  void predictionIsCompleteOrCancelled() throws Exception {
    Sequential model = model();
    Call<float[]> predict = () -> model.predict(MANY).matrix().getData();
    float[] expected = undisturbed(predict);
    interruptCalls("predict", predict, result -> assertArrayEquals(expected, result));
  }

  @Test
  void evaluationIsCompleteOrCancelled() throws Exception {
    Sequential model = model();
    Call<String> evaluate = () -> model.evaluate(MANY).toString();
    String expected = undisturbed(evaluate);
    interruptCalls("evaluate", evaluate, result -> assertEquals(expected, result));
  }

  private <T> void interruptCalls(String what, Call<T> call, Consumer<T> requireEqual)
      throws Exception {
    int cancelled = 0;
    for (int i = 0; i < INTERRUPTS; i++) {
      try {
        requireEqual.accept(interrupted(call));
      } catch (CancellationException e) {
        cancelled++;
        assertTrue(flag, e.getMessage());
      }
      requireEqual.accept(call.call());
    }
    report(what, cancelled);
  }

  @Test
  void filesAreWrittenAndReadInSpiteOfAnInterrupt() throws Exception {
    Sequential model = model();
    float[][] expected = weights(model);
    Path file = folder.resolve("saved.keras");
    Path plain = folder.resolve("saved.weights.h5");
    Call<float[][]> call =
        () -> {
          model.save(file);
          model.saveWeights(plain);
          Sequential loaded = Sequential.load(file);
          loaded.loadWeights(plain);
          return weights(loaded);
        };
    undisturbed(call);
    int early = 0;
    for (int i = 0; i < INTERRUPTS; i++) {
      assertArrayEquals(expected, interrupted(call), "interrupt " + i + " of seed " + seed);
      early += flag ? 1 : 0;
    }
    assertNoTemporaryFiles(folder, "seed " + seed);
    report("save and load", early);
  }

  @Test
  void interruptedSearchResumesWithTheSameResult() throws Exception {
    int early = 0;
    List<String> tuners = List.of("random", "bayesian", "hyperband");
    for (String tuner : INTERRUPTS < 100 ? tuners.subList(0, 1) : tuners) {
      var number = new int[1];
      String expected =
          KilledSearch.outcome(undisturbed(() -> search(tuner, "whole" + number[0]++)));
      for (int i = 0; i < INTERRUPTS; ) {
        boolean ended = false;
        String name = "search" + i;
        for (int run = 0; run < 4 && i < INTERRUPTS && !ended; run++, i++) {
          SearchResult found = interrupted(() -> search(tuner, name));
          ended = !found.interrupted();
          assertTrue(ended || flag, "The interrupt flag was lost. Seed " + seed);
          early += ended ? 0 : 1;
          for (Trial trial : found.trials()) {
            String line = trial.number() + " " + trial.values() + " " + trial.scores();
            assertTrue(expected.contains(line), () -> line + " is not in " + expected);
          }
        }
        SearchResult found = search(tuner, name);
        assertEquals(expected, KilledSearch.outcome(found), tuner + " " + name + ", seed " + seed);
        assertFalse(found.interrupted());
        assertNoTemporaryFiles(folder, "seed " + seed);
      }
    }
    report("search", early);
  }

  private SearchResult search(String tuner, String name) {
    return KilledSearch.tuner(tuner)
        .directory(folder)
        .projectName(tuner + name)
        .parallelTrials(2)
        .search(KilledSearch.TRAIN, KilledSearch.VALIDATION, KilledSearch::options);
  }

  @Test
  void interruptedComparisonHasTheModelsBeforeTheInterrupt() throws Exception {
    Call<Comparison.Result> compare =
        () ->
            Comparison.of("a", gru(3), "b", gru(4), "c", gru(5))
                .on(KilledSearch.TRAIN, KilledSearch.VALIDATION)
                .epochs(2)
                .verbose(0)
                .run();
    Comparison.Result expected = undisturbed(compare);
    int early = 0;
    for (int i = 0; i < INTERRUPTS; i++) {
      Comparison.Result found = interrupted(compare);
      List<String> names = List.copyOf(found.models().keySet());
      early += flag ? 1 : 0;
      assertTrue(names.size() == 3 || flag, "seed " + seed);
      assertEquals(List.of("a", "b", "c").subList(0, names.size()), names);
      for (String name : names) {
        History history = found.model(name).history();
        List<Double> losses = expected.model(name).history().get("loss");
        if (history.epochs() > 0) {
          assertEquals(losses.subList(0, history.epochs()), history.get("loss"), "seed " + seed);
        }
      }
    }
    report("comparison", early);
  }
}
