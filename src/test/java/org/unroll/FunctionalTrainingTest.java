package org.unroll;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.unroll.callbacks.Callbacks.backupAndRestore;
import static org.unroll.callbacks.Callbacks.earlyStopping;
import static org.unroll.callbacks.Callbacks.lambdaCallback;
import static org.unroll.callbacks.Callbacks.modelCheckpoint;
import static org.unroll.layers.Layers.bidirectional;
import static org.unroll.layers.Layers.concatenate;
import static org.unroll.layers.Layers.dense;
import static org.unroll.layers.Layers.dropout;
import static org.unroll.layers.Layers.gru;
import static org.unroll.layers.Layers.input;
import static org.unroll.layers.Layers.subtract;
import static org.unroll.training.FitOptions.epochs;

import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.unroll.callbacks.Callback;
import org.unroll.data.Dataset;
import org.unroll.data.Samples;
import org.unroll.layers.recurrent.Bidirectional;
import org.unroll.optimizers.Optimizers;
import org.unroll.training.FitOptions;
import org.unroll.tuning.Hyperband;
import org.unroll.tuning.Objective;
import org.unroll.tuning.SearchResult;

/** Everything around training, with a model of two inputs and two outputs. */
class FunctionalTrainingTest {
  @TempDir Path folder;

  private static final Dataset TRAIN = data(48, 1).shuffled(3);
  private static final Dataset VALIDATION = data(20, 2);

  private static Samples data(int n, long seed) {
    var random = new Random(seed);
    double[][][] series = new double[n][5][2];
    double[][] place = new double[n][3];
    double[] level = new double[n];
    int[] kind = new int[n];
    for (int i = 0; i < n; i++) {
      for (double[] step : series[i]) {
        step[0] = random.nextGaussian();
        step[1] = random.nextGaussian();
      }
      place[i][random.nextInt(3)] = 1;
      level[i] = series[i][4][0] + place[i][0] + random.nextGaussian();
      kind[i] = level[i] > 0.3 ? 1 : 0;
    }
    return Samples.of(List.of(series, place)).targets(List.of(level, kind)).batchSize(8);
  }

  private static Model model(int units, double learningRate) {
    var series = input(5, 2);
    var place = input(3);
    var both = concatenate().on(gru(units).dropout(0.2).on(series), place);
    var hidden = dropout(0.1).on(dense(8, "tanh").on(both));
    var model =
        Model.of(
            List.of(series, place),
            List.of(
                dense(1).name("level").on(hidden), dense(2, "softmax").name("kind").on(hidden)));
    model.compile(
        Optimizers.adam(learningRate),
        OutputLoss.of("level", "mse").weight(0.5).metrics("mae"),
        OutputLoss.of("kind", "sparse_categorical_crossentropy").metrics("accuracy"));
    return model;
  }

  private static FitOptions options(int epochs, Callback... callbacks) {
    return epochs(epochs).validation(VALIDATION).verbose(0).callbacks(callbacks);
  }

  private static void assertSameWeights(Model expected, Model found) {
    expected.weights().forEach((n, w) -> assertArrayEquals(w.data, found.weight(n).data, n));
  }

  @Test
  void restoresTheBestWeights() {
    Model model = model(6, 0.1);
    var stopping = earlyStopping("val_kind_loss", 3).restoreBestWeights(true);
    History history = model.fit(TRAIN, options(40, stopping));
    assertTrue(history.epochs() < 40, "stopped after " + history.epochs());
    assertEquals(history.min("val_kind_loss"), model.evaluate(VALIDATION).get("kind_loss"), 1e-12);
    assertTrue(history.last("val_kind_loss") > history.min("val_kind_loss"));
  }

  @Test
  void savesAndLoadsCheckpoints() {
    Model model = model(4, 0.05);
    Path best = folder.resolve("best.keras");
    var checkpoint = modelCheckpoint(best, "val_level_mae").saveBestOnly(true);
    History history = model.fit(TRAIN, options(6, checkpoint));
    Model loaded = Model.load(best);
    assertEquals(history.min("val_level_mae"), loaded.evaluate(VALIDATION).get("level_mae"), 1e-12);
    Path last = folder.resolve("last.keras");
    model.save(last);
    Model resumed = Model.load(last);
    model.fit(TRAIN, options(8).initialEpoch(6));
    resumed.fit(TRAIN, options(8).initialEpoch(6));
    assertSameWeights(model, resumed);
  }

  @Test
  void resumesFromBackup() {
    Model whole = model(4, 0.05);
    History expected = whole.fit(TRAIN, options(5));
    Model broken = model(4, 0.05);
    var failing =
        lambdaCallback()
            .onTrainBatchEnd(
                (training, batch, logs) -> {
                  if (broken.optimizer().iterations() == 15) {
                    throw new IllegalStateException("power cut");
                  }
                });
    Path backup = folder.resolve("backup");
    assertThrows(
        IllegalStateException.class,
        () -> broken.fit(TRAIN, options(5, failing, backupAndRestore(backup).saveFreq(4))));
    Model resumed = model(4, 0.05);
    var idle = lambdaCallback().onTrainBatchEnd((training, batch, logs) -> {});
    History history = resumed.fit(TRAIN, options(5, idle, backupAndRestore(backup).saveFreq(4)));
    assertSameWeights(whole, resumed);
    for (String name : expected.names()) {
      assertEquals(expected.get(name), history.get(name), name);
    }
  }

  @Test
  void stopsAtAnInterrupt() {
    Model model = model(4, 0.05);
    var button =
        lambdaCallback()
            .onTrainBatchEnd(
                (training, batch, logs) -> {
                  if (model.optimizer().iterations() == 8) {
                    Thread.currentThread().interrupt();
                  }
                });
    model.fit(TRAIN, options(5, button));
    assertTrue(Thread.interrupted());
    assertEquals(8, model.optimizer().iterations());
    assertEquals(1, model.history().epochs());
    assertEquals(20, model.predict(VALIDATION).outputs().get("kind").size());
  }

  @Test
  void tunesWithHyperband() {
    var tuner =
        new Hyperband(
                hp -> model(hp.Int("units", 2, 5), hp.Choice("rate", 0.001, 0.05)),
                Objective.max("val_kind_accuracy"),
                4)
            .factor(2)
            .directory(folder)
            .projectName("functional");
    SearchResult found = tuner.search(TRAIN, VALIDATION, () -> epochs(4));
    Model best = found.bestModels(1).get(0);
    assertEquals(
        found.bestTrials(1).get(0).score(), best.evaluate(VALIDATION).get("kind_accuracy"), 1e-6);
    assertEquals(List.of("level", "kind"), best.network().outputNames());
  }

  @Test
  void recordsOneSample() {
    Model model = model(4, 0.05);
    Recording recording = model.recordGradients(TRAIN, 7);
    assertEquals(
        List.of("gru", "concatenate", "dense", "dropout", "level", "kind"), recording.layers());
    assertEquals(5, recording.get("gru", "dh").length);
    double[] expected = model.predict(TRAIN.subset(7, 8)).outputs().get("kind").get(0);
    assertArrayEquals(expected, recording.get("kind", "output")[0], 1e-6);
    assertArrayEquals(expected, model.record(TRAIN, 7).get("kind", "output")[0], 1e-6);
  }

  @Test
  void tablesContainAllOutputs() {
    Model model = model(4, 0.05);
    History history = model.fit(TRAIN, options(2));
    List<String> logs = List.of("loss", "level_loss", "kind_loss", "level_mae", "kind_accuracy");
    assertEquals(logs, List.copyOf(model.evaluate(VALIDATION).asMap().keySet()));
    List<String> columns = history.toTable().columnNames();
    assertTrue(
        columns.containsAll(logs) && columns.contains("val_kind_accuracy"), columns::toString);
    Predictions found = model.predict(VALIDATION);
    assertEquals(List.of("level", "kind_0", "kind_1"), found.toTable().columnNames());
    assertEquals(found.output("kind").get(3)[1], found.toTable().doubleColumn("kind_1").get(3), 0);
    assertEquals("Predictions for 20 samples of shapes level (1,), kind (2,)", found.toString());
  }

  /** The directions of a Bidirectional are separate values, also in files. */
  @Test
  void savesSeparateDirections() {
    var series = input(5, 2);
    var apart =
        bidirectional(gru(3).returnState(true)).mergeMode(Bidirectional.MergeMode.NONE).on(series);
    assertEquals(4, apart.outputs().size());
    assertEquals(apart.outputs().subList(2, 4), apart.states());
    var model = Model.of(series, dense(2).on(subtract().on(apart.outputs().subList(0, 2))));
    Path file = folder.resolve("apart.keras");
    model.save(file);
    Samples data = Samples.of(new double[][][] {{{1, 2}, {3, 4}, {0, 1}, {1, 1}, {2, 0}}});
    assertArrayEquals(model.predict(data).get(0), Model.load(file).predict(data).get(0));
  }
}
