package org.unroll.tuning;

/**
 * Tries random hyperparameters, as KerasTuner's {@code RandomSearch} (Bergstra and Bengio, "Random
 * search for hyper-parameter optimization", JMLR 13, 2012). No two trials have the same values.
 *
 * <p>The search ends early if more than 20 random samples in a row were tried before. It is then
 * assumed that no other values are left.
 */
public final class RandomSearch extends Tuner<RandomSearch> {
  private final int maxTrials;

  /**
   * Creates a tuner for models.
   *
   * @param model builds the model of a trial
   * @param objective the name of a loss or metric in the logs; see {@link Objective#of}
   * @param maxTrials the maximum number of trials
   */
  public RandomSearch(HyperModel model, String objective, int maxTrials) {
    this(model, Objective.of(objective), maxTrials);
  }

  /**
   * Creates a tuner for models.
   *
   * @param model builds the model of a trial
   * @param objective the value to minimize or maximize
   * @param maxTrials the maximum number of trials
   */
  public RandomSearch(HyperModel model, Objective objective, int maxTrials) {
    super(model, objective);
    this.maxTrials = atLeastOne("maxTrials", maxTrials);
  }

  /**
   * Creates a tuner for functions or scores of folds.
   *
   * @param objective the name of a loss or metric; see {@link Objective#of}
   * @param maxTrials the maximum number of trials
   */
  public RandomSearch(String objective, int maxTrials) {
    this(null, objective, maxTrials);
  }

  /**
   * Creates a tuner for functions or scores of folds.
   *
   * @param objective the value to minimize or maximize
   * @param maxTrials the maximum number of trials
   */
  public RandomSearch(Objective objective, int maxTrials) {
    this(null, objective, maxTrials);
  }

  @Override
  protected RandomSearch self() {
    return this;
  }

  @Override
  protected Decision decide(int number, TrialLog log) {
    return number < maxTrials ? log.random(number) : Decision.END;
  }

  @Override
  protected int plannedTrials() {
    return maxTrials;
  }
}
