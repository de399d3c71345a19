package org.unroll.tuning;

import java.util.List;
import java.util.Map;

/** That a hyperparameter has one of these values. */
record Condition(String parent, List<Object> values) {
  boolean holds(Map<String, Object> chosen) {
    return chosen.containsKey(parent) && values.contains(chosen.get(parent));
  }
}
