package org.unroll.tuning;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.unroll.layers.Layers.dense;
import static org.unroll.layers.Layers.gru;
import static org.unroll.layers.Layers.input;
import static org.unroll.training.FitOptions.epochs;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.unroll.Sequential;
import org.unroll.timeseries.Ridge;
import org.unroll.timeseries.TimeSeries;
import org.unroll.timeseries.Windows;

class RollingOriginTest {
  @TempDir Path folder;

  private static Windows windows(int rows) {
    double[][] values = new double[rows][1];
    for (int i = 0; i < rows; i++) {
      values[i][0] = Math.sin(i / 2.0) + Math.cos(i * i);
    }
    return TimeSeries.of(values, "x").target("x").windows().lookback(2).delay(1);
  }

  /** Returns the first input row and the last target row of both parts. */
  private static List<List<Integer>> edges(List<Fold<Windows>> folds) {
    List<List<Integer>> edges = new ArrayList<>();
    for (Fold<Windows> fold : folds) {
      Windows train = fold.train();
      Windows validation = fold.validation();
      edges.add(
          List.of(
              train.firstRow(0),
              train.targetRow(train.size() - 1),
              validation.firstRow(0),
              validation.targetRow(validation.size() - 1)));
    }
    return edges;
  }

  /**
   * Compares with TimeSeriesSplit of scikit-learn 1 for 23 samples: test_size = 23 // 4 = 5, the
   * tests begin at 8, 13 and 18, and all earlier samples are training data.
   */
  @Test
  void returnsTheFoldsOfScikitLearn() {
    assertEquals(
        List.of(List.of(0, 7, 8, 12), List.of(0, 12, 13, 17), List.of(0, 17, 18, 22)),
        edges(RollingOrigin.folds(3).split(windows(23))));
    assertEquals(
        List.of(List.of(3, 9, 13, 17), List.of(8, 14, 18, 22)),
        edges(RollingOrigin.folds(2).testSize(5).gap(3).maxTrainSize(7).split(windows(23))));
    assertEquals(
        List.of(List.of(20, 29, 30, 39)), edges(RollingOrigin.folds(1).split(windows(50), 20, 40)));
  }

  @Test
  void rejectsTooFewRows() {
    var error =
        assertThrows(
            IllegalArgumentException.class,
            () -> RollingOrigin.folds(3).testSize(8).split(windows(24)));
    assertTrue(
        error.getMessage().startsWith("Each fold must have rows to train on, but fold 0"),
        error.getMessage());
  }

  @Test
  void rejectsAnEmptyListOfFolds() {
    SearchResult found =
        new RandomSearch("mae", 1)
            .directory(folder)
            .projectName("none")
            .scoreFolds(hp -> List.of(), hp -> fold -> hp.Float("lambda", 1, 2));
    assertEquals(
        "A trial must have at least one fold, but the list of folds was empty.",
        found.trials().get(0).message());
  }

  @Test
  void tunesRidgeByTheMeanOfTheFolds() {
    List<Fold<Windows>> folds = RollingOrigin.folds(3).split(windows(60));
    SearchResult found =
        new GridSearch("mae")
            .directory(folder)
            .projectName("ridge")
            .scoreFolds(
                hp -> folds,
                hp -> {
                  double lambda = hp.Float("lambda", 0.01, 100, 10, Sampling.LOG);
                  return fold -> Ridge.fit(fold.train(), lambda).mae(fold.validation());
                });
    assertEquals(5, found.trials().size());
    for (Trial trial : found.trials()) {
      double lambda = (Double) trial.values().get("lambda");
      double sum = 0;
      for (Fold<Windows> fold : folds) {
        sum += Ridge.fit(fold.train(), lambda).mae(fold.validation());
      }
      assertEquals(sum / 3, trial.score(), 1e-15);
    }
    var error = assertThrows(IllegalStateException.class, () -> found.bestModels(1));
    assertTrue(error.getMessage().contains("must have a model in"), error.getMessage());
  }

  @Test
  void trainsNetworksOnceForEachFold() {
    HyperModel model =
        hp -> {
          Sequential network = Sequential.of(input(2, 1), gru(hp.Int("units", 2, 3)), dense(1));
          network.compile("adam", "mae");
          return network;
        };
    List<Fold<Windows>> folds = RollingOrigin.folds(2).split(windows(60));
    SearchResult found =
        new GridSearch(model, "val_loss")
            .directory(folder)
            .projectName("networks")
            .crossValidate(hp -> folds, hp -> epochs(2));
    for (Trial trial : found.trials()) {
      assertEquals(2, trial.scores().size());
      assertEquals((trial.scores().get(0) + trial.scores().get(1)) / 2, trial.score(), 1e-15);
      assertEquals(4, trial.epochs());
    }
    // The saved model is that of the last fold.
    assertEquals(
        found.bestTrials(1).get(0).scores().get(1),
        found.bestModels(1).get(0).evaluate(folds.get(1).validation()).get("loss"),
        1e-6);
  }
}
