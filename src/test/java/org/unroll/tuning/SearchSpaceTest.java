package org.unroll.tuning;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.DoubleRange;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;
import org.unroll.internal.SplitMix64;

class SearchSpaceTest {
  /** Returns the space of a function from the requests of some trials. */
  private static SearchSpace space(
      Consumer<HyperParameters> function, List<Map<String, ?>> trials) {
    Map<String, Dimension> dimensions = new LinkedHashMap<>();
    for (Map<String, ?> trial : trials) {
      HyperParameters hp = HyperParameters.of(trial);
      function.accept(hp);
      hp.space().forEach(asked -> dimensions.merge(asked.name(), asked, Dimension::or));
    }
    return new SearchSpace(dimensions.values());
  }

  /** Returns all sets of names that random values have. */
  private static Set<Set<String>> sampled(SearchSpace space) {
    var random = new SplitMix64(1);
    Set<Set<String>> names = new HashSet<>();
    for (int i = 0; i < 100; i++) {
      names.add(space.sample(random).keySet());
    }
    return names;
  }

  /** Integers on a scale have only 10 values in a grid, but neighbors are exact. */
  @Property(tries = 200)
  void neighborOfAnIntegerIsOneMoreOrLess(
      @ForAll @IntRange(min = 1, max = 3000) int min,
      @ForAll @IntRange(min = 1, max = 3000) int width,
      @ForAll Sampling sampling,
      @ForAll @DoubleRange(max = 1, maxIncluded = false) double share) {
    int max = min + width;
    var range = new HyperParameter.Integers("n", min, max, null, sampling);
    int n = (Integer) range.valueAt(share);
    assertEquals(Math.max(min, n - 1), SearchSpace.next(range, n, -1));
    assertEquals(Math.min(max, n + 1), SearchSpace.next(range, n, 1));
  }

  @Test
  void neighborsOfOtherValuesAreAdjacentInTheList() {
    var choice = new HyperParameter.Choices("batch", List.of(16, 32, 128));
    assertEquals(128, SearchSpace.next(choice, 32, 1));
    assertEquals(16, SearchSpace.next(choice, 16, -1));
    var steps = new HyperParameter.Reals("dropout", 0, 0.5, 0.1, Sampling.LINEAR);
    assertEquals(0.3, SearchSpace.next(steps, 0.2, 1));
  }

  /** For example, a seed as a hyperparameter: a list of its values would not fit into memory. */
  @Test
  void supportsRangesWithVeryManyValues() {
    SearchSpace space = space(hp -> hp.Int("seed", 0, 2_000_000_000), List.of(Map.of()));
    assertEquals(1, space.size());
    Map<String, Object> at = Map.of("seed", 1_000_000_000);
    var random = new SplitMix64(4);
    for (int i = 0; i < 50; i++) { // one step or two
      int seed = (Integer) space.neighbor(at, 1e-12, random).get("seed");
      assertTrue(Math.abs(seed - 1_000_000_000) <= 2, "seed " + seed);
    }
  }

  /** The units of an LSTM matter if there is an LSTM in one of two places. */
  @Test
  void hyperparameterInSeveralScopesMattersInEach() {
    SearchSpace space =
        space(
            hp -> {
              hp.Choice("cell", "none", "lstm", "gru");
              hp.conditionalScope("cell", List.of("lstm"), () -> hp.Int("units", 1, 9));
              hp.conditionalScope("cell", List.of("gru"), () -> hp.Int("units", 1, 9));
            },
            List.of(Map.of("cell", "lstm"), Map.of("cell", "none"), Map.of("cell", "gru")));
    assertEquals(Set.of(Set.of("cell"), Set.of("cell", "units")), sampled(space));
    var random = new SplitMix64(2);
    for (int i = 0; i < 100; i++) {
      Map<String, Object> values = space.sample(random);
      assertEquals(!values.get("cell").equals("none"), values.containsKey("units"));
    }
  }

  @Test
  void hyperparameterRequestedOutsideOfScopesAlwaysMatters() {
    Consumer<HyperParameters> function =
        hp -> {
          hp.Boolean("two");
          hp.conditionalScope("two", List.of(true), () -> hp.Int("units", 1, 9));
          hp.Int("units", 1, 9);
        };
    assertEquals(
        Set.of(Set.of("two", "units")),
        sampled(space(function, List.of(Map.of("two", true), Map.of("two", false)))));
    assertEquals(
        Set.of(Set.of("two", "units")), sampled(space(function, List.of(Map.of("two", true)))));
  }

  /** A conditional hyperparameter may be requested in an earlier trial than its parent. */
  @Test
  void orderOfRequestsDoesNotMatter() {
    SearchSpace space =
        space(
            hp -> {
              if (hp.Choice("cell", "lstm", "gru").equals("gru")) {
                hp.Boolean("deep");
                hp.conditionalScope("deep", List.of(true), () -> hp.Int("units", 1, 9));
              } else {
                hp.conditionalScope("cell", List.of("lstm"), () -> hp.Int("units", 1, 9));
              }
            },
            List.of(Map.of("cell", "lstm"), Map.of("cell", "gru", "deep", true)));
    var random = new SplitMix64(3);
    for (int i = 0; i < 100; i++) {
      Map<String, Object> values = space.sample(random);
      boolean matters = values.get("cell").equals("lstm") || values.get("deep").equals(true);
      assertEquals(matters, values.containsKey("units"));
    }
  }
}
