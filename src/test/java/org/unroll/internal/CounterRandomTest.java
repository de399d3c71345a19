package org.unroll.internal;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.function.IntToLongFunction;
import org.junit.jupiter.api.Test;

class CounterRandomTest {
  // Computed by src/test/python/counter_random.py with Python's unbounded integers.
  private static final long KEY_A = 0x1957A7604E215178L;
  private static final long KEY_B = 0x5820ECB67880C3EAL;

  @Test
  void matchesTheReferenceImplementation() {
    assertEquals(KEY_A, CounterRandom.key(0, 0, 0, 0));
    assertEquals(KEY_B, CounterRandom.key(-42, 3, 5_000_000_000L, 127));
    assertEquals(0x865FC9B8, CounterRandom.bits(KEY_A, 0));
    assertEquals(0x9DBF8168, CounterRandom.bits(KEY_A, 9));
    assertEquals(0xBB8A5943, CounterRandom.bits(KEY_B, 1000));
  }

  @Test
  void dropsTheGivenFractionAndScalesTheRest() {
    int n = 200_000;
    float[] mask = new float[n];
    for (double rate : new double[] {0.01, 0.1, 0.2, 0.5, 0.9}) {
      CounterRandom.fillDropoutMask(CounterRandom.key(1, 2, 3, 4), rate, n, mask, 0);
      int kept = 0;
      for (float value : mask) {
        if (value != 0) {
          assertEquals((float) (1 / (1 - rate)), value);
          kept++;
        }
      }
      assertWithinFourSigma(1 - rate, n, kept);
    }
  }

  @Test
  void dropsNothingAtRateZeroAndEverythingAtRateOne() {
    float[] mask = new float[1000];
    CounterRandom.fillDropoutMask(7, 0, 1000, mask, 0);
    for (float value : mask) {
      assertEquals(1, value);
    }
    CounterRandom.fillDropoutMask(7, 1, 1000, mask, 0);
    for (float value : mask) {
      assertEquals(0, value);
    }
  }

  @Test
  void rejectsARateOutsideZeroToOne() {
    for (double rate : new double[] {-0.1, 1.1, Double.NaN}) {
      var e =
          assertThrows(
              IllegalArgumentException.class,
              () -> CounterRandom.fillDropoutMask(0, rate, 1, new float[1], 0));
      assertEquals("The dropout rate must be from 0 to 1, but was " + rate + ".", e.getMessage());
    }
  }

  @Test
  void doesNotDependOnOffsetOrLength() {
    long key = CounterRandom.key(5, 6, 7, 8);
    float[] whole = new float[100];
    CounterRandom.fillDropoutMask(key, 0.3, 100, whole, 0);
    for (int n = 0; n < 40; n++) {
      float[] part = new float[n + 13];
      CounterRandom.fillDropoutMask(key, 0.3, n, part, 11);
      float[] expected = new float[n + 13];
      System.arraycopy(whole, 0, expected, 11, n);
      assertArrayEquals(expected, part);
    }
  }

  @Test
  void setsEveryBitHalfTheTime() {
    int n = 100_000;
    int[] set = new int[32];
    for (int j = 0; j < n; j++) {
      // 16 elements of each of many rows, as masks are drawn.
      int bits = CounterRandom.bits(CounterRandom.key(9, 1, 0, j / 16), j % 16);
      for (int bit = 0; bit < 32; bit++) {
        set[bit] += bits >>> bit & 1;
      }
    }
    for (int bit = 0; bit < 32; bit++) {
      assertWithinFourSigma(0.5, n, set[bit]);
    }
  }

  @Test
  void neighboringStreamsAreUncorrelated() {
    assertUncorrelated("rows", i -> CounterRandom.key(1, 0, 0, i));
    assertUncorrelated("steps", i -> CounterRandom.key(1, 0, i, 0));
    assertUncorrelated("layers", i -> CounterRandom.key(1, i, 0, 0));
    assertUncorrelated("seeds", i -> CounterRandom.key(i, 0, 0, 0));
    // The same sum of coordinates, which gives weak mixers the same key twice.
    assertUncorrelated("layer against row", i -> CounterRandom.key(1, i, 0, 2000 - i));
  }

  @Test
  void neighboringElementsAreUncorrelated() {
    int n = 100_000;
    long key = CounterRandom.key(3, 1, 4, 1);
    for (int lag : new int[] {1, 2, 3, 16, 32, 64}) {
      int equal = 0;
      for (int j = 0; j < n; j++) {
        equal += CounterRandom.bits(key, j) < 0 == CounterRandom.bits(key, j + lag) < 0 ? 1 : 0;
      }
      assertWithinFourSigma(0.5, n, equal);
    }
  }

  private static void assertUncorrelated(String what, IntToLongFunction key) {
    int streams = 2000;
    int n = 50;
    float[] before = new float[n];
    float[] mask = new float[n];
    CounterRandom.fillDropoutMask(key.applyAsLong(0), 0.5, n, before, 0);
    int equal = 0;
    for (int i = 1; i <= streams; i++) {
      CounterRandom.fillDropoutMask(key.applyAsLong(i), 0.5, n, mask, 0);
      for (int j = 0; j < n; j++) {
        equal += mask[j] == before[j] ? 1 : 0;
      }
      System.arraycopy(mask, 0, before, 0, n);
    }
    int trials = streams * n;
    assertTrue(
        Math.abs(equal - trials / 2.0) < 4 * Math.sqrt(trials / 4.0),
        what + ": " + equal + " of " + trials + " are equal");
  }

  private static void assertWithinFourSigma(double probability, int trials, int hits) {
    double sigma = Math.sqrt(trials * probability * (1 - probability));
    assertEquals(trials * probability, hits, 4 * sigma);
  }
}
