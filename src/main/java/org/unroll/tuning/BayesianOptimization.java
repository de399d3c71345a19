package org.unroll.tuning;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.unroll.internal.SplitMix64;

/**
 * Proposes the trial with the largest expected improvement, as KerasTuner's {@code
 * BayesianOptimization} (Jones, Schonlau and Welch 1998; Snoek, Larochelle and Adams 2012).
 *
 * <p>The search begins with {@link #numInitialPoints} random trials. After that, a Gaussian process
 * is fitted to the scores. It has the Matérn kernel of smoothness 5/2 and a length scale for each
 * hyperparameter. The next trial maximizes the expected improvement over the smallest mean of the
 * earlier trials. (KerasTuner uses the lower confidence bound.) Candidates are random values, and
 * values near the best candidates and the best trials. Values that were tried are excluded.
 *
 * <p>Scores are standardized. Scores far worse than the median are replaced by a limit, because the
 * exact score of a bad trial contains no information about good ones. The limit is three times as
 * far from the median as the best score. There is no limit if half of the scores equal the best
 * one. A failed trial counts as the worst completed one.
 *
 * <p>Integers, steps, choices and conditional hyperparameters are encoded so that the process
 * distinguishes exactly their values. Use {@link HyperParameters#conditionalScope} for
 * hyperparameters that do not always matter.
 *
 * <p><b>Parallel trials.</b> Trial n is proposed from the results of the trials 0 … n − 1 −
 * maxPending. Later results are never used, even if they are available. For these trials, the
 * process uses its own predictions. Proposals therefore do not depend on {@link #parallelTrials},
 * and at most {@link #maxPending} + 1 trials run at the same time.
 */
public final class BayesianOptimization extends Tuner<BayesianOptimization> {
  private static final int CANDIDATES = 400;
  private static final int STARTS = 4;
  private static final int STEPS = 60;
  private static final double FIRST_DEVIATION = 0.2;
  private static final double LAST_DEVIATION = 0.002;

  /** The limit of scores worse than the median, in distances from the median to the best score. */
  private static final double TAIL = 3;

  private static final Comparator<Candidate> MOST_PROMISING =
      Comparator.comparingDouble((Candidate candidate) -> candidate.improvement).reversed();

  private final int maxTrials;
  private Integer numInitialPoints;
  private int maxPending = 3;

  /**
   * Creates a tuner for models.
   *
   * @param model builds the model of a trial
   * @param objective the name of a loss or metric in the logs; see {@link Objective#of}
   * @param maxTrials the maximum number of trials
   */
  public BayesianOptimization(HyperModel model, String objective, int maxTrials) {
    this(model, Objective.of(objective), maxTrials);
  }

  /**
   * Creates a tuner for models.
   *
   * @param model builds the model of a trial
   * @param objective the value to minimize or maximize
   * @param maxTrials the maximum number of trials
   */
  public BayesianOptimization(HyperModel model, Objective objective, int maxTrials) {
    super(model, objective);
    this.maxTrials = atLeastOne("maxTrials", maxTrials);
  }

  /**
   * Creates a tuner for functions or scores of folds.
   *
   * @param objective the name of a loss or metric; see {@link Objective#of}
   * @param maxTrials the maximum number of trials
   */
  public BayesianOptimization(String objective, int maxTrials) {
    this(null, objective, maxTrials);
  }

  /**
   * Creates a tuner for functions or scores of folds.
   *
   * @param objective the value to minimize or maximize
   * @param maxTrials the maximum number of trials
   */
  public BayesianOptimization(Objective objective, int maxTrials) {
    this(null, objective, maxTrials);
  }

  @Override
  protected BayesianOptimization self() {
    return this;
  }

  /**
   * Sets the number of random trials at the beginning. The default is three for each
   * hyperparameter, as in KerasTuner.
   */
  public BayesianOptimization numInitialPoints(int trials) {
    numInitialPoints = atLeastOne("numInitialPoints", trials);
    return this;
  }

  /**
   * Sets how many of the latest trials are ignored when a trial is proposed; 3 by default. With 0,
   * each proposal uses all earlier results, and the trials run one after another on all threads.
   */
  public BayesianOptimization maxPending(int trials) {
    maxPending = atLeast("maxPending", 0, trials);
    return this;
  }

  /** More trials would only take threads from the others. */
  @Override
  int parallel() {
    return Math.min(super.parallel() - 1, maxPending) + 1;
  }

  @Override
  protected Decision decide(int number, TrialLog log) {
    if (number >= maxTrials) {
      return Decision.END;
    }
    int known = Math.max(0, number - maxPending);
    for (int n = 0; n < known; n++) {
      if (log.trial(n) == null) {
        return Decision.WAIT;
      }
    }
    Map<String, Dimension> dimensions = new LinkedHashMap<>();
    for (int n = 0; n < number; n++) {
      log.proposal(n)
          .space()
          .forEach(asked -> dimensions.merge(asked.name(), asked, Dimension::or));
    }
    var space = new SearchSpace(dimensions.values());
    int initial = numInitialPoints == null ? 3 * space.size() : numInitialPoints;
    List<Trial> completed = new ArrayList<>();
    for (int n = 0; n < known; n++) {
      if (log.trial(n).isCompleted()) {
        completed.add(log.trial(n));
      }
    }
    Proposal proposal = null;
    if (number >= initial && completed.size() > 1 && space.size() > 0) {
      proposal = promising(number, known, completed, space, log);
    }
    return proposal == null ? log.random(number) : Decision.run(proposal);
  }

  /** Returns the most promising new trial, or null if all candidates were tried. */
  private Proposal promising(
      int number, int known, List<Trial> completed, SearchSpace space, TrialLog log) {
    double[][] x = new double[number][];
    for (int n = 0; n < number; n++) {
      x[n] = space.encode(log.proposal(n).values());
    }
    double[] y = standardized(known, completed, log);
    int[] groups = space.groups();
    GaussianProcess process = GaussianProcess.fit(Arrays.copyOf(x, known), y, groups);
    if (known < number) {
      double[] expected = Arrays.copyOf(y, number);
      for (int n = known; n < number; n++) {
        expected[n] = process.mean(x[n]);
      }
      process = process.with(x, expected);
    }
    double best = Double.POSITIVE_INFINITY;
    for (double[] point : x) {
      best = Math.min(best, process.mean(point));
    }
    var random = new SplitMix64(SeededRandom.key(log.seed(), number, -1));
    List<Candidate> candidates = new ArrayList<>();
    for (int i = 0; i < CANDIDATES; i++) {
      candidates.add(candidate(space.sample(random), process, best, space));
    }
    candidates.sort(MOST_PROMISING);
    List<Map<String, Object>> starts = new ArrayList<>();
    candidates.stream().limit(STARTS).forEach(candidate -> starts.add(candidate.values));
    completed.sort(Comparator.comparingDouble(trial -> objective().cost(trial.score())));
    starts.add(space.restrict(completed.get(0).values()));
    for (Map<String, Object> start : starts) {
      climb(start, process, best, space, random, candidates);
    }
    candidates.sort(MOST_PROMISING);
    Set<Map<String, Object>> tried = new HashSet<>();
    for (int n = 0; n < number; n++) {
      tried.add(space.restrict(log.proposal(n).values()));
    }
    for (Candidate candidate : candidates) {
      Map<String, Object> values = candidate.values;
      if (tried.add(values)) {
        Proposal proposal =
            log.prepare(
                number,
                definition ->
                    values.containsKey(definition.name())
                        ? values.get(definition.name())
                        : definition.valueAt(
                            SeededRandom.uniform(log.seed(), number, -1, definition.name())),
                null);
        if (!log.isTried(proposal.values(), number)) {
          return proposal;
        }
      }
    }
    return null;
  }

  /** Climbs by random steps that become shorter, and adds each improvement to the candidates. */
  private static void climb(
      Map<String, Object> start,
      GaussianProcess process,
      double best,
      SearchSpace space,
      SplitMix64 random,
      List<Candidate> candidates) {
    Candidate at = candidate(start, process, best, space);
    for (int step = 0; step < STEPS; step++) {
      double deviation =
          FIRST_DEVIATION * StrictMath.pow(LAST_DEVIATION / FIRST_DEVIATION, step / (STEPS - 1.0));
      Candidate next =
          candidate(space.neighbor(at.values, deviation, random), process, best, space);
      if (next.improvement > at.improvement) {
        at = next;
        candidates.add(at);
      }
    }
  }

  private static Candidate candidate(
      Map<String, Object> values, GaussianProcess process, double best, SearchSpace space) {
    return new Candidate(values, process.expectedImprovement(space.encode(values), best));
  }

  /** Values and their expected improvement. */
  private record Candidate(Map<String, Object> values, double improvement) {}

  /** Returns the costs of the first trials, limited, with mean 0 and deviation 1. */
  private double[] standardized(int known, List<Trial> completed, TrialLog log) {
    double[] sorted =
        completed.stream().mapToDouble(trial -> objective().cost(trial.score())).sorted().toArray();
    double best = sorted[0];
    double median = sorted[sorted.length / 2];
    double worst = sorted[sorted.length - 1];
    if (median > best) {
      worst = Math.min(worst, median + TAIL * (median - best));
    }
    double[] y = new double[known];
    double mean = 0;
    for (int n = 0; n < known; n++) {
      Trial trial = log.trial(n);
      y[n] = trial.isCompleted() ? Math.min(worst, objective().cost(trial.score())) : worst;
      mean += y[n] / known;
    }
    double squares = 0;
    for (double value : y) {
      squares += (value - mean) * (value - mean);
    }
    double deviation = squares == 0 ? 1 : Math.sqrt(squares / known);
    for (int n = 0; n < known; n++) {
      y[n] = (y[n] - mean) / deviation;
    }
    return y;
  }

  @Override
  protected int plannedTrials() {
    return maxTrials;
  }

  @Override
  protected Map<String, Object> settings() {
    Map<String, Object> settings = new LinkedHashMap<>();
    settings.put(
        "numInitialPoints", numInitialPoints == null ? "3 a hyperparameter" : numInitialPoints);
    settings.put("maxPending", maxPending);
    return settings;
  }
}
