package org.unroll.tuning;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.DoubleSupplier;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class BayesianOptimizationTest {
  private static final int SEEDS = 20;

  /**
   * The function of Branin (1972), as in Dixon and Szegö. Its minimum is 0.397887 at (π, 2.275).
   */
  private static DoubleSupplier branin(HyperParameters hp) {
    double x = hp.Float("x", -5, 10);
    double y = hp.Float("y", 0, 15);
    return () -> {
      double b = 5.1 / (4 * Math.PI * Math.PI);
      double square = y - b * x * x + 5 / Math.PI * x - 6;
      return square * square + 10 * (1 - 1 / (8 * Math.PI)) * Math.cos(x) + 10;
    };
  }

  /** The function of Hartman (1973) with six variables. Its minimum is −3.32237. */
  private static DoubleSupplier hartmann(HyperParameters hp) {
    double[] c = {1, 1.2, 3, 3.2};
    double[][] a = {
      {10, 3, 17, 3.5, 1.7, 8},
      {0.05, 10, 17, 0.1, 8, 14},
      {3, 3.5, 1.7, 10, 17, 8},
      {17, 8, 0.05, 10, 0.1, 14}
    };
    double[][] p = {
      {0.1312, 0.1696, 0.5569, 0.0124, 0.8283, 0.5886},
      {0.2329, 0.4135, 0.8307, 0.3736, 0.1004, 0.9991},
      {0.2348, 0.1451, 0.3522, 0.2883, 0.3047, 0.6650},
      {0.4047, 0.8828, 0.8732, 0.5743, 0.1091, 0.0381}
    };
    double[] x = IntStream.range(0, 6).mapToDouble(i -> hp.Float("x" + i, 0, 1)).toArray();
    return () -> {
      double sum = 0;
      for (int i = 0; i < 4; i++) {
        double distance = 0;
        for (int j = 0; j < 6; j++) {
          distance += a[i][j] * (x[j] - p[i][j]) * (x[j] - p[i][j]);
        }
        sum -= c[i] * Math.exp(-distance);
      }
      return sum;
    };
  }

  /**
   * A function like the loss of a network: integers in steps, a learning rate, an unordered choice,
   * and the units of a second layer, which matter only if it exists. The minimum is 0.1.
   */
  private static DoubleSupplier mixed(HyperParameters hp) {
    int units = hp.Int("units", 50, 150, 20);
    double rate = hp.Float("rate", 1e-5, 1e-1, Sampling.LOG);
    String cell = hp.Choice("cell", "simple", "lstm", "gru");
    double dropout = hp.Float("dropout", 0, 0.5, 0.1);
    int[] second = {0};
    boolean two = hp.Boolean("second");
    hp.conditionalScope(
        "second", List.of(true), () -> second[0] = hp.Int("second units", 20, 140, 20));
    return () -> {
      double loss = Math.pow((units - 110) / 100.0, 2);
      loss += 0.1 * Math.pow(Math.log10(rate) + 2.5, 2);
      loss += Map.of("simple", 0.4, "lstm", 0.2, "gru", 0.1).get(cell);
      loss += Math.pow(dropout - 0.2, 2);
      return loss + (two ? Math.pow((second[0] - 60) / 100.0, 2) : 0.15);
    };
  }

  private static double best(Tuner<?> tuner, TrialFunction<DoubleSupplier> function) {
    var log =
        new TrialLog(
            Experiment.ofFunctions("a function", hp -> List.of(function.apply(hp))),
            tuner.seed(),
            "value");
    double best = Double.POSITIVE_INFINITY;
    int number = 0;
    for (Decision decision = tuner.decide(0, log);
        decision.kind() == Decision.Kind.RUN;
        decision = tuner.decide(number, log)) {
      Proposal proposal = decision.proposal();
      log.add(proposal);
      Trial trial = Trial.completed(proposal, proposal.prepared().run(null), 0, 0);
      log.add(trial);
      best = Math.min(best, trial.score());
      number++;
    }
    return best;
  }

  private static double[] medians(int trials, TrialFunction<DoubleSupplier> function) {
    var bayesian = new double[SEEDS];
    var random = new double[SEEDS];
    Objective objective = Objective.min("value");
    for (int seed = 0; seed < SEEDS; seed++) {
      bayesian[seed] = best(new BayesianOptimization(objective, trials).seed(seed), function);
      random[seed] = best(new RandomSearch(objective, trials).seed(seed), function);
    }
    return new double[] {median(bayesian), median(random)};
  }

  private static double median(double[] values) {
    Arrays.sort(values);
    return (values[values.length / 2 - 1] + values[values.length / 2]) / 2;
  }

  private static void beats(
      String name, int trials, double within, TrialFunction<DoubleSupplier> function) {
    double[] medians = medians(trials, function);
    System.out.printf(
        "%s, %d trials, medians of %d seeds: Bayesian %.4f, random %.4f%n",
        name, trials, SEEDS, medians[0], medians[1]);
    assertTrue(medians[0] < medians[1], Arrays.toString(medians));
    assertTrue(medians[0] < within, Arrays.toString(medians));
  }

  @Test
  void beatsRandomSearchOnBranin() {
    beats("Branin", 30, 0.5, BayesianOptimizationTest::branin);
  }

  @Test
  void beatsRandomSearchOnHartmann() {
    beats("Hartmann-6", 50, -2.8, BayesianOptimizationTest::hartmann);
  }

  @Test
  void beatsRandomSearchInAMixedSpace() {
    beats("mixed space", 40, 0.15, BayesianOptimizationTest::mixed);
  }

  /** Even if so many trials have the best score that it is also the median. */
  @Test
  void avoidsBadValuesAmongManyEqualScores() {
    var goods = new ArrayList<Boolean>();
    best(
        new BayesianOptimization(Objective.min("value"), 60),
        hp -> {
          boolean good = hp.Choice("kind", "a", "b", "c", "d").equals("b");
          hp.Float("nothing", 0, 1);
          return () -> {
            goods.add(good);
            return good ? 0 : 1;
          };
        });
    long late = goods.subList(40, 60).stream().filter(good -> good).count();
    assertTrue(late >= 18, late + " of the last 20 trials are good");
  }

  /** The threads are shared among the trials that can run at the same time. */
  @Test
  void runsAtMostOneTrialMoreThanMayBePending() {
    var tuner = new BayesianOptimization(Objective.min("value"), 9).parallelTrials(8);
    assertEquals(4, tuner.parallel());
    assertEquals(1, tuner.maxPending(0).parallel());
    assertEquals(8, tuner.maxPending(Integer.MAX_VALUE).parallel());
  }

  @Test
  void triesAllValuesOfASmallSpaceOnce() {
    Set<String> tried = new HashSet<>();
    best(
        new BayesianOptimization(Objective.min("value"), 100),
        hp -> {
          int a = hp.Int("a", 1, 4);
          boolean b = hp.Boolean("b");
          return () -> {
            assertTrue(tried.add(a + " " + b));
            return a;
          };
        });
    assertEquals(8, tried.size());
  }
}
