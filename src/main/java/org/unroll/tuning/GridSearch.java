package org.unroll.tuning;

import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Tries all combinations of values, as KerasTuner's {@code GridSearch}. The hyperparameter that is
 * requested last changes fastest. A range without steps contributes 10 values, evenly spaced on its
 * scale.
 *
 * <p>The hyperparameters of a trial may depend on the values of others. Each combination of
 * requested hyperparameters is tried once.
 */
public final class GridSearch extends Tuner<GridSearch> {
  private final int maxTrials;

  /**
   * Creates a tuner for models that tries all combinations.
   *
   * @param model builds the model of a trial
   * @param objective the name of a loss or metric in the logs; see {@link Objective#of}
   */
  public GridSearch(HyperModel model, String objective) {
    this(model, Objective.of(objective), Integer.MAX_VALUE);
  }

  /**
   * Creates a tuner for models that tries the first {@code maxTrials} combinations.
   *
   * @param model builds the model of a trial
   * @param objective the value to minimize or maximize
   * @param maxTrials the maximum number of trials
   */
  public GridSearch(HyperModel model, Objective objective, int maxTrials) {
    super(model, objective);
    this.maxTrials = atLeastOne("maxTrials", maxTrials);
  }

  /**
   * Creates a tuner for functions or scores of folds.
   *
   * @param objective the name of a loss or metric; see {@link Objective#of}
   */
  public GridSearch(String objective) {
    this(Objective.of(objective));
  }

  /**
   * Creates a tuner for functions or scores of folds.
   *
   * @param objective the value to minimize or maximize
   */
  public GridSearch(Objective objective) {
    this(null, objective, Integer.MAX_VALUE);
  }

  @Override
  protected GridSearch self() {
    return this;
  }

  @Override
  protected Decision decide(int number, TrialLog log) {
    if (number >= maxTrials) {
      return Decision.END;
    }
    Map<String, Object> prefix = number == 0 ? Map.of() : after(log.proposal(number - 1));
    if (prefix == null) {
      return Decision.END;
    }
    return log.run(
        number,
        definition ->
            prefix.containsKey(definition.name())
                ? prefix.get(definition.name())
                : definition.values().get(0));
  }

  /** Returns the first values of the next combination, or null after the last combination. */
  private static Map<String, Object> after(Proposal proposal) {
    List<Dimension> asked = proposal.space();
    for (int last = asked.size() - 1; last >= 0; last--) {
      List<Object> values = asked.get(last).definition().values();
      int next = values.indexOf(proposal.values().get(asked.get(last).name())) + 1;
      if (next < values.size()) {
        Map<String, Object> prefix = new HashMap<>();
        for (Dimension before : asked.subList(0, last)) {
          prefix.put(before.name(), proposal.values().get(before.name()));
        }
        prefix.put(asked.get(last).name(), values.get(next));
        return prefix;
      }
    }
    return null;
  }

  @Override
  protected int plannedTrials() {
    return maxTrials == Integer.MAX_VALUE ? -1 : maxTrials;
  }
}
