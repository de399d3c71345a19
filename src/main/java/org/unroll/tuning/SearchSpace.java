package org.unroll.tuning;

import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.unroll.internal.SplitMix64;

/**
 * A search space as points between which there are distances, for a Gaussian process.
 *
 * <p>A number is a coordinate on the scale on which it is sampled, from −½ to ½; a whole number or
 * a step is the middle of its share, so that the process sees the values that can be had and none
 * between them (Garrido-Merchán and Hernández-Lobato 2020). Of a choice without order each value
 * has a coordinate, √½ where it is the one: all are at distance 1 from each other. A hyperparameter
 * with conditions has one more coordinate, 1 where they do not hold, its others being 0 then: where
 * it does not matter, it makes no difference between trials. The coordinates of a hyperparameter
 * share a length scale.
 */
final class SearchSpace {
  /** How often one value is changed in place of two. */
  private static final double ONE_CHANGE = 0.7;

  /** Less than the share of any value has; a range has fewer than 2³² of them. */
  private static final double FIRST_DISTANCE = 0x1p-40;

  private final List<Dimension> dimensions;
  private final int[] groups;

  /** The space of some hyperparameters. */
  SearchSpace(Collection<Dimension> dimensions) {
    this.dimensions =
        dimensions.stream().filter(known -> hasSeveralValues(known.definition())).toList();
    List<Integer> all = new ArrayList<>();
    for (int group = 0; group < this.dimensions.size(); group++) {
      for (int i = 0; i < width(this.dimensions.get(group)); i++) {
        all.add(group);
      }
    }
    groups = all.stream().mapToInt(Integer::intValue).toArray();
  }

  /** By the ends, for a range may have more values than fit into a list. */
  private static boolean hasSeveralValues(HyperParameter definition) {
    return !definition.valueAt(0).equals(definition.valueAt(Math.nextDown(1.0)));
  }

  private static int width(Dimension dimension) {
    HyperParameter definition = dimension.definition();
    return (definition.isOrdered() ? 1 : definition.values().size())
        + (dimension.isConditional() ? 1 : 0);
  }

  /** The number of hyperparameters that have more than one value. */
  int size() {
    return dimensions.size();
  }

  /** The hyperparameter of each coordinate. */
  int[] groups() {
    return groups.clone();
  }

  /**
   * The point of some values; a hyperparameter that has none counts as one that does not matter.
   */
  double[] encode(Map<String, Object> values) {
    double[] point = new double[groups.length];
    int next = 0;
    for (Dimension dimension : dimensions) {
      HyperParameter definition = dimension.definition();
      Object value = values.get(dimension.name());
      if (value == null) {
        if (dimension.isConditional()) {
          point[next + width(dimension) - 1] = 1;
        }
      } else if (definition.isOrdered()) {
        point[next] = definition.shareOf(value) - 0.5;
      } else {
        point[next + definition.values().indexOf(value)] = Math.sqrt(0.5);
      }
      next += width(dimension);
    }
    return point;
  }

  /** The values of this space's hyperparameters alone. */
  Map<String, Object> restrict(Map<String, Object> values) {
    Map<String, Object> restricted = new LinkedHashMap<>();
    for (Dimension dimension : dimensions) {
      if (values.containsKey(dimension.name())) {
        restricted.put(dimension.name(), values.get(dimension.name()));
      }
    }
    return restricted;
  }

  /** Random values of all hyperparameters whose conditions hold. */
  Map<String, Object> sample(SplitMix64 random) {
    return completed(new LinkedHashMap<>(), random);
  }

  /**
   * Values that differ from others in one or two hyperparameters: numbers by a normal step on their
   * scale, or to the neighbour where this is too short, choices by any other value.
   *
   * @param deviation of the steps, the whole scale being 1
   */
  Map<String, Object> neighbour(Map<String, Object> values, double deviation, SplitMix64 random) {
    Map<String, Object> changed = new LinkedHashMap<>(values);
    List<Dimension> active =
        dimensions.stream().filter(known -> values.containsKey(known.name())).toList();
    if (active.isEmpty()) {
      return changed;
    }
    int changes = random.nextDouble() < ONE_CHANGE ? 1 : 2;
    for (int i = 0; i < changes; i++) {
      HyperParameter definition =
          active.get((int) (random.nextDouble() * active.size())).definition();
      Object before = changed.get(definition.name());
      changed.put(definition.name(), moved(definition, before, deviation, random));
    }
    return completed(changed, random);
  }

  private static Object moved(
      HyperParameter definition, Object value, double deviation, SplitMix64 random) {
    if (!definition.isOrdered()) {
      List<Object> others = new ArrayList<>(definition.values());
      others.remove(value);
      return others.get((int) (random.nextDouble() * others.size()));
    }
    double share = definition.shareOf(value) + deviation * random.nextGaussian();
    // Mirrored at the ends, twice for the longest steps.
    share = Math.abs(share);
    share = share > 1 ? Math.abs(2 - share) : share;
    Object moved = definition.valueAt(Math.min(share, Math.nextDown(1.0)));
    boolean isContinuous = definition instanceof HyperParameter.Reals reals && reals.step() == null;
    if (isContinuous || !moved.equals(value)) {
      return moved;
    }
    return beside(definition, value, random.nextDouble() < 0.5 ? -1 : 1);
  }

  /**
   * The next value on one side, or the same one at the end of the range. A distance that is doubled
   * until it leaves the value's share does not jump over the next one, which is at least half as
   * wide.
   */
  static Object beside(HyperParameter definition, Object value, int side) {
    double share = definition.shareOf(value);
    for (double distance = FIRST_DISTANCE; ; distance *= 2) {
      double there = share + side * distance;
      if (there < 0 || there >= 1) {
        return value;
      }
      Object other = definition.valueAt(there);
      if (!other.equals(value)) {
        return other;
      }
    }
  }

  /** Without values whose conditions do not hold, and with random ones that are missing. */
  private Map<String, Object> completed(Map<String, Object> values, SplitMix64 random) {
    Map<String, Object> completed = new LinkedHashMap<>();
    int before;
    do { // again, for what depends on one that stands behind it
      before = completed.size();
      for (Dimension dimension : dimensions) {
        if (!completed.containsKey(dimension.name()) && dimension.isActive(completed)) {
          Object value = values.get(dimension.name());
          completed.put(
              dimension.name(),
              value != null ? value : dimension.definition().valueAt(random.nextDouble()));
        }
      }
    } while (completed.size() > before);
    return completed;
  }
}
