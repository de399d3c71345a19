package org.unroll.metrics;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.junit.jupiter.api.Test;

/** The sums are done by hand. */
class ErrorRateTest {
  // Truth and prediction of three classes at five positions.
  private static final float[] TRUTH = {
    1, 0, 0, //
    1, 1, 0, //
    0, 0, 0, //
    1, 0, 1, //
    0, 1, 0
  };
  private static final float[] PREDICTED = {
    9,
    9, // what the offset skips
    0.9f,
    0.1f,
    0.5f, // right (0.5 is not above 0.5): 0 errors of 1
    0.1f,
    0.2f,
    0.8f, // two missed, one wrong: a substitution and a deletion, 2 of 2
    0.6f,
    0.7f,
    0.1f, // two wrong: two insertions, 2 of 0
    0.1f,
    0.9f,
    0.9f, // one missed, one wrong: a substitution, 1 of 2
    0.1f,
    0.4f,
    0.4f // one missed: a deletion, 1 of 1
  };

  @Test
  void errorsByWhatThereIsToFind() {
    double[] totals = new double[2];
    ErrorRate rate = Metrics.errorRate();
    rate.add(5, 3, PREDICTED, 2, TRUTH, null, totals);
    assertArrayEquals(new double[] {6, 6}, totals);
    assertEquals(1, rate.result(totals));
    rate.add(5, 3, PREDICTED, 2, TRUTH, new float[] {1, 0, 0, 1, 0}, totals);
    assertEquals(7.0 / 9, rate.result(totals));
  }

  @Test
  void theThresholdDecides() {
    double[] totals = new double[2];
    ErrorRate rate = Metrics.errorRate(0.3);
    rate.add(5, 3, PREDICTED, 2, TRUTH, null, totals);
    // Now also wrong: the third class at the first position (1) and the last, where the second is
    // right (1).
    assertArrayEquals(new double[] {1 + 2 + 2 + 1 + 1, 6}, totals);
  }

  @Test
  void nothingToFindIsNoRate() {
    double[] totals = new double[2];
    Metrics.errorRate().add(1, 1, new float[] {1}, 0, new float[] {0}, null, totals);
    assertEquals(Double.NaN, Metrics.errorRate().result(totals));
    assertThrows(IllegalArgumentException.class, () -> Metrics.errorRate(1.1));
    assertThrows(IllegalArgumentException.class, () -> Metrics.errorRate().resolve(3, 1));
  }
}
