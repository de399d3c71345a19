package org.unroll.tuning;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.unroll.tuning.Sampling.LINEAR;
import static org.unroll.tuning.Sampling.LOG;
import static org.unroll.tuning.Sampling.REVERSE_LOG;

import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.DoubleRange;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class HyperParametersTest {
  private static HyperParameter ints(int min, int max, Integer step, Sampling sampling) {
    return new HyperParameter.Integers("n", min, max, step, sampling);
  }

  private static HyperParameter floats(double min, double max, Double step, Sampling sampling) {
    return new HyperParameter.Reals("x", min, max, step, sampling);
  }

  /**
   * Compares with the examples of KerasTuner's documentation and with the ranges of the article.
   */
  @Test
  void returnsTheStepsOfKerasTuner() {
    assertEquals(List.of(6, 7, 8, 9, 10, 11, 12), ints(6, 12, null, LINEAR).values());
    assertEquals(List.of(6, 9, 12), ints(6, 13, 3, LINEAR).values());
    assertEquals(List.of(2, 4, 8, 16, 32), ints(2, 32, 2, LOG).values());
    assertEquals(List.of(50, 70, 90, 110, 130, 150), ints(50, 150, 20, LINEAR).values());
    assertEquals(List.of(20, 40, 60, 80, 100, 120, 140), ints(20, 150, 20, LINEAR).values());
    assertEquals(List.of(32, 30, 26, 18, 2), ints(2, 32, 2, REVERSE_LOG).values());
    assertEquals(List.of(0.0, 0.2, 0.4, 0.6, 0.8, 1.0), floats(0, 1, 0.2, LINEAR).values());
    assertEquals(List.of(0.001, 0.01, 0.1, 1.0, 10.0), floats(0.001, 10, 10.0, LOG).values());
    // In binary arithmetic, three steps of 0.1 are more than 0.3.
    assertEquals(List.of(0.0, 0.1, 0.2, 0.3), floats(0, 0.3, 0.1, LINEAR).values());
  }

  /** Steps need not reach the other end, and values between steps are rejected. */
  @Test
  void acceptsOnlySteps() {
    HyperParameter reversed = ints(2, 40, 2, REVERSE_LOG); // 42 − 2, 42 − 4, …, 42 − 32
    assertEquals(List.of(40, 38, 34, 26, 10), reversed.values());
    assertEquals(10, reversed.defaultValue());
    assertFalse(reversed.accepts(2));
    assertFalse(ints(50, 150, 20, LINEAR).accepts(60));
    assertTrue(floats(0, 0.5, 0.1, LINEAR).accepts(0.3));
    assertFalse(floats(0, 0.5, 0.1, LINEAR).accepts(0.25));
    assertTrue(floats(0, 0.5, null, LINEAR).accepts(0.25));
  }

  @Test
  void returnsTheScalesOfKerasTuner() {
    assertEquals(2.5, (double) floats(1, 4, null, LINEAR).valueAt(0.5));
    assertEquals(2, (double) floats(1, 4, null, LOG).valueAt(0.5), 1e-15);
    assertEquals(3, (double) floats(1, 4, null, REVERSE_LOG).valueAt(0.5), 1e-15);
    assertEquals(1e-4, (double) floats(1e-4, 1e-2, null, LOG).valueAt(0), 1e-19);
    // 1 · (1000 / 1)^u for u = 0, 1/3 and 2/3, rounded down. The last interval has the maximum.
    HyperParameter log = ints(1, 999, null, LOG);
    assertEquals(1, log.valueAt(0));
    assertEquals(10, log.valueAt(0.3334));
    assertEquals(100, log.valueAt(0.6667));
    assertEquals(999, log.valueAt(Math.nextDown(1.0)));
    // All integers have intervals of the same size in a linear range.
    assertEquals(1, ints(1, 2, null, LINEAR).valueAt(0.49));
    assertEquals(2, ints(1, 2, null, LINEAR).valueAt(0.51));
    assertEquals("b", new HyperParameter.Choices("c", List.of("a", "b", "c")).valueAt(0.5));
  }

  @Property
  void findsAnIntegerAtItsShare(
      @ForAll @IntRange(min = 1, max = 300) int min,
      @ForAll @IntRange(max = 900) int width,
      @ForAll @IntRange(min = 1, max = 40) int step, // 1: none
      @ForAll Sampling sampling,
      @ForAll @DoubleRange(max = 1, maxIncluded = false) double share) {
    HyperParameter range = ints(min, min + width, step == 1 ? null : step, sampling);
    Object value = range.valueAt(share);
    assertTrue(range.accepts(value));
    assertEquals(value, range.valueAt(range.shareOf(value)));
    assertTrue(step == 1 || range.values().contains(value));
  }

  @Property
  void findsANumberAtItsShare(
      @ForAll @IntRange(min = 1, max = 300) int min,
      @ForAll @IntRange(min = 1, max = 900) int width,
      @ForAll @IntRange(max = 40) int step, // 0: none
      @ForAll Sampling sampling,
      @ForAll @DoubleRange(max = 1, maxIncluded = false) double share) {
    HyperParameter range =
        floats(min / 64.0, (min + width) / 64.0, step == 0 ? null : step / 16.0 + 1, sampling);
    Object value = range.valueAt(share);
    assertTrue(range.accepts(value));
    if (step == 0) {
      assertEquals(share, range.shareOf(value), 1e-9);
    } else {
      assertEquals(value, range.valueAt(range.shareOf(value)));
      assertTrue(range.values().contains(value));
    }
  }

  @Test
  void hasDefaultsWithoutATuner() {
    var hp = new HyperParameters();
    assertEquals(50, hp.Int("units", 50, 150, 20));
    assertEquals("tanh", hp.Choice("activation", "tanh", "relu"));
    assertEquals(32, hp.Choice("batch", 32, 64));
    assertEquals(0.5, hp.Choice("share", 0.5, 0.25));
    assertFalse(hp.Boolean("two"));
    assertEquals("adam", hp.Fixed("optimizer", "adam"));
    assertEquals(50, hp.Int("units", 50, 150, 20));
    assertEquals(50, hp.get("units"));
    assertEquals(
        List.of("units", "activation", "batch", "share", "two", "optimizer"),
        List.copyOf(hp.values().keySet()));
    assertEquals(70, HyperParameters.of(Map.of("units", 70)).Int("units", 50, 150, 20));
  }

  @Test
  void runsAScopeIfItsConditionHolds() {
    Consumer<HyperParameters> stack =
        hp -> {
          hp.Int("layers", 1, 3);
          hp.conditionalScope(
              "layers",
              List.of(2, 3),
              () -> {
                hp.Int("units 2", 10, 20);
                hp.conditionalScope("layers", List.of(3), () -> hp.Int("units 3", 10, 20));
              });
        };
    var one = new HyperParameters();
    stack.accept(one);
    assertEquals(Map.of("layers", 1), one.values());
    var two = HyperParameters.of(Map.of("layers", 2));
    stack.accept(two);
    assertEquals(Map.of("layers", 2, "units 2", 10), two.values());
    var three = HyperParameters.of(Map.of("layers", 3));
    stack.accept(three);
    assertEquals(3, three.values().size());
    Dimension last = three.space().get(2);
    assertTrue(last.isActive(Map.of("layers", 3)));
    assertFalse(last.isActive(Map.of("layers", 2)));
  }

  private static void assertRejected(String message, Consumer<HyperParameters> use) {
    var error =
        assertThrows(IllegalArgumentException.class, () -> use.accept(new HyperParameters()));
    assertTrue(error.getMessage().contains(message), error.getMessage());
  }

  @Test
  void rejectsWrongArgumentsWithTheReason() {
    assertRejected("'n' 5 … 4", hp -> hp.Int("n", 5, 4));
    assertRejected(
        "must be greater than 0. Received: 'rate' 0.0 … 1.0, log.",
        hp -> hp.Float("rate", 0, 1, LOG));
    assertRejected(
        "is a ratio and must be greater than 1", hp -> hp.Float("rate", 0.1, 1, 0.5, LOG));
    assertRejected("The step of a range must be greater than 0", hp -> hp.Int("n", 1, 4, 0));
    assertRejected("finite", hp -> hp.Float("x", 0, Double.NaN));
    assertRejected("must have at least one value", hp -> hp.Choice("c", new String[0]));
    assertRejected("must be different and of one type", hp -> hp.Choice("c", "a", "a"));
    assertRejected(
        "Received: Int 1 … 4, step 1 and Int 1 … 5, step 1",
        hp -> {
          hp.Int("n", 1, 4);
          hp.Int("n", 1, 5);
        });
    assertRejected(
        "must be requested before the scope, but 'no' was not",
        hp -> hp.conditionalScope("no", List.of(1), () -> {}));
    assertRejected(
        "possible values of 'n' (Int 1 … 4, step 1), but one was 7 (Integer).",
        hp -> {
          hp.Int("n", 1, 4);
          hp.conditionalScope("n", List.of(7), () -> {});
        });
    assertRejected(
        "possible values of 'units' (Int 50 … 150, step 20), but one was 60 (Integer).",
        hp -> {
          hp.Int("units", 50, 150, 20);
          hp.conditionalScope("units", List.of(50, 60), () -> {});
        });
    assertRejected(
        "possible values of 'rate' (Float 0.0 … 1.0), but one was 1 (Integer).",
        hp -> {
          hp.Float("rate", 0, 1);
          hp.conditionalScope("rate", List.of(1), () -> {});
        });
    assertRejected(
        "finite numbers or booleans", hp -> hp.Choice("clip", 1, Double.POSITIVE_INFINITY));
    assertRejected(
        "The fixed value 'clip' must be finite, but was NaN.", hp -> hp.Fixed("clip", Double.NaN));
    assertRejected("hyperparameter must be one of [], but was 'n'.", hp -> hp.get("n"));
    var error =
        assertThrows(
            IllegalArgumentException.class,
            () -> HyperParameters.of(Map.of("n", 9)).Int("n", 1, 4));
    assertEquals(
        "The hyperparameter 'n' must be one of its values (Int 1 … 4, step 1), but was 9 (Integer).",
        error.getMessage());
  }

  @Test
  void knowsTheDirectionOfAnObjective() {
    assertFalse(Objective.of("val_loss").higherIsBetter());
    assertFalse(Objective.of("mae").higherIsBetter());
    assertTrue(Objective.of("val_accuracy").higherIsBetter());
    assertTrue(Objective.of("val_auc").higherIsBetter());
    var error = assertThrows(IllegalArgumentException.class, () -> Objective.of("val_mine"));
    assertTrue(error.getMessage().contains("Objective.min(\"val_mine\")"), error.getMessage());
  }
}
