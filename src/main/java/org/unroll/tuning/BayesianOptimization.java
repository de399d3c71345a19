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
 * Tries what promises the most after what is known (Jones, Schonlau and Welch 1998; Snoek,
 * Larochelle and Adams 2012); KerasTuner's {@code BayesianOptimization}.
 *
 * <p>After {@link #numInitialPoints} random trials, a Gaussian process with the Matérn kernel of
 * smoothness 5/2 and a length scale for each hyperparameter is fitted to the scores, and the next
 * trial is the one with the largest expected improvement on the smallest mean of those tried.
 * (KerasTuner takes the lower confidence bound.) The largest is looked for among random values and
 * around the best of them and of the trials; values that were tried are left out. Scores are
 * standardized; those worse than the median by more than three times its distance from the best
 * count as just that, for how bad a bad trial is says nothing about the good ones (none, where half
 * of them are as good as the best). A failed trial counts as the worst that is not.
 *
 * <p>Whole numbers, steps, choices and conditional hyperparameters are points that the process can
 * tell apart: see {@link HyperParameters#conditionalScope} for those that do not always matter.
 *
 * <p><b>Side by side.</b> A trial is proposed while up to {@link #maxPending} trials before it may
 * still be running, and it takes none of their results into account, even where they are there:
 * trial n knows the results of the trials 0 … n − 1 − maxPending, and takes those after them to be
 * what the process expects. So proposals do not depend on {@link #parallelTrials}, and no more than
 * maxPending + 1 trials run at a time.
 */
public final class BayesianOptimization extends Tuner<BayesianOptimization> {
  private static final int CANDIDATES = 400;
  private static final int STARTS = 4;
  private static final int STEPS = 60;
  private static final double FIRST_DEVIATION = 0.2;
  private static final double LAST_DEVIATION = 0.002;

  /** How far scores beyond the median are told apart, in distances from it to the best. */
  private static final double TAIL = 3;

  private static final Comparator<Candidate> MOST_PROMISING =
      Comparator.comparingDouble((Candidate candidate) -> candidate.improvement).reversed();

  private final int maxTrials;
  private Integer numInitialPoints;
  private int maxPending = 3;

  /**
   * A search for the best model.
   *
   * @param objective by its name in the logs, see {@link Objective#of}
   */
  public BayesianOptimization(HyperModel model, String objective, int maxTrials) {
    this(model, Objective.of(objective), maxTrials);
  }

  /** A search for the best model. */
  public BayesianOptimization(HyperModel model, Objective objective, int maxTrials) {
    super(model, objective);
    this.maxTrials = atLeastOne("maxTrials", maxTrials);
  }

  /** A search for the best value of a function, or of a score of folds. */
  public BayesianOptimization(String objective, int maxTrials) {
    this(null, objective, maxTrials);
  }

  /** A search for the best value of a function, or of a score of folds. */
  public BayesianOptimization(Objective objective, int maxTrials) {
    this(null, objective, maxTrials);
  }

  @Override
  BayesianOptimization self() {
    return this;
  }

  /**
   * Sets the number of random trials at the beginning; by default three for each hyperparameter, as
   * in KerasTuner.
   */
  public BayesianOptimization numInitialPoints(int trials) {
    numInitialPoints = atLeastOne("numInitialPoints", trials);
    return this;
  }

  /**
   * Sets how many trials may be without a result when one is proposed; 3 by default. With 0 each
   * trial knows all results before it, and the trials run one after another, each on all threads.
   */
  public BayesianOptimization maxPending(int trials) {
    maxPending = atLeast("maxPending", 0, trials);
    return this;
  }

  /** Others would only take a share of the threads. */
  @Override
  int parallel() {
    return Math.min(super.parallel() - 1, maxPending) + 1;
  }

  @Override
  Decision step(int number, TrialLog log) {
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
    if (proposal == null) {
      proposal = log.random(number, null);
    }
    return proposal == null ? Decision.END : Decision.run(proposal);
  }

  /** The most promising values that were not tried; null where all that were looked at were. */
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
      double[] believed = Arrays.copyOf(y, number);
      for (int n = known; n < number; n++) {
        believed[n] = process.mean(x[n]);
      }
      process = process.with(x, believed);
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

  /** Walks uphill by random steps that grow shorter; adds every place on the way. */
  private static void climb(
      Map<String, Object> start,
      GaussianProcess process,
      double best,
      SearchSpace space,
      SplitMix64 random,
      List<Candidate> places) {
    Candidate at = candidate(start, process, best, space);
    for (int step = 0; step < STEPS; step++) {
      double deviation =
          FIRST_DEVIATION * StrictMath.pow(LAST_DEVIATION / FIRST_DEVIATION, step / (STEPS - 1.0));
      Candidate next =
          candidate(space.neighbour(at.values, deviation, random), process, best, space);
      if (next.improvement > at.improvement) {
        at = next;
        places.add(at);
      }
    }
  }

  private static Candidate candidate(
      Map<String, Object> values, GaussianProcess process, double best, SearchSpace space) {
    return new Candidate(values, process.expectedImprovement(space.encode(values), best));
  }

  /** Values and the improvement that is expected of them. */
  private record Candidate(Map<String, Object> values, double improvement) {}

  /** The costs of the first trials with mean 0 and deviation 1, the tail cut off. */
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
  int plannedTrials() {
    return maxTrials;
  }

  @Override
  Map<String, Object> settings() {
    Map<String, Object> settings = new LinkedHashMap<>();
    settings.put(
        "numInitialPoints", numInitialPoints == null ? "3 a hyperparameter" : numInitialPoints);
    settings.put("maxPending", maxPending);
    return settings;
  }
}
