package org.unroll.tuning;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * A hyperparameter of a search space and when it matters: where all conditions of one of the scopes
 * hold that it is asked for in.
 */
record Dimension(HyperParameter definition, Set<List<Condition>> scopes) {
  Dimension(HyperParameter definition, List<Condition> scope) {
    this(definition, Set.of(scope));
  }

  String name() {
    return definition.name();
  }

  boolean isConditional() {
    return scopes.stream().noneMatch(List::isEmpty);
  }

  boolean isActive(Map<String, Object> chosen) {
    return scopes.stream()
        .anyMatch(scope -> scope.stream().allMatch(condition -> condition.holds(chosen)));
  }

  /** The same hyperparameter where it is asked for in the scopes of another one as well. */
  Dimension or(Dimension other) {
    Set<List<Condition>> all = new LinkedHashSet<>(scopes);
    all.addAll(other.scopes);
    return new Dimension(definition, all);
  }
}
