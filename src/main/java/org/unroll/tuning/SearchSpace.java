package org.unroll.tuning;

import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.unroll.internal.SplitMix64;

/**
 * Encodes hyperparameters as points for a Gaussian process.
 *
 * <ul>
 *   <li>A number is one coordinate from −½ to ½ on its scale. An integer or a step is the midpoint
 *       of its interval, so the process never sees a value between two possible values
 *       (Garrido-Merchán and Hernández-Lobato 2020).
 *   <li>An unordered choice has a coordinate for each value: √½ for the chosen value, else 0. All
 *       values have distance 1 from each other.
 *   <li>A conditional hyperparameter has one more coordinate, which is 1 if its conditions do not
 *       hold. The other coordinates are then 0, so its value makes no difference.
 * </ul>
 *
 * <p>The coordinates of a hyperparameter share a length scale.
 */
final class SearchSpace {
  /** The probability of changing one value instead of two. */
  private static final double ONE_CHANGE = 0.7;

  /** A distance smaller than any interval, because a range has fewer than 2³² values. */
  private static final double FIRST_DISTANCE = 0x1p-40;

  private final List<Dimension> dimensions;
  private final int[] groups;

  /** Creates the space of some hyperparameters. */
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

  /** Compares the ends, because the values of a range may not fit into a list. */
  private static boolean hasSeveralValues(HyperParameter definition) {
    return !definition.valueAt(0).equals(definition.valueAt(Math.nextDown(1.0)));
  }

  private static int width(Dimension dimension) {
    HyperParameter definition = dimension.definition();
    return (definition.isOrdered() ? 1 : definition.values().size())
        + (dimension.isConditional() ? 1 : 0);
  }

  /** Returns the number of hyperparameters with more than one value. */
  int size() {
    return dimensions.size();
  }

  /** Returns the index of the hyperparameter for each coordinate. */
  int[] groups() {
    return groups.clone();
  }

  /** Returns the point of some values. A hyperparameter without a value does not matter. */
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

  /** Returns only the values of the hyperparameters of this space. */
  Map<String, Object> restrict(Map<String, Object> values) {
    Map<String, Object> restricted = new LinkedHashMap<>();
    for (Dimension dimension : dimensions) {
      if (values.containsKey(dimension.name())) {
        restricted.put(dimension.name(), values.get(dimension.name()));
      }
    }
    return restricted;
  }

  /** Returns random values of all hyperparameters whose conditions hold. */
  Map<String, Object> sample(SplitMix64 random) {
    return completed(new LinkedHashMap<>(), random);
  }

  /**
   * Returns values that differ in one or two hyperparameters. Numbers change by a normal step on
   * their scale, or to the next value if the step is too short. Unordered choices change to any
   * other value.
   *
   * @param deviation the standard deviation of the steps, relative to the scale
   */
  Map<String, Object> neighbor(Map<String, Object> values, double deviation, SplitMix64 random) {
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
    // Reflected at the ends, twice for the longest steps.
    share = Math.abs(share);
    share = share > 1 ? Math.abs(2 - share) : share;
    Object moved = definition.valueAt(Math.min(share, Math.nextDown(1.0)));
    boolean isContinuous = definition instanceof HyperParameter.Reals reals && reals.step() == null;
    if (isContinuous || !moved.equals(value)) {
      return moved;
    }
    return next(definition, value, random.nextDouble() < 0.5 ? -1 : 1);
  }

  /**
   * Returns the next value on one side, or the same value at the end of the range. The distance is
   * doubled until it leaves the interval of the value. This cannot skip the next interval, which is
   * at least half as wide.
   */
  static Object next(HyperParameter definition, Object value, int side) {
    double share = definition.shareOf(value);
    for (double distance = FIRST_DISTANCE; ; distance *= 2) {
      double neighbor = share + side * distance;
      if (neighbor < 0 || neighbor >= 1) {
        return value;
      }
      Object other = definition.valueAt(neighbor);
      if (!other.equals(value)) {
        return other;
      }
    }
  }

  /** Removes values whose conditions do not hold and adds random values that are missing. */
  private Map<String, Object> completed(Map<String, Object> values, SplitMix64 random) {
    Map<String, Object> completed = new LinkedHashMap<>();
    int before;
    do { // repeated, because a hyperparameter can depend on a later one
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
