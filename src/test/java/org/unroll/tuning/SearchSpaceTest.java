package org.unroll.tuning;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.unroll.compute.SplitMix64;

class SearchSpaceTest {
  /** The space of a function, as the values of some trials reveal it. */
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

  /** All sets of names that random values have. */
  private static Set<Set<String>> sampled(SearchSpace space) {
    var random = new SplitMix64(1);
    Set<Set<String>> names = new HashSet<>();
    for (int i = 0; i < 100; i++) {
      names.add(space.sample(random).keySet());
    }
    return names;
  }

  /** The units of an LSTM matter where there is one, in the one place or in the other. */
  @Test
  void aNameInSeveralScopesMattersInEach() {
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
  void aNameThatIsAlsoAskedForOutsideMattersAlways() {
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

  /** What a condition depends on may come up in a later trial than what is conditional. */
  @Test
  void theOrderInWhichNamesComeUpDoesNotMatter() {
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
