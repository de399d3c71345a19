package org.unroll.tuning;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.unroll.training.FitOptions.epochs;
import static org.unroll.tuning.KilledSearch.TRAIN;
import static org.unroll.tuning.KilledSearch.VALIDATION;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.unroll.Sequential;
import org.unroll.training.FitOptions;
import tech.tablesaw.api.Table;

class HyperbandTest {
  @TempDir Path folder;

  private static Hyperband hyperband(int maxEpochs, int factor) {
    return new Hyperband(KilledSearch::model, "val_loss", maxEpochs).factor(factor);
  }

  private static void assertSchedule(int[][] models, int[][] epochs, Hyperband tuner) {
    Table schedule = tuner.schedule();
    int row = 0;
    for (int b = 0; b < models.length; b++) {
      for (int i = 0; i < models[b].length; i++) {
        assertEquals(models.length - 1 - b, schedule.intColumn("bracket").get(row));
        assertEquals(i, schedule.intColumn("round").get(row));
        assertEquals(models[b][i], schedule.intColumn("models").get(row), "bracket " + b);
        assertEquals(epochs[b][i], schedule.intColumn("epochs").get(row), "bracket " + b);
        row++;
      }
    }
    assertEquals(row, schedule.rowCount());
  }

  /** Compares with the table for R = 81 and η = 3 in Li et al. 2018. */
  @Test
  void hasTheScheduleOfThePaper() {
    int[][] models = {{81, 27, 9, 3, 1}, {34, 11, 3, 1}, {15, 5, 1}, {8, 2}, {5}};
    int[][] epochs = {{1, 3, 9, 27, 81}, {3, 9, 27, 81}, {9, 27, 81}, {27, 81}, {81}};
    Hyperband tuner = hyperband(81, 3);
    assertSchedule(models, epochs, tuner);
    assertEquals(206, tuner.plannedTrials());
    assertEquals(412, tuner.hyperbandIterations(2).plannedTrials());
    // 81 + 27·2 + 9·6 + 3·18 + 54, 34·3 + 11·6 + 3·18 + 54, 15·9 + 5·18 + 54, 8·27 + 2·54, 5·81
    assertEquals(297 + 276 + 279 + 324 + 405, tuner.schedule().intColumn("trained epochs").sum());
  }

  /** If the epochs are not a power of the factor, those of a round are rounded up. */
  @Test
  void hasTheScheduleOfTheArticle() {
    int[][] models = {{81, 27, 9, 3, 1}, {34, 11, 3, 1}, {15, 5, 1}, {8, 2}, {5}};
    int[][] epochs = {{2, 4, 12, 34, 100}, {4, 12, 34, 100}, {12, 34, 100}, {34, 100}, {100}};
    assertSchedule(models, epochs, hyperband(100, 3));
    assertSchedule(new int[][] {{1}}, new int[][] {{1}}, hyperband(1, 3));
    assertThrows(IllegalArgumentException.class, () -> hyperband(81, 1));
  }

  /** Counts the trained epochs and checks which models advance to the next round. */
  @Test
  void trainsTheScheduledEpochsOfTheBestModels() {
    List<Double> epochs = Collections.synchronizedList(new ArrayList<>());
    Hyperband tuner = hyperband(9, 3).directory(folder).projectName("spent");
    SearchResult found =
        tuner.search(
            TRAIN, VALIDATION, () -> epochs(1000).callbacks(new LogOf("val_loss", epochs)));
    // 9·1 + 3·2 + 1·6, 5·3 + 1·6, 3·9
    assertEquals(21 + 21 + 27, epochs.size());
    assertEquals(69, found.trainedEpochs());
    assertEquals(69, (int) tuner.schedule().intColumn("trained epochs").sum());
    List<Trial> trials = found.trials();
    assertEquals(9 + 3 + 1 + 5 + 1 + 3, trials.size());
    assertArrayEquals(
        IntStream.of(2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 1, 1, 1, 1, 1, 1, 0, 0, 0).toArray(),
        found.results().intColumn("bracket").asIntArray());
    List<Integer> best =
        trials.subList(0, 9).stream()
            .sorted(Comparator.comparingDouble(Trial::score))
            .limit(3)
            .map(Trial::number)
            .toList();
    assertEquals(best, trials.subList(9, 12).stream().map(trial -> trial.rung().from()).toList());
    for (Trial trial : trials) {
      if (trial.rung().from() != null) {
        assertEquals(trials.get(trial.rung().from()).values(), trial.values());
      }
    }
  }

  /** A model that advanced through all rounds equals one that was trained without interruption. */
  @Test
  void trainingContinuesInTheNextRound() {
    FitOptions straight = epochs(9).verbose(0).validation(VALIDATION).seed(4);
    SearchResult found =
        hyperband(9, 3)
            .directory(folder)
            .projectName("weights")
            .search(TRAIN, VALIDATION, () -> epochs(1).seed(4));
    Trial last = found.trials().get(12);
    assertEquals(new Hyperband.Rung(0, 2, 2, last.rung().from(), 3, 9), last.rung());
    Sequential network =
        KilledSearch.model(
            HyperParameters.of(
                last.values(), HyperParameter::defaultValue, TrialLog.executionSeed(0, 0)));
    List<Double> losses = network.fit(TRAIN, straight).get("val_loss");
    assertEquals(Collections.min(losses.subList(3, 9)), last.score());
    int second = last.rung().from();
    assertEquals(Collections.min(losses.subList(1, 3)), found.trials().get(second).score());
    assertEquals(
        losses.get(0), found.trials().get(found.trials().get(second).rung().from()).score());
  }

  @Test
  void failedTrialsDoNotAdvance() {
    SearchResult found =
        new Hyperband(
                hp -> {
                  if (hp.Boolean("fails")) {
                    throw new IllegalStateException("failed on purpose");
                  }
                  return KilledSearch.model(hp);
                },
                "val_loss",
                4)
            .factor(2)
            .maxConsecutiveFailedTrials(100)
            .directory(folder)
            .projectName("failing")
            .search(TRAIN, VALIDATION, () -> epochs(1));
    assertTrue(found.trials().stream().anyMatch(trial -> !trial.isCompleted()));
    for (Trial trial : found.trials()) {
      assertTrue(trial.rung().round() == 0 || trial.isCompleted());
    }
  }

  @Test
  void rejectsFunctions() {
    Hyperband tuner = hyperband(4, 2).directory(folder).projectName("function");
    var error =
        assertThrows(
            IllegalStateException.class, () -> tuner.search(hp -> () -> hp.Int("n", 1, 2)));
    assertTrue(error.getMessage().contains("epochs"), error.getMessage());
  }
}
