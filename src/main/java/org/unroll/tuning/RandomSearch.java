package org.unroll.tuning;

import java.util.Map;

/**
 * Tries random hyperparameters, each trial others; KerasTuner's {@code RandomSearch}. (Bergstra and
 * Bengio, "Random search for hyper-parameter optimization", 2012.)
 *
 * <p>The search ends early where random values were those of earlier trials more than 20 times in a
 * row: then all are taken as tried.
 */
public final class RandomSearch extends Tuner<RandomSearch> {
  private final int maxTrials;

  /**
   * A search for the best model.
   *
   * @param objective by its name in the logs, see {@link Objective#of}
   */
  public RandomSearch(HyperModel model, String objective, int maxTrials) {
    this(model, Objective.of(objective), maxTrials);
  }

  /** A search for the best model. */
  public RandomSearch(HyperModel model, Objective objective, int maxTrials) {
    super(model, objective);
    this.maxTrials = atLeastOne("maxTrials", maxTrials);
  }

  /** A search for the best value of a function, or of a score of folds. */
  public RandomSearch(String objective, int maxTrials) {
    this(null, objective, maxTrials);
  }

  /** A search for the best value of a function, or of a score of folds. */
  public RandomSearch(Objective objective, int maxTrials) {
    this(null, objective, maxTrials);
  }

  @Override
  RandomSearch self() {
    return this;
  }

  @Override
  Decision step(int number, TrialLog log) {
    Proposal proposal = number < maxTrials ? log.random(number, null) : null;
    return proposal == null ? Decision.END : Decision.run(proposal);
  }

  @Override
  int plannedTrials() {
    return maxTrials;
  }

  @Override
  Map<String, Object> settings() {
    return Map.of();
  }
}
