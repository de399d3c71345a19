package org.unroll.metrics;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.junit.jupiter.api.Test;

/** The error rate of sound event detection, compared with sums by hand. */
class ErrorRateTest {
  // Targets and predictions of three classes at five positions.
  private static final float[] TARGETS = {
    1, 0, 0, //
    1, 1, 0, //
    0, 0, 0, //
    1, 0, 1, //
    0, 1, 0
  };
  private static final float[] PREDICTED = {
    9,
    9, // skipped by the offset
    0.9f,
    0.1f,
    0.5f, // all right (0.5 is not above 0.5): 0 errors, 1 active
    0.1f,
    0.2f,
    0.8f, // two false negatives, one false positive: a substitution and a deletion, 2 active
    0.6f,
    0.7f,
    0.1f, // two false positives: two insertions, 0 active
    0.1f,
    0.9f,
    0.9f, // one false negative, one false positive: a substitution, 2 active
    0.1f,
    0.4f,
    0.4f // one false negative: a deletion, 1 active
  };

  @Test
  void dividesTheErrorsByTheActiveClasses() {
    double[] totals = new double[2];
    ErrorRate rate = Metrics.errorRate();
    rate.add(5, 3, PREDICTED, 2, TARGETS, null, totals);
    assertArrayEquals(new double[] {6, 6}, totals);
    assertEquals(1, rate.result(totals));
    rate.add(5, 3, PREDICTED, 2, TARGETS, new float[] {1, 0, 0, 1, 0}, totals);
    assertEquals(7.0 / 9, rate.result(totals));
  }

  @Test
  void usesTheThreshold() {
    double[] totals = new double[2];
    ErrorRate rate = Metrics.errorRate(0.3);
    rate.add(5, 3, PREDICTED, 2, TARGETS, null, totals);
    // Two more false positives: the third class at the first position, and at the last one, where
    // the second class is now right.
    assertArrayEquals(new double[] {1 + 2 + 2 + 1 + 1, 6}, totals);
  }

  @Test
  void isNanWithoutActiveClasses() {
    double[] totals = new double[2];
    Metrics.errorRate().add(1, 1, new float[] {1}, 0, new float[] {0}, null, totals);
    assertEquals(Double.NaN, Metrics.errorRate().result(totals));
  }

  @Test
  void rejectsInvalidThresholdsAndTargets() {
    var error = assertThrows(IllegalArgumentException.class, () -> Metrics.errorRate(1.1));
    assertEquals("The threshold must be between 0 and 1, but was 1.1.", error.getMessage());
    assertThrows(IllegalArgumentException.class, () -> Metrics.errorRate().resolve(3, 1));
  }
}
