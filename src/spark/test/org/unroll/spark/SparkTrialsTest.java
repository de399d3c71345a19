package org.unroll.spark;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.unroll.layers.Layers.dense;
import static org.unroll.layers.Layers.gru;
import static org.unroll.layers.Layers.input;
import static org.unroll.training.FitOptions.epochs;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.UnaryOperator;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.unroll.Sequential;
import org.unroll.callbacks.Callback;
import org.unroll.callbacks.TrainingContext;
import org.unroll.data.Dataset;
import org.unroll.datasets.JenaClimate;
import org.unroll.timeseries.TimeSeries;
import org.unroll.timeseries.Windows;
import org.unroll.tuning.BayesianOptimization;
import org.unroll.tuning.Fold;
import org.unroll.tuning.GridSearch;
import org.unroll.tuning.HyperModel;
import org.unroll.tuning.RandomSearch;
import org.unroll.tuning.SearchListener;
import org.unroll.tuning.SearchProgress;
import org.unroll.tuning.SearchResult;
import org.unroll.tuning.Trial;
import org.unroll.tuning.TrialFunction;
import org.unroll.tuning.Tuner;

/** Searches on Spark in the JVM of the test. */
class SparkTrialsTest {
  private static final AtomicInteger LOADED = new AtomicInteger();
  private static final AtomicInteger STARTED = new AtomicInteger();
  private static final CountDownLatch REACHED = new CountDownLatch(1);
  private static final CountDownLatch CANCELED = new CountDownLatch(1);

  private static SparkSession spark;

  @TempDir Path folder;

  @BeforeAll
  static void startSpark() {
    spark = SparkSearches.session("local[2]").getOrCreate();
  }

  @AfterAll
  static void stopSpark() throws IOException {
    spark.close();
  }

  private <T extends Tuner<T>> T onSpark(T tuner) {
    return SparkSearches.configured(tuner, folder.resolve("spark")).executor(SparkTrials.on(spark));
  }

  private <T extends Tuner<T>> T local(T tuner) {
    return SparkSearches.configured(tuner, folder.resolve("local"));
  }

  /** Checks that a search has the same trials and models on Spark. */
  private <T extends Tuner<T>> SearchResult assertSame(
      UnaryOperator<T> settings, T first, T second, TunerCall<T> search) throws IOException {
    SearchResult expected = search.apply(local(settings.apply(first)));
    SearchResult found = search.apply(onSpark(settings.apply(second)));
    assertEquals(
        SparkSearches.outcome(expected, folder.resolve("local")),
        SparkSearches.outcome(found, folder.resolve("spark")));
    return found;
  }

  private interface TunerCall<T> {
    SearchResult apply(T tuner);
  }

  @Test
  void randomSearchFindsTheSameModels() throws Exception {
    SearchResult found =
        assertSame(
            tuner -> tuner.executionsPerTrial(2),
            new RandomSearch(SparkSearches::model, "val_loss", 5),
            new RandomSearch(SparkSearches::model, "val_loss", 5),
            tuner -> tuner.search(SparkSearches.TRAIN, SparkSearches.VALIDATION, () -> epochs(2)));
    assertEquals(5, found.trials().size());
    assertEquals(1, found.bestModels(1).size());
  }

  @Test
  void bayesianOptimizationFindsTheSameModels() throws Exception {
    assertSame(
        tuner -> tuner,
        new BayesianOptimization(SparkSearches::model, "val_loss", 8),
        new BayesianOptimization(SparkSearches::model, "val_loss", 8),
        tuner -> tuner.search(SparkSearches.TRAIN, SparkSearches.VALIDATION, () -> epochs(1)));
  }

  @Test
  void gridSearchOfFunctionsFindsTheSameMinimum() throws Exception {
    assertSame(
        tuner -> tuner,
        new GridSearch("loss"),
        new GridSearch("loss"),
        tuner ->
            tuner.search(
                hp -> {
                  int x = hp.Int("x", -2, 3);
                  return () -> x * x;
                }));
  }

  @Test
  void dataCanDependOnHyperparametersAndBeLoadedOnce() throws Exception {
    LOADED.set(0);
    assertSame(
        tuner -> tuner,
        new RandomSearch(SparkSearches::model, "val_loss", 4),
        new RandomSearch(SparkSearches::model, "val_loss", 4),
        tuner ->
            tuner.search(
                SparkTrials.loading(
                    () -> {
                      LOADED.incrementAndGet();
                      return new Fold<>(SparkSearches.TRAIN, SparkSearches.VALIDATION);
                    }),
                hp -> epochs(1)));
    assertTrue(LOADED.get() >= 2 && LOADED.get() <= 3, () -> "loaded " + LOADED + " times");
  }

  @Test
  void windowsOfASeriesAreSentAsArrays() throws Exception {
    Windows windows =
        TimeSeries.of(JenaClimate.synthetic(500, 42))
            .target("T (degC)")
            .normalizedOn(0, 300)
            .windows()
            .lookback(12)
            .step(3)
            .delay(6);
    Dataset train = windows.range(0, 300).shuffled(4);
    HyperModel build =
        hp -> {
          var model = Sequential.of(input(4, 14), gru(hp.Int("units", 2, 6)), dense(1));
          model.compile("adam", "mae");
          return model;
        };
    assertSame(
        tuner -> tuner,
        new RandomSearch(build, "val_loss", 2),
        new RandomSearch(build, "val_loss", 2),
        tuner -> tuner.search(train, windows.range(300, 500), () -> epochs(2)));
  }

  @Test
  void trialsThatFailAreRecorded() throws Exception {
    HyperModel build =
        hp -> {
          if (hp.Int("units", 2, 10, 2) == 4) {
            throw new IllegalArgumentException("not four");
          }
          return SparkSearches.model(hp);
        };
    SearchResult found =
        assertSame(
            tuner -> tuner.maxConsecutiveFailedTrials(24),
            new RandomSearch(build, "val_loss", 24),
            new RandomSearch(build, "val_loss", 24),
            tuner ->
                tuner.search(
                    hp -> new Fold<>(SparkSearches.TRAIN, SparkSearches.VALIDATION),
                    hp ->
                        hp.Int("units", 2, 10, 2) == 6
                            ? epochs(1).callbacks(new Failing())
                            : epochs(1)));
    List<String> messages = found.trials().stream().map(Trial::message).toList();
    assertTrue(messages.contains("not four"), messages::toString);
    assertTrue(messages.contains("not six"), messages::toString);
    assertTrue(messages.contains(""), messages::toString);
  }

  private static final class Failing extends Callback {
    @Override
    public void onTrainBegin(TrainingContext training) {
      throw new IllegalStateException("not six");
    }
  }

  @Test
  void reportsProgressOnTheCallingThread() {
    Thread caller = Thread.currentThread();
    var ended = new AtomicInteger();
    onSpark(new GridSearch("loss"))
        .listener(
            new SearchListener() {
              @Override
              public void onTrialEnd(SearchProgress progress, Trial trial) {
                assertEquals(caller, Thread.currentThread());
                assertTrue(progress.running() <= 2);
                ended.incrementAndGet();
              }
            })
        .search(
            hp -> {
              int x = hp.Int("x", 1, 4);
              return () -> x;
            });
    assertEquals(4, ended.get());
  }

  @Test
  void functionsMustBeSerializable() {
    var lock = new Object();
    HyperModel build =
        hp -> {
          assertTrue(lock.hashCode() != hp.Int("units", 2, 4));
          return SparkSearches.model(hp);
        };
    assertFailsWith(
        "the function that builds the model must be serializable, but refers to an object of"
            + " java.lang.Object",
        () ->
            onSpark(new RandomSearch(build, "val_loss", 2))
                .search(SparkSearches.TRAIN, SparkSearches.VALIDATION, () -> epochs(1)));
    TrialFunction<Fold<?>> data =
        hp -> new Fold<>(lock == null ? null : SparkSearches.TRAIN, SparkSearches.VALIDATION);
    assertFailsWith(
        "the data of the search must be serializable",
        () ->
            onSpark(new RandomSearch(SparkSearches::model, "val_loss", 2).overwrite(true))
                .search(data, hp -> epochs(1)));
  }

  private static void assertFailsWith(String message, Runnable search) {
    var failure = assertThrows(IllegalArgumentException.class, search::run);
    assertTrue(failure.getMessage().contains(message), failure::getMessage);
  }

  @Test
  void filesThatCannotBeReadEndTheSearch() {
    var failure =
        assertThrows(
            IllegalStateException.class,
            () ->
                onSpark(new GridSearch("loss"))
                    .search(
                        hp -> {
                          int x = hp.Int("x", 1, 2);
                          return () -> {
                            throw new UncheckedIOException(new IOException("no disk " + x));
                          };
                        }));
    assertTrue(failure.getMessage().contains("no disk"), failure::getMessage);
  }

  @Test
  void interruptCancelsTheTasksAndKeepsTheTrialsThatHaveEnded() throws Exception {
    Thread searching = Thread.currentThread();
    Thread stopButton =
        new Thread(
            () -> {
              try {
                REACHED.await();
                searching.interrupt();
              } catch (InterruptedException e) {
                throw new IllegalStateException(e);
              }
            });
    stopButton.setDaemon(true);
    stopButton.start();
    SearchResult found =
        onSpark(new GridSearch("loss"))
            .parallelTrials(1)
            .search(
                hp -> {
                  int x = hp.Int("x", 1, 8);
                  return () -> {
                    if (STARTED.incrementAndGet() == 4) {
                      REACHED.countDown();
                      try {
                        new CountDownLatch(1).await(); // until it is interrupted
                      } catch (InterruptedException e) {
                        CANCELED.countDown();
                        Thread.currentThread().interrupt();
                      }
                    }
                    return x;
                  };
                });
    assertTrue(Thread.interrupted());
    assertTrue(found.interrupted());
    assertEquals(3, found.trials().size());
    CANCELED.await();
    assertTrue(Files.exists(folder.resolve("spark/search/trial-0002/trial.json")));
  }
}
