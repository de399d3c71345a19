package org.unroll.internal;

import java.util.HashMap;
import java.util.Map;

/** Numbers repeated names as Keras does: {@code lstm}, {@code lstm_1}, {@code lstm_2}, …. */
public final class UniqueNames {
  private final Map<String, Integer> counts = new HashMap<>();

  /** Returns the name itself the first time, then the name with a number. */
  public String next(String name) {
    int count = counts.merge(name, 1, Integer::sum) - 1;
    return count == 0 ? name : name + "_" + count;
  }

  /** Returns whether {@link #next} was called with this name. */
  public boolean isUsed(String name) {
    return counts.containsKey(name);
  }
}
