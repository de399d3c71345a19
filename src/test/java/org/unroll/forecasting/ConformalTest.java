package org.unroll.forecasting;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Conformal intervals, compared with hand arithmetic, theory and counts. */
class ConformalTest {
  @Test
  void marginIsTheQuantileWithOneMoreValue() {
    double[] truth = {1, -2, 3, -4, 5, -6, 7, -8, 9};
    double[] forecasts = new double[9];
    // k = ⌈10 · 0.9⌉ = 9, ⌈10 · 0.8⌉ = 8, ⌈10 · 0.75⌉ = 8, ⌈10 · 0.5⌉ = 5
    assertEquals(9, Conformal.ofPoints(truth, forecasts, 0.9).margin());
    assertEquals(8, Conformal.ofPoints(truth, forecasts, 0.8).margin());
    assertEquals(8, Conformal.ofPoints(truth, forecasts, 0.75).margin());
    Conformal half = Conformal.ofPoints(truth, forecasts, 0.5);
    assertArrayEquals(new double[] {-3, 5}, half.lower(new double[] {2, 10}));
    assertArrayEquals(new double[] {7, 15}, half.upper(new double[] {2, 10}));
    var few =
        assertThrows(
            IllegalArgumentException.class, () -> Conformal.ofPoints(truth, forecasts, 0.95));
    assertTrue(few.getMessage().contains("at least 19"), few.getMessage());
    assertTrue(few.getMessage().contains("there are 9"), few.getMessage());
  }

  @Test
  void intervalsThatAreTooWideGetNarrower() {
    double[] truth = {0, 1, 2};
    double[] lower = {-5, -5, -5};
    double[] upper = {4, 4, 4};
    // scores max(−5 − y, y − 4) = −4, −3, −2 and k = ⌈4 · 0.5⌉ = 2
    Conformal narrower = Conformal.ofIntervals(truth, lower, upper, 0.5);
    assertEquals(-3, narrower.margin());
    assertArrayEquals(new double[] {1}, narrower.upper(new double[] {4}));
    assertArrayEquals(new double[] {-2}, narrower.lower(new double[] {-5}));
  }

  /** With n scores without ties, the coverage of a new value is exactly k / (n + 1). */
  @ParameterizedTest
  @ValueSource(doubles = {0.5, 0.8, 0.95})
  void exchangeableValuesAreCoveredAsOftenAsPromised(double coverage) {
    var random = new Random(7);
    int n = 39;
    int trials = 20_000;
    int contained = 0;
    for (int trial = 0; trial < trials; trial++) {
      double[] truth = new double[n];
      for (int i = 0; i < n; i++) {
        truth[i] = Math.exp(random.nextGaussian()); // skewed
      }
      Conformal conformal = Conformal.ofPoints(truth, new double[n], coverage);
      double next = Math.exp(random.nextGaussian());
      double[] forecast = {0};
      contained +=
          next >= conformal.lower(forecast)[0] && next <= conformal.upper(forecast)[0] ? 1 : 0;
    }
    assertEquals(coverage, contained / (double) trials, 0.012); // 3.4 standard errors at most
  }

  @Test
  void adaptiveIntervalsKeepTheCoverageWhenErrorsGrow() {
    var random = new Random(5);
    int steps = 4000;
    double coverage = 0.9;
    double rate = 0.02;
    var adaptive = new AdaptiveConformal(coverage, rate, 200);
    double[] first = new double[400];
    Conformal fixed = null;
    int contained = 0;
    for (int t = 0; t < steps; t++) {
      double truth = random.nextGaussian() * (1 + t / 500.0);
      adaptive.observe(truth, 0, 0);
      if (t < first.length) {
        first[t] = truth;
      } else {
        fixed = fixed == null ? Conformal.ofPoints(first, new double[400], coverage) : fixed;
        contained += Math.abs(truth) <= fixed.margin() ? 1 : 0;
      }
    }
    double bound = (0.9 + rate) / (rate * steps); // Gibbs and Candès 2021, proposition 4.1
    assertEquals(coverage, adaptive.covered(), bound);
    assertTrue(contained / (steps - 400.0) < 0.6, "the fixed margin should fail here");
  }

  @Test
  void adaptiveMarginFollowsItsRule() {
    var adaptive = new AdaptiveConformal(0.5, 0.1, 3);
    assertEquals(Double.POSITIVE_INFINITY, adaptive.margin());
    assertTrue(adaptive.observe(1, 0, 0)); // α = 0.5 + 0.1 · 0.5 = 0.55
    assertEquals(1, adaptive.margin()); // k = ⌈2 · 0.45⌉ = 1
    assertFalse(adaptive.observe(4, 0, 0)); // α = 0.5
    assertEquals(4, adaptive.margin()); // k = ⌈3 · 0.5⌉ = 2
    assertTrue(adaptive.observe(-2, 0, 0)); // α = 0.55; scores 1, 4, 2
    assertEquals(2, adaptive.margin()); // k = ⌈4 · 0.45⌉ = 2
    assertTrue(adaptive.observe(0, 0, 0)); // α = 0.6; scores 4, 2, 0
    assertEquals(2, adaptive.margin()); // k = ⌈4 · 0.4⌉ = 2
    assertEquals(0.75, adaptive.covered());
    var error =
        assertThrows(IllegalArgumentException.class, () -> adaptive.observe(Double.NaN, 0, 0));
    assertTrue(error.getMessage().contains("NaN"), error.getMessage());
    assertThrows(IllegalArgumentException.class, () -> new AdaptiveConformal(1, 0.1, 3));
    assertThrows(IllegalArgumentException.class, () -> new AdaptiveConformal(0.9, 0, 3));
    assertThrows(IllegalArgumentException.class, () -> new AdaptiveConformal(0.9, 0.1, 0));
  }
}
