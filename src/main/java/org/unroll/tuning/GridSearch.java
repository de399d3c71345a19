package org.unroll.tuning;

import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Tries all combinations, the hyperparameter asked for last changing fastest; KerasTuner's {@code
 * GridSearch}. Of a range without steps 10 values are tried, evenly on its scale.
 *
 * <p>What a trial asks for may depend on the values that it got: each combination is tried once,
 * and none that differs only in what is not asked for.
 */
public final class GridSearch extends Tuner<GridSearch> {
  private final int maxTrials;

  /**
   * A search among all models.
   *
   * @param objective by its name in the logs, see {@link Objective#of}
   */
  public GridSearch(HyperModel model, String objective) {
    this(model, Objective.of(objective), Integer.MAX_VALUE);
  }

  /** A search among all models, or the first {@code maxTrials} of them. */
  public GridSearch(HyperModel model, Objective objective, int maxTrials) {
    super(model, objective);
    this.maxTrials = atLeastOne("maxTrials", maxTrials);
  }

  /** A search among all values of a function, or of a score of folds. */
  public GridSearch(String objective) {
    this(Objective.of(objective));
  }

  /** A search among all values of a function, or of a score of folds. */
  public GridSearch(Objective objective) {
    this(null, objective, Integer.MAX_VALUE);
  }

  @Override
  GridSearch self() {
    return this;
  }

  @Override
  Decision step(int number, TrialLog log) {
    if (number >= maxTrials) {
      return Decision.END;
    }
    Map<String, Object> prefix = number == 0 ? Map.of() : after(log.proposal(number - 1));
    if (prefix == null) {
      return Decision.END;
    }
    return Decision.run(
        log.prepare(
            number,
            definition ->
                prefix.containsKey(definition.name())
                    ? prefix.get(definition.name())
                    : definition.values().get(0),
            null));
  }

  /** The values that the next combination begins with; null after the last one. */
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
  int plannedTrials() {
    return maxTrials == Integer.MAX_VALUE ? -1 : maxTrials;
  }

  @Override
  Map<String, Object> settings() {
    return Map.of();
  }
}
