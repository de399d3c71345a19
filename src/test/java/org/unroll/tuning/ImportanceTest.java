package org.unroll.tuning;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ImportanceTest {
  @TempDir Path folder;

  /** Groups 1, 2 and 3, 7: SS = 20.75, SS_w = 0.5 + 8; 1 − (8.5 / 2) / (20.75 / 3) = 0.38554. */
  @Test
  void isKelleysEpsilonSquared() {
    double[] values = {1, 2, 3, 7};
    assertEquals(1 - 4.25 * 3 / 20.75, Importance.of(values, new int[] {0, 0, 5, 5}), 1e-15);
    assertEquals(1, Importance.of(new double[] {1, 1, 2, 2}, new int[] {0, 0, 1, 1}));
    assertTrue(Double.isNaN(Importance.of(values, new int[] {0, 1, 2, 3})));
    assertTrue(Double.isNaN(Importance.of(new double[3], new int[] {0, 0, 1})));
  }

  @Test
  void ranksTheHyperparametersOfARandomSearch() {
    SearchResult found =
        new RandomSearch(Objective.min("value"), 60)
            .directory(folder)
            .projectName("importance")
            .seed(1)
            .search(
                hp -> {
                  double x = hp.Float("x", 1e-3, 1, Sampling.LOG);
                  String kind = hp.Choice("kind", "a", "b");
                  double nothing = hp.Float("nothing", 0, 1);
                  double value = 10 * Math.abs(Math.log10(x) + 1) + (kind.equals("a") ? 5 : 0);
                  return () -> value + 1e-9 * nothing;
                });
    Map<String, Double> importance = found.importance();
    assertEquals(List.of("x", "kind", "nothing"), List.copyOf(importance.keySet()));
    assertTrue(importance.get("x") > 0.4, importance::toString);
    assertEquals(0, importance.get("nothing"), 0.2);
  }

  /** Trials that do not request a hyperparameter form a group. */
  @Test
  void groupsTrialsWithoutTheHyperparameter() {
    SearchResult found =
        new GridSearch(Objective.max("value"))
            .directory(folder)
            .projectName("some")
            .search(
                hp -> {
                  boolean two = hp.Boolean("two");
                  int units = two ? hp.Int("units", 1, 3) : 0;
                  return () -> units;
                });
    // Ranks 1/8, 3/8, 5/8, 7/8 for 0 (no units), 1, 2 and 3 units, in groups of two.
    assertEquals(List.of(0.0, 1.0, 2.0, 3.0), found.results().doubleColumn("value").asList());
    // two = false compared with the others, in ranks times 8: SS = 20, SS_w = 8.
    assertEquals(1 - 4 / (20 / 3.0), found.importance().get("two"), 1e-15);
  }
}
