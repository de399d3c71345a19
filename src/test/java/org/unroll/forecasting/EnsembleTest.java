package org.unroll.forecasting;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.unroll.ErrorMessages.assertMessageContains;

import org.junit.jupiter.api.Test;
import org.unroll.timeseries.TimeSeries;
import org.unroll.timeseries.Windows;

/** Combined forecasts compared with hand arithmetic. */
class EnsembleTest {
  private final Windows windows =
      TimeSeries.of(new double[][] {{1}, {2}, {3}, {4}}).target("x0").windows().lookback(1);

  /** A forecast that differs from the targets 2, 3 and 4 by these errors. */
  private static PointForecasts off(double... errors) {
    return windows -> {
      double[][] predictions = new double[windows.size()][];
      for (int i = 0; i < predictions.length; i++) {
        predictions[i] = new double[] {windows.target(i)[0] + errors[i]};
      }
      return predictions;
    };
  }

  private void assertPredicts(PointForecasts forecasts, double... expected) {
    double[][] predictions = forecasts.predict(windows);
    for (int i = 0; i < expected.length; i++) {
      assertArrayEquals(new double[] {expected[i]}, predictions[i], 1e-12);
    }
  }

  @Test
  void predictionsAreCombinedOneByOne() {
    PointForecasts[] three = {off(1, 0, -1), off(2, 4, -2), off(6, 2, -6)};
    assertPredicts(Ensemble.mean(three), 2 + 3, 3 + 2, 4 - 3);
    assertPredicts(Ensemble.median(three), 2 + 2, 3 + 2, 4 - 2);
    assertPredicts(Ensemble.median(three[0], three[1]), 2 + 1.5, 3 + 2, 4 - 1.5);
  }

  /** The sums of the squared errors are 2, 6 and 3, so the weights are 3/6, 1/6 and 2/6. */
  @Test
  void weightsAreInverseToTheSquaredErrors() {
    PointForecasts[] three = {off(1, 0, -1), off(1, 2, 1), off(1, 1, 1)};
    assertArrayEquals(
        new double[] {3 / 6.0, 1 / 6.0, 2 / 6.0}, Ensemble.weights(windows, three), 1e-12);
    assertPredicts(Ensemble.weighted(windows, three), 2 + 1, 3 + 4 / 6.0, 4);
    assertArrayEquals(
        new double[] {0, 0.5, 0.5},
        Ensemble.weights(windows, off(1, 0, 0), off(0, 0, 0), off(0, 0, 0)));
  }

  @Test
  void invalidMembersAreRefused() {
    assertMessageContains("at least one member", Ensemble::mean);
    assertMessageContains(
        "member 1", () -> Ensemble.weights(windows, off(0, 0, 0), off(0, Double.NaN, 0)));
  }
}
