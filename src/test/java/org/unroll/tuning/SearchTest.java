package org.unroll.tuning;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.unroll.callbacks.Callbacks.earlyStopping;
import static org.unroll.layers.Layers.dense;
import static org.unroll.layers.Layers.gru;
import static org.unroll.layers.Layers.input;
import static org.unroll.training.FitOptions.epochs;
import static org.unroll.tuning.KilledSearch.TRAIN;
import static org.unroll.tuning.KilledSearch.VALIDATION;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.ClosedByInterruptException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.DoubleSupplier;
import java.util.function.Function;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.unroll.Sequential;
import org.unroll.callbacks.Callback;
import org.unroll.callbacks.TrainingContext;
import org.unroll.data.Dataset;
import org.unroll.losses.Losses;
import org.unroll.optimizers.Optimizers;
import org.unroll.timeseries.TimeSeries;
import org.unroll.timeseries.Windows;
import org.unroll.training.FitOptions;
import tech.tablesaw.api.Table;

class SearchTest {
  private static final Objective VALUE = Objective.min("value");

  @TempDir Path folder;

  private <T extends Tuner<T>> T in(String name, T tuner) {
    return tuner.directory(folder).projectName(name);
  }

  @ParameterizedTest
  @ValueSource(strings = {"random", "grid", "hyperband", "bayesian"})
  void resultsDoNotDependOnTheNumberOfParallelTrials(String name) {
    Set<String> outcomes = new HashSet<>();
    for (int parallel : new int[] {1, 2, 4}) {
      SearchResult found =
          KilledSearch.tuner(name)
              .directory(folder)
              .projectName(name + parallel)
              .parallelTrials(parallel)
              .search(TRAIN, VALIDATION, KilledSearch::options);
      outcomes.add(KilledSearch.outcome(found));
      assertEquals(name.equals("random") || name.equals("grid") ? 8 : 14, found.trials().size());
    }
    assertEquals(1, outcomes.size(), outcomes::toString);
  }

  /** A resumed search ends like an uninterrupted one, regardless of which trials had ended. */
  @ParameterizedTest
  @ValueSource(strings = {"random", "grid", "hyperband", "bayesian"})
  void resumesFromAnySetOfTrials(String name) throws IOException {
    String whole = "";
    for (int lost = 0; lost < 4; lost++) {
      SearchResult found =
          KilledSearch.tuner(name)
              .directory(folder)
              .projectName(name)
              .search(TRAIN, VALIDATION, KilledSearch::options);
      whole = lost == 0 ? KilledSearch.outcome(found) : whole;
      assertEquals(whole, KilledSearch.outcome(found));
      var random = new Random(lost);
      for (Trial trial : found.trials()) {
        if (random.nextInt(3) == 0) {
          Files.delete(
              folder.resolve(name + String.format("/trial-%04d/trial.json", trial.number())));
        }
      }
    }
  }

  @Test
  void differentSeedsGiveDifferentTrials() {
    TrialFunction<DoubleSupplier> function =
        hp -> {
          double x = hp.Float("x", 0, 1);
          return () -> x;
        };
    SearchResult first = in("a", new RandomSearch(VALUE, 3)).seed(1).search(function);
    SearchResult second = in("b", new RandomSearch(VALUE, 3)).seed(2).search(function);
    assertNotEquals(first.trials().get(0).values(), second.trials().get(0).values());
  }

  @Test
  void gridContainsAllRequestedCombinations() {
    List<Map<String, Object>> tried = new ArrayList<>();
    SearchResult found =
        in("grid", new GridSearch(VALUE))
            .parallelTrials(1)
            .search(
                hp -> {
                  int layers = hp.Int("layers", 1, 2);
                  double sum = layers;
                  for (int i = 0; i < layers; i++) {
                    sum += hp.Float("rate " + i, 0, 0.2, 0.1);
                  }
                  double value = sum;
                  Map<String, Object> values = Map.copyOf(hp.values());
                  return () -> {
                    tried.add(values);
                    return value;
                  };
                });
    assertEquals(3 + 9, tried.size());
    assertEquals(12, new HashSet<>(tried).size());
    assertEquals(Map.of("layers", 1, "rate 0", 0.0), tried.get(0));
    assertEquals(Map.of("layers", 1, "rate 0", 0.1), tried.get(1));
    assertEquals(Map.of("layers", 2, "rate 0", 0.0, "rate 1", 0.1), tried.get(4));
    assertEquals(Map.of("layers", 2, "rate 0", 0.2, "rate 1", 0.2), tried.get(11));
    Table results = found.results();
    assertEquals(
        List.of(
            "trial", "layers", "rate 0", "rate 1", "value", "trained epochs", "seconds", "status"),
        results.columnNames());
    assertTrue(results.column("rate 1").isMissing(0));
    assertEquals(0.1, results.doubleColumn("rate 1").get(4));
    assertEquals(2.4, results.doubleColumn("value").get(11), 1e-12);
  }

  @Test
  void randomSearchEndsWhenAllValuesAreTried() {
    SearchResult found =
        in("random", new RandomSearch(VALUE, 100))
            .search(
                hp -> {
                  int n = hp.Int("n", 1, 3);
                  return () -> n;
                });
    assertEquals(3, found.trials().size());
    assertEquals(1, found.bestHyperParameters(1).get(0).get("n"));
  }

  @Test
  void savesTheModelOfTheBestEpoch() {
    List<Double> losses = Collections.synchronizedList(new ArrayList<>());
    HyperModel model =
        hp -> {
          Sequential network = Sequential.of(input(4, 2), gru(hp.Int("units", 3, 4)), dense(1));
          network.compile("adam", "mse", "mae");
          return network;
        };
    SearchResult found =
        in("best", new GridSearch(model, "val_mae"))
            .search(TRAIN, VALIDATION, () -> epochs(4).callbacks(new LogOf("val_mae", losses)));
    Trial best = found.bestTrials(1).get(0);
    assertEquals(Collections.min(losses), best.score());
    assertEquals(4, best.epochs());
    assertEquals(8, found.trainedEpochs());
    assertEquals(best.score(), best.metrics().get("val_mae"));
    var kept = found.bestModels(1).get(0);
    assertEquals(best.score(), kept.evaluate(VALIDATION).get("mae"), 1e-6);
    assertTrue(
        found.summary().startsWith("GridSearch: 2 trials, 8 epochs, objective val_mae (min)"));
    assertEquals(2, found.bestModels(5).size());
  }

  @Test
  void recordsAFailedTrialAndContinues() {
    HyperModel model =
        hp -> {
          int units = hp.Int("units", 2, 5);
          if (units == 3) {
            throw new IllegalArgumentException("no three");
          }
          Sequential network = Sequential.of(input(units == 4 ? 5 : 4, 2), gru(units), dense(1));
          network.compile("adam", "mse");
          return network;
        };
    GridSearch tuner = in("failures", new GridSearch(model, "val_loss"));
    SearchResult found = tuner.search(TRAIN, VALIDATION, () -> epochs(1));
    assertEquals(
        List.of("completed", "failed", "failed", "completed"),
        found.results().stringColumn("status").asList());
    assertTrue(found.results().column("val_loss").isMissing(1));
    assertEquals("no three", found.results().stringColumn("failure").get(1));
    assertTrue(found.trials().get(2).message().contains("(5, 2)"), found.trials().get(2).message());
    assertEquals(2, found.bestModels(4).size());

    // They are not run again when the search is resumed.
    SearchResult again = tuner.search(TRAIN, VALIDATION, () -> epochs(1));
    assertEquals(found.trials(), again.trials());
    var error =
        assertThrows(
            IllegalStateException.class,
            () ->
                in("row", new GridSearch(model, "val_loss"))
                    .maxConsecutiveFailedTrials(2)
                    .search(TRAIN, VALIDATION, () -> epochs(1)));
    assertTrue(error.getMessage().startsWith("2 trials in a row have failed"), error.getMessage());
  }

  /** The epochs before a failure are counted. */
  @Test
  void countsTheEpochsOfFailedTrials() {
    SearchResult found =
        in("diverged", new RandomSearch(KilledSearch::model, "val_loss", 1))
            .search(
                TRAIN,
                VALIDATION,
                () ->
                    epochs(5)
                        .callbacks(
                            new Callback() {
                              @Override
                              public void onEpochBegin(TrainingContext training, int epoch) {
                                if (epoch == 3) {
                                  throw new IllegalStateException("failed on purpose");
                                }
                              }
                            }));
    assertEquals("failed on purpose", found.trials().get(0).message());
    assertEquals(3, found.trials().get(0).epochs());
    assertEquals(3, found.trainedEpochs());
  }

  @Test
  void trialWithANonFiniteScoreFails() {
    SearchResult found =
        in("nan", new GridSearch(VALUE))
            .search(
                hp -> {
                  int n = hp.Int("n", 0, 2);
                  return () -> n == 1 ? Double.NaN : 1.0 / n;
                });
    assertEquals(
        "The objective must be finite, but was Infinity: [Infinity]",
        found.trials().get(0).message());
    assertEquals(
        "The objective must be finite, but was NaN: [NaN]", found.trials().get(1).message());
    assertEquals(0.5, found.bestTrials(3).get(0).score());
    SearchResult again =
        in("nan", new GridSearch(VALUE))
            .search(
                hp -> {
                  hp.Int("n", 0, 2);
                  return () -> 0;
                });
    assertEquals(found.trials(), again.trials());
  }

  @Test
  void namesTheFirstFailureIfThereIsNoModel() {
    SearchResult found =
        in("failures", new RandomSearch(KilledSearch::model, "val_mae", 2))
            .search(
                TRAIN,
                VALIDATION,
                () ->
                    epochs(1)
                        .callbacks(
                            new Callback() {
                              @Override
                              public void onTrainBegin(TrainingContext training) {
                                throw new IllegalStateException("no disk");
                              }
                            }));
    var error = assertThrows(IllegalStateException.class, () -> found.bestModels(1));
    assertTrue(
        error
            .getMessage()
            .startsWith(
                "At least one trial must have completed, but none of 2 has. The first failure: no di"));
  }

  /** Trains nothing: the folder of the search is not even created. */
  @Test
  void refusesWhatWouldLetEveryTrialFail() {
    String objective =
        assertThrows(
                IllegalStateException.class,
                () ->
                    in("objective", new RandomSearch(KilledSearch::model, "val_mse", 2))
                        .search(TRAIN, VALIDATION, KilledSearch::options))
            .getMessage();
    assertTrue(
        objective.contains(
            "which contain loss, mae, val_loss, val_mae, but was 'val_mse'. Did you mean 'val_mae'?"),
        objective);
    String monitor =
        assertThrows(
                IllegalStateException.class,
                () ->
                    in("objective", new RandomSearch(KilledSearch::model, "val_mae", 2))
                        .search(
                            TRAIN,
                            VALIDATION,
                            () -> epochs(1).callbacks(earlyStopping("val_los", 1))))
            .getMessage();
    assertTrue(monitor.startsWith("EarlyStopping needs 'val_los' in the logs"), monitor);
    String compiled =
        assertThrows(
                IllegalStateException.class,
                () ->
                    in(
                            "objective",
                            new RandomSearch(
                                hp ->
                                    Sequential.of(
                                        input(5, 2), gru(hp.Int("units", 1, 3)), dense(1)),
                                "val_loss",
                                2))
                        .search(TRAIN, VALIDATION, KilledSearch::options))
            .getMessage();
    assertTrue(compiled.startsWith("The model of a search must be compiled"), compiled);
    assertFalse(Files.exists(folder.resolve("objective")));
  }

  @Test
  void rejectsSharedOptionsAndCallbacks() {
    FitOptions shared = KilledSearch.options();
    Callback stopping = earlyStopping("val_loss", 2);
    Map<String, TrialOptions> mistakes =
        Map.of("options", () -> shared, "callback", () -> epochs(6).callbacks(stopping));
    mistakes.forEach(
        (what, options) -> {
          SearchResult found =
              in("shared " + what, new RandomSearch(KilledSearch::model, "val_loss", 1))
                  .search(TRAIN, VALIDATION, options);
          String message = found.trials().get(0).message();
          assertTrue(message.contains("the same " + what + " twice"), message);
        });
  }

  private static DoubleSupplier line(HyperParameters hp, int max, AtomicInteger runs) {
    int x = hp.Int("x", 1, max);
    return () -> {
      runs.incrementAndGet();
      return x;
    };
  }

  @Test
  void resumesTheSameSearchAndRejectsAnother() throws IOException {
    var runs = new AtomicInteger();
    in("taken", new RandomSearch(VALUE, 3)).search(hp -> line(hp, 100, runs));
    SearchResult more = in("taken", new RandomSearch(VALUE, 5)).search(hp -> line(hp, 100, runs));
    assertEquals(5, more.trials().size());
    assertEquals(5, runs.get());

    assertRejected(
        "hyperparameter 'x' was Int 1 … 100, step 1 in the folder, but is Int 1 … 90",
        new RandomSearch(VALUE, 5),
        90);
    assertRejected("seed was 0 in the folder, but is 1", new RandomSearch(VALUE, 5).seed(1), 100);
    assertRejected(
        "tuner was RandomSearch in the folder, but is GridSearch", new GridSearch(VALUE), 100);
    assertRejected(
        "objective was min value in the folder, but is max value",
        new RandomSearch(Objective.max("value"), 5),
        100);
    assertRejected(
        "executionsPerTrial was 1 in the folder, but is 2",
        new RandomSearch(VALUE, 5).executionsPerTrial(2),
        100);

    Path mine =
        Files.writeString(
            Files.createDirectory(folder.resolve("taken").resolve("trial-notes"))
                .resolve("mine.txt"),
            "mine");
    in("taken", new RandomSearch(VALUE, 2))
        .seed(1)
        .overwrite(true)
        .search(hp -> line(hp, 90, runs));
    assertEquals(7, runs.get());
    assertEquals("mine", Files.readString(mine));
    assertFalse(Files.exists(folder.resolve("taken").resolve("trial-0002")));
  }

  /** Otherwise, trials with different data or epochs would be compared. */
  @Test
  void rejectsASearchWithOtherDataOrEpochs() {
    TrialOptions two = () -> epochs(2);
    Dataset other = VALIDATION.subset(10, 20);
    networks(TRAIN, VALIDATION, two);
    networks(TRAIN, VALIDATION, two);
    assertRejected(
        "the number of epochs was 2 in the folder, but is 3",
        () -> networks(TRAIN, VALIDATION, () -> epochs(3)));
    assertRejected("the training data was 40 samples", () -> networks(VALIDATION, VALIDATION, two));
    networksOf("half", TRAIN, VALIDATION.subset(0, 10), two);
    assertRejectedIn("half", ", values ", () -> networksOf("half", TRAIN, other, two));
  }

  private void networks(Dataset train, Dataset validation, TrialOptions options) {
    networksOf("taken", train, validation, options);
  }

  private void networksOf(
      String name, Dataset train, Dataset validation, TrialOptions options) {
    in(name, new RandomSearch(KilledSearch::model, "val_loss", 1))
        .search(train, validation, options);
  }

  private void assertRejected(String difference, Tuner<?> tuner, int max) {
    assertRejected(
        difference,
        () ->
            tuner
                .directory(folder)
                .projectName("taken")
                .search(hp -> line(hp, max, new AtomicInteger())));
  }

  private void assertRejected(String difference, Executable search) {
    assertRejectedIn("taken", difference, search);
  }

  private void assertRejectedIn(String name, String difference, Executable search) {
    String message = assertThrows(IllegalStateException.class, search).getMessage();
    assertTrue(
        message.startsWith(
            "The folder "
                + folder.resolve(name)
                + " must contain this search, but contains another one: "),
        message);
    assertTrue(message.contains(difference), message);
    assertTrue(message.endsWith("start again with overwrite(true)."), message);
  }

  @Test
  void interruptKeepsTheTrialsThatHaveEnded() {
    var runs = new AtomicInteger();
    var reached = new CountDownLatch(1);
    TrialFunction<DoubleSupplier> function =
        hp -> {
          int x = hp.Int("x", 1, 1000);
          return () -> {
            if (runs.incrementAndGet() == 4) {
              reached.countDown();
              try {
                new CountDownLatch(1).await(); // until it is interrupted
              } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
              }
            }
            return x;
          };
        };
    Thread searching = Thread.currentThread();
    Thread stopButton =
        new Thread(
            () -> {
              try {
                reached.await();
                searching.interrupt();
              } catch (InterruptedException e) {
                throw new IllegalStateException(e);
              }
            });
    stopButton.setDaemon(true);
    stopButton.start();
    SearchResult found =
        in("stopped", new RandomSearch(VALUE, 8)).parallelTrials(1).search(function);
    assertTrue(Thread.interrupted());
    assertTrue(found.interrupted());
    assertEquals(3, found.trials().size());
    SearchResult rest = in("stopped", new RandomSearch(VALUE, 8)).search(function);
    assertEquals(8, rest.trials().size());
    assertEquals(4 + 5, runs.get());
  }

  @Test
  void retrainingTheBestHyperParametersGivesTheSameScore() {
    SearchResult found =
        in("again", new RandomSearch(KilledSearch::model, "val_loss", 3))
            .seed(8)
            .search(TRAIN, VALIDATION, KilledSearch::options);
    Sequential again = KilledSearch.model(found.bestHyperParameters(1).get(0));
    List<Double> losses =
        again.fit(TRAIN, KilledSearch.options().validation(VALIDATION).verbose(0)).get("val_loss");
    assertEquals(found.bestTrials(1).get(0).score(), Collections.min(losses));
  }

  /** The stop button can be pressed while the calling thread builds a model or reads data. */
  @Test
  void interruptOfThePreparationIsNotAFailure() {
    var interruptedAt = new AtomicInteger();
    TrialFunction<DoubleSupplier> interrupted =
        hp -> {
          int x = hp.Int("x", 1, 3);
          if (x == interruptedAt.get()) {
            Thread.currentThread().interrupt();
            throw new UncheckedIOException(new ClosedByInterruptException());
          }
          return () -> x;
        };
    for (int x : new int[] {1, 2}) {
      interruptedAt.set(x);
      SearchResult found =
          in("preparation", new GridSearch(VALUE)).parallelTrials(1).search(interrupted);
      assertTrue(Thread.interrupted());
      assertTrue(found.interrupted());
    }
    SearchResult rest =
        in("preparation", new GridSearch(VALUE)).search(hp -> line(hp, 3, new AtomicInteger()));
    assertEquals(
        List.of(1.0, 2.0, 3.0), rest.trials().stream().map(Trial::score).toList(), rest::summary);
  }

  @Test
  void dataThatCannotBeReadFailsOneTrial() {
    SearchResult found =
        in("missing", new GridSearch(VALUE))
            .search(
                hp -> {
                  int x = hp.Int("x", 1, 3);
                  if (x == 2) {
                    throw new UncheckedIOException(new IOException("there is no file 2.csv"));
                  }
                  return () -> x;
                });
    assertEquals(
        List.of("completed", "failed", "completed"),
        found.results().stringColumn("status").asList());
    assertTrue(found.trials().get(1).message().contains("no file 2.csv"));
  }

  @Test
  void trialCanInterruptTheSearch() {
    SearchResult found =
        in("within", new GridSearch(VALUE))
            .parallelTrials(1)
            .search(
                hp -> {
                  int x = hp.Int("x", 1, 3);
                  return () -> {
                    if (x == 2) {
                      Thread.currentThread().interrupt();
                    }
                    return x;
                  };
                });
    assertTrue(Thread.interrupted());
    assertTrue(found.interrupted());
    assertEquals(List.of(1.0), found.trials().stream().map(Trial::score).toList());
  }

  @Test
  void executionsHaveDifferentInitialWeights() {
    SearchResult found =
        in("executions", new RandomSearch(KilledSearch::model, "val_loss", 2))
            .executionsPerTrial(3)
            .search(TRAIN, VALIDATION, KilledSearch::options);
    Trial trial = found.bestTrials(1).get(0);
    assertEquals(3, new HashSet<>(trial.scores()).size(), "scores " + trial.scores());
    assertEquals(
        trial.scores().stream().mapToDouble(d -> d).average().orElseThrow(), trial.score(), 1e-15);
    assertEquals(
        Collections.min(trial.scores()),
        found.bestModels(1).get(0).evaluate(VALIDATION).get("loss"),
        1e-6);

    HyperModel same =
        hp -> {
          Sequential network = Sequential.of(input(4, 2), gru(hp.Int("units", 3, 4)), dense(1));
          network.compile("adam", "mse");
          return network;
        };
    SearchResult rejected =
        in("same", new RandomSearch(same, "val_loss", 1))
            .executionsPerTrial(2)
            .search(TRAIN, VALIDATION, () -> epochs(1));
    assertTrue(rejected.trials().get(0).message().contains("hp.seed()"));
    assertEquals(0, rejected.trainedEpochs());
  }

  private static Windows windows(HyperParameters hp) {
    double[][] rows = new double[200][2];
    for (int i = 0; i < rows.length; i++) {
      rows[i][0] = Math.sin(i / 5.0);
      rows[i][1] = Math.cos(i / 3.0);
    }
    TimeSeries series = TimeSeries.of(rows, "a", "b").target("a");
    if (hp.Choice("features", "one", "both").equals("one")) {
      series = series.columns("a");
    }
    int step = hp.Int("step", 1, 2);
    return series
        .windows()
        .step(step)
        .lookback(hp.Int("lookback", 6, 12, 6))
        .delay(1)
        .batchSize(hp.Int("batch size", 16, 32, 2, Sampling.LOG));
  }

  @Test
  void dataCanDependOnHyperParameters() {
    HyperModel model =
        hp -> {
          Windows windows = windows(hp);
          Sequential network =
              Sequential.of(input(windows.inputShape().toArray()), gru(2), dense(1));
          network.compile("adam", "mae");
          return network;
        };
    SearchResult found =
        in("data", new GridSearch(model, "val_loss"))
            .search(
                hp -> {
                  Windows windows = windows(hp);
                  return new Fold<>(windows.range(0, 150), windows.range(150, 200));
                },
                hp -> epochs(1).stepsPerEpoch(2));
    assertEquals(16, found.trials().size());
    assertEquals(0, found.trials().stream().filter(trial -> !trial.isCompleted()).count());
    assertEquals(
        List.of("features", "step", "lookback", "batch size"),
        found.space().stream().map(HyperParameter::name).toList());
  }

  /** The names of columns in Tablesaw are not case-sensitive. */
  @Test
  void rejectsNamesOfOtherColumns() {
    assertNameRejected(
        "already a column 'seconds'. Received: 'seconds'.", VALUE, hp -> hp.Int("seconds", 1, 2));
    assertNameRejected(
        "already a column 'status'. Received: 'Status'.", VALUE, hp -> hp.Int("Status", 1, 2));
    assertNameRejected(
        "already a column 'value'. Received: 'Value'.", VALUE, hp -> hp.Int("Value", 1, 2));
    assertNameRejected(
        "already a column 'C'. Received: 'c'.", VALUE, hp -> hp.Int("C", 1, 2) + hp.Int("c", 1, 2));
    assertNameRejected(
        "already a column 'seconds'. Received: 'seconds'.",
        Objective.min("seconds"),
        hp -> hp.Int("n", 1, 2));
  }

  private void assertNameRejected(
      String message, Objective objective, Function<HyperParameters, Integer> function) {
    var error =
        assertThrows(
            IllegalArgumentException.class,
            () ->
                in("name", new GridSearch(objective))
                    .overwrite(true)
                    .search(
                        hp -> {
                          int n = function.apply(hp);
                          return () -> n;
                        }));
    assertTrue(error.getMessage().contains(message), error.getMessage());
  }

  @Test
  void notifiesListeners() {
    List<String> heard = new ArrayList<>();
    var listener =
        new SearchListener() {
          @Override
          public void onSearchBegin(SearchProgress progress) {
            heard.add("begin " + progress.planned() + " " + progress.best());
          }

          @Override
          public void onTrialBegin(SearchProgress progress, int number, HyperParameters values) {
            heard.add("trial " + number + " " + values + " running " + progress.running());
          }

          @Override
          public void onTrialEnd(SearchProgress progress, Trial trial) {
            heard.add(
                "ended "
                    + trial.number()
                    + " best "
                    + progress.best().number()
                    + " left "
                    + (progress.secondsLeft() >= 0));
          }

          @Override
          public void onSearchEnd(SearchProgress progress) {
            heard.add("end " + progress.trials().size() + " " + progress.secondsLeft());
          }
        };
    in("listener", new GridSearch(null, VALUE, 2))
        .parallelTrials(1)
        .listener(listener)
        .search(
            hp -> {
              int n = hp.Int("n", 1, 3);
              return () -> n;
            });
    assertEquals(
        List.of(
            "begin 2 null",
            "trial 0 {n=1} running 1",
            "ended 0 best 0 left true",
            "trial 1 {n=2} running 1",
            "ended 1 best 0 left true",
            "end 2 0.0"),
        heard);
  }

  @Test
  void restoresTheWeightsOfTheBestEpoch() {
    // A learning rate at which the loss soon increases.
    HyperModel model =
        hp -> {
          Sequential network = Sequential.of(input(4, 2), gru(hp.Int("units", 3, 3)), dense(1));
          network.compile(Optimizers.sgd(1.2), Losses.mse());
          return network;
        };
    List<Double> losses = Collections.synchronizedList(new ArrayList<>());
    SearchResult found =
        in("worse", new GridSearch(model, "val_loss"))
            .search(TRAIN, VALIDATION, () -> epochs(8).callbacks(new LogOf("val_loss", losses)));
    double best = Collections.min(losses);
    assertNotEquals(best, losses.get(losses.size() - 1));
    assertEquals(best, found.bestModels(1).get(0).evaluate(VALIDATION).get("loss"), 1e-6);
    assertArrayEquals(
        new double[] {best}, found.results().doubleColumn("val_loss").asDoubleArray());
  }
}
