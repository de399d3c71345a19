package org.unroll.tuning;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/** Computes {@link SearchResult#importance()}. */
final class Importance {
  private Importance() {}

  /** Returns the importance by name, in descending order. */
  static Map<String, Double> of(SearchResult result) {
    List<Trial> trials =
        result.trials().stream()
            .filter(Trial::isCompleted)
            .filter(trial -> trial.rung() == null || trial.rung().round() == 0)
            .toList();
    double[] ranks = ranks(trials);
    Map<String, Double> importance = new LinkedHashMap<>();
    for (HyperParameter definition : result.space()) {
      importance.put(definition.name(), of(ranks, groups(trials, definition)));
    }
    Map<String, Double> sorted = new LinkedHashMap<>();
    importance.entrySet().stream()
        .sorted(
            Comparator.comparingDouble(
                entry -> Double.isNaN(entry.getValue()) ? 2 : -entry.getValue()))
        .forEach(entry -> sorted.put(entry.getKey(), entry.getValue()));
    return sorted;
  }

  /** Returns the ranks, relative to the number of trials in the bracket. */
  private static double[] ranks(List<Trial> trials) {
    double[] ranks = new double[trials.size()];
    for (int i = 0; i < ranks.length; i++) {
      double below = 0;
      double all = 0;
      for (Trial other : trials) {
        if (bracket(other) == bracket(trials.get(i))) {
          int order = Double.compare(other.score(), trials.get(i).score());
          below += order < 0 ? 1 : order == 0 ? 0.5 : 0;
          all++;
        }
      }
      ranks[i] = below / all;
    }
    return ranks;
  }

  private static int bracket(Trial trial) {
    return trial.rung() == null ? 0 : trial.rung().bracket();
  }

  private static int[] groups(List<Trial> trials, HyperParameter definition) {
    String name = definition.name();
    List<Object> values =
        new ArrayList<>(
            trials.stream()
                .filter(trial -> trial.values().containsKey(name))
                .map(trial -> trial.values().get(name))
                .toList());
    int most = (int) Math.sqrt(trials.size());
    Map<Object, Integer> groupOf = new HashMap<>();
    if (!definition.isOrdered() || values.stream().distinct().count() <= most) {
      for (Object value : values) {
        groupOf.putIfAbsent(value, groupOf.size());
      }
    } else {
      values.sort(Comparator.comparingDouble(value -> ((Number) value).doubleValue()));
      for (int i = 0; i < values.size(); i++) {
        // Equal values stay together, in the group of the first one.
        groupOf.putIfAbsent(values.get(i), i * most / values.size());
      }
    }
    return trials.stream()
        .mapToInt(trial -> groupOf.getOrDefault(trial.values().get(name), -1))
        .toArray();
  }

  /** Returns Kelley's ε² of values in groups. */
  static double of(double[] values, int[] groups) {
    int[] different = IntStream.of(groups).distinct().toArray();
    double within = 0;
    for (int group : different) {
      within +=
          squares(
              IntStream.range(0, values.length)
                  .filter(i -> groups[i] == group)
                  .mapToDouble(i -> values[i])
                  .toArray());
    }
    double all = squares(values);
    int freedom = values.length - different.length;
    return all == 0 || freedom == 0
        ? Double.NaN
        : 1 - within / freedom / (all / (values.length - 1));
  }

  private static double squares(double[] values) {
    double mean = 0;
    for (double value : values) {
      mean += value / values.length;
    }
    double squares = 0;
    for (double value : values) {
      squares += (value - mean) * (value - mean);
    }
    return squares;
  }
}
