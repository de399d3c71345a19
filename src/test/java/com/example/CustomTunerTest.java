package com.example;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.DoubleSupplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.unroll.tuning.Decision;
import org.unroll.tuning.HyperParameter;
import org.unroll.tuning.HyperParameters;
import org.unroll.tuning.Objective;
import org.unroll.tuning.SearchResult;
import org.unroll.tuning.Trial;
import org.unroll.tuning.TrialLog;
import org.unroll.tuning.Tuner;

/** A custom tuner, written with the public API only. */
class CustomTunerTest {
  private static final int INITIAL_TRIALS = 5;

  @TempDir Path folder;

  /** Starts with the default values and random trials, then varies the best trial so far. */
  private static final class LocalSearch extends Tuner<LocalSearch> {
    private final int maxTrials;
    private double deviation = 0.1;

    LocalSearch(Objective objective, int maxTrials) {
      super(null, objective);
      this.maxTrials = maxTrials;
    }

    LocalSearch deviation(double newDeviation) {
      deviation = newDeviation;
      return this;
    }

    @Override
    protected LocalSearch self() {
      return this;
    }

    @Override
    protected Decision decide(int number, TrialLog log) {
      if (number >= maxTrials) {
        return Decision.END;
      }
      if (number == 0) {
        return log.run(0, HyperParameter::defaultValue);
      }
      if (number < INITIAL_TRIALS) {
        return log.random(number);
      }
      Trial best = null;
      for (int n = 0; n < number; n++) {
        Trial trial = log.trial(n);
        if (trial == null) {
          return Decision.WAIT;
        }
        if (best == null || objective().isBetter(trial.score(), best.score())) {
          best = trial;
        }
      }
      Map<String, Object> center = best.values();
      var random = new Random(log.seed() + number);
      return log.run(
          number,
          parameter -> {
            double share = parameter.shareOf(center.get(parameter.name()));
            share += deviation * random.nextGaussian();
            return parameter.valueAt(Math.min(Math.max(share, 0), 0.999));
          });
    }

    @Override
    protected int plannedTrials() {
      return maxTrials;
    }

    @Override
    protected Map<String, Object> settings() {
      return Map.of("deviation", deviation);
    }
  }

  private LocalSearch tuner(String project, int maxTrials) {
    return new LocalSearch(Objective.min("value"), maxTrials)
        .directory(folder)
        .projectName(project)
        .seed(3);
  }

  private static DoubleSupplier bowl(HyperParameters hp) {
    double x = hp.Float("x", -1, 1);
    int n = hp.Int("n", 0, 20);
    return () -> (x - 0.3) * (x - 0.3) + 0.01 * (n - 7) * (n - 7);
  }

  @Test
  void findsTheMinimumWithAnyNumberOfParallelTrials() {
    SearchResult one = tuner("one", 60).parallelTrials(1).search(CustomTunerTest::bowl);
    SearchResult three = tuner("three", 60).parallelTrials(3).search(CustomTunerTest::bowl);

    assertEquals(60, one.trials().size());
    assertEquals(Map.of("x", -1.0, "n", 0), one.trials().get(0).values(), "the default values");
    Trial best = one.bestTrials(1).get(0);
    assertEquals(0, best.score(), 0.02);
    assertTrue(best.number() >= INITIAL_TRIALS, "not found by the random trials");
    assertEquals(
        one.trials().stream().map(Trial::values).toList(),
        three.trials().stream().map(Trial::values).toList());
  }

  @Test
  void resumesOnlyWithTheSameSettings() {
    List<Trial> first = tuner("resumed", 6).search(CustomTunerTest::bowl).trials();
    List<Trial> all = tuner("resumed", 9).search(CustomTunerTest::bowl).trials();

    assertEquals(first, all.subList(0, 6), "not run again, so the durations are equal too");
    assertEquals(9, all.size());
    var error =
        assertThrows(
            IllegalStateException.class,
            () -> tuner("resumed", 9).deviation(0.5).search(CustomTunerTest::bowl));
    assertTrue(
        error.getMessage().contains("deviation was 0.1 in the folder, but is 0.5"),
        error.getMessage());
  }
}
