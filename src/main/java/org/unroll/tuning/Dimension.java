package org.unroll.tuning;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * A hyperparameter and the scopes in which it was requested. It matters if all conditions of one of
 * the scopes hold.
 */
record Dimension(HyperParameter definition, Set<List<Condition>> scopes) {
  /** The condition that another hyperparameter has one of these values. */
  record Condition(String parent, List<Object> values) {
    boolean holds(Map<String, Object> chosen) {
      return chosen.containsKey(parent) && values.contains(chosen.get(parent));
    }
  }

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

  /** Returns this hyperparameter with the scopes of both. */
  Dimension or(Dimension other) {
    Set<List<Condition>> all = new LinkedHashSet<>(scopes);
    all.addAll(other.scopes);
    return new Dimension(definition, all);
  }
}
