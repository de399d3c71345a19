package org.unroll.datasets;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.unroll.ErrorMessages.assertMessageContains;

import java.util.Arrays;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;
import org.unroll.data.Samples;
import org.unroll.data.Shape;

/** Checks the definitions of the tasks for any length, and the probabilities they state. */
class SequenceTasksTest {
  private static final int MANY = 40_000;

  @Property(tries = 50)
  void addingMarksOneNumberInEachHalf(
      @ForAll @IntRange(min = 2, max = 60) int length, @ForAll long seed) {
    Samples samples = SequenceTasks.adding(length, 20, seed);
    assertEquals(Shape.of(length, 2), samples.inputShape());
    assertEquals(Shape.of(1), samples.targetShape());
    for (int i = 0; i < 20; i++) {
      float[] steps = input(samples, i);
      double sum = 0;
      int[] marked = new int[2];
      for (int t = 0; t < length; t++) {
        float number = steps[2 * t];
        float marker = steps[2 * t + 1];
        assertTrue(number >= 0 && number <= 1, "a number on [0, 1): " + number);
        assertTrue(marker == 0 || marker == 1, "a marker of 0 or 1: " + marker);
        if (marker == 1) {
          sum += number;
          marked[t < length / 2 ? 0 : 1]++;
        }
      }
      assertArrayEquals(new int[] {1, 1}, marked);
      assertEquals(sum, target(samples, i)[0], 1e-6);
    }
  }

  /** Var(u + v) = 1/6 for two uniform numbers. Both markers are uniform in their halves. */
  @Test
  void answeringOneHasALossOfOneSixth() {
    int length = 10;
    Samples samples = SequenceTasks.adding(length, MANY, 5);
    double squares = 0;
    int[] marked = new int[length];
    for (int i = 0; i < MANY; i++) {
      squares += Math.pow(target(samples, i)[0] - 1, 2);
      float[] steps = input(samples, i);
      for (int t = 0; t < length; t++) {
        marked[t] += (int) steps[2 * t + 1];
      }
    }
    // Var((u + v - 1)²) = 1/15 - 1/36: one standard error is 0.001.
    assertEquals(1.0 / 6, squares / MANY, 0.004);
    assertEvenly(marked, MANY / 5);
  }

  @Property(tries = 50)
  void temporalOrderClassIsTheOrderOfTwoSignals(
      @ForAll @IntRange(min = 10, max = 120) int length, @ForAll long seed) {
    Samples samples = SequenceTasks.temporalOrder(length, 20, seed);
    assertEquals(Shape.of(length, 8), samples.inputShape());
    assertEquals(Shape.of(1), samples.targetShape());
    for (int i = 0; i < 20; i++) {
      String text = text(samples, i, "EBabcdXY");
      String inner = text.substring(1, length - 1);
      assertTrue(text.startsWith("E") && text.endsWith("B"), text);
      assertFalse(inner.contains("E") || inner.contains("B"), text);
      String signals = text.replaceAll("[^XY]", "");
      assertEquals(2, signals.length(), text);
      String[] classes = {"XX", "XY", "YX", "YY"};
      assertEquals(classes[(int) target(samples, i)[0]], signals, text);
      int first = firstSignal(text);
      int second = first + 1 + firstSignal(text.substring(first + 1));
      assertTrue(first >= length / 10 && first < length / 5, text);
      assertTrue(second >= length / 2 && second < 6 * length / 10, text);
    }
  }

  @Test
  void temporalOrderDrawsUniformly() {
    Samples samples = SequenceTasks.temporalOrder(100, MANY, 5);
    int[] classes = new int[4];
    int[] firsts = new int[10];
    int[] seconds = new int[10];
    int[] fillers = new int[4];
    for (int i = 0; i < MANY; i++) {
      String text = text(samples, i, "EBabcdXY");
      int first = firstSignal(text);
      classes[(int) target(samples, i)[0]]++;
      firsts[first - 10]++;
      seconds[first + 1 + firstSignal(text.substring(first + 1)) - 50]++;
      fillers[text.charAt(30) - 'a']++;
    }
    assertEvenly(classes, MANY / 4);
    assertEvenly(firsts, MANY / 10);
    assertEvenly(seconds, MANY / 10);
    assertEvenly(fillers, MANY / 4);
  }

  @Property(tries = 50)
  void copyRepeatsTheListAfterTheGoSignal(
      @ForAll @IntRange(min = 1, max = 12) int symbols,
      @ForAll @IntRange(min = 1, max = 30) int delay,
      @ForAll long seed) {
    Samples samples = SequenceTasks.copy(symbols, delay, 20, seed);
    int length = delay + 2 * symbols;
    assertEquals(Shape.of(length, 10), samples.inputShape());
    assertEquals(Shape.of(length), samples.targetShape());
    for (int i = 0; i < 20; i++) {
      String given = text(samples, i, "01234567_>");
      var wanted = new StringBuilder();
      for (float target : target(samples, i)) {
        wanted.append((int) target);
      }
      String list = given.substring(0, symbols);
      assertTrue(list.matches("[0-7]+"), given);
      assertEquals(list + "_".repeat(delay - 1) + ">" + "_".repeat(symbols), given);
      assertEquals("8".repeat(symbols + delay) + list, wanted.toString());
    }
  }

  @Test
  void copyDrawsSymbolsUniformly() {
    Samples samples = SequenceTasks.copy(3, 1, MANY, 5);
    int[][] counts = new int[3][8];
    for (int i = 0; i < MANY; i++) {
      for (int t = 0; t < 3; t++) {
        counts[t][(int) target(samples, i)[4 + t]]++;
      }
    }
    for (int[] place : counts) {
      assertEvenly(place, MANY / 8);
    }
  }

  @Test
  void sequencesDependOnlyOnTheSeed() {
    assertArrayEquals(
        input(SequenceTasks.adding(30, 5, 7), 4), input(SequenceTasks.adding(30, 50, 7), 4));
    assertFalse(
        Arrays.equals(
            input(SequenceTasks.adding(30, 1, 7), 0), input(SequenceTasks.adding(30, 1, 8), 0)));
    assertArrayEquals(
        input(SequenceTasks.temporalOrder(30, 5, 7), 4),
        input(SequenceTasks.temporalOrder(30, 50, 7), 4));
    assertFalse(
        Arrays.equals(
            input(SequenceTasks.temporalOrder(30, 1, 7), 0),
            input(SequenceTasks.temporalOrder(30, 1, 8), 0)));
    assertArrayEquals(
        input(SequenceTasks.copy(5, 9, 5, 7), 4), input(SequenceTasks.copy(5, 9, 50, 7), 4));
    assertFalse(
        Arrays.equals(
            input(SequenceTasks.copy(5, 9, 1, 7), 0), input(SequenceTasks.copy(5, 9, 1, 8), 0)));
  }

  @Test
  void rejectsInvalidSizes() {
    assertMessageContains(
        "length must be at least 2, but was 1.", () -> SequenceTasks.adding(1, 1, 1));
    assertMessageContains(
        "length must be at least 10, but was 9.", () -> SequenceTasks.temporalOrder(9, 1, 1));
    assertMessageContains(
        "delay must be at least 1, but was 0.", () -> SequenceTasks.copy(1, 0, 1, 1));
    assertMessageContains(
        "symbols must be at least 1, but was 0.", () -> SequenceTasks.copy(0, 1, 1, 1));
    assertMessageContains(
        "samples must be at least 1, but was 0.", () -> SequenceTasks.adding(2, 0, 1));
  }

  /** Asserts that all counts are within five standard deviations of a binomial distribution. */
  private static void assertEvenly(int[] counts, int expected) {
    for (int count : counts) {
      assertEquals(expected, count, 5 * Math.sqrt(expected), Arrays.toString(counts));
    }
  }

  private static int firstSignal(String text) {
    int x = text.indexOf('X');
    int y = text.indexOf('Y');
    return x < 0 ? y : y < 0 ? x : Math.min(x, y);
  }

  /** Returns the symbols of a one-hot sequence. */
  private static String text(Samples samples, int sample, String alphabet) {
    float[] steps = input(samples, sample);
    int width = alphabet.length();
    var text = new StringBuilder();
    for (int from = 0; from < steps.length; from += width) {
      int hot = -1;
      for (int j = 0; j < width; j++) {
        if (steps[from + j] == 1) {
          assertEquals(-1, hot, "one symbol a step");
          hot = j;
        } else {
          assertEquals(0, steps[from + j]);
        }
      }
      text.append(alphabet.charAt(hot));
    }
    return text.toString();
  }

  private static float[] input(Samples samples, int sample) {
    float[] input = new float[samples.inputShape().size()];
    samples.copyInput(sample, input, 0, 1);
    return input;
  }

  private static float[] target(Samples samples, int sample) {
    float[] target = new float[samples.targetShape().size()];
    samples.copyTarget(sample, target, 0);
    return target;
  }
}
