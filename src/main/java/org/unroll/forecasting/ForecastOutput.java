package org.unroll.forecasting;

import java.util.List;
import org.unroll.timeseries.QuantileLevels;

/**
 * The meaning of the outputs of a forecaster's model.
 *
 * @param levels the levels of the quantiles of a forecast; empty for point forecasts
 * @param gaussian whether the outputs are means and logarithms of standard deviations
 * @param margins the margins of the quantiles, or null
 */
record ForecastOutput(List<Double> levels, boolean gaussian, ConformalMargins margins) {
  ForecastOutput {
    levels = List.copyOf(levels);
    if (gaussian || !levels.isEmpty()) {
      QuantileLevels.require(array(levels));
    }
  }

  /** Returns the number of outputs of the model for each target. */
  int width() {
    return gaussian ? 2 : Math.max(1, levels.size());
  }

  double[] levelArray() {
    return array(levels);
  }

  /** Returns the levels, which for point forecasts is the median. */
  double[] levelsOrMedian() {
    return levels.isEmpty() ? new double[] {0.5} : levelArray();
  }

  private static double[] array(List<Double> levels) {
    return levels.stream().mapToDouble(Double::doubleValue).toArray();
  }
}
