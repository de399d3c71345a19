package org.unroll.tuning;

import java.util.List;
import java.util.Map;

/** A hyperparameter of a search space and when it matters: where all conditions hold. */
record Dimension(HyperParameter definition, List<Condition> conditions) {
  String name() {
    return definition.name();
  }

  boolean isActive(Map<String, Object> chosen) {
    return conditions.stream().allMatch(condition -> condition.holds(chosen));
  }
}
